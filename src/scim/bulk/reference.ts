import { ScimError } from "#scim/error.ts";
import { isJsonObject, type JsonValue, quoteName } from "#scim/json.ts";
import type { BulkOperation } from "./operation.ts";

/** RFC 7644 §3.7.2: so begins a string that stands for the id of a resource the same request creates. */
const PREFIX = "bulkId:";

/** The bulkId that a string refers to; undefined for any other string. */
export function referenceIn(text: string): string | undefined {
  return text.startsWith(PREFIX) ? text.slice(PREFIX.length) : undefined;
}

/** The bulkIds that an operation refers to, in its path and anywhere in its data. */
export function referencesOf({ action, data, dataText }: BulkOperation): ReadonlySet<string> {
  const texts = dataText.includes(PREFIX) ? stringsIn(data) : [];
  const named = "id" in action ? [action.id] : [];
  return new Set([...named, ...texts].flatMap((text) => referenceIn(text) ?? []));
}

/** The operation with the ids of created resources in place of references; a missing one is refused. */
export function withoutReferences(
  operation: BulkOperation,
  references: ReadonlySet<string>,
  ids: ReadonlyMap<string, string>,
): BulkOperation {
  if (references.size === 0) return operation;
  for (const reference of references) {
    if (!ids.has(reference)) throw unresolved(reference);
  }
  const { action } = operation;
  const data = resolved(operation.data, ids);
  return "id" in action
    ? { ...operation, data, action: { ...action, id: resolvedText(action.id, ids) } }
    : { ...operation, data };
}

function unresolved(reference: string): ScimError {
  return ScimError.status(
    409,
    `No resource was created under the bulkId ${quoteName(reference)}, to which this operation refers.`,
  );
}

function stringsIn(value: JsonValue): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  return isJsonObject(value) ? Object.values(value).flatMap(stringsIn) : [];
}

function resolved(value: JsonValue, ids: ReadonlyMap<string, string>): JsonValue {
  if (typeof value === "string") return resolvedText(value, ids);
  if (Array.isArray(value)) return value.map((element: JsonValue) => resolved(element, ids));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, resolved(member, ids)]),
  );
}

function resolvedText(text: string, ids: ReadonlyMap<string, string>): string {
  return ids.get(referenceIn(text) ?? "") ?? text;
}
