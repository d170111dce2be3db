import type { ContentfulStatusCode } from "hono/utils/http-status";
import type * as z from "zod";
import { OVERLOAD_HEADERS, reportFault } from "#http/response/error.ts";
import { classifyError } from "#store/d1-error.ts";
import { type INPUT_FAULT, PROBLEMS } from "./schemas.ts";

/** One thing that is wrong with what was sent, as the error shows it. */
export type InputFault = z.infer<typeof INPUT_FAULT>;

/** A refused admin call: RFC 9457 status, and a detail that says what to change. */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly status: ContentfulStatusCode,
    readonly detail: string,
    readonly headers: Readonly<Record<string, string>> = {},
    readonly errors: readonly InputFault[] = [],
  ) {
    super(detail);
  }
}

/** The 404 for a connector that is not there, not any more, or not for this caller. */
export function noConnector(): Problem {
  return new Problem(404, "There is no connector with this id.");
}

/** The problem+json answer (RFC 9457) to whatever an admin call ended in. */
export function problemResponse(error: unknown): Response {
  const problem = problemOf(error);
  const body = {
    type: "about:blank",
    title: PROBLEMS[problem.status]?.title ?? "Error",
    status: problem.status,
    detail: problem.detail,
    ...(problem.errors.length > 0 && { errors: problem.errors }),
  };
  return new Response(JSON.stringify(body), {
    status: problem.status,
    headers: {
      ...problem.headers,
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
    },
  });
}

/** Whether a call ended in an answer that says what the caller has to change: 4xx. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Problem && error.status < 500;
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  switch (classifyError(error).kind) {
    case "overloaded":
    case "retryable":
      return new Problem(
        503,
        "The database cannot answer right now. Repeat the call a little later.",
        OVERLOAD_HEADERS,
      );
    default:
      return new Problem(500, `Something went wrong here. Report it as ${reportFault(error)}.`);
  }
}
