/** A call of the admin API that was refused, or could not be made: 0 is the status of no answer. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  constructor(
    readonly status: number,
    readonly detail: string,
  ) {
    super(detail);
  }
}

/** The problem in an answer's body (RFC 9457); its words are the gateway's own. */
export function problemOf(status: number, body: unknown): ApiProblem {
  const detail =
    typeof body === "object" && body !== null && "detail" in body ? body.detail : undefined;
  return new ApiProblem(status, typeof detail === "string" ? detail : `It answered ${status}.`);
}

/** Whether a call was refused because nobody is signed in. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401;
}

/** Whether what was asked for is not here, or not any more, whatever was read before. */
export function isMissing(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 404;
}

/** What is said of an error to the person who met it. */
export function wordsOf(error: unknown): string {
  if (error instanceof ApiProblem) return error.detail;
  return "Something went wrong in this page. Reload it.";
}
