import { isJsonObject, type JsonObject, readMember } from "#scim/json.ts";
import type { SourceConfig, SourceCredentials } from "../../config/settings.ts";
import { explainHtml } from "../../source/http/html-refusal.ts";
import {
  createSourceHttp,
  type ExplainRefusal,
  fixedAuthorizer,
  isOfRequest,
  type RefusedExchange,
  type SourceHttp,
} from "../../source/http/http.ts";
import { type PageSizes, pageSizes, TooLarge } from "../../source/http/sizes.ts";
import { repeatedRecords } from "../../source/pages/page-cursor.ts";
import { cursorExpired, pathSegment, trimSlashes } from "../../source/pages/paging.ts";
import { readId, readRecord, readRecords, readText } from "../../source/pages/records.ts";
import { sortTroubles } from "../../source/pages/troubles.ts";
import {
  type Listing,
  type MembersPage,
  type ScopePage,
  type ScopePart,
  type Source,
  SourceError,
  type SourceGroup,
  type SourcePage,
  type SourceTools,
} from "../../source/source.ts";
import {
  FIRST_PAGE,
  isRepeated,
  marksOf,
  readScimCursor,
  type ScimCursor,
  writeScimCursor,
} from "./cursor.ts";

export type ScimConfig = Extract<SourceConfig, { type: "scim" }>;
export type ScimCredentials = Extract<SourceCredentials, { kind: "scim" }>;

/**
 * A SCIM 2.0 server (RFC 7644). Servers page badly, so a listing goes on by the number of resources that
 * really came, and fails at a page that came before. There is no delta: a filter by meta.lastModified
 * that a server ignores looks like one that it applied.
 */
export function createScimSource(
  config: ScimConfig,
  credentials: ScimCredentials,
  tools: SourceTools,
): Source {
  const baseUrl = trimSlashes(config.baseUrl);
  const http = createSourceHttp({
    provider: PROVIDER,
    baseUrl,
    tools,
    authorizer: fixedAuthorizer({
      Authorization: `Bearer ${credentials.token}`,
      Accept: "application/scim+json, application/json",
    }),
    explain: (refusal) => explainHtml(PROVIDER, refusal),
  });
  const asked = new Set(tools.extraProperties);
  const leftOut = NEVER_COPIED.filter((name) => !asked.has(name));
  const server = { baseUrl, http, leftOut, sizes: pageSizes(tools.memory) };
  return sortTroubles(PROVIDER, {
    idOf: (record) => readId(record, "id"),
    userListings: ["users"],
    delta: { users: false, groups: false },
    cursorLifeMs: 3_600_000,
    listPage: (listing, cursor) => listPage(server, listing, cursor),
    readUser: (sourceId) => readResource(server, "Users", sourceId),
    findUser: (key) => findUser(server, key),
    findGroup: (sourceId) => readResource(server, "Groups", sourceId),
    readGroup,
    membersPage: (groupId) => membersPage(server, groupId),
    scopePage: (part) => scopePage(server, part),
  });
}

interface Server {
  readonly baseUrl: string;
  readonly http: SourceHttp;
  /** Attributes that listings of users leave out. */
  readonly leftOut: readonly string[];
  readonly sizes: PageSizes;
}

const PROVIDER = "The SCIM server";

/** Groups come with their members, and may be large. */
const COUNTS = { Users: 100, Groups: 20 } as const;

/** A server of which so many resources in a row are too large gives nothing else. */
const SKIPS_MAX = 10;

/** What is large and never copied; a server that does not know the parameter is asked without it. */
const NEVER_COPIED: readonly string[] = ["photos", "x509Certificates"];

async function listPage(
  server: Server,
  listing: Listing,
  cursor: string | undefined,
): Promise<SourcePage> {
  const endpoint = listing === "groups" ? "Groups" : "Users";
  const at = cursor === undefined ? FIRST_PAGE : readScimCursor(cursor);
  const list = { name: endpoint, most: COUNTS[endpoint] };
  try {
    const read = (count: number) => readPage(server, endpoint, at, count);
    return scimPage(at, await server.sizes.read(list, read));
  } catch (error) {
    if (!(error instanceof TooLarge) || at.cursor !== undefined) throw error;
    return skipOne(at, error);
  }
}

/** A resource that is too large by itself: the listing goes on behind it, and is not whole. */
function skipOne(at: ScimCursor, error: TooLarge): SourcePage {
  const { detail } = error;
  const skips = (at.skips ?? 0) + 1;
  if (skips > SKIPS_MAX) throw error;
  const startIndex = at.startIndex + 1;
  const next = writeScimCursor({ ...at, startIndex, skips, claimed: undefined });
  const skipped = [
    `The resource at startIndex ${at.startIndex} of the SCIM server's list is too large to be read, and was left out: ${detail}`,
  ];
  return { records: [], next, total: undefined, deltaFrom: undefined, skipped };
}

