import { isJsonObject, type JsonObject, readMember } from "#scim/json.ts";
import type { SourceConfig, SourceCredentials } from "../../config/settings.ts";
import {
  createSourceHttp,
  fixedAuthorizer,
  type RequestOptions,
  type SourceHttp,
} from "../../source/http/http.ts";
import { type PageSizes, pageSizes } from "../../source/http/sizes.ts";
import { readNextLink } from "../../source/pages/link.ts";
import { checkNextUrl, pathSegment, trimSlashes } from "../../source/pages/paging.ts";
import { readRecord, readRecords, readText } from "../../source/pages/records.ts";
import { deltaStart, newestStamp, serverTime, withOverlap } from "../../source/pages/stamp.ts";
import { sortTroubles } from "../../source/pages/troubles.ts";
import type {
  Listing,
  MembersPage,
  ScopePage,
  ScopePart,
  Source,
  SourceGroup,
  SourcePage,
  SourceTools,
} from "../../source/source.ts";
import { fieldsWith } from "../../source/user-fields.ts";
import { readOktaCursor, writeOktaCursor } from "./cursor.ts";
import {
  explainOkta,
  explainOktaCursor,
  explainOktaDelta,
  isGoneAtOkta,
  readOktaReset,
} from "./refusal.ts";
import { oktaServiceAuthorizer } from "./service.ts";

export type OktaConfig = Extract<SourceConfig, { type: "okta" }>;
export type OktaCredentials = Extract<SourceCredentials, { kind: "okta-token" | "okta-service" }>;

/**
 * Okta's Users and Groups API. A full listing of users searches, as a bare list leaves out deprovisioned
 * ones; a delta filters by lastUpdated, which is consistent. Each scope has a token of its own, so that a
 * bridge without groups needs no grant for them.
 */
export function createOktaSource(
  config: OktaConfig,
  credentials: OktaCredentials,
  tools: SourceTools,
): Source {
  const okta = {
    userFields: `id,status,lastUpdated,profile:(${fieldsWith(PROFILE_FIELDS, tools)})`,
    baseUrl: trimSlashes(config.baseUrl),
    users: createHttp(config, credentials, tools, "okta.users.read"),
    groups: createHttp(config, credentials, tools, "okta.groups.read"),
    apps: createHttp(config, credentials, tools, "okta.apps.read"),
    now: tools.now,
    sizes: pageSizes(tools.memory),
  };
  return sortTroubles(PROVIDER, {
    idOf: (record) => readText(record, "id"),
    userListings: ["users"],
    delta: { users: true, groups: true },
    cursorLifeMs: 3_600_000,
    listPage: (listing, cursor, since) => listPage(okta, listing, cursor, since),
    readUser: (sourceId) => readUser(okta, sourceId),
    findUser: (key) => findUser(okta, key),
    findGroup: (sourceId) => findGroup(okta, sourceId),
    readGroup,
    membersPage: (groupId, cursor) => membersPage(okta, groupId, cursor),
    scopePage: (part, cursor) => scopePage(okta, part, cursor),
  });
}

interface Okta {
  readonly userFields: string;
  readonly baseUrl: string;
  readonly users: SourceHttp;
  readonly groups: SourceHttp;
  readonly apps: SourceHttp;
  readonly now: () => number;
  readonly sizes: PageSizes;
}

const PROVIDER = "Okta";

/** Okta's own page size; a larger one is cut to it. */
const PAGE_SIZE = 200;

/** Okta gives more of those who are assigned to an application. */
const ASSIGNED_SIZE = 500;

/** What moves when a user, a group or its members change. */
const STAMPS = ["lastUpdated", "lastMembershipUpdated"];

/** What the mapping reads; Okta's secondEmail and security answers never leave Okta. */
const PROFILE_FIELDS =
  "login,email,firstName,lastName,middleName,honorificPrefix," +
  "honorificSuffix,nickName,displayName,title,userType,preferredLanguage,locale,timezone,profileUrl," +
  "primaryPhone,mobilePhone,streetAddress,city,state,zipCode,countryCode,employeeNumber,organization," +
  "department,division,costCenter,manager,managerId";

function createHttp(
  config: OktaConfig,
  credentials: OktaCredentials,
  tools: SourceTools,
  scope: string,
): SourceHttp {
  const baseUrl = trimSlashes(config.baseUrl);
  const authorizer =
    credentials.kind === "okta-token"
      ? fixedAuthorizer({ Authorization: `SSWS ${credentials.apiToken}` })
      : oktaServiceAuthorizer({ ...credentials, baseUrl, scope, tools });
  return createSourceHttp({
    provider: PROVIDER,
    baseUrl,
    tools,
    authorizer,
    explain: explainOkta(scope),
    readReset: readOktaReset,
  });
}

async function listPage(
  okta: Okta,
  listing: Listing,
  cursor: string | undefined,
  since: string | undefined,
): Promise<SourcePage> {
  const at = cursor === undefined ? undefined : readOktaCursor(cursor);
  const url = at?.url ?? firstPageUrl(okta, listing, since);
  const http = listing === "groups" ? okta.groups : okta.users;
  const answer = await okta.sizes.read({ name: listing, most: PAGE_SIZE }, (size) =>
    http.get(withLimit(url, size), explainAt(cursor, since)),
  );
  const records = readRecords(PROVIDER, answer.body);
  const startedAt = at?.startedAt ?? serverTime(answer.headers, okta.now());
  const newest = newestStamp(records, STAMPS, at?.newest ?? since);
  const next = checkNextUrl(PROVIDER, okta.baseUrl, readNextLink(answer.headers), url);
  return next === undefined
    ? { records, next: undefined, total: undefined, deltaFrom: deltaStart(newest, startedAt) }
    : {
        records,
        next: writeOktaCursor({ url: next, startedAt, newest }),
        total: undefined,
        deltaFrom: undefined,
      };
}

