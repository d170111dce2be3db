import type { JsonObject } from "#scim/json.ts";
import type { ResourceRecord, TypeName } from "#scim/ports.ts";
import type { ConnectorSettings, RoleRule } from "#scim/settings.ts";
import { foldText } from "#scim/text.ts";

/** What an administrator chose of how applications see a connector's users and groups. */
export type ApplicationView = Pick<ConnectorSettings, "groupNamePrefix" | "roles">;

/**
 * A resource as applications see it, and not the provider: a group's displayName behind the connector's prefix,
 * also among the groups of a user, and where the connector has roles a user's `roles` as its groups give them.
 */
export function shownToApplications(
  record: ResourceRecord,
  { groupNamePrefix, roles }: ApplicationView,
): ResourceRecord {
  if (record.type === "Group") {
    if (groupNamePrefix === "") return record;
    const { displayName, ...document } = parsed(record.documentText);
    const shown = prefixed(displayName, groupNamePrefix);
    return { ...record, documentText: JSON.stringify({ ...document, displayName: shown }) };
  }
  const groups = groupsIn(record.groupsText);
  const shownGroups = groups.map((group) => ({
    ...group,
    display: prefixed(group.display, groupNamePrefix),
  }));
  const groupsText = groupNamePrefix === "" ? record.groupsText : JSON.stringify(shownGroups);
  if (roles.length === 0) return { ...record, groupsText };
  const values = rolesOf(groups, roles).map((role) => ({ value: role }));
  const { roles: _, ...document } = parsed(record.documentText);
  const shown = values.length === 0 ? document : { ...document, roles: values };
  return { ...record, groupsText, documentText: JSON.stringify(shown) };
}

/**
 * The same for what a change event carries of a resource: it says nothing of what other resources decide, so
 * that a user's roles, where the connector has some, are told by events of their own.
 */
export function toldToApplications(
  record: ResourceRecord,
  { groupNamePrefix, roles }: ApplicationView,
): ResourceRecord {
  if (record.type === "Group") return shownToApplications(record, { groupNamePrefix, roles });
  if (roles.length === 0) return record;
  const { roles: _, ...document } = parsed(record.documentText);
  return { ...record, documentText: JSON.stringify(document) };
}

/** The name of a member, or of a group, as applications see it. */
export function nameForApplications<Name extends string | null>(
  type: TypeName,
  name: Name,
  { groupNamePrefix }: ApplicationView,
): Name | string {
  return type === "Group" && name !== null ? `${groupNamePrefix}${name}` : name;
}

/** A group of a user. */
interface UserGroup {
  readonly value: string;
  readonly display: string | null;
}

/** The roles that groups give, each once and in order. */
export function rolesOf(
  groups: readonly UserGroup[],
  rules: readonly RoleRule[],
): readonly string[] {
  const keys = new Set(
    groups.flatMap(({ value, display }) => [`id ${value}`, `name ${foldText(display ?? "")}`]),
  );
  const given = rules.filter((rule) => {
    const { namedBy, groupKey } = groupKeyOf(rule);
    return keys.has(`${namedBy} ${groupKey}`);
  });
  return [...new Set(given.map(({ role }) => role))].sort();
}

/**
 * How a rule names its group: what has the form of an id is one, and anything else the displayName, which compares
 * as names do. So a group cannot get at a role by calling itself like the id of another one.
 */
export function groupKeyOf({ group }: RoleRule): {
  readonly namedBy: "id" | "name";
  readonly groupKey: string;
} {
  return UUID.test(group)
    ? { namedBy: "id", groupKey: group.toLowerCase() }
    : { namedBy: "name", groupKey: foldText(group) };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function prefixed(name: unknown, prefix: string): string {
  return `${prefix}${typeof name === "string" ? name : ""}`;
}

function groupsIn(text: string): readonly UserGroup[] {
  // The store writes a JSON list of values and displays.
  return text === "[]" ? [] : (JSON.parse(text) as UserGroup[]);
}

function parsed(documentText: string): JsonObject {
  // The text was written by this program from a JsonObject.
  return JSON.parse(documentText) as JsonObject;
}
