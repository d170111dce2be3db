import {
  type Directory,
  isLive,
  type Page,
  personByKey,
} from "#test/support/fake-directory/directory.ts";
import {
  type Call,
  encodeCursor,
  type Face,
  type FaceOptions,
  json,
  linkTo,
  pageOf,
  type RefusalStatus,
  readNumber,
  readPage,
  readPosition,
  waitSeconds,
} from "#test/support/fake-directory/face.ts";
import type { Group } from "#test/support/fake-directory/group.ts";
import type { Person } from "#test/support/fake-directory/person.ts";
import {
  createTokens,
  readAuthorization,
  type Tokens,
} from "#test/support/fake-directory/tokens.ts";
import { answerDelta } from "./entra-delta.ts";
import {
  ENTRA_APPS,
  ENTRA_GROUPS,
  ENTRA_USERS,
  GROUP_DEFAULTS,
  groupReference,
  groupRow,
  isUserProperty,
  SINGLE_ONLY,
  USER_DEFAULTS,
  userReference,
  userRow,
} from "./entra-record.ts";

const TENANT_ID = "0f3c1a52-1111-4222-8333-444455556666";
const CLIENT_ID = "5b2d7c90-aaaa-4bbb-8ccc-ddddeeeeffff";
const CLIENT_SECRET = "fake~EntraClientSecret";
const TOP_DEFAULT = 100;
const TOP_MAX = 999;

/** A directory in Microsoft Graph. */
export function createEntraFace({ directory }: FaceOptions): Face {
  const tokens = createTokens();
  return {
    source: (origin) => ({
      type: "entra",
      tenantId: TENANT_ID,
      graphBaseUrl: origin,
      loginBaseUrl: origin,
    }),
    credentials: { kind: "entra", clientId: CLIENT_ID, clientSecret: CLIENT_SECRET },
    handle: (call) => handle(directory, tokens, call),
    refuse,
    revokeTokens: tokens.revokeAll,
  };
}

function handle(directory: Directory, tokens: Tokens, call: Call): Promise<Response> | Response {
  if (call.path.endsWith("/oauth2/v2.0/token")) return giveToken(tokens, call);
  const value = readAuthorization(call.request, "Bearer") ?? "";
  if (tokens.check(value, call.now) === undefined) return refuse(401, call);
  const [, kind, id, sub] =
    /^\/v1\.0\/(users|groups|servicePrincipals)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(call.path) ?? [];
  if (kind === "servicePrincipals" && sub === "appRoleAssignedTo") {
    return answerAssigned(directory, call, id ?? "");
  }
  if (kind === "users") return answerUsers(directory, call, id, sub);
  return kind === "groups" ? answerGroups(directory, call, id, sub) : notFound(call.path);
}

async function giveToken(tokens: Tokens, call: Call): Promise<Response> {
  const form = new URLSearchParams(await call.request.text());
  const basic = atob(readAuthorization(call.request, "Basic") ?? "");
  const isClient =
    (form.get("client_id") === CLIENT_ID && form.get("client_secret") === CLIENT_SECRET) ||
    basic === `${CLIENT_ID}:${encodeURIComponent(CLIENT_SECRET)}`;
  if (call.path !== `/${TENANT_ID}/oauth2/v2.0/token`) {
    return tokenError(400, "invalid_request", 90002, "Tenant not found.");
  }
  if (form.get("grant_type") !== "client_credentials") {
    return tokenError(400, "unsupported_grant_type", 70003, "The grant type is not supported.");
  }
  if (form.get("scope")?.endsWith("/.default") !== true) {
    return tokenError(400, "invalid_scope", 70011, "The provided value for scope is not valid.");
  }
  if (!isClient)
    return tokenError(401, "invalid_client", 7000215, "Invalid client secret provided.");
  const lifeSeconds = 3_599;
  const value = tokens.give({ expiresAt: call.now + lifeSeconds * 1_000, scopes: [] });
  return json({
    token_type: "Bearer",
    expires_in: lifeSeconds,
    ext_expires_in: lifeSeconds,
    access_token: value,
  });
}

