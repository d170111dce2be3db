import type { Directory } from "#test/support/fake-directory/directory.ts";
import { createIds, defined } from "#test/support/fake-directory/face.ts";
import type { Group } from "#test/support/fake-directory/group.ts";
import type { Person } from "#test/support/fake-directory/person.ts";

/** Ids of Google's users. */
export const GOOGLE_USERS = createIds("1", 20, 10);

/** Ids of Google's groups. */
export const GOOGLE_GROUPS = createIds("0fake", 10, 36);

/** The customer behind `my_customer`. */
export const CUSTOMER_ID = "C01fake";

/** A person as the Directory API shows him. */
export function userRecord(directory: Directory, person: Person): Record<string, unknown> {
  if (person.wire !== undefined) return person.wire;
  const { n, removed, removedAt, status } = person;
  return defined({
    kind: "admin#directory#user",
    id: GOOGLE_USERS.of(n),
    etag: `"${n}-${person.lastUpdated}"`,
    primaryEmail: person.email,
    name: defined({
      givenName: person.givenName,
      familyName: person.familyName,
      fullName: person.displayName,
    }),
    isAdmin: false,
    suspended: status === "disabled",
    archived: status === "staged",
    deletionTime: removed === "soft" ? new Date(removedAt ?? 0).toISOString() : undefined,
    customerId: CUSTOMER_ID,
    orgUnitPath: person.orgUnit,
    isGuestUser: person.isGuest ? true : undefined,
    creationTime: new Date(person.createdAt).toISOString(),
    lastLoginTime: "1970-01-01T00:00:00.000Z",
    nonEditableAliases: [`${n}@example.com.test-google-a.com`],
    recoveryEmail: `private-${n}@example.net`,
    ...listsOf(directory, person),
    ...person.raw,
  });
}

function listsOf(directory: Directory, person: Person): Record<string, unknown> {
  const organization = defined({
    title: person.title ?? undefined,
    department: person.department ?? undefined,
    costCenter: person.costCenter ?? undefined,
    name: person.company ?? undefined,
    description: person.userType ?? undefined,
  });
  const manager =
    typeof person.manager === "number" ? directory.person(person.manager)?.email : undefined;
  const phones = [
    person.phone ? [{ type: "work", value: person.phone }] : [],
    person.mobile ? [{ type: "mobile", value: person.mobile }] : [],
  ].flat();
  const number = person.employeeNumber;
  const language = person.language;
  return defined({
    organizations:
      Object.keys(organization).length === 0 ? undefined : [{ primary: true, ...organization }],
    externalIds: number ? [{ type: "organization", value: number }] : undefined,
    relations: manager ? [{ type: "manager", value: manager }] : undefined,
    phones: phones.length === 0 ? undefined : phones,
    languages: language ? [{ languageCode: language, preference: "preferred" }] : undefined,
  });
}

/** A group as the Directory API shows it. */
export function groupRecord(group: Group): Record<string, unknown> {
  return {
    kind: "admin#directory#group",
    id: GOOGLE_GROUPS.of(group.n),
    etag: `"group-${group.n}-${group.lastMembershipUpdated}"`,
    email: groupEmail(group),
    name: group.name,
    directMembersCount: String(group.people.size + group.groups.size),
    description: group.description ?? "",
    adminCreated: true,
  };
}

function groupEmail({ n }: Group): string {
  return `group-${n}@example.com`;
}

/** The group of an id or an address; undefined for none. */
export function groupByKey(directory: Directory, key: string): Group | undefined {
  const n = GOOGLE_GROUPS.ordinal(key) ?? Number(/^group-(\d+)@example\.com$/.exec(key)?.[1]);
  return Number.isNaN(n) ? undefined : directory.group(n);
}

/** The members of a group, with those of its own groups where they are wanted. */
export function membersOf(
  directory: Directory,
  group: Group,
  isDerived: boolean,
): Record<string, unknown>[] {
  const people = [...group.people].flatMap((n) => directory.person(n) ?? []);
  const groups = [...group.groups].flatMap((n) => directory.group(n) ?? []);
  const member = (id: string, email: unknown, type: string) => ({
    kind: "admin#directory#member",
    id,
    email,
    role: "MEMBER",
    type,
    status: "ACTIVE",
  });
  return [
    ...people.map((person) => member(GOOGLE_USERS.of(person.n), person.email, "USER")),
    ...groups.map((each) => member(GOOGLE_GROUPS.of(each.n), groupEmail(each), "GROUP")),
    ...(group.everyone ? [member(CUSTOMER_ID, undefined, "CUSTOMER")] : []),
    ...group.external.map((email, n) => member(`external-${n}`, email, "EXTERNAL")),
    ...(isDerived ? groups.flatMap((each) => membersOf(directory, each, true)) : []),
  ];
}
