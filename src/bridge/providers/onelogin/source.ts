import type { JsonObject } from "#scim/json.ts";
import type { SourceConfig, SourceCredentials } from "../../config/settings.ts";
import { explainHtml, isNobody, isNotFound } from "../../source/http/html-refusal.ts";
import {
  createSourceHttp,
  isOfRequest,
  type RefusedExchange,
  type RequestOptions,
  type SourceHttp,
} from "../../source/http/http.ts";
import { readResetIn } from "../../source/http/retry-after.ts";
import { type PageSizes, pageSizes, TooLarge } from "../../source/http/sizes.ts";
import { bearerAuthorizer, requestAccessToken } from "../../source/http/token.ts";
import { checkNext, cursorExpired, deltaExpired, trimSlashes } from "../../source/pages/paging.ts";
import { readId, readRecord, readRecords, readText } from "../../source/pages/records.ts";
import { deltaStart, newestStamp, serverTime, withOverlap } from "../../source/pages/stamp.ts";
import { sortTroubles } from "../../source/pages/troubles.ts";
import type {
  Listing,
  MembersPage,
  ScopePage,
  ScopePart,
  Source,
  SourceError,
  SourceGroup,
  SourcePage,
  SourceTools,
} from "../../source/source.ts";
import { fieldsWith } from "../../source/user-fields.ts";
import { readOneloginCursor, writeOneloginCursor } from "./cursor.ts";

export type OneloginConfig = Extract<SourceConfig, { type: "onelogin" }>;
export type OneloginCredentials = Extract<SourceCredentials, { kind: "onelogin" }>;

/**
 * OneLogin's API v2. Its roles are the groups, as they are what people are assigned to; its own groups
 * hold a user in one group alone. A delta shows no deletions, only a full listing's absences do.
 */
export function createOneloginSource(
  config: OneloginConfig,
  credentials: OneloginCredentials,
  tools: SourceTools,
): Source {
  const baseUrl = trimSlashes(config.baseUrl);
  const http = createSourceHttp({
    provider: PROVIDER,
    baseUrl,
    tools,
    authorizer: bearerAuthorizer(tools, "api", () => requestToken(baseUrl, credentials, tools)),
    explain: (refusal) => explainHtml(PROVIDER, refusal),
    // A limit's reset is the number of seconds left.
    readReset: (headers, now) => readResetIn("X-RateLimit-Reset", headers, now),
  });
  const userFields = fieldsWith(USER_FIELDS, tools);
  const sizes = pageSizes(tools.memory);
  const onelogin = { baseUrl, http, sizes, userFields, now: tools.now };
  return sortTroubles(PROVIDER, {
    idOf: (record) => readId(record, "id"),
    userListings: ["users"],
    delta: { users: true, groups: false },
    cursorLifeMs: 3_600_000,
    listPage: (listing, cursor, since) => listPage(onelogin, listing, cursor, since),
    readUser: (sourceId) => readUser(onelogin, sourceId),
    findUser: (key) => findUser(onelogin, key),
    findGroup: (sourceId) => findGroup(onelogin, sourceId),
    readGroup,
    membersPage: (groupId, cursor) => membersPage(onelogin, groupId, cursor),
    scopePage: (part, cursor) => scopePage(onelogin, part, cursor),
  });
}

interface Onelogin {
  readonly baseUrl: string;
  readonly http: SourceHttp;
  readonly sizes: PageSizes;
  readonly userFields: string;
  readonly now: () => number;
}

const PROVIDER = "OneLogin";

/** OneLogin gives no more users at once. */
const PAGE_SIZE = 50;

/** What the mapping reads; a list leaves half of it out unless it is asked for. */
const USER_FIELDS =
  "id,username,email,firstname,lastname,title,department,company,phone,preferred_locale_code," +
  "manager_user_id,state,status,updated_at";

function requestToken(baseUrl: string, credentials: OneloginCredentials, tools: SourceTools) {
  const { clientId, clientSecret } = credentials;
  return requestAccessToken({
    provider: PROVIDER,
    tools,
    url: `${baseUrl}/auth/oauth2/v2/token`,
    // OneLogin's own scheme, without a name.
    headers: { Authorization: `client_id:${clientId}, client_secret:${clientSecret}` },
    body: { grant_type: "client_credentials" },
    explain: (refusal) => explainHtml(PROVIDER, refusal),
  });
}

function explainCursor({ status }: RefusedExchange): SourceError | undefined {
  return isOfRequest(status) ? cursorExpired(PROVIDER) : undefined;
}

/** A stamp that OneLogin no longer takes comes to light at the first page. */
function explainDelta({ status }: RefusedExchange): SourceError | undefined {
  return isOfRequest(status) ? deltaExpired(PROVIDER) : undefined;
}

function listPage(
  onelogin: Onelogin,
  listing: Listing,
  cursor: string | undefined,
  since: string | undefined,
): Promise<SourcePage> {
  return listing === "groups" ? rolesPage(onelogin, cursor) : usersPage(onelogin, cursor, since);
}

