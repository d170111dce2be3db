import type { ContentfulStatusCode } from "hono/utils/http-status";
import { OVERLOAD_HEADERS, reportFault } from "#http/response/error.ts";
import { classifyError } from "#store/d1-error.ts";
import { PROBLEMS } from "./schemas.ts";

/** A refused admin call: RFC 9457 status, and a detail that says what to change. */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly status: ContentfulStatusCode,
    readonly detail: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
  }
}

/** The problem+json answer (RFC 9457) to whatever an admin call ended in. */
export function problemResponse(error: unknown): Response {
  const problem = problemOf(error);
  const body = {
    type: "about:blank",
    title: PROBLEMS[problem.status]?.title ?? "Error",
    status: problem.status,
    detail: problem.detail,
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
