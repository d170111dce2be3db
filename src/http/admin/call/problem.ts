import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type * as z from "zod";
import type { AppEnv } from "#http/request/services.ts";
import {
  MISSING_HEADERS,
  OVERLOAD_HEADERS,
  reportFault,
  reportMissing,
} from "#http/response/error.ts";
import { classifyError } from "#store/d1-error.ts";
import { centralDatabase } from "#store/databases.ts";
import { explainError, LacksMigration } from "#store/migrations.ts";
import { type INPUT_FAULT, PROBLEM_CODES, PROBLEMS, type ProblemCode } from "./schemas.ts";

/** One thing that is wrong with what was sent, as the error shows it. */
export type InputFault = z.infer<typeof INPUT_FAULT>;

/**
 * A refused admin call: a code, or a status where its general code will do, and a detail that says what to
 * change (RFC 9457).
 */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: ContentfulStatusCode;
  readonly code: string;

  constructor(
    fault: ProblemCode | ContentfulStatusCode,
    readonly detail: string,
    readonly headers: Readonly<Record<string, string>> = {},
    readonly errors: readonly InputFault[] = [],
  ) {
    super(detail);
    this.code = typeof fault === "number" ? generalCodeOf(fault) : fault;
    this.status = typeof fault === "number" ? fault : PROBLEM_CODES[fault].status;
  }
}

/** The code of a refusal of which nothing but the status is told. */
function generalCodeOf(status: number): string {
  const found = Object.entries(PROBLEM_CODES).find(([, code]) => code.status === status);
  return found?.[0] ?? (status < 500 ? "invalidRequest" : "internalError");
}

/** The 400 for a member of a body, by its path, that fits the schema and cannot be used all the same. */
export function unfitMember(path: readonly (string | number)[], detail: string): Problem {
  const fault = { pointer: pointerTo(path), detail };
  return new Problem("invalidBody", `${path.join(".")}: ${detail}`, {}, [fault]);
}

/** A JSON Pointer (RFC 6901 §6) into the body, as a URI fragment. */
export function pointerTo(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => String(step).replaceAll("~", "~0").replaceAll("/", "~1"));
  return `#${steps.map((step) => `/${step}`).join("")}`;
}

/** The 400 for parameters that fit their schema and cannot be used all the same. */
export function unfitParameters(names: readonly string[], detail: string): Problem {
  const faults = names.map((parameter) => ({ parameter, detail }));
  return new Problem("invalidQuery", detail, {}, faults);
}

/** The 400 for a cursor that no list gave out. */
export function unfitCursor(parameter: "cursor" | "after"): Problem {
  const detail = "This cursor is none that the list gave out. Start again without one.";
  return new Problem("invalidCursor", detail, {}, [{ parameter, detail }]);
}

/** The 404 for a connector that is not there, not any more, or not for this caller. */
export function noConnector(): Problem {
  return new Problem("connectorNotFound", "There is no connector with this id.");
}

/** The problem+json answer (RFC 9457) to whatever an admin call ended in. */
export function problemResponse(error: unknown): Response {
  const problem = problemOf(error);
  const body = {
    type: "about:blank",
    title: PROBLEMS[problem.status]?.title ?? "Error",
    status: problem.status,
    code: problem.code,
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

/** The answer to an error that no handler knew, for the `onError` of an API. */
export async function answerError(error: unknown, { env }: Context<AppEnv>): Promise<Response> {
  return problemResponse(await explainError(centralDatabase(env), error));
}

/** Whether a call ended in an answer that says what the caller has to change: 4xx. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Problem && error.status < 500;
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof LacksMigration) {
    reportMissing(error);
    return new Problem(503, error.message, MISSING_HEADERS);
  }
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
