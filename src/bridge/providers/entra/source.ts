import { isJsonObject, type JsonObject, readMember } from "#scim/json.ts";
import type { SourceConfig, SourceCredentials } from "../../config/settings.ts";
import { isOfOrigin } from "../../source/http/exchange.ts";
import { createSourceHttp, type SourceAnswer, type SourceHttp } from "../../source/http/http.ts";
import { type PageSizes, pageSizes } from "../../source/http/sizes.ts";
import { bearerAuthorizer, requestAccessToken } from "../../source/http/token.ts";
import { checkNextUrl, deltaExpired, pathSegment, trimSlashes } from "../../source/pages/paging.ts";
import { readRecord, readRecords, readText } from "../../source/pages/records.ts";
import { sortTroubles } from "../../source/pages/troubles.ts";
import {
  type Listing,
  type MembersPage,
  type ScopePage,
  type ScopePart,
  type Source,
  SourceError,
  type SourcePage,
  type SourceTools,
} from "../../source/source.ts";
import { fieldsWith } from "../../source/user-fields.ts";
import { readEntraGroup, readMemberId } from "./group.ts";
import { explainEntraToken, explainGraph, explainSyncState, isGoneAtGraph } from "./refusal.ts";

export type EntraConfig = Extract<SourceConfig, { type: "entra" }>;
export type EntraCredentials = Extract<SourceCredentials, { kind: "entra" }>;

/**
 * Microsoft Graph. A full listing is the first round of a delta query, at whose end there is a link for
 * the next run; a delta run follows that link.
 */
export function createEntraSource(
  config: EntraConfig,
  credentials: EntraCredentials,
  tools: SourceTools,
): Source {
  const baseUrl = trimSlashes(config.graphBaseUrl);
  const http = createSourceHttp({
    provider: PROVIDER,
    baseUrl,
    tools,
    authorizer: bearerAuthorizer(tools, "api", () => requestToken(config, credentials, tools)),
    explain: explainGraph,
  });
  const fields = fieldsWith(USER_FIELDS, tools);
  const graph = {
    baseUrl,
    http,
    sizes: pageSizes(tools.memory),
    usersDelta: `/v1.0/users/delta?$select=${fields},manager`,
    oneUser: `$select=${fields}&$expand=manager($select=id)`,
  };
  return sortTroubles(PROVIDER, {
    idOf: (record) => readText(record, "id"),
    userListings: ["users"],
    delta: { users: true, groups: true },
    cursorLifeMs: 3_600_000,
    listPage: (listing, cursor, since) => listPage(graph, listing, cursor, since),
    readUser: (sourceId) => readUser(graph, sourceId),
    findUser: (key) => findUser(graph, key),
    findGroup: (sourceId) => findGroup(graph, sourceId),
    readGroup: readEntraGroup,
    membersPage: (groupId, cursor) => membersPage(graph, groupId, cursor),
    scopePage: (part, cursor) => scopePage(graph, part, cursor),
  });
}

interface Graph {
  /** What the mapping reads of users in a delta query, and of one. */
  readonly usersDelta: string;
  readonly oneUser: string;
  readonly baseUrl: string;
  readonly http: SourceHttp;
  readonly sizes: PageSizes;
}

/** As many as Graph gives of a delta by itself; it takes no $top. */
const USUAL_SIZE = 200;

const PROVIDER = "Microsoft Graph";

/** What the mapping reads: most of it comes only when it is selected. */
const USER_FIELDS =
  "id,userPrincipalName,displayName,givenName,surname,mail,mailNickname,accountEnabled,userType," +
  "jobTitle,department,companyName,employeeId,employeeOrgData,businessPhones,mobilePhone," +
  "streetAddress,city,state,postalCode,country,preferredLanguage,usageLocation," +
  "preferredDataLocation,onPremisesImmutableId";

const GROUP_FIELDS = "displayName,description,mailEnabled,securityEnabled,groupTypes,members";

/** A delta query takes no $top and no $expand, but follows the manager when it is selected. */
const GROUPS_DELTA = `/v1.0/groups/delta?$select=${GROUP_FIELDS}`;

function requestToken(config: EntraConfig, credentials: EntraCredentials, tools: SourceTools) {
  const tenant = encodeURIComponent(config.tenantId);
  return requestAccessToken({
    provider: "Entra ID",
    tools,
    url: `${trimSlashes(config.loginBaseUrl)}/${tenant}/oauth2/v2.0/token`,
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: credentials.clientId,
      client_secret: credentials.clientSecret,
      scope: `${trimSlashes(config.graphBaseUrl)}/.default`,
    }),
    explain: explainEntraToken,
  });
}