async function usersPage(
  onelogin: Onelogin,
  cursor: string | undefined,
  since: string | undefined,
): Promise<SourcePage> {
  const at = cursor === undefined ? undefined : readOneloginCursor(cursor);
  const query = {
    fields: onelogin.userFields,
    ...(since === undefined ? {} : { updated_since: withOverlap(since) }),
  };
  const page = await readPage(onelogin, "/api/2/users", query, at?.after);
  const startedAt = at?.startedAt ?? serverTime(page.headers, onelogin.now());
  const newest = newestStamp(page.records, ["updated_at"], at?.newest ?? since);
  const total = since === undefined ? readTotal(page.headers) : undefined;
  return page.after === undefined
    ? {
        records: page.records,
        next: undefined,
        total,
        deltaFrom: deltaStart(newest, startedAt),
      }
    : {
        records: page.records,
        next: writeOneloginCursor({ after: page.after, startedAt, newest }),
        total,
        deltaFrom: undefined,
      };
}

async function rolesPage(onelogin: Onelogin, cursor: string | undefined): Promise<SourcePage> {
  const { records, after, headers } = await readPage(onelogin, "/api/2/roles", {}, cursor);
  return { records, next: after, total: readTotal(headers), deltaFrom: undefined };
}

/** The page size is in OneLogin's cursor; given again beside it, it would be refused. */
async function readPage(
  { baseUrl, http, sizes }: Onelogin,
  path: string,
  filters: Readonly<Record<string, string>>,
  cursor: string | undefined,
) {
  const isDelta = "updated_since" in filters;
  const first: RequestOptions = isDelta ? { explain: explainDelta } : {};
  const options = cursor === undefined ? first : { explain: explainCursor };
  const list = { name: path, most: PAGE_SIZE };
  const ask = (position: Readonly<Record<string, string>>) =>
    http.get(`${baseUrl}${path}?${new URLSearchParams({ ...filters, ...position })}`, options);
  const { body, headers } =
    cursor === undefined
      ? await sizes.read(list, (size) => ask({ limit: String(size) }))
      : await ask({ cursor }).catch((error: unknown) => {
          // The cursor holds the size: the listing starts again with a smaller one.
          throw error instanceof TooLarge && sizes.shrink(list) ? cursorExpired(PROVIDER) : error;
        });
  const after = headers.get("After-Cursor")?.trim() || undefined;
  return {
    records: readRecords(PROVIDER, body),
    after: checkNext(PROVIDER, after, cursor),
    headers,
  };
}

async function readUser(
  { baseUrl, http }: Onelogin,
  sourceId: string,
): Promise<JsonObject | undefined> {
  const url = `${baseUrl}/api/2/users/${encodeURIComponent(sourceId)}`;
  const answer = await http.find(url, { isGone: isNotFound, isNobody });
  return readRecord(PROVIDER, answer);
}

/** By id, login or address; what is found is compared, as OneLogin reads `*` and `!` in a key. */
async function findUser(onelogin: Onelogin, key: string): Promise<JsonObject | undefined> {
  const user = /^\d+$/.test(key) ? await readUser(onelogin, key) : undefined;
  if (user !== undefined) return user;
  for (const name of ["username", "email"]) {
    const query = { fields: onelogin.userFields, [name]: key };
    const { records } = await readPage(onelogin, "/api/2/users", query, undefined);
    const wanted = key.toLowerCase();
    const found = records.filter((record) => readText(record, name)?.toLowerCase() === wanted);
    if (found.length > 0) return found.length === 1 ? found[0] : undefined;
  }
  return undefined;
}

async function findGroup(
  { baseUrl, http }: Onelogin,
  sourceId: string,
): Promise<JsonObject | undefined> {
  const url = `${baseUrl}/api/2/roles/${encodeURIComponent(sourceId)}`;
  const answer = await http.find(url, { isGone: isNotFound, isNobody });
  return readRecord(PROVIDER, answer);
}

function readGroup(record: JsonObject): SourceGroup | undefined {
  const sourceId = readId(record, "id");
  if (sourceId === undefined) return undefined;
  const displayName = readText(record, "name") ?? "";
  return { sourceId, displayName, isRemoved: false, members: { kind: "listed" } };
}

async function membersPage(
  onelogin: Onelogin,
  groupId: string,
  cursor: string | undefined,
): Promise<MembersPage> {
  const { sourceIds, next } = await readMembers(onelogin, groupId, cursor);
  return { sourceIds, next };
}

/** A role has users alone. */
async function scopePage(
  onelogin: Onelogin,
  { sourceId }: ScopePart,
  cursor: string | undefined,
): Promise<ScopePage> {
  return { ...(await readMembers(onelogin, sourceId, cursor)), groups: [] };
}

async function readMembers(
  { baseUrl, http }: Onelogin,
  groupId: string,
  cursor: string | undefined,
) {
  const role = `${baseUrl}/api/2/roles/${encodeURIComponent(groupId)}`;
  const query = new URLSearchParams(
    cursor === undefined ? { limit: String(PAGE_SIZE) } : { cursor },
  );
  const options: RequestOptions = cursor === undefined ? {} : { explain: explainCursor };
  const answer = await http.get(`${role}/users?${query}`, options);
  const after = answer.headers.get("After-Cursor")?.trim() || undefined;
  return {
    sourceIds: readRecords(PROVIDER, answer.body).flatMap((record) => readId(record, "id") ?? []),
    total: readTotal(answer.headers),
    next: checkNext(PROVIDER, after, cursor),
  };
}

function readTotal(headers: Headers): number | undefined {
  const text = headers.get("Total-Count")?.trim() ?? "";
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
