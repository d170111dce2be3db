import { isJsonObject, type JsonObject, readMember } from "#scim/json.ts";
import type { SourceConfig, SourceCredentials } from "../../config/settings.ts";
import { explainHtml, isNobody, isNotFound } from "../../source/http/html-refusal.ts";
import { createSourceHttp, fixedAuthorizer, type SourceHttp } from "../../source/http/http.ts";
import { type PageSizes, pageSizes } from "../../source/http/sizes.ts";
import { repeatedRecords } from "../../source/pages/page-cursor.ts";
import { trimSlashes } from "../../source/pages/paging.ts";
import { readRecord, readRecords, readText } from "../../source/pages/records.ts";
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
import { readSkipCursor, writeSkipCursor } from "./cursor.ts";
import { readJumpcloudUsers, readTotalCount, type SkippedPage } from "./users.ts";

export type JumpcloudConfig = Extract<SourceConfig, { type: "jumpcloud" }>;
export type JumpcloudCredentials = Extract<SourceCredentials, { kind: "jumpcloud" }>;

/** JumpCloud's APIs v1 (users) and v2 (groups): no delta, and no sign of a deletion but absence. */
export function createJumpcloudSource(
  config: JumpcloudConfig,
  credentials: JumpcloudCredentials,
  tools: SourceTools,
): Source {
  const baseUrl = trimSlashes(config.baseUrl);
  const organization: Record<string, string> =
    config.orgId === undefined ? {} : { "x-org-id": config.orgId };
  const http = createSourceHttp({
    provider: PROVIDER,
    baseUrl,
    tools,
    authorizer: fixedAuthorizer({ "x-api-key": credentials.apiKey, ...organization }),
    explain: (refusal) => explainHtml(PROVIDER, refusal),
  });
  const jumpcloud = { apiUrl: `${baseUrl}/api`, http, sizes: pageSizes(tools.memory) };
  return sortTroubles(PROVIDER, {
    idOf: (record) => readText(record, "_id"),
    userListings: ["users"],
    delta: { users: false, groups: false },
    cursorLifeMs: 3_600_000,
    listPage: (listing, cursor) => listPage(jumpcloud, listing, cursor),
    readUser: (sourceId) => readUser(jumpcloud, sourceId),
    findUser: (key) => findUser(jumpcloud, key),
    findGroup: (sourceId) => findGroup(jumpcloud, sourceId),
    readGroup,
    membersPage: (groupId, cursor) => membersPage(jumpcloud, groupId, cursor),
    scopePage: (part, cursor) => scopePage(jumpcloud, part, cursor),
  });
}

interface Jumpcloud {
  readonly apiUrl: string;
  readonly http: SourceHttp;
  readonly sizes: PageSizes;
}

const PROVIDER = "JumpCloud";

/** JumpCloud gives no more at once. */
const PAGE_SIZE = 100;

async function listPage(
  jumpcloud: Jumpcloud,
  listing: Listing,
  cursor: string | undefined,
): Promise<SourcePage> {
  if (listing !== "groups") {
    // A page begins with the last user of the page before: two are the least that goes on.
    const list = { name: listing, most: PAGE_SIZE, least: 2 };
    const read = (skip: number) =>
      jumpcloud.sizes.read(list, (size) => readUsers(jumpcloud, skip, size));
    return readJumpcloudUsers(read, cursor);
  }
  const query = (skip: number) => `limit=${PAGE_SIZE}&skip=${skip}&sort=name`;
  const url = (skip: number) => `${jumpcloud.apiUrl}/v2/usergroups?${query(skip)}`;
  let total: number | undefined;
  const read = async (skip: number) => {
    const { body, headers } = await jumpcloud.http.get(url(skip));
    const text = headers.get("X-Total-Count")?.trim() ?? "";
    total = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
    return readRecords(PROVIDER, body);
  };
  const page = await readSkippedPage(read, (record) => readText(record, "id"), cursor);
  return { ...page, total, deltaFrom: undefined };
}

async function readUsers(
  { apiUrl, http }: Jumpcloud,
  skip: number,
  size: number,
): Promise<SkippedPage> {
  const query = `limit=${size}&skip=${skip}&sort=_id`;
  const { body } = await http.get(`${apiUrl}/systemusers?${query}`);
  const page = isJsonObject(body) ? body : {};
  return {
    records: readRecords(PROVIDER, readMember(page, "results")),
    total: readTotalCount(page),
  };
}

