import type { Schemas } from "../../../api/client.ts";
import { shownValue } from "../../../parts/difference.tsx";

/** An attribute as a person reads it. */
export interface Readable {
  readonly label: string;
  readonly value: string;
}

/** What stands elsewhere on the page, or says nothing to a person. */
const LEFT_OUT = new Set([
  "schemas",
  "meta",
  "groups",
  "roles",
  "accountId",
  "registered",
  "claimed",
]);

/** The attributes of a user, each under its path; values with a type have it in brackets. */
export function readable(user: Schemas["User"]): readonly Readable[] {
  return Object.entries(user).flatMap(([name, value]) =>
    LEFT_OUT.has(name) ? [] : leaves(shortUrn(name), value),
  );
}

function leaves(label: string, value: unknown): readonly Readable[] {
  if (Array.isArray(value)) return value.flatMap((each) => item(label, each));
  if (isObject(value)) {
    return Object.entries(value).flatMap(([name, part]) => leaves(`${label}.${name}`, part));
  }
  return [{ label, value: shownValue(value) }];
}

/** One of several values: by its type where it has one. */
function item(label: string, value: unknown): readonly Readable[] {
  if (!isObject(value) || !("value" in value)) return leaves(label, value);
  const { value: own, type, primary } = value;
  const kinds = [typeof type === "string" ? type : "", primary === true ? "primary" : ""];
  const kind = kinds.filter((each) => each !== "").join(", ");
  return [{ label: kind === "" ? label : `${label} (${kind})`, value: shownValue(own) }];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The extension of RFC 7643 §4.3 by one word; any other by its URN. */
function shortUrn(name: string): string {
  return name === "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    ? "enterprise"
    : name;
}

/** A group of a user. */
export interface InGroup {
  readonly value: string;
  readonly display: string | undefined;
}

/** The groups that a user is in. */
export function groupsOf(user: Schemas["User"]): readonly InGroup[] {
  const { groups } = user;
  if (!Array.isArray(groups)) return [];
  return groups.flatMap((group) => {
    if (!isObject(group) || typeof group.value !== "string") return [];
    const { value, display } = group;
    return [{ value, display: typeof display === "string" ? display : undefined }];
  });
}

/** The roles that applications see of a user, each once. */
export function rolesOf({ roles }: Schemas["User"]): readonly string[] {
  if (!Array.isArray(roles)) return [];
  const names = roles.map((role) => (isObject(role) ? (role.display ?? role.value) : role));
  return [...new Set(names.filter((name) => typeof name === "string"))];
}
