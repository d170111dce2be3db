import { type Directory, isLive, personByKey } from "#test/support/fake-directory/directory.ts";
import {
  type Call,
  createIds,
  defined,
  encodeCursor,
  type Face,
  type FaceOptions,
  json,
  type RefusalStatus,
  readNumber,
  readPage,
  readPosition,
  waitSeconds,
} from "#test/support/fake-directory/face.ts";
import type { Group } from "#test/support/fake-directory/group.ts";
import type { Person } from "#test/support/fake-directory/person.ts";
import { readAuthorization } from "#test/support/fake-directory/tokens.ts";

/** How well the server pages. */
export interface ScimOptions extends FaceOptions {
  /** "broken" ignores startIndex and count and gives the first 20 for ever, as a real server does. */
  readonly paging?: ScimPaging;
}

/**
 * "ownTotal" says as totalResults how many came on the page; "cursor" refuses startIndex and knows RFC 9865's
 * cursors alone; "whole" gives everything at once whatever it is asked for.
 */
export type ScimPaging = "exact" | "broken" | "ownTotal" | "cursor" | "whole";

/** Ids of the SCIM server's users. */
export const SCIM_USERS = createIds("2819c223-0000-4000-8000-", 12, 16);

/** Ids of the SCIM server's groups. */
export const SCIM_GROUPS = createIds("e9e30dba-0000-4000-9000-", 12, 16);

const TOKEN = "fake-scim-bearer-token";
const ROOT = "/scim/v2";
const COUNT_MAX = 200;
const BROKEN_PAGE = 20;

/** A directory in SCIM 2.0 (RFC 7644). */
export function createScimFace({ directory, paging = "exact" }: ScimOptions): Face {
  return {
    source: (origin) => ({ type: "scim", baseUrl: `${origin}${ROOT}` }),
    credentials: { kind: "scim", token: TOKEN },
    handle: (call) => handle(directory, paging, call),
    refuse,
    revokeTokens: () => {},
  };
}

function handle(directory: Directory, paging: ScimPaging, call: Call): Response {
  if (readAuthorization(call.request, "Bearer") !== TOKEN) return refuse(401, call);
  if (call.path === `${ROOT}/ServiceProviderConfig`) return json(SERVICE_PROVIDER_CONFIG);
  const [, kind, id] = /^\/scim\/v2\/(Users|Groups)(?:\/([^/]+))?$/.exec(call.path) ?? [];
  if (kind === undefined) return notFound();
  if (id !== undefined) {
    return kind === "Users" ? readUser(directory, id) : readGroup(directory, id);
  }
  return kind === "Users"
    ? listUsers(directory, paging, call)
    : listGroups(directory, paging, call);
}

function listUsers(directory: Directory, paging: ScimPaging, call: Call): Response {
  const filter = call.query.get("filter");
  if (filter !== null) return filterUsers(directory, filter);
  return listAnswer(call, paging, directory.liveCount(), (offset, limit) =>
    directory.slice(offset, limit).map(userResource),
  );
}

function listGroups(directory: Directory, paging: ScimPaging, call: Call): Response {
  const groups = directory.groups();
  const hasMembers = call.query.get("excludedAttributes") !== "members";
  return listAnswer(call, paging, groups.length, (offset, limit) =>
    groups
      .slice(offset, offset + limit)
      .map((group) => groupResource(directory, group, hasMembers)),
  );
}

function listAnswer(
  call: Call,
  paging: ScimPaging,
  total: number,
  read: (offset: number, limit: number) => readonly unknown[],
): Response {
  if (paging === "cursor") return cursorAnswer(call, total, read);
  if (paging === "whole") return listResponse(read(0, total), total, 1);
  const isBroken = paging === "broken";
  const startIndex = isBroken ? 1 : Math.max(1, Number(call.query.get("startIndex") ?? 1));
  const wanted = Math.max(0, Number(call.query.get("count") ?? 100));
  const limit = isBroken ? BROKEN_PAGE : Math.min(wanted, COUNT_MAX);
  if (Number.isNaN(startIndex) || Number.isNaN(limit)) return failure(400, "Not a number");
  const page = readPage(call, startIndex - 1, (offset) => ({
    items: read(offset, limit),
    next: undefined,
  }));
  return listResponse(page.items, paging === "ownTotal" ? page.items.length : total, startIndex);
}

function cursorAnswer(
  call: Call,
  total: number,
  read: (offset: number, limit: number) => readonly unknown[],
): Response {
  if (call.query.has("startIndex")) return failure(400, "startIndex is not known", "invalidValue");
  const from = readPosition(call.query.get("cursor"));
  if (from === undefined) return failure(400, "No such cursor", "invalidCursor");
  const limit = Math.min(readNumber(call.query, "count") ?? 100, COUNT_MAX);
  const nextCursor = from + limit < total ? encodeCursor(from + limit) : undefined;
  return listResponse(read(from, limit), total, undefined, nextCursor);
}

