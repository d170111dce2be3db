import { isJsonObject, type JsonObject, type JsonValue, readMember } from "#scim/json.ts";
import { readText } from "../../source/pages/records.ts";
import type { SourceGroup } from "../../source/source.ts";

/**
 * Reads a row of groups/delta. Its members come and go; a large group's come on several pages under one
 * id. A row that does not repeat the group's name has "" for it.
 */
export function readEntraGroup(record: JsonObject): SourceGroup | undefined {
  const sourceId = readText(record, "id");
  if (sourceId === undefined) return undefined;
  return {
    sourceId,
    displayName: readText(record, "displayName") ?? "",
    isRemoved: Object.hasOwn(record, "@removed"),
    members: readMembers(readMember(record, "members@delta")),
  };
}

/** The id of a user or a group; undefined for a device, a contact or a service principal. */
export function readMemberId(member: JsonValue): string | undefined {
  if (!isJsonObject(member)) return undefined;
  const type = readText(member, "@odata.type");
  return type === undefined || MEMBER_TYPES.has(type) ? readText(member, "id") : undefined;
}

const MEMBER_TYPES: ReadonlySet<string> = new Set([
  "#microsoft.graph.user",
  "#microsoft.graph.group",
]);

/** In the order of the page: who is named twice is as he is named last. */
function readMembers(delta: JsonValue | undefined): SourceGroup["members"] {
  if (!isList(delta)) return { kind: "unchanged" };
  const isAddedById = new Map<string, boolean>();
  for (const member of delta) {
    const id = readMemberId(member);
    if (id !== undefined && isJsonObject(member)) {
      isAddedById.set(id, !Object.hasOwn(member, "@removed"));
    }
  }
  const named = [...isAddedById];
  return {
    kind: "partial",
    added: named.flatMap(([id, isAdded]) => (isAdded ? id : [])),
    removed: named.flatMap(([id, isAdded]) => (isAdded ? [] : id)),
  };
}

/** Array.isArray does not narrow a readonly array. */
function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
