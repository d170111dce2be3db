import { isJsonObject, type JsonObject, readMember } from "#scim/json.ts";
import type { SourceConfig, SourceCredentials } from "../settings.ts";
import {
  type Listing,
  type MembersPage,
  type Source,
  SourceError,
  type SourceGroup,
  type SourcePage,
  type SourceTools,
} from "../source.ts";
import {
  createSourceHttp,
  fixedAuthorizer,
  type Refusal,
  type SourceHttp,
} from "../source-http.ts";
import { pathSegment, trimSlashes } from "../source-paging.ts";
import { readId, readRecord, readRecords, readText } from "../source-records.ts";
import { sortTroubles } from "../source-troubles.ts";
import { explainHtml } from "./html-refusal.ts";
import { repeatedPage } from "./page-cursor.ts";
import { isRepeated, marksOf, readScimCursor, writeScimCursor } from "./scim-cursor.ts";

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
  const server = { baseUrl, http };
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
  });
}

interface Server {
  readonly baseUrl: string;
  readonly http: SourceHttp;
}

const PROVIDER = "The SCIM server";

const USERS_COUNT = 100;

/** Groups come with their members, and may be large. */
const GROUPS_COUNT = 20;

async function listPage(
  server: Server,
  listing: Listing,
  cursor: string | undefined,
): Promise<SourcePage> {
  const at = cursor === undefined ? undefined : readScimCursor(cursor);
  const startIndex = at?.startIndex ?? 1;
  const { records, total } =
    listing === "groups"
      ? await readGroups(server, startIndex)
      : await readList(server, "Users", {
          startIndex: String(startIndex),
          count: String(USERS_COUNT),
        });
  const marks = marksOf(records);
  if (at !== undefined && isRepeated(marks, at)) throw repeatedPage(PROVIDER);
  const following = startIndex + records.length;
  const isEnd = records.length === 0 || (total !== undefined && following > total);
  const next = isEnd
    ? undefined
    : writeScimCursor({ startIndex: following, first: at?.first ?? marks, previous: marks });
  return { records, next, total, deltaFrom: undefined };
}

/** Without their members where a page with them is more than can be read. */
async function readGroups(server: Server, startIndex: number) {
  const query = { startIndex: String(startIndex), count: String(GROUPS_COUNT) };
  try {
    return await readList(server, "Groups", query);
  } catch (error) {
    const isMalformed = error instanceof SourceError && error.failure.kind === "malformed";
    if (!isMalformed) throw error;
    return readList(server, "Groups", { ...query, excludedAttributes: "members" });
  }
}

async function readList(
  { baseUrl, http }: Server,
  endpoint: "Users" | "Groups",
  query: Readonly<Record<string, string>>,
): Promise<{ readonly records: readonly JsonObject[]; readonly total: number | undefined }> {
  const { body } = await http.get(`${baseUrl}/${endpoint}?${new URLSearchParams(query)}`);
  const list = isJsonObject(body) ? body : {};
  const total = readMember(list, "totalResults");
  // RFC 7644 §3.4.2: "Resources" may be left out where there are none.
  const resources = readMember(list, "Resources") ?? (total === 0 ? [] : undefined);
  return {
    records: readRecords(PROVIDER, resources),
    total: typeof total === "number" ? total : undefined,
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
function isGone({ status, body, isEmpty }: Refusal): boolean {
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

/** All at once; no `members` are none, but what is no such group says nothing of them. */
async function membersPage(server: Server, groupId: string): Promise<MembersPage> {
  const group = await readResource(server, "Groups", groupId);
  if (group !== undefined && readId(group, "id") === groupId) {
    return { sourceIds: readMembers(group), next: undefined };
  }
  throw new SourceError(
    { kind: "malformed" },
    "The SCIM server does not answer with the group that it listed.",
  );
}

/** Users, and groups where they are nested. */
function readMembers(group: JsonObject): readonly string[] {
  const members = readMember(group, "members");
  if (!Array.isArray(members)) return [];
  return members.flatMap((member) => (isJsonObject(member) ? (readId(member, "value") ?? []) : []));
}
