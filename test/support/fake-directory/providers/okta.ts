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
import { serviceKey } from "#test/support/fake-directory/service-key.ts";
import { readAuthorization } from "#test/support/fake-directory/tokens.ts";
import { GROUP_READERS, parseOktaFilter, USER_READERS } from "./okta-filter.ts";
import {
  EVERYONE_ID,
  everyone,
  groupRecord,
  OKTA_APPS,
  OKTA_GROUPS,
  OKTA_USERS,
  userRecord,
} from "./okta-record.ts";
import { createOktaService, type OktaService } from "./okta-token.ts";

/** How the org was set up. */
export interface OktaOptions extends FaceOptions {
  /** Which credentials are handed out; both kinds are accepted. */
  readonly auth?: "token" | "service";
  /** On by default for new service apps since 2024. */
  readonly isDpopRequired?: boolean;
}

const API_TOKEN = "00fakeOktaApiToken";
const CLIENT_ID = "0oafakeserviceapp000";
const LIMIT_DEFAULT = 200;

/** A directory in Okta's API. */
export async function createOktaFace(options: OktaOptions): Promise<Face> {
  const key = await serviceKey();
  const service = createOktaService({
    clientId: CLIENT_ID,
    key,
    isDpopRequired: options.isDpopRequired ?? true,
  });
  return {
    source: (origin) => ({ type: "okta", baseUrl: origin }),
    credentials:
      options.auth === "service"
        ? { kind: "okta-service", clientId: CLIENT_ID, privateKeyJwk: key.privateKeyJwk }
        : { kind: "okta-token", apiToken: API_TOKEN },
    handle: (call) => handle(options.directory, service, call),
    refuse,
    revokeTokens: service.revokeTokens,
  };
}

async function handle(directory: Directory, service: OktaService, call: Call): Promise<Response> {
  if (call.request.method === "POST" && call.path === "/oauth2/v1/token")
    return service.token(call);
  const [, kind = "", id, sub] =
    /^\/api\/v1\/(users|groups|apps)(?:\/([^/]+))?(?:\/(users|groups))?$/.exec(call.path) ?? [];
  const scope = `okta.${kind}.read`;
  const access = await checkAccess(service, call, scope);
  if (access !== "ok") return refuse(access === "forbidden" ? 403 : 401, call);
  if (kind === "users" && sub === undefined) {
    return id === undefined ? listUsers(directory, call) : readUser(directory, call, id);
  }
  if (kind === "apps") return listAssigned(directory, call, id ?? "", sub);
  if (kind !== "groups") return notFound(call.path);
  if (id === undefined) return listGroups(directory, call);
  return sub === undefined ? readGroup(directory, id) : listMembers(directory, call, id);
}

async function checkAccess(service: OktaService, call: Call, scope: string) {
  const token = readAuthorization(call.request, "SSWS");
  if (token !== undefined) return token === API_TOKEN ? "ok" : "unauthorized";
  return service.check(call, scope);
}

function listUsers(directory: Directory, call: Call): Response {
  const { query } = call;
  const text = query.get("search") ?? query.get("filter");
  const filter = text === null ? undefined : parseOktaFilter(text, USER_READERS);
  if (text !== null && filter === undefined) return invalidFilter(text);
  // A bare list leaves the deprovisioned out; search and filter have them.
  const keep = (person: Person) =>
    person.removed !== "permanent" && (filter?.matches(person) ?? isLive(person));
  return listAnswer(call, (from, limit) => {
    const page = directory.walk({ from, limit, keep, since: filter?.since });
    return { items: page.items.map((person) => userRecord(call, person)), next: page.next };
  });
}

function listGroups(directory: Directory, call: Call): Response {
  const text = call.query.get("filter");
  const filter = text === null ? undefined : parseOktaFilter(text, GROUP_READERS);
  if (text !== null && filter === undefined) return invalidFilter(text);
  const groups = directory.groups().filter((group) => filter?.matches(group) ?? true);
  const records = [everyone(), ...groups.map(groupRecord)];
  return listAnswer(call, (from, limit) => pageOf(records, from, limit), 10_000);
}

