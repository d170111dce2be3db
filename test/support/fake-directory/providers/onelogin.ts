import {
  type Directory,
  isLive,
  type Page,
  personByKey,
} from "#test/support/fake-directory/directory.ts";
import {
  type Call,
  decodeCursor,
  encodeCursor,
  type Face,
  type FaceOptions,
  json,
  pageOf,
  type RefusalStatus,
  readNumber,
  readPage,
  waitSeconds,
} from "#test/support/fake-directory/face.ts";
import type { Group } from "#test/support/fake-directory/group.ts";
import type { Person } from "#test/support/fake-directory/person.ts";
import {
  createTokens,
  readAuthorization,
  type Tokens,
} from "#test/support/fake-directory/tokens.ts";

/** OneLogin's ids are numbers. */
export const ONELOGIN_USER_BASE = 91_000_000;

/** Those of roles. */
export const ONELOGIN_ROLE_BASE = 500_000;

const CLIENT_ID = "fake-onelogin-client";
const CLIENT_SECRET = "fake-onelogin-secret";
const PAGE_MAX = 50;

/** A directory in OneLogin's API v2; groups are roles. */
export function createOneloginFace({ directory }: FaceOptions): Face {
  const tokens = createTokens();
  return {
    source: (origin) => ({ type: "onelogin", baseUrl: origin }),
    credentials: { kind: "onelogin", clientId: CLIENT_ID, clientSecret: CLIENT_SECRET },
    handle: (call) => handle(directory, tokens, call),
    refuse,
    revokeTokens: tokens.revokeAll,
  };
}

function handle(directory: Directory, tokens: Tokens, call: Call): Promise<Response> | Response {
  if (call.path === "/auth/oauth2/v2/token") return giveToken(tokens, call);
  const value = readAuthorization(call.request, "bearer") ?? "";
  if (tokens.check(value, call.now) === undefined) return refuse(401, call);
  const [, kind, id, sub] =
    /^\/api\/2\/(users|roles)(?:\/(\d+))?(?:\/(users))?$/.exec(call.path) ?? [];
  if (kind === "users" && sub === undefined) {
    return id === undefined ? listUsers(directory, call) : readUser(directory, id);
  }
  if (kind !== "roles") return notFound();
  if (id === undefined) {
    const roles = directory.groups().map(roleRecord);
    return listAnswer(call, (from, limit) => pageOf(roles, from, limit), roles.length);
  }
  const role = directory.group(Number(id) - ONELOGIN_ROLE_BASE);
  if (role === undefined) return notFound();
  return sub === undefined ? json(roleRecord(role)) : listRoleUsers(directory, call, role);
}

async function giveToken(tokens: Tokens, call: Call): Promise<Response> {
  const header = call.request.headers.get("Authorization") ?? "";
  const isClient =
    header.replaceAll(" ", "") === `client_id:${CLIENT_ID},client_secret:${CLIENT_SECRET}` ||
    header === `Basic ${btoa(`${CLIENT_ID}:${CLIENT_SECRET}`)}`;
  if (!isClient) return refuse(401, call);
  const body: unknown = await call.request.json().catch(() => undefined);
  if (JSON.stringify(body) !== '{"grant_type":"client_credentials"}') {
    return failure(400, "BadRequestError", "grant_type is incorrect/absent");
  }
  const value = tokens.give({ expiresAt: call.now + 36_000_000, scopes: [] });
  return json({
    access_token: value,
    created_at: new Date(call.now).toISOString(),
    expires_in: 36_000,
    refresh_token: "fake-refresh",
    token_type: "bearer",
    account_id: 1,
  });
}

function listUsers(directory: Directory, call: Call): Response {
  const { query } = call;
  const text = query.get("updated_since");
  const since = text === null ? undefined : Date.parse(text);
  if (since !== undefined && Number.isNaN(since)) {
    return failure(422, "UnprocessableEntityError", "updated_since is not a date");
  }
  const email = query.get("email")?.toLowerCase();
  const userName = query.get("username")?.toLowerCase();
  const keep = (person: Person) =>
    isLive(person) &&
    (email === undefined || person.email?.toLowerCase() === email) &&
    (userName === undefined || person.userName?.toLowerCase() === userName);
  const fields = query.get("fields")?.split(",");
  const read = (from: number, limit: number) => {
    const page = directory.walk({ from, limit, keep, since });
    const records = page.items.map((person) => select(userRecord(person), fields ?? LISTED));
    return { items: records, next: page.next };
  };
  return listAnswer(call, read, directory.liveCount());
}