/** Equality on the attributes that name a person; every other filter is refused (RFC 7644 §3.12). */
function filterUsers(directory: Directory, filter: string): Response {
  const [, attribute, value = ""] = /^(userName|emails\.value) eq "([^"]*)"$/i.exec(filter) ?? [];
  if (attribute === undefined) return failure(400, "Unsupported filter", "invalidFilter");
  const person = directory.find(value);
  const actual = attribute.toLowerCase() === "username" ? person?.userName : person?.email;
  const isMatch = person !== undefined && actual?.toLowerCase() === value.toLowerCase();
  return listResponse(isMatch ? [userResource(person)] : [], isMatch ? 1 : 0, 1);
}

function listResponse(
  resources: readonly unknown[],
  totalResults: number,
  startIndex: number | undefined,
  nextCursor?: string,
) {
  return json({
    schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
    totalResults,
    startIndex,
    itemsPerPage: resources.length,
    ...(nextCursor !== undefined && { nextCursor }),
    Resources: resources,
  });
}

function readUser(directory: Directory, id: string): Response {
  const person = personByKey(directory, decodeURIComponent(id), SCIM_USERS.ordinal);
  return person !== undefined && isLive(person) ? json(userResource(person)) : notFound();
}

function readGroup(directory: Directory, id: string): Response {
  const n = SCIM_GROUPS.ordinal(id);
  const group = n === undefined ? undefined : directory.group(n);
  return group === undefined ? notFound() : json(groupResource(directory, group, true));
}

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

function userResource(person: Person): unknown {
  if (person.wire !== undefined) return person.wire;
  const { phone, mobile } = person;
  return defined({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
    id: SCIM_USERS.of(person.n),
    externalId: `another-system-${person.n}`,
    userName: person.userName ?? undefined,
    displayName: person.displayName ?? undefined,
    name: { givenName: person.givenName ?? undefined, familyName: person.familyName ?? undefined },
    title: person.title ?? undefined,
    userType: person.userType ?? undefined,
    preferredLanguage: person.language ?? undefined,
    active: person.status === "active" || person.status === "locked",
    emails: person.email ? [{ value: person.email, type: "work", primary: true }] : undefined,
    phoneNumbers: [
      ...(phone ? [{ value: phone, type: "work" }] : []),
      ...(mobile ? [{ value: mobile, type: "mobile" }] : []),
    ],
    [ENTERPRISE]: defined({
      department: person.department ?? undefined,
      organization: person.company ?? undefined,
      division: person.division ?? undefined,
      costCenter: person.costCenter ?? undefined,
      employeeNumber: person.employeeNumber ?? undefined,
      manager:
        typeof person.manager === "number" ? { value: SCIM_USERS.of(person.manager) } : undefined,
    }),
    groups: [],
    roles: [{ value: "someone-else's" }],
    meta: {
      resourceType: "User",
      created: new Date(person.createdAt).toISOString(),
      lastModified: new Date(person.lastUpdated).toISOString(),
    },
    ...person.raw,
  });
}

function groupResource(directory: Directory, group: Group, hasMembers: boolean): unknown {
  const people = [...group.people].filter((n) => directory.person(n) !== undefined);
  const members = [
    ...people.map((n) => ({ value: SCIM_USERS.of(n), type: "User" })),
    ...[...group.groups].map((n) => ({ value: SCIM_GROUPS.of(n), type: "Group" })),
  ];
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
    id: SCIM_GROUPS.of(group.n),
    displayName: group.name,
    ...(hasMembers ? { members } : {}),
    meta: { resourceType: "Group", lastModified: new Date(group.lastUpdated).toISOString() },
  };
}

const SERVICE_PROVIDER_CONFIG = {
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: COUNT_MAX },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: false },
  authenticationSchemes: [
    { type: "oauthbearertoken", name: "Bearer token", description: "A token of the fake." },
  ],
};

function refuse(status: RefusalStatus, call: Call): Response {
  switch (status) {
    case 401:
      return failure(401, "Authorization failure");
    case 403:
      return failure(403, "Operation is not permitted");
    case 429:
    case "quota":
      return failure(429, "Too many requests", undefined, {
        "Retry-After": String(waitSeconds(call)),
      });
    case 500:
      return failure(500, "Internal server error");
    case 503:
      return failure(503, "Service unavailable");
  }
}

function notFound(): Response {
  return failure(404, "Resource not found");
}

function failure(
  status: number,
  detail: string,
  scimType?: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const schemas = ["urn:ietf:params:scim:api:messages:2.0:Error"];
  return json(defined({ schemas, status: String(status), scimType, detail }), status, headers);
}