/** A page by position of a list that tells no total: it ends with a page that is not full. */
async function readSkippedPage(
  read: (skip: number) => Promise<readonly JsonObject[]>,
  idOf: (record: JsonObject) => string | undefined,
  cursor: string | undefined,
): Promise<{ readonly records: readonly JsonObject[]; readonly next: string | undefined }> {
  const at = cursor === undefined ? undefined : readSkipCursor(cursor);
  const skip = at?.skip ?? 0;
  const records = await read(skip);
  const first = records.flatMap((record) => idOf(record) ?? [])[0];
  if (at !== undefined && first === at.first) throw repeatedRecords(PROVIDER);
  const isEnd = records.length < PAGE_SIZE || first === undefined;
  const next = isEnd ? undefined : writeSkipCursor({ skip: skip + records.length, first });
  return { records, next };
}

async function readUser(
  { apiUrl, http }: Jumpcloud,
  sourceId: string,
): Promise<JsonObject | undefined> {
  const url = `${apiUrl}/systemusers/${encodeURIComponent(sourceId)}`;
  const answer = await http.find(url, { isGone: isNotFound, isNobody });
  return readRecord(PROVIDER, answer);
}

/** By id, address or login; what is found is compared, as a filter that is not understood finds everybody. */
async function findUser(jumpcloud: Jumpcloud, key: string): Promise<JsonObject | undefined> {
  const user = /^[0-9a-f]{24}$/i.test(key) ? await readUser(jumpcloud, key) : undefined;
  if (user !== undefined) return user;
  const wanted = key.toLowerCase();
  for (const name of ["email", "username"]) {
    const query = new URLSearchParams({ limit: "2", filter: `${name}:$eq:${key}` });
    const { body } = await jumpcloud.http.get(`${jumpcloud.apiUrl}/systemusers?${query}`);
    const page = isJsonObject(body) ? body : {};
    const records = readRecords(PROVIDER, readMember(page, "results"));
    const found = records.filter((record) => readText(record, name)?.toLowerCase() === wanted);
    if (found.length > 0) return found.length === 1 ? found[0] : undefined;
  }
  return undefined;
}

async function findGroup(
  { apiUrl, http }: Jumpcloud,
  sourceId: string,
): Promise<JsonObject | undefined> {
  const url = `${apiUrl}/v2/usergroups/${encodeURIComponent(sourceId)}`;
  const answer = await http.find(url, { isGone: isNotFound, isNobody });
  return readRecord(PROVIDER, answer);
}

function readGroup(record: JsonObject): SourceGroup | undefined {
  const sourceId = readText(record, "id");
  if (sourceId === undefined) return undefined;
  const displayName = readText(record, "name") ?? "";
  return { sourceId, displayName, isRemoved: false, members: { kind: "listed" } };
}

/** Users alone. */
async function membersPage(
  jumpcloud: Jumpcloud,
  groupId: string,
  cursor: string | undefined,
): Promise<MembersPage> {
  const page = await readMembers(jumpcloud, groupId, cursor);
  const sourceIds = page.records.flatMap((record) => readMemberId(record, "user") ?? []);
  return { sourceIds, next: page.next };
}

/** Users, and groups that are nested. */
async function scopePage(
  jumpcloud: Jumpcloud,
  { sourceId }: ScopePart,
  cursor: string | undefined,
): Promise<ScopePage> {
  const { records, next } = await readMembers(jumpcloud, sourceId, cursor);
  const groups = records.flatMap((record) => readMemberId(record, "user_group") ?? []);
  return {
    sourceIds: records.flatMap((record) => readMemberId(record, "user") ?? []),
    groups: groups.map((id) => ({ sourceId: id, isExpanded: false })),
    next,
  };
}

function readMembers({ apiUrl, http }: Jumpcloud, groupId: string, cursor: string | undefined) {
  const group = `${apiUrl}/v2/usergroups/${encodeURIComponent(groupId)}`;
  const url = `${group}/members?limit=${PAGE_SIZE}`;
  const read = async (skip: number) =>
    readRecords(PROVIDER, (await http.get(`${url}&skip=${skip}`)).body);
  const idOf = (record: JsonObject) =>
    readMemberId(record, "user") ?? readMemberId(record, "user_group");
  return readSkippedPage(read, idOf, cursor);
}

function readMemberId(record: JsonObject, type: "user" | "user_group"): string | undefined {
  const to = readMember(record, "to");
  if (!isJsonObject(to) || readMember(to, "type") !== type) return undefined;
  return readText(to, "id");
}
