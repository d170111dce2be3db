import { isUnassigned } from "#scim/resource/value/forms.ts";
import type { JsonValue } from "../json.ts";
import { isJsonObject, readMember } from "../json.ts";

/** Whether two JSON values are equal, whatever the order of their members. */
export function isSameValue(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    const other: readonly JsonValue[] = b;
    return (
      a.length === other.length &&
      a.every((element: JsonValue, index) => isSameValue(element, other[index]))
    );
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const entries = Object.entries(a);
  return (
    entries.length === Object.keys(b).length &&
    entries.every(([name, member]) => isSameValue(member, readMember(b, name)))
  );
}

/** Whether a value is one by which clients leave an attribute unassigned. */
export function isCleared(value: JsonValue | undefined): boolean {
  return value === undefined || isUnassigned(value);
}