async function listPage(
  { baseUrl, http, sizes, usersDelta }: Graph,
  listing: Listing,
  cursor: string | undefined,
  since: string | undefined,
): Promise<SourcePage> {
  const first = listing === "groups" ? GROUPS_DELTA : usersDelta;
  const url = cursor ?? since ?? `${baseUrl}${first}`;
  // A link that was kept under another Graph address leads nowhere now.
  if (url === since && !isOfOrigin(url, new URL(baseUrl).origin)) throw deltaExpired(PROVIDER);
  const { body } = await sizes.read({ name: listing, most: USUAL_SIZE }, (size) =>
    http.get(url, {
      ...(size < USUAL_SIZE && { headers: { Prefer: `odata.maxpagesize=${size}` } }),
      explain: (refusal) => explainSyncState(refusal, since, cursor),
    }),
  );
  const page = readPage(baseUrl, body, url);
  if (page.next !== undefined) return { ...page, total: undefined, deltaFrom: undefined };
  const deltaLink = isJsonObject(body) ? readText(body, "@odata.deltaLink") : undefined;
  if (deltaLink === undefined) throw cutOff();
  const deltaFrom = checkNextUrl(PROVIDER, baseUrl, deltaLink, "");
  return { ...page, total: undefined, deltaFrom };
}

function readPage(baseUrl: string, body: SourceAnswer["body"], url: string) {
  const page = isJsonObject(body) ? body : {};
  return {
    records: readRecords(PROVIDER, readMember(page, "value")),
    next: checkNextUrl(PROVIDER, baseUrl, readText(page, "@odata.nextLink"), url),
  };
}

/** Taken for the end of the listing, such a page would make everyone behind it look deleted. */
function cutOff(): SourceError {
  return new SourceError(
    { kind: "malformed" },
    "Microsoft Graph sent a page with neither a next link nor a delta link, so that the rest is missing. Check the Graph address.",
  );
}

async function readUser(
  { baseUrl, http, oneUser }: Graph,
  key: string,
): Promise<JsonObject | undefined> {
  const segment = pathSegment(key);
  if (segment === undefined) return undefined;
  const url = `${baseUrl}/v1.0/users/${segment}?${oneUser}`;
  const answer = await http.find(url, { isGone: isGoneAtGraph });
  return readRecord(PROVIDER, answer);
}

/** By id or userPrincipalName; then by the address, which a filter alone knows. */
async function findUser(graph: Graph, key: string): Promise<JsonObject | undefined> {
  const user = await readUser(graph, key);
  if (user !== undefined) return user;
  const text = `'${key.replaceAll("'", "''")}'`;
  const which = encodeURIComponent(`userPrincipalName eq ${text} or mail eq ${text}`);
  const { body } = await graph.http.get(
    `${graph.baseUrl}/v1.0/users?$filter=${which}&$top=2&${graph.oneUser}`,
  );
  const [found, ...others] = readPage(graph.baseUrl, body, "").records;
  return others.length === 0 ? found : undefined;
}

async function findGroup(
  { baseUrl, http }: Graph,
  sourceId: string,
): Promise<JsonObject | undefined> {
  const url = `${baseUrl}/v1.0/groups/${encodeURIComponent(sourceId)}?$select=id,displayName`;
  const answer = await http.find(url, { isGone: isGoneAtGraph });
  return readRecord(PROVIDER, answer);
}

/** For one group alone; a run has the members from groups/delta. */
async function membersPage(
  { baseUrl, http }: Graph,
  groupId: string,
  cursor: string | undefined,
): Promise<MembersPage> {
  const group = `${baseUrl}/v1.0/groups/${encodeURIComponent(groupId)}`;
  const url = cursor ?? `${group}/members?$select=id&$top=999`;
  const answer = await http.get(url, {
    explain: (refusal) => explainSyncState(refusal, undefined, cursor),
  });
  const { records, next } = readPage(baseUrl, answer.body, url);
  return { sourceIds: records.flatMap((member) => readMemberId(member) ?? []), next };
}

/** Of a group all members at any depth; of an application the people and the groups assigned to it. */
async function scopePage(
  { baseUrl, http }: Graph,
  { kind, sourceId }: ScopePart,
  cursor: string | undefined,
): Promise<ScopePage> {
  const id = encodeURIComponent(sourceId);
  const first =
    kind === "group"
      ? `groups/${id}/transitiveMembers?$select=id&$top=999`
      : `servicePrincipals/${id}/appRoleAssignedTo?$select=principalId,principalType&$top=999`;
  const url = cursor ?? `${baseUrl}/v1.0/${first}`;
  const answer = await http.get(url, {
    explain: (refusal) => explainSyncState(refusal, undefined, cursor),
  });
  const { records, next } = readPage(baseUrl, answer.body, url);
  return { ...(kind === "group" ? readMembersOf(records) : readAssigned(records)), next };
}

function readMembersOf(records: readonly JsonObject[]): Omit<ScopePage, "next"> {
  const isGroup = (record: JsonObject) =>
    readText(record, "@odata.type") === "#microsoft.graph.group";
  const idsOf = (some: readonly JsonObject[]) => some.flatMap((each) => readMemberId(each) ?? []);
  const groups = idsOf(records.filter(isGroup));
  return {
    sourceIds: idsOf(records.filter((record) => !isGroup(record))),
    groups: groups.map((sourceId) => ({ sourceId, isExpanded: true })),
  };
}

function readAssigned(records: readonly JsonObject[]): Omit<ScopePage, "next"> {
  const idsOf = (type: string) =>
    records
      .filter((record) => readText(record, "principalType") === type)
      .flatMap((record) => readText(record, "principalId") ?? []);
  return {
    sourceIds: idsOf("User"),
    groups: idsOf("Group").map((sourceId) => ({ sourceId, isExpanded: false })),
  };
}
