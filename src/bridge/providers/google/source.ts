import type { CryptoKey } from "jose";
import { isJsonObject, type JsonObject, type JsonValue, readMember } from "#scim/json.ts";
import type { SourceConfig, SourceCredentials } from "../../config/settings.ts";
import { isAccepted } from "../../source/http/exchange.ts";
import { createSourceHttp, type SourceHttp } from "../../source/http/http.ts";
import { type PageSizes, pageSizes } from "../../source/http/sizes.ts";
import {
  bearerAuthorizer,
  exchangeToken,
  type ProviderTokenRequest,
  readAccessToken,
  requestAccessToken,
  tokenRefusal,
} from "../../source/http/token.ts";
import type { AccessToken } from "../../source/memory.ts";
import { checkNext, pathSegment, trimSlashes } from "../../source/pages/paging.ts";
import { readId, readRecord, readRecords, readText } from "../../source/pages/records.ts";
import { serverTime } from "../../source/pages/stamp.ts";
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
  UnsupportedMember,
} from "../../source/source.ts";
import { fieldsWith } from "../../source/user-fields.ts";
import { importServiceAccountKey, JWT_BEARER_GRANT, signGoogleAssertion } from "./assertion.ts";
import {
  explainGoogle,
  explainGoogleToken,
  explainPageToken,
  isAboutClock,
  isGoneAtGoogle,
  isGroupGoneAtGoogle,
} from "./refusal.ts";

export type GoogleConfig = Extract<SourceConfig, { type: "google" }>;
export type GoogleCredentials = Extract<SourceCredentials, { kind: "google" }>;

/**
 * Google's Directory API: no delta, deleted users in a listing of their own. Users and groups have
 * tokens of their own scopes, so that a bridge without groups needs no delegation for them.
 */
export function createGoogleSource(
  config: GoogleConfig,
  credentials: GoogleCredentials,
  tools: SourceTools,
): Source {
  const google = {
    userFields: fieldsWith(USER_FIELDS, tools),
    customer: config.customer,
    directoryUrl: `${trimSlashes(config.apiBaseUrl)}/admin/directory/v1`,
    users: createHttp(config, credentials, tools, USER_SCOPES),
    groups: createHttp(config, credentials, tools, GROUP_SCOPES),
    sizes: pageSizes(tools.memory),
  };
  return sortTroubles(PROVIDER, {
    idOf: (record) => readId(record, "id"),
    userListings: ["users", "deletedUsers"],
    delta: { users: false, groups: false },
    cursorLifeMs: PAGE_TOKEN_LIFE_MS,
    listPage: (listing, cursor) => listPage(google, listing, cursor),
    readUser: (sourceId) => readUser(google, sourceId),
    findUser: (key) => readUser(google, key),
    findGroup: (sourceId) => findGroup(google, sourceId),
    readGroup,
    membersPage: (groupId, cursor) => membersPage(google, groupId, cursor),
    scopePage: (part, cursor) => scopePage(google, part, cursor),
  });
}

interface Google {
  readonly userFields: string;
  readonly customer: string;
  readonly directoryUrl: string;
  readonly users: SourceHttp;
  readonly groups: SourceHttp;
  readonly sizes: PageSizes;
}

const PROVIDER = "Google";

/** Google keeps a page token for three days; an hour less, for a slow run. */
const PAGE_TOKEN_LIFE_MS = 71 * 3_600_000;

const SCOPE_BASE = "https://www.googleapis.com/auth";
const USER_SCOPES = [`${SCOPE_BASE}/admin.directory.user.readonly`];
const GROUP_SCOPES = [
  `${SCOPE_BASE}/admin.directory.group.readonly`,
  `${SCOPE_BASE}/admin.directory.group.member.readonly`,
];

/** What the mapping reads; without `fields` a page of 500 users takes megabytes. */
const USER_FIELDS =
  "id,primaryEmail,name,aliases,suspended,archived,deletionTime,organizations,externalIds," +
  "relations,languages,phones,addresses,orgUnitPath,isGuestUser";

function createHttp(
  config: GoogleConfig,
  credentials: GoogleCredentials,
  tools: SourceTools,
  scopes: readonly string[],
): SourceHttp {
  let key: CryptoKey | undefined;
  const request = async () => {
    key ??= await importServiceAccountKey(credentials.privateKey);
    return requestToken(config, credentials, tools, scopes, key);
  };
  return createSourceHttp({
    provider: PROVIDER,
    baseUrl: config.apiBaseUrl,
    tools,
    authorizer: bearerAuthorizer(tools, scopes.join(" "), request),
    explain: explainGoogle,
  });
}

async function requestToken(
  { adminEmail, tokenUrl }: GoogleConfig,
  { clientEmail }: GoogleCredentials,
  tools: SourceTools,
  scopes: readonly string[],
  key: CryptoKey,
): Promise<AccessToken> {
  const requestAt = async (now: number): Promise<ProviderTokenRequest> => ({
    provider: PROVIDER,
    tools,
    url: tokenUrl,
    body: new URLSearchParams({
      grant_type: JWT_BEARER_GRANT,
      assertion: await signGoogleAssertion({ clientEmail, adminEmail, scopes, tokenUrl, key, now }),
    }),
    explain: (refusal) => explainGoogleToken(refusal, scopes),
  });
  const first = await requestAt(tools.now());
  const answer = await exchangeToken(first);
  if (isAccepted(answer)) return readAccessToken(first, answer);
  if (answer.status !== 400 || !isAboutClock(answer)) throw tokenRefusal(first, answer);
  // By Google's own clock, should ours be wrong.
  const second = await requestAt(Date.parse(serverTime(answer.headers, tools.now())));
  return await requestAccessToken(second);
}

