import type { JsonObject } from "#scim/json.ts";
import { createIds, defined } from "#test/support/fake-directory/face.ts";
import type { Group } from "#test/support/fake-directory/group.ts";
import type { Person, PersonFields } from "#test/support/fake-directory/person.ts";

/** Object ids of Graph's users. */
export const ENTRA_USERS = createIds("3f2b8a10-0000-4000-8000-", 12, 16);

/** Object ids of Graph's groups. */
export const ENTRA_GROUPS = createIds("7c91d2e4-0000-4000-9000-", 12, 16);

/** Ids of Entra's service principals: to the one of an ordinal is assigned what the group of it has as members. */
export const ENTRA_APPS = createIds("5d0e11aa-0000-4000-9000-", 12, 16);

/** What a list or a delta row shows of a user where `$select` does not say. */
export const USER_DEFAULTS: readonly string[] = [
  "businessPhones",
  "displayName",
  "givenName",
  "id",
  "jobTitle",
  "mail",
  "mobilePhone",
  "officeLocation",
  "preferredLanguage",
  "surname",
  "userPrincipalName",
];

/** What it shows of a group. */
export const GROUP_DEFAULTS: readonly string[] = [
  "id",
  "displayName",
  "description",
  "mailEnabled",
  "securityEnabled",
  "groupTypes",
  "mailNickname",
];

/** Properties that can be selected for one user only: on a collection they are 501. */
export const SINGLE_ONLY: readonly string[] = [
  "aboutMe",
  "birthday",
  "hireDate",
  "interests",
  "mySite",
  "pastProjects",
  "responsibilities",
  "schools",
  "skills",
];

interface Property {
  /** The model's fields behind it. */
  readonly fields: readonly (keyof PersonFields)[];
  readonly read: (person: Person) => unknown;
}

/** A property that answers to one text of the model. */
function text(field: keyof PersonFields): Property {
  return { fields: [field], read: (person) => person[field] };
}

function never(): Property {
  return { fields: [], read: () => undefined };
}

const USER_PROPERTIES: ReadonlyMap<string, Property> = new Map<string, Property>([
  ["onPremisesExtensionAttributes", never()],
  ["id", { fields: [], read: ({ n }) => ENTRA_USERS.of(n) }],
  ["userPrincipalName", text("userName")],
  ["displayName", text("displayName")],
  ["givenName", text("givenName")],
  ["surname", text("familyName")],
  ["mail", text("email")],
  ["mailNickname", { fields: ["userName"], read: ({ userName }) => userName?.split("@")[0] }],
  ["accountEnabled", { fields: ["status"], read: (person) => isEnabled(person) }],
  ["businessPhones", { fields: ["phone"], read: ({ phone }) => (phone ? [phone] : []) }],
  ["mobilePhone", text("mobile")],
  ["jobTitle", text("title")],
  ["department", text("department")],
  ["companyName", text("company")],
  ["employeeId", text("employeeNumber")],
  ["employeeType", never()],
  ["employeeOrgData", { fields: ["division", "costCenter"], read: orgDataOf }],
  ["preferredLanguage", text("language")],
  ["userType", { fields: ["isGuest"], read: ({ isGuest }) => (isGuest ? "Guest" : "Member") }],
  ["createdDateTime", { fields: [], read: ({ createdAt }) => new Date(createdAt).toISOString() }],
  ...[
    "usageLocation",
    "preferredDataLocation",
    "onPremisesImmutableId",
    "officeLocation",
    "streetAddress",
    "city",
    "state",
    "postalCode",
    "country",
    "faxNumber",
    "otherMails",
    "proxyAddresses",
  ].map((name): [string, Property] => [name, never()]),
]);

/** Whether a user has such a property at all; manager is a link that delta selects like one. */
export function isUserProperty(name: string): boolean {
  return USER_PROPERTIES.has(name) || name === "manager";
}

/** The selected properties of a user; with `changed`, those alone that answer to these fields. */
export function userRow(
  person: Person,
  select: readonly string[],
  changed?: ReadonlySet<string>,
): Record<string, unknown> {
  if (person.wire !== undefined) return selectedOf(person.wire, select);
  const row: Record<string, unknown> = { id: ENTRA_USERS.of(person.n) };
  for (const name of select) {
    const property = USER_PROPERTIES.get(name);
    if (property === undefined) continue;
    if (changed === undefined || property.fields.some((field) => changed.has(field))) {
      row[name] = property.read(person);
    }
  }
  return defined({ ...row, ...person.raw });
}

/** Links (such as manager) and annotations come with every row that has them. */
function selectedOf(wire: JsonObject, select: readonly string[]): Record<string, unknown> {
  const isSent = (name: string) => name === "id" || name === "manager" || name.includes("@");
  const entries = Object.entries(wire).filter(([name]) => isSent(name) || select.includes(name));
  return Object.fromEntries(entries);
}

/** The selected properties of a group. */
export function groupRow(group: Group, select: readonly string[]): Record<string, unknown> {
  const all = new Map<string, unknown>([
    ["displayName", group.name],
    ["description", group.description ?? null],
    ["mailEnabled", false],
    ["securityEnabled", true],
    ["groupTypes", []],
    ["mailNickname", `group-${group.n}`],
  ]);
  const shown = [...all].filter(([name]) => select.includes(name));
  return { id: ENTRA_GROUPS.of(group.n), ...Object.fromEntries(shown) };
}

/** A member as lists and delta rows name it. */
export function userReference(n: number): Record<string, unknown> {
  return { "@odata.type": "#microsoft.graph.user", id: ENTRA_USERS.of(n) };
}

/** A group as a member of another. */
export function groupReference(n: number): Record<string, unknown> {
  return { "@odata.type": "#microsoft.graph.group", id: ENTRA_GROUPS.of(n) };
}

function isEnabled({ status }: Person): boolean {
  return status === "active" || status === "locked";
}

function orgDataOf({ division, costCenter }: Person): unknown {
  if (division === undefined && costCenter === undefined) return undefined;
  return { division: division ?? null, costCenter: costCenter ?? null };
}
