import { type Directory, isLive, personByKey } from "#test/support/fake-directory/directory.ts";
import {
  type Call,
  createIds,
  type Face,
  type FaceOptions,
  json,
  pageOf,
  type RefusalStatus,
  readNumber,
  readPage,
} from "#test/support/fake-directory/face.ts";
import type { Group } from "#test/support/fake-directory/group.ts";
import type { Person } from "#test/support/fake-directory/person.ts";

/** Ids of JumpCloud's users, in the order in which they were made. */
export const JUMPCLOUD_USERS = createIds("65a0", 20, 16);

/** Ids of JumpCloud's user groups. */
export const JUMPCLOUD_GROUPS = createIds("66b0", 20, 16);

const API_KEY = "fake-jumpcloud-api-key";
const LIMIT_DEFAULT = 10;
const LIMIT_MAX = 100;

/** A directory in JumpCloud's APIs v1 (users) and v2 (groups). */
export function createJumpcloudFace({ directory }: FaceOptions): Face {
  return {
    source: (origin) => ({ type: "jumpcloud", baseUrl: origin, userNameFrom: "email" }),
    credentials: { kind: "jumpcloud", apiKey: API_KEY },
    handle: (call) => handle(directory, call),
    refuse,
    revokeTokens: () => {},
  };
}

function handle(directory: Directory, call: Call): Response {
  if (call.request.headers.get("x-api-key") !== API_KEY) return refuse(401);
  const [, userId] = /^\/api\/systemusers\/([^/]+)$/.exec(call.path) ?? [];
  if (call.path === "/api/systemusers") return listUsers(directory, call);
  if (userId !== undefined) return readUser(directory, userId);
  const [, groupId, sub] =
    /^\/api\/v2\/usergroups(?:\/([^/]+))?(?:\/(members))?$/.exec(call.path) ?? [];
  if (call.path === "/api/v2/usergroups") return listV2(call, directory.groups().map(groupRecord));
  const n = JUMPCLOUD_GROUPS.ordinal(groupId ?? "");
  const group = n === undefined ? undefined : directory.group(n);
  if (group === undefined) return notFound();
  return sub === undefined ? json(groupRecord(group)) : listV2(call, membersOf(group));
}

function listUsers(directory: Directory, call: Call): Response {
  const { query } = call;
  const filter = query.get("filter");
  if (filter !== null) return filterUsers(directory, filter);
  const limit = Math.min(readNumber(query, "limit") ?? LIMIT_DEFAULT, LIMIT_MAX);
  const skip = readNumber(query, "skip") ?? 0;
  // Without an order by id, pages overlap and leave records out: a page begins one record late.
  const shift = query.get("sort") === "_id" || skip === 0 ? 0 : 1;
  const page = readPage(call, skip, (from) => ({
    items: directory.slice(from + shift, limit),
    next: undefined,
  }));
  return json({ totalCount: directory.liveCount(), results: page.items.map(userRecord) });
}

function filterUsers(directory: Directory, filter: string): Response {
  const [, field, value = ""] = /^(email|username):\$eq:(.*)$/.exec(filter) ?? [];
  if (field === undefined) return failure(400, "Bad Request: filter");
  const person = directory.find(value);
  const actual = field === "email" ? person?.email : person?.userName;
  const isMatch = person !== undefined && actual?.toLowerCase() === value.toLowerCase();
  const results = isMatch ? [userRecord(person)] : [];
  return json({ totalCount: results.length, results });
}

function readUser(directory: Directory, id: string): Response {
  const person = personByKey(directory, id, JUMPCLOUD_USERS.ordinal);
  return person !== undefined && isLive(person) ? json(userRecord(person)) : notFound();
}

function listV2(call: Call, records: readonly unknown[]): Response {
  const limit = Math.min(readNumber(call.query, "limit") ?? LIMIT_DEFAULT, LIMIT_MAX);
  const skip = readNumber(call.query, "skip") ?? 0;
  const page = readPage(call, skip, (from) => pageOf(records, from, limit));
  return json(page.items, 200, { "X-Total-Count": String(records.length) });
}

function membersOf(group: Group): unknown[] {
  const from = { id: JUMPCLOUD_GROUPS.of(group.n), type: "user_group" };
  const people = [...group.people].map((n) => ({ id: JUMPCLOUD_USERS.of(n), type: "user" }));
  const groups = [...group.groups].map((n) => ({
    id: JUMPCLOUD_GROUPS.of(n),
    type: "user_group",
  }));
  return [...people, ...groups].map((to) => ({ from, to: { ...to, attributes: null } }));
}

function userRecord(person: Person): unknown {
  if (person.wire !== undefined) return person.wire;
  const states = {
    active: "ACTIVATED",
    locked: "ACTIVATED",
    disabled: "SUSPENDED",
    staged: "STAGED",
  } as const;
  const id = JUMPCLOUD_USERS.of(person.n);
  return {
    _id: id,
    id,
    username: person.userName ?? "",
    email: person.email ?? "",
    firstname: person.givenName ?? "",
    middlename: "",
    lastname: person.familyName ?? "",
    displayname: person.displayName ?? "",
    jobTitle: person.title ?? "",
    department: person.department ?? "",
    costCenter: person.costCenter ?? "",
    company: person.company ?? "",
    employeeType: person.userType ?? "",
    employeeIdentifier: person.employeeNumber ?? null,
    alternateEmail: `private-${person.n}@example.net`,
    state: states[person.status],
    activated: person.status !== "staged",
    suspended: person.status === "disabled",
    account_locked: person.status === "locked",
    password_expired: false,
    manager: typeof person.manager === "number" ? JUMPCLOUD_USERS.of(person.manager) : null,
    phoneNumbers: person.phone ? [{ type: "work", number: person.phone }] : [],
    addresses: [],
    attributes: [],
    created: new Date(person.createdAt).toISOString(),
    ...person.raw,
  };
}

function groupRecord(group: Group): unknown {
  return {
    id: JUMPCLOUD_GROUPS.of(group.n),
    name: group.name,
    type: "user_group",
    description: group.description ?? "",
    email: "",
    attributes: null,
  };
}

function refuse(status: RefusalStatus): Response {
  switch (status) {
    case 401:
      return failure(401, "Unauthorized");
    case 403:
      return failure(403, "Forbidden");
    case 429:
    case "quota":
      return failure(429, "Too Many Requests");
    case 500:
      return failure(500, "Internal Server Error");
    case 503:
      return failure(503, "Service Unavailable");
  }
}

function notFound(): Response {
  return failure(404, "Not Found");
}

function failure(status: number, message: string): Response {
  return json({ message, error: message, code: status }, status);
}