function listMembers(directory: Directory, call: Call, id: string): Response {
  const record = (person: Person) => userRecord(call, person);
  if (id === EVERYONE_ID) {
    return listAnswer(call, (from, limit) => {
      const page = directory.walk({ from, limit, keep: isLive });
      return { items: page.items.map(record), next: page.next };
    });
  }
  const group = groupById(directory, id);
  if (group === undefined) return notFound(id);
  const people = [...group.people];
  return listAnswer(
    call,
    (from, limit) => {
      const page = pageOf(people, from, limit);
      return {
        items: page.items.flatMap((n) => directory.person(n) ?? []).map(record),
        next: page.next,
      };
    },
    1_000,
  );
}

/** Who is assigned to an application, on his own or through a group; or the groups assigned to it. */
function listAssigned(
  directory: Directory,
  call: Call,
  id: string,
  sub: string | undefined,
): Response {
  const n = OKTA_APPS.ordinal(id);
  const assigned = n === undefined ? undefined : directory.group(n);
  if (assigned === undefined || sub === undefined) return notFound(id);
  const groups = [...assigned.groups].flatMap((each) => directory.group(each) ?? []);
  const people = new Set([assigned, ...groups].flatMap((group) => [...group.people]));
  const records: readonly unknown[] =
    sub === "groups"
      ? groups.map((group) => ({ id: OKTA_GROUPS.of(group.n), priority: 0, profile: {} }))
      : [...people].map((each) => ({ id: OKTA_USERS.of(each), status: "ACTIVE", scope: "USER" }));
  const limitMax = sub === "groups" ? LIMIT_DEFAULT : 500;
  return listAnswer(call, (from, limit) => pageOf(records, from, limit), limitMax);
}

function listAnswer(
  call: Call,
  read: (from: number, limit: number) => Page<unknown>,
  limitMax = LIMIT_DEFAULT,
): Response {
  const limit = call.query.has("limit") ? readNumber(call.query, "limit") : LIMIT_DEFAULT;
  const from = readPosition(call.query.get("after"));
  if (limit === undefined || limit > limitMax) return validationFailed("limit");
  if (from === undefined) return validationFailed("after");
  const page = readPage(call, from, (position) => read(position, limit));
  const links = [`<${linkTo(call, {})}>; rel="self"`];
  if (page.next !== undefined) {
    links.push(`<${linkTo(call, { after: encodeCursor(page.next) })}>; rel="next"`);
  }
  return json(page.items, 200, { Link: links.join(", "), ...rateLimit(call, 599) });
}

function readUser(directory: Directory, call: Call, id: string): Response {
  const key = decodeURIComponent(id);
  const person = personByKey(directory, key, OKTA_USERS.ordinal);
  return person === undefined ? notFound(key) : json(userRecord(call, person));
}

function readGroup(directory: Directory, id: string): Response {
  if (id === EVERYONE_ID) return json(everyone());
  const group = groupById(directory, id);
  return group === undefined ? notFound(id) : json(groupRecord(group));
}

function groupById(directory: Directory, id: string): Group | undefined {
  const n = OKTA_GROUPS.ordinal(id);
  return n === undefined ? undefined : directory.group(n);
}

function refuse(status: RefusalStatus, call: Call): Response {
  switch (status) {
    case 401:
      return failure(401, "E0000011", "Invalid token provided");
    case 403:
      return failure(403, "E0000006", "You do not have permission to perform the requested action");
    case 429:
    case "quota":
      return failure(
        429,
        "E0000047",
        "API call exceeded rate limit due to too many requests.",
        rateLimit(call, 0),
      );
    case 500:
      return failure(500, "E0000009", "Internal Server Error");
    case 503:
      return failure(503, "E0000091", "The service is unavailable");
  }
}

/** The reset is a moment in seconds since 1970; Okta promises no Retry-After. */
function rateLimit(call: Call, remaining: number): Record<string, string> {
  return {
    "X-Rate-Limit-Limit": "600",
    "X-Rate-Limit-Remaining": String(remaining),
    "X-Rate-Limit-Reset": String(Math.ceil(call.now / 1_000) + waitSeconds(call)),
  };
}

function notFound(what: string): Response {
  return failure(404, "E0000007", `Not found: Resource not found: ${what}`);
}

function invalidFilter(text: string): Response {
  return failure(400, "E0000031", `Invalid search criteria: ${text}`);
}

function validationFailed(what: string): Response {
  return failure(400, "E0000001", `Api validation failed: ${what}`);
}

function failure(
  status: number,
  errorCode: string,
  errorSummary: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = { errorCode, errorSummary, errorLink: errorCode, errorId: "fake", errorCauses: [] };
  return json(body, status, headers);
}