function answerUsers(
  directory: Directory,
  call: Call,
  id: string | undefined,
  sub: string | undefined,
): Response {
  const select = readSelect(call);
  if (id === "delta") {
    return (
      refuseUserSelect(select) ??
      refuseDeltaOptions(call) ??
      answerDelta(directory, call, "users", select)
    );
  }
  if (id === undefined) return refuseUserSelect(select) ?? listUsers(directory, call, select);
  const person = personById(directory, decodeURIComponent(id));
  if (person === undefined) return notFound(id);
  if (sub === "manager") return answerManager(person, id);
  return json(withManager(call, person, userRow(person, select ?? USER_DEFAULTS)));
}

function answerGroups(
  directory: Directory,
  call: Call,
  id: string | undefined,
  sub: string | undefined,
): Response {
  const select = readSelect(call);
  if (id === "delta")
    return refuseDeltaOptions(call) ?? answerDelta(directory, call, "groups", select);
  const row = (group: Group) => groupRow(group, select ?? GROUP_DEFAULTS);
  if (id === undefined) {
    const page = (from: number, limit: number) => pageOf(directory.groups().map(row), from, limit);
    return listAnswer(call, page);
  }
  const n = ENTRA_GROUPS.ordinal(id);
  const group = n === undefined ? undefined : directory.group(n);
  if (group === undefined) return notFound(id);
  if (sub === undefined) return json(row(group));
  const members = membersOf(directory, group, sub === "transitiveMembers");
  return listAnswer(call, (from, limit) => pageOf(members, from, limit));
}

function answerAssigned(directory: Directory, call: Call, id: string): Response {
  const n = ENTRA_APPS.ordinal(id);
  const assigned = n === undefined ? undefined : directory.group(n);
  if (assigned === undefined) return notFound(id);
  const rows = [
    ...[...assigned.people].map((each) => ({
      principalId: ENTRA_USERS.of(each),
      principalType: "User",
    })),
    ...[...assigned.groups].map((each) => ({
      principalId: ENTRA_GROUPS.of(each),
      principalType: "Group",
    })),
    { principalId: id, principalType: "ServicePrincipal" },
  ];
  return listAnswer(call, (from, limit) => pageOf(rows, from, limit));
}

function listUsers(
  directory: Directory,
  call: Call,
  select: readonly string[] | undefined,
): Response {
  const matches = parseFilter(call.query.get("$filter"));
  if (matches === undefined) return badRequest("Invalid filter clause.");
  const keep = (person: Person) => isLive(person) && matches(person);
  return listAnswer(
    call,
    (from, limit) => {
      const page = directory.walk({ from, limit, keep });
      const rows = page.items.map((person) =>
        withManager(call, person, userRow(person, select ?? USER_DEFAULTS)),
      );
      return { items: rows, next: page.next };
    },
    () => directory.liveCount(),
  );
}

function listAnswer(
  call: Call,
  read: (from: number, limit: number) => Page<unknown>,
  count?: () => number,
): Response {
  const limit = call.query.has("$top") ? readNumber(call.query, "$top") : TOP_DEFAULT;
  const from = readPosition(call.query.get("$skiptoken"));
  if (call.fault?.kind === "expiredDelta") return gone();
  if (call.query.has("$skip")) return badRequest("'$skip' is not supported by the service.");
  if (limit === undefined || limit < 1 || limit > TOP_MAX) return badRequest("Invalid page size.");
  if (from === undefined) return badRequest("Invalid $skiptoken.");
  const page = readPage(call, from, (position) => read(position, limit));
  const isCounted = call.query.get("$count") === "true" && count !== undefined;
  return json({
    "@odata.context": `${call.url.origin}/v1.0/$metadata`,
    ...(isCounted ? { "@odata.count": count() } : {}),
    ...(page.next === undefined
      ? {}
      : { "@odata.nextLink": linkTo(call, { $skiptoken: encodeCursor(page.next) }) }),
    value: page.items,
  });
}