/** Okta's links are followed as they are; where a page was too large, with a smaller limit alone. */
function withLimit(url: string, size: number): string {
  return size === PAGE_SIZE ? url : url.replace(/([?&]limit=)\d+/, `$1${size}`);
}

/** A stamp that Okta no longer takes comes to light at the first page. */
function explainAt(cursor: string | undefined, since: string | undefined): RequestOptions {
  if (cursor !== undefined) return { explain: explainOktaCursor };
  return since === undefined ? {} : { explain: explainOktaDelta };
}

function firstPageUrl(
  { baseUrl, userFields }: Okta,
  listing: Listing,
  since: string | undefined,
): string {
  const from = since === undefined ? undefined : JSON.stringify(withOverlap(since));
  const query = new URLSearchParams({
    limit: String(PAGE_SIZE),
    ...(listing === "groups" ? whichGroups(from) : whichUsers(userFields, from)),
  });
  return `${baseUrl}/api/v1/${listing === "groups" ? "groups" : "users"}?${query}`;
}

function whichUsers(userFields: string, from: string | undefined): Record<string, string> {
  const which = from === undefined ? { search: "status pr" } : { filter: `lastUpdated ge ${from}` };
  return { fields: userFields, ...which };
}

function whichGroups(from: string | undefined): Record<string, string> {
  if (from === undefined) return {};
  return { filter: `lastUpdated gt ${from} or lastMembershipUpdated gt ${from}` };
}

async function readUser({ baseUrl, users }: Okta, key: string): Promise<JsonObject | undefined> {
  const segment = pathSegment(key);
  if (segment === undefined) return undefined;
  const answer = await users.find(`${baseUrl}/api/v1/users/${segment}`, {
    isGone: (refusal) => isGoneAtOkta(refusal, key, "User"),
  });
  return readRecord(PROVIDER, answer);
}

/** By id or login; then by a filter, which knows e-mail addresses, and logins that no path can hold. */
async function findUser(okta: Okta, key: string): Promise<JsonObject | undefined> {
  // Okta's own word for the caller.
  const user = key === "me" ? undefined : await readUser(okta, key);
  if (user !== undefined) return user;
  const text = JSON.stringify(key);
  const filter = `profile.login eq ${text} or profile.email eq ${text}`;
  const query = new URLSearchParams({ limit: "2", filter });
  const answer = await okta.users.get(`${okta.baseUrl}/api/v1/users?${query}`);
  const [found, ...others] = readRecords(PROVIDER, answer.body);
  return others.length === 0 ? found : undefined;
}

async function findGroup(
  { baseUrl, groups }: Okta,
  sourceId: string,
): Promise<JsonObject | undefined> {
  const answer = await groups.find(`${baseUrl}/api/v1/groups/${encodeURIComponent(sourceId)}`, {
    isGone: (refusal) => isGoneAtOkta(refusal, sourceId, "Group"),
  });
  return readRecord(PROVIDER, answer);
}

/** A built-in group (Everyone, the administrators) is Okta's own. */
function readGroup(record: JsonObject): SourceGroup | undefined {
  const sourceId = readText(record, "id");
  if (sourceId === undefined || readMember(record, "type") === "BUILT_IN") return undefined;
  const profile = readMember(record, "profile");
  const displayName = isJsonObject(profile) ? (readText(profile, "name") ?? "") : "";
  return { sourceId, displayName, isRemoved: false, members: { kind: "listed" } };
}

async function membersPage(
  { baseUrl, groups }: Okta,
  groupId: string,
  cursor: string | undefined,
): Promise<MembersPage> {
  const group = `${baseUrl}/api/v1/groups/${encodeURIComponent(groupId)}`;
  const url = cursor ?? `${group}/users?limit=${PAGE_SIZE}`;
  const answer = await groups.get(url, cursor === undefined ? {} : { explain: explainOktaCursor });
  const records = readRecords(PROVIDER, answer.body);
  return {
    sourceIds: records.flatMap((record) => readText(record, "id") ?? []),
    next: checkNextUrl(PROVIDER, baseUrl, readNextLink(answer.headers), url),
  };
}

/** Okta nests no groups; whom an application has through a group is among its users. */
async function scopePage(
  okta: Okta,
  { kind, sourceId }: ScopePart,
  cursor: string | undefined,
): Promise<ScopePage> {
  if (kind === "group") {
    const { sourceIds, next } = await membersPage(okta, sourceId, cursor);
    return { sourceIds, groups: [], next };
  }
  const { baseUrl, apps } = okta;
  const app = `${baseUrl}/api/v1/apps/${encodeURIComponent(sourceId)}`;
  const url = cursor ?? `${app}/users?limit=${ASSIGNED_SIZE}`;
  const answer = await apps.get(url, cursor === undefined ? {} : { explain: explainOktaCursor });
  const ids = readRecords(PROVIDER, answer.body).flatMap((record) => readText(record, "id") ?? []);
  const next = checkNextUrl(PROVIDER, baseUrl, readNextLink(answer.headers), url);
  const { pathname } = new URL(url);
  if (pathname.endsWith("/groups")) {
    return { sourceIds: [], groups: ids.map((id) => ({ sourceId: id, isExpanded: true })), next };
  }
  return { sourceIds: ids, groups: [], next: next ?? `${app}/groups?limit=${PAGE_SIZE}` };
}