async function listPage(
  google: Google,
  listing: Listing,
  cursor: string | undefined,
): Promise<SourcePage> {
  const http = listing === "groups" ? google.groups : google.users;
  const path = listing === "groups" ? "groups" : "users";
  const list = { name: listing, most: listing === "groups" ? 200 : 500 };
  const { body } = await google.sizes.read(list, (size) => {
    const query = new URLSearchParams({
      customer: google.customer,
      maxResults: String(size),
      ...listingQuery(google, listing),
      ...(cursor === undefined ? {} : { pageToken: cursor }),
    });
    const options = cursor === undefined ? {} : { explain: explainPageToken };
    return http.get(`${google.directoryUrl}/${path}?${query}`, options);
  });
  const page = readPage(body, path, cursor);
  return { ...page, total: undefined, deltaFrom: undefined };
}

function listingQuery({ userFields }: Google, listing: Listing): Readonly<Record<string, string>> {
  if (listing === "groups") return { fields: "nextPageToken,groups(id,email,name)" };
  return {
    projection: "full",
    orderBy: "email",
    showDeleted: String(listing === "deletedUsers"),
    fields: `nextPageToken,users(${userFields})`,
  };
}

/** An empty page has no list at all. */
function readPage(
  body: JsonObject | readonly JsonValue[],
  name: string,
  cursor: string | undefined,
): { readonly records: readonly JsonObject[]; readonly next: string | undefined } {
  if (!isJsonObject(body)) return { records: readRecords(PROVIDER, undefined), next: undefined };
  return {
    records: readRecords(PROVIDER, readMember(body, name) ?? []),
    next: checkNext(PROVIDER, readText(body, "nextPageToken"), cursor),
  };
}

/** By id, primary address or alias. */
async function readUser(
  { directoryUrl, users, userFields }: Google,
  key: string,
): Promise<JsonObject | undefined> {
  const segment = pathSegment(key);
  if (segment === undefined) return undefined;
  const query = new URLSearchParams({ projection: "full", fields: userFields });
  const url = `${directoryUrl}/users/${segment}?${query}`;
  const answer = await users.find(url, { isGone: isGoneAtGoogle });
  return readRecord(PROVIDER, answer);
}

async function findGroup(
  { directoryUrl, groups }: Google,
  sourceId: string,
): Promise<JsonObject | undefined> {
  const url = `${directoryUrl}/groups/${encodeURIComponent(sourceId)}?fields=id,email,name`;
  const answer = await groups.find(url, { isGone: isGroupGoneAtGoogle });
  return readRecord(PROVIDER, answer);
}

function readGroup(record: JsonObject): SourceGroup | undefined {
  const sourceId = readText(record, "id");
  if (sourceId === undefined) return undefined;
  const displayName = readText(record, "name") ?? readText(record, "email") ?? "";
  return { sourceId, displayName, isRemoved: false, members: { kind: "listed" } };
}

/** All members at any depth: with includeDerivedMembership Google opens nested groups itself. */
async function scopePage(
  google: Google,
  { sourceId }: ScopePart,
  cursor: string | undefined,
): Promise<ScopePage> {
  const { records, next } = await readMembers(google, sourceId, cursor, {
    includeDerivedMembership: "true",
  });
  const idsOf = (isGroup: boolean) =>
    records
      .filter((member) => (readMember(member, "type") === "GROUP") === isGroup)
      .filter((member) => readUnsupported(member) === undefined)
      .flatMap((member) => readId(member, "id") ?? []);
  return {
    sourceIds: idsOf(false),
    groups: idsOf(true).map((id) => ({ sourceId: id, isExpanded: true })),
    isEveryone: records.some((member) => readUnsupported(member)?.what === "everyone"),
    next,
  };
}

async function readMembers(
  { directoryUrl, groups }: Pick<Google, "directoryUrl" | "groups">,
  groupId: string,
  cursor: string | undefined,
  which: Readonly<Record<string, string>>,
) {
  const query = new URLSearchParams({
    maxResults: "200",
    fields: "nextPageToken,members(id,email,type)",
    ...which,
    ...(cursor === undefined ? {} : { pageToken: cursor }),
  });
  const answer = await groups.get(
    `${directoryUrl}/groups/${encodeURIComponent(groupId)}/members?${query}`,
    cursor === undefined ? {} : { explain: explainPageToken },
  );
  return readPage(answer.body, "members", cursor);
}

/** Users, and groups where they are nested. */
async function membersPage(
  { directoryUrl, groups }: Google,
  groupId: string,
  cursor: string | undefined,
): Promise<MembersPage> {
  const { records, next } = await readMembers({ directoryUrl, groups }, groupId, cursor, {});
  const unsupported = records.flatMap((member) => readUnsupported(member) ?? []);
  const others = records.filter((member) => readUnsupported(member) === undefined);
  const sourceIds = others.flatMap((member) => readId(member, "id") ?? []);
  return { sourceIds, ...(unsupported.length > 0 && { unsupported }), next };
}

/** What is neither a user nor a group: the whole customer, or an address outside. */
function readUnsupported(member: JsonObject): UnsupportedMember | undefined {
  const type = readMember(member, "type");
  if (type === undefined || type === "USER" || type === "GROUP") return undefined;
  const sourceId = readText(member, "email") ?? readId(member, "id");
  if (type === "CUSTOMER") return { what: "everyone", sourceId };
  return { what: type === "EXTERNAL" ? "external" : "other", sourceId };
}
