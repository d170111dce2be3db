import { ScimError } from "#scim/error.ts";
import { type JsonValue, quoteName } from "#scim/json.ts";
import { messageMembers, requireSchema } from "#scim/message.ts";
import { BULK_REQUEST } from "#scim/schema/urns.ts";
import { type BulkOperation, parseOperation, refusedOperation } from "./operation.ts";

/** RFC 7644 §3.7.4: what one request may hold, as ServiceProviderConfig says. */
export const BULK_OPERATIONS_MAX = 1_000;
export const BULK_BYTES_MAX = 1_048_576;

/** A BulkRequest (RFC 7644 §3.7) whose members have their types. */
export interface BulkRequest {
  /** So many errors end the request; Infinity where the client set no limit. */
  readonly errorsMax: number;
  readonly operations: readonly BulkOperation[];
}

/** Parses the body of a POST to /Bulk; on a strict connector its `schemas` are required. */
export function parseBulkRequest(
  body: JsonValue,
  options: { readonly strict: boolean },
): BulkRequest {
  const members = messageMembers(body, "The body");
  if (options.strict) requireSchema(members.get("schemas"), BULK_REQUEST);
  const operations = members.get("operations");
  if (!Array.isArray(operations)) {
    throw ScimError.invalidSyntax('The body must hold "Operations", a list of operations.');
  }
  if (operations.length > BULK_OPERATIONS_MAX) {
    const detail = `One request may hold ${BULK_OPERATIONS_MAX} operations (maxOperations).`;
    throw ScimError.status(413, `${detail} Send them in several requests.`);
  }
  const errorsMax = parseErrorsMax(members.get("failonerrors") ?? null);
  const parsed = operations.map((operation: JsonValue, index) =>
    parseOperation(operation, `Operations[${index}]`),
  );
  return { errorsMax, operations: withUniqueBulkIds(parsed) };
}

/** To accept no error comes to the same as to accept one: the request ends at the first. */
function parseErrorsMax(failOnErrors: JsonValue): number {
  if (failOnErrors === null) return Number.POSITIVE_INFINITY;
  if (Number.isInteger(failOnErrors)) return Math.max(1, Number(failOnErrors));
  throw ScimError.invalidValue('"failOnErrors" must be a whole number.');
}

/** Two operations with one bulkId are both refused: nobody could say which a reference means. */
function withUniqueBulkIds(operations: readonly BulkOperation[]): readonly BulkOperation[] {
  const creates = operations.filter(({ action }) => action.kind === "create");
  const byBulkId = Map.groupBy(creates, ({ bulkId }) => bulkId);
  return operations.map((operation) => {
    const { bulkId = "", action } = operation;
    if (action.kind !== "create" || byBulkId.get(bulkId)?.length === 1) return operation;
    const detail = `The bulkId ${quoteName(bulkId)} is given to several operations; each needs its own.`;
    return refusedOperation(operation, ScimError.invalidValue(detail));
  });
}