function membersOf(directory: Directory, group: Group, isTransitive: boolean): unknown[] {
  const people = [...group.people].map(userReference);
  const groups = [...group.groups];
  if (!isTransitive) return [...people, ...groups.map(groupReference)];
  const nested = groups.flatMap((n) => directory.group(n) ?? []);
  const below = nested.flatMap((each) => membersOf(directory, each, true));
  return [...people, ...groups.map(groupReference), ...below];
}

function answerManager(person: Person, id: string): Response {
  return typeof person.manager === "number" ? json(userReference(person.manager)) : notFound(id);
}

function withManager(call: Call, person: Person, row: Record<string, unknown>): unknown {
  const isExpanded = call.query.get("$expand")?.startsWith("manager") === true;
  if (!isExpanded || typeof person.manager !== "number") return row;
  return { ...row, manager: userReference(person.manager) };
}

function personById(directory: Directory, key: string): Person | undefined {
  const person = personByKey(directory, key, ENTRA_USERS.ordinal);
  return person !== undefined && isLive(person) ? person : undefined;
}

const FILTERED: ReadonlyMap<string, (person: Person) => unknown> = new Map([
  ["userType", ({ isGuest }: Person): unknown => (isGuest ? "guest" : "member")],
  ["userPrincipalName", ({ userName }: Person): unknown => userName?.toLowerCase()],
  ["mail", ({ email }: Person): unknown => email?.toLowerCase()],
]);

/** Equalities joined by `or`, on what the API can filter by; undefined for any other filter. */
function parseFilter(text: string | null): ((person: Person) => boolean) | undefined {
  if (text === null) return () => true;
  const terms = text.split(" or ").map((term) => /^(\w+) eq '((?:[^']|'')*)'$/.exec(term.trim()));
  const known = terms.map((term) => FILTERED.get(term?.[1] ?? ""));
  if (known.some((read) => read === undefined)) return undefined;
  return (person) =>
    known.some((read, index) => {
      const wanted = terms[index]?.[2]?.replaceAll("''", "'").toLowerCase();
      return read?.(person) === wanted;
    });
}

function readSelect({ query }: Call): readonly string[] | undefined {
  return query
    .get("$select")
    ?.split(",")
    .map((name) => name.trim());
}

function refuseUserSelect(select: readonly string[] | undefined): Response | undefined {
  const single = select?.find((name) => SINGLE_ONLY.includes(name));
  if (single !== undefined) {
    return failure(501, "NotImplemented", `${single} is not available on a collection.`);
  }
  const unknown = select?.find((name) => !isUserProperty(name));
  if (unknown === undefined) return undefined;
  return badRequest(`Could not find a property named '${unknown}' on type 'microsoft.graph.user'.`);
}

function refuseDeltaOptions({ query }: Call): Response | undefined {
  const refused = ["$top", "$expand", "$orderby", "$filter", "$search"].find((name) =>
    query.has(name),
  );
  return refused === undefined ? undefined : badRequest(`${refused} is not supported by delta.`);
}

function refuse(status: RefusalStatus, call: Call): Response {
  switch (status) {
    case 401:
      return failure(401, "InvalidAuthenticationToken", "Access token is empty or invalid.");
    case 403:
      return failure(403, "Authorization_RequestDenied", "Insufficient privileges.");
    case 429:
    case "quota":
      return failure(429, "TooManyRequests", "Too many requests.", {
        "Retry-After": String(waitSeconds(call)),
      });
    case 500:
      return failure(500, "InternalServerError", "Internal server error.");
    case 503:
      return failure(503, "ServiceUnavailable", "The service is temporarily unavailable.");
  }
}

function tokenError(status: number, error: string, code: number, text: string): Response {
  return json({ error, error_description: `AADSTS${code}: ${text}`, error_codes: [code] }, status);
}

function gone(): Response {
  return failure(410, "resyncRequired", "Resync required.");
}

function badRequest(message: string): Response {
  return failure(400, "Request_BadRequest", message);
}

function notFound(what: string): Response {
  return failure(404, "Request_ResourceNotFound", `Resource '${what}' does not exist.`);
}

function failure(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const innerError = {
    date: "2026-01-01T00:00:00",
    "request-id": "fake",
    "client-request-id": "fake",
  };
  return json({ error: { code, message, innerError } }, status, headers);
}
