import { type Call, createIds, defined } from "#test/support/fake-directory/face.ts";
import type { Group } from "#test/support/fake-directory/group.ts";
import { BASE_TIME, type Person } from "#test/support/fake-directory/person.ts";
import { oktaStatus } from "./okta-filter.ts";

/** Ids of Okta's users. */
export const OKTA_USERS = createIds("00u", 17, 36);

/** Ids of Okta's groups. */
export const OKTA_GROUPS = createIds("00g", 17, 36);

/** Ids of Okta's applications: to the one of an ordinal is assigned what the group of it has as members. */
export const OKTA_APPS = createIds("0oa", 17, 36);

/** The group that every org has, and nobody can change. */
export const EVERYONE_ID = "00geveryone000000000";

/** A person as Okta shows him, cut to the request's `fields`. */
export function userRecord(call: Call, person: Person): unknown {
  if (person.wire !== undefined) return project(person.wire, call.query.get("fields"));
  const id = OKTA_USERS.of(person.n);
  const record = {
    id,
    status: oktaStatus(person),
    created: new Date(person.createdAt).toISOString(),
    activated: null,
    statusChanged: null,
    lastLogin: null,
    lastUpdated: new Date(person.lastUpdated).toISOString(),
    passwordChanged: null,
    type: { id: "otyfakedefaulttype00" },
    profile: profileOf(person),
    credentials: { provider: { type: "OKTA", name: "OKTA" } },
    _links: { self: { href: `${call.url.origin}/api/v1/users/${id}` } },
    ...person.raw,
  };
  return project(record, call.query.get("fields"));
}

function profileOf(person: Person): Record<string, unknown> {
  return defined({
    login: person.userName,
    email: person.email,
    secondEmail: "",
    firstName: person.givenName,
    lastName: person.familyName,
    displayName: person.displayName,
    mobilePhone: person.mobile ?? null,
    primaryPhone: person.phone,
    title: person.title,
    userType: person.userType,
    preferredLanguage: person.language,
    employeeNumber: person.employeeNumber,
    organization: person.company,
    department: person.department,
    division: person.division,
    costCenter: person.costCenter,
    managerId: typeof person.manager === "number" ? OKTA_USERS.of(person.manager) : person.manager,
  });
}

/** `fields=id,status,profile:(login,email)` keeps these members alone; the id always stays. */
function project(record: Readonly<Record<string, unknown>>, fields: string | null): unknown {
  if (fields === null) return record;
  const profile = /profile:\(([^)]*)\)/.exec(fields)?.[1]?.split(",");
  const names = new Set(["id", ...fields.replace(/profile:\([^)]*\)/, "profile").split(",")]);
  const kept = pick(record, names);
  if (profile === undefined) return kept;
  const all = new Map(Object.entries(record)).get("profile");
  return { ...kept, profile: pick(Object(all), new Set(profile)) };
}

function pick(record: object, names: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => names.has(name)));
}

/** A group as Okta shows it. */
export function groupRecord(group: Group): unknown {
  return {
    id: OKTA_GROUPS.of(group.n),
    created: new Date(group.createdAt).toISOString(),
    lastUpdated: new Date(group.lastUpdated).toISOString(),
    lastMembershipUpdated: new Date(group.lastMembershipUpdated).toISOString(),
    objectClass: ["okta:user_group"],
    type: "OKTA_GROUP",
    profile: { name: group.name, description: group.description ?? "" },
  };
}

/** The group of that id as Okta shows it. */
export function everyone(): unknown {
  const at = new Date(BASE_TIME).toISOString();
  return {
    id: EVERYONE_ID,
    created: at,
    lastUpdated: at,
    lastMembershipUpdated: at,
    objectClass: ["okta:user_group"],
    type: "BUILT_IN",
    profile: { name: "Everyone", description: "All users in your organization" },
  };
}
