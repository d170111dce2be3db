import { ScimError } from "#scim/error.ts";
import { classifyError } from "#store/d1-error.ts";
import { LacksMigration } from "#store/migrations.ts";
import { type Answer, errorAnswer } from "./answer.ts";

/** A refused SCIM request with headers of its own, such as a 401's WWW-Authenticate. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    readonly error: ScimError,
    readonly headers: Readonly<Record<string, string>>,
  ) {
    super(error.detail);
  }
}

/** What a challenge says of a request's token (RFC 6750 §3.1); nothing where none was sent. */
export type TokenFault = "invalid_token" | "insufficient_scope" | undefined;

/** The `WWW-Authenticate` header of RFC 6750 §3: where a token is wanted, and what is wrong with the one sent. */
export function challenge(realm: "scim" | "admin" | "applications", fault: TokenFault) {
  const error = fault === undefined ? "" : `, error="${fault}"`;
  return { "WWW-Authenticate": `Bearer realm="${realm}"${error}` };
}

/** The 401 of RFC 6750 §3 as a SCIM error, for a request without a token or with one that is not good. */
export function unauthorized(fault: "invalid_token" | undefined, detail: string): Refusal {
  return new Refusal(ScimError.status(401, detail), challenge("scim", fault));
}

/** The headers of a 503 for a database that cannot answer now. */
export const OVERLOAD_HEADERS = { "Retry-After": "2" } as const;

/**
 * The answer to whatever a SCIM request ended in. A fault of ours gets 500 and an opaque id under
 * which the log names its kind, never its message: that can hold a client's data.
 */
export function answerTo(error: unknown): Answer {
  if (error instanceof ScimError) {
    return errorAnswer(error, error.status === 503 ? { "Retry-After": "1" } : {});
  }
  if (error instanceof Refusal) return errorAnswer(error.error, error.headers);
  if (error instanceof LacksMigration) {
    reportMissing(error);
    return errorAnswer(ScimError.status(503, error.message), MISSING_HEADERS);
  }
  const { kind } = classifyError(error);
  if (kind === "overloaded" || kind === "retryable") {
    const detail = "The service has too much to do right now. Repeat the request a little later.";
    return errorAnswer(ScimError.status(503, detail), OVERLOAD_HEADERS);
  }
  const detail = `Something went wrong here; nothing was acknowledged. Report it as ${reportFault(error)}.`;
  return errorAnswer(ScimError.status(500, detail));
}

/** The headers of a 503 for tables that are older than this Worker: somebody has to bring them up to date. */
export const MISSING_HEADERS = { "Retry-After": "60" } as const;

/** Logs that somebody has to migrate the database. */
export function reportMissing({ migration }: LacksMigration): void {
  console.error(JSON.stringify({ message: "database lacks a migration", migration }));
}

/** Logs an unexpected error under a new opaque id, which is returned for the answer. */
export function reportFault(error: unknown): string {
  const faultId = crypto.randomUUID();
  const kind = error instanceof Error ? error.name : typeof error;
  const at = error instanceof Error ? firstFrames(error) : "";
  console.error(JSON.stringify({ message: "unexpected error", faultId, kind, at }));
  return faultId;
}

/** Where the error rose: the stack's frames hold code places only, unlike its first lines. */
function firstFrames(error: Error): string {
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return frames.slice(0, 5).join(" ");
}