/** One page, by position; by cursor where the server has answered with one or refuses positions. */
async function readPage(server: Server, endpoint: Endpoint, at: ScimCursor, count: number) {
  const byCursor = { cursor: at.cursor ?? "", count: String(count) };
  if (at.cursor !== undefined) return await readList(server, endpoint, byCursor, explainCursor);
  const byIndex = { startIndex: String(at.startIndex), count: String(count) };
  try {
    const page = await readList(server, endpoint, byIndex);
    const isSame = at !== FIRST_PAGE && isRepeated(marksOf(page.records), at);
    if (!isSame) return page;
    // All came at once, and come again whatever is asked for.
    if (at.claimed !== undefined) return { records: [], total: at.claimed, nextCursor: undefined };
    const anew = await readList(server, endpoint, byCursor);
    if (anew.nextCursor === undefined) throw repeatedRecords(PROVIDER);
    return { ...anew, records: [] };
  } catch (error) {
    // Asked for more than it said there is, a server may answer anything.
    if (at.claimed !== undefined && isAnyTrouble(error)) {
      return { records: [], total: at.claimed, nextCursor: undefined };
    }
    // RFC 9865: a server may page by cursor alone.
    if (!(error instanceof RefusedQuery) || at !== FIRST_PAGE) throw error;
    const page = await readList(server, endpoint, byCursor).catch(() => {
      throw error;
    });
    return { ...page, isByCursor: true };
  }
}

/** The records of a page, and where the next one is. Totals that are the page's own are not believed. */
function scimPage(at: ScimCursor, list: ScimList): SourcePage {
  const { records, total, nextCursor } = list;
  const marks = marksOf(records);
  const seen = { first: at === FIRST_PAGE ? marks : at.first, previous: marks };
  const page = { records, deltaFrom: undefined };
  if (list.isByCursor || at.cursor !== undefined || nextCursor !== undefined) {
    if (nextCursor === undefined) return { ...page, next: undefined, total };
    if (nextCursor === at.cursor) throw repeatedRecords(PROVIDER);
    return { ...page, next: writeScimCursor({ ...at, ...seen, cursor: nextCursor }), total };
  }
  const following = at.startIndex + records.length;
  if (records.length === 0) {
    const told = at.startIndex > 1 && total === 0 ? at.claimed : total;
    return { ...page, next: undefined, total: at.isOwnTotal ? undefined : told };
  }
  const isShort = total !== undefined && total < following - 1;
  const isOwnTotal =
    at.isOwnTotal ||
    (at.startIndex > 1 && at.claimed !== undefined) ||
    (isShort && total === records.length);
  // A first page that is all there is, by its own word, is the first of more where the total is the page's.
  const isDoubtful = at.startIndex === 1 && total === records.length;
  const isEnd = total !== undefined && following > total && !isOwnTotal && !isDoubtful;
  const claimed = isDoubtful ? total : undefined;
  const next = writeScimCursor({ ...seen, startIndex: following, claimed, isOwnTotal });
  return { ...page, next: isEnd ? undefined : next, total: isOwnTotal ? undefined : total };
}

/** A query that the server refuses as it is: it may not know one of its parameters. */
class RefusedQuery extends SourceError {}

function explainQuery({ status }: RefusedExchange): SourceError | undefined {
  if (!isOfRequest(status)) return undefined;
  return new RefusedQuery(
    { kind: "malformed" },
    `The SCIM server refused to list its resources (status ${status}). Check the bridge's base address.`,
  );
}

function explainCursor({ status }: RefusedExchange): SourceError | undefined {
  return isOfRequest(status) ? cursorExpired(PROVIDER) : undefined;
}

type Endpoint = "Users" | "Groups";

interface ScimList {
  readonly records: readonly JsonObject[];
  readonly total: number | undefined;
  readonly nextCursor: string | undefined;
  /** Asked for by cursor (RFC 9865): without another cursor the listing ends. */
  readonly isByCursor?: boolean;
}

function isAnyTrouble(error: unknown): boolean {
  if (!(error instanceof SourceError) || error instanceof TooLarge) return false;
  return error.failure.kind === "malformed" || error.failure.kind === "unavailable";
}

/**
 * One list: without what is never copied, where the server knows how to leave it out; and groups without
 * their members where a page with them is more than can be read.
 */
async function readList(
  server: Server,
  endpoint: Endpoint,
  query: Readonly<Record<string, string>>,
  explain: ExplainRefusal = explainQuery,
): Promise<ScimList> {
  const ask = (left: readonly string[]) => askForList(server, endpoint, query, left, explain);
  const left = endpoint === "Users" ? server.leftOut : [];
  try {
    return await ask(left);
  } catch (error) {
    if (endpoint === "Groups" && error instanceof TooLarge) return await ask(["members"]);
    if (left.length === 0 || !(error instanceof RefusedQuery)) throw error;
    return await ask([]);
  }
}