function readUser(directory: Directory, id: string): Response {
  const person = personByKey(directory, id, (key) => Number(key) - ONELOGIN_USER_BASE);
  return person !== undefined && isLive(person) ? json(userRecord(person)) : notFound();
}

function listRoleUsers(directory: Directory, call: Call, role: Group): Response {
  const people = [...role.people];
  const read = (from: number, limit: number) => {
    const page = pageOf(people, from, limit);
    const items = page.items
      .flatMap((n) => directory.person(n) ?? [])
      .map((person) => ({
        id: ONELOGIN_USER_BASE + person.n,
        name: person.displayName,
        username: person.userName ?? null,
        email: person.email ?? null,
        added_by: null,
        added_at: null,
      }));
    return { items, next: page.next };
  };
  return listAnswer(call, read, people.length);
}

function listAnswer(
  call: Call,
  read: (from: number, limit: number) => Page<unknown>,
  total: number,
): Response {
  const [limitInCursor, from] = readCursor(call.query.get("cursor"));
  const limit = limitInCursor ?? readNumber(call.query, "limit") ?? PAGE_MAX;
  if (from === undefined) return failure(400, "BadRequestError", "The cursor is not valid");
  const size = Math.min(limit, PAGE_MAX);
  const page = readPage(call, from, (position) => read(position, size));
  return json(page.items, 200, {
    "Total-Count": String(total),
    "Total-Pages": String(Math.ceil(total / size)),
    "Page-Items": String(size),
    ...(page.next === undefined ? {} : { "After-Cursor": encodeCursor(`${size} ${page.next}`) }),
  });
}

/** The size of the first page goes on in the cursor. */
function readCursor(cursor: string | null): [number | undefined, number | undefined] {
  if (cursor === null) return [undefined, 0];
  const [, size, from] = /^(\d+) (\d+)$/.exec(String(decodeCursor(cursor))) ?? [];
  return [
    size === undefined ? undefined : Number(size),
    from === undefined ? undefined : Number(from),
  ];
}

/** What a list shows where `fields` does not say; the point read shows everything. */
const LISTED: readonly string[] = [
  "id",
  "username",
  "email",
  "firstname",
  "lastname",
  "phone",
  "state",
  "status",
  "group_id",
  "directory_id",
  "external_id",
  "member_of",
  "created_at",
  "updated_at",
  "activated_at",
  "last_login",
];

function select(record: Record<string, unknown>, fields: readonly string[]): unknown {
  const kept = Object.entries(record).filter(([name]) => name === "id" || fields.includes(name));
  return Object.fromEntries(kept);
}

function userRecord(person: Person): Record<string, unknown> {
  if (person.wire !== undefined) return person.wire;
  const statuses = { active: 1, disabled: 2, locked: 3, staged: 0 } as const;
  const { manager } = person;
  return {
    id: ONELOGIN_USER_BASE + person.n,
    username: person.userName ?? null,
    email: person.email ?? null,
    firstname: person.givenName ?? null,
    lastname: person.familyName ?? null,
    title: person.title ?? null,
    department: person.department ?? null,
    company: person.company ?? null,
    phone: person.phone ?? null,
    preferred_locale_code: person.language ?? null,
    manager_user_id: typeof manager === "number" ? ONELOGIN_USER_BASE + manager : null,
    manager_ad_id: null,
    role_ids: [],
    group_id: null,
    directory_id: null,
    external_id: null,
    member_of: null,
    state: 1,
    status: statuses[person.status],
    created_at: new Date(person.createdAt).toISOString(),
    updated_at: new Date(person.lastUpdated).toISOString(),
    activated_at: null,
    last_login: null,
    comment: null,
    custom_attributes: {},
    ...person.raw,
  };
}

function roleRecord(group: Group): unknown {
  return { id: ONELOGIN_ROLE_BASE + group.n, name: group.name, apps: [], users: [], admins: [] };
}

function refuse(status: RefusalStatus, call: Call): Response {
  switch (status) {
    case 401:
      return failure(401, "Unauthorized", "Authentication Failure");
    case 403:
      return failure(403, "Forbidden", "Insufficient Permissions");
    case 429:
    case "quota":
      // The reset is the number of seconds left.
      return failure(429, "TooManyRequests", "Rate limit exceeded", {
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": String(waitSeconds(call)),
      });
    case 500:
      return failure(500, "InternalServerError", "Internal Server Error");
    case 503:
      return failure(503, "ServiceUnavailable", "Service Unavailable");
  }
}

function notFound(): Response {
  return failure(404, "NotFoundError", "The resource with the given id could not be found");
}

function failure(
  statusCode: number,
  name: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return json({ statusCode, name, message }, statusCode, headers);
}
