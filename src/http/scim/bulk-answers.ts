import { type Answer, emptyAnswer } from "#http/response/answer.ts";
import { answerTo } from "#http/response/error.ts";
import type { BulkOperation } from "#scim/bulk/operation.ts";
import type { BulkOutcome, BulkResult } from "#scim/bulk/perform.ts";
import type { JsonObject } from "#scim/json.ts";
import { entityTag } from "#scim/resource/etag.ts";
import { locationOf } from "#scim/resource/record.ts";
import type { Database } from "#store/database.ts";
import { explainError } from "#store/migrations.ts";

/** The status of a performed operation: that of a request of its own. */
export function statusOf({ action }: BulkOperation): number {
  switch (action.kind) {
    case "create":
      return 201;
    case "replace":
      return 200;
    case "patch":
      return action.type === "User" ? 200 : 204;
    case "remove":
      return 204;
    case "refused":
      return action.error.status;
  }
}

/** An operation that was performed, and its answer. */
export interface AnsweredOperation {
  readonly result: BulkResult;
  readonly answer: Answer;
}

/** The results, each error as what it means; an error that ended several operations is asked about once. */
export async function explainResults(
  db: Database,
  results: readonly BulkResult[],
): Promise<readonly BulkResult[]> {
  const known = new Map<unknown, unknown>();
  for (const { outcome } of results) {
    if (outcome.kind !== "failed" || known.has(outcome.error)) continue;
    known.set(outcome.error, await explainError(db, outcome.error));
  }
  return results.map((result) => {
    const { outcome } = result;
    if (outcome.kind !== "failed") return result;
    return { ...result, outcome: { ...outcome, error: known.get(outcome.error) } };
  });
}

/** Answers each operation. A fault that ended several of them is reported once. */
export function answerResults(results: readonly BulkResult[]): readonly AnsweredOperation[] {
  const known = new Map<unknown, Answer>();
  return results.map((result) => {
    const { operation, outcome } = result;
    if (outcome.kind === "written") return { result, answer: emptyAnswer(statusOf(operation)) };
    const answer = known.get(outcome.error) ?? answerTo(outcome.error);
    known.set(outcome.error, answer);
    return { result, answer };
  });
}

/** An operation of the BulkResponse (RFC 7644 §3.7.3); a response body is given for errors alone. */
export function resultDocument({ result, answer }: AnsweredOperation, baseUrl: string): JsonObject {
  const { operation, outcome } = result;
  const { method, bulkId, action } = operation;
  const location = locationIn(operation, outcome, baseUrl);
  const isShown = outcome.kind === "written" && action.kind !== "remove";
  return {
    ...(location !== undefined && { location }),
    method,
    ...(bulkId !== undefined && { bulkId }),
    ...(isShown && { version: entityTag(outcome.written.record.version) }),
    status: String(answer.status),
    // Error bodies are JSON objects of answer.ts; other operations have none.
    ...(answer.body !== undefined && { response: JSON.parse(answer.body) }),
  };
}

/** Every operation has a location, but a POST that created nothing. */
function locationIn(
  { method, path, action }: BulkOperation,
  outcome: BulkOutcome,
  baseUrl: string,
): string | undefined {
  if (outcome.kind === "written") return locationOf(outcome.written.record, baseUrl);
  if ("id" in action) return locationOf(action, baseUrl);
  return method === "POST" ? undefined : `${baseUrl}${rooted(path)}`;
}

/** A path with its leading slash, which some clients leave out. */
export function rooted(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}