async function askForList(
  { baseUrl, http }: Server,
  endpoint: Endpoint,
  query: Readonly<Record<string, string>>,
  left: readonly string[],
  explain: ExplainRefusal,
): Promise<ScimList> {
  const without = left.length === 0 ? {} : { excludedAttributes: left.join(",") };
  const url = `${baseUrl}/${endpoint}?${new URLSearchParams({ ...query, ...without })}`;
  const { body } = await http.get(url, { explain });
  const list = isJsonObject(body) ? body : {};
  const total = readMember(list, "totalResults");
  // RFC 7644 §3.4.2: "Resources" may be left out where there are none.
  const resources = readMember(list, "Resources") ?? (total === 0 ? [] : undefined);
  return {
    records: readRecords(PROVIDER, resources),
    total: typeof total === "number" ? total : undefined,
    nextCursor: readText(list, "nextCursor"),
  };
}

/** By id, userName or address; what is found is compared, as a filter that is ignored finds everybody. */
async function findUser(server: Server, key: string): Promise<JsonObject | undefined> {
  const user = await readResource(server, "Users", key);
  // A server that ignores the id answers with somebody else, or with everybody.
  if (user !== undefined && readId(user, "id") === key) return user;
  const text = JSON.stringify(key);
  const byName = await readList(server, "Users", { filter: `userName eq ${text}`, count: "2" });
  const found = byName.records.find((record) => isSame(readText(record, "userName"), key));
  if (found !== undefined) return found;
  const byEmail = await readList(server, "Users", {
    filter: `emails.value eq ${text}`,
    count: "2",
  });
  const [only, ...others] = byEmail.records.filter((record) => hasEmail(record, key));
  return others.length === 0 ? only : undefined;
}

function hasEmail(record: JsonObject, key: string): boolean {
  const emails = readMember(record, "emails");
  if (!Array.isArray(emails)) return false;
  return emails.some((email) => isJsonObject(email) && isSame(readText(email, "value"), key));
}

function isSame(value: string | undefined, key: string): boolean {
  return value?.toLowerCase() === key.toLowerCase();
}

async function readResource(
  { baseUrl, http }: Server,
  endpoint: "Users" | "Groups",
  id: string,
): Promise<JsonObject | undefined> {
  const segment = pathSegment(id);
  if (segment === undefined) return undefined;
  const answer = await http.find(`${baseUrl}/${endpoint}/${segment}`, { isGone });
  return readRecord(PROVIDER, answer);
}

/** 404 and 410 (RFC 7644 §3.12), as a server of SCIM says them: with JSON or without a body, not as a page. */
function isGone({ status, body, isEmpty }: RefusedExchange): boolean {
  return (status === 404 || status === 410) && (isEmpty || isJsonObject(body));
}

/** A list may leave the members out; then the group itself has them. */
function readGroup(record: JsonObject): SourceGroup | undefined {
  const sourceId = readId(record, "id");
  if (sourceId === undefined) return undefined;
  const displayName = readText(record, "displayName") ?? "";
  const hasMembers = Array.isArray(readMember(record, "members"));
  const members = hasMembers
    ? ({ kind: "whole", sourceIds: readMembers(record) } as const)
    : ({ kind: "listed" } as const);
  return { sourceId, displayName, isRemoved: false, members };
}

async function membersPage(server: Server, groupId: string): Promise<MembersPage> {
  return { sourceIds: readMembers(await readGroupWhole(server, groupId)), next: undefined };
}

/** Users, and groups that are nested, as `type` or `$ref` (RFC 7643 §4.2) tells them apart. */
async function scopePage(server: Server, { sourceId }: ScopePart): Promise<ScopePage> {
  const group = await readGroupWhole(server, sourceId);
  const groups = readMembers(group, isGroupMember);
  return {
    sourceIds: readMembers(group, (member) => !isGroupMember(member)),
    groups: groups.map((id) => ({ sourceId: id, isExpanded: false })),
    next: undefined,
  };
}

function isGroupMember(member: JsonObject): boolean {
  const type = readText(member, "type")?.toLowerCase();
  if (type !== undefined) return type === "group";
  return /\/Groups\/[^/]+$/.test(readText(member, "$ref") ?? "");
}

/** All at once; no `members` are none, but what is no such group says nothing of them. */
async function readGroupWhole(server: Server, groupId: string): Promise<JsonObject> {
  const group = await readResource(server, "Groups", groupId);
  if (group !== undefined && readId(group, "id") === groupId) return group;
  throw new SourceError(
    { kind: "malformed" },
    "The SCIM server does not answer with the group that it listed.",
  );
}

/** Users, and groups where they are nested. */
function readMembers(
  group: JsonObject,
  isWanted: (member: JsonObject) => boolean = () => true,
): readonly string[] {
  const members = readMember(group, "members");
  if (!Array.isArray(members)) return [];
  return members.flatMap((member) =>
    isJsonObject(member) && isWanted(member) ? (readId(member, "value") ?? []) : [],
  );
}
