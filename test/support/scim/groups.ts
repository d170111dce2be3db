import { env } from "cloudflare:workers";
import { CORE_GROUP } from "#scim/schema/urns.ts";
import {
  aUser,
  filterQuery,
  type openGateway,
  type TestAnswer,
  type TestClient,
} from "#test/support/gateway.ts";

/** What a client does with /Groups, and with the users that it puts there. */
export interface GroupClient {
  readonly client: TestClient;
  readonly post: (body: unknown) => Promise<TestAnswer>;
  readonly get: (id: string, query?: string, headers?: TestHeaders) => Promise<TestAnswer>;
  readonly put: (id: string, body: unknown, headers?: TestHeaders) => Promise<TestAnswer>;
  readonly patch: (id: string, body: unknown, headers?: TestHeaders) => Promise<TestAnswer>;
  readonly remove: (id: string, headers?: TestHeaders) => Promise<TestAnswer>;
  readonly find: (filter: string) => Promise<TestAnswer>;
  /** Creates a user and answers its id. */
  readonly user: (members?: Readonly<Record<string, unknown>>) => Promise<string>;
  /** Creates so many users and answers their ids in order. */
  readonly users: (count: number) => Promise<string[]>;
  /** Creates a group of the given members and answers its id. */
  readonly group: (...members: readonly string[]) => Promise<string>;
  /** The values of a group's members, in order. */
  readonly membersOf: (id: string) => Promise<string[]>;
}

type TestHeaders = Readonly<Record<string, string>>;

/** A client of a connector of its own. */
export async function openGroups(
  gateway: ReturnType<typeof openGateway>,
  settings: object = {},
): Promise<GroupClient> {
  const client = await gateway.client({ settings });
  const single = (id: string, method: string, body: unknown, headers: TestHeaders = {}) =>
    client.call(`/Groups/${id}`, { method, body, headers });
  const post = (body: unknown) => client.call("/Groups", { body });
  const get = (id: string, query = "", headers: TestHeaders = {}) =>
    client.call(`/Groups/${id}${query}`, { headers });
  const user = async (members = {}) => (await client.post(aUser(members))).body.id as string;
  return {
    client,
    post,
    get,
    put: (id, body, headers) => single(id, "PUT", body, headers),
    patch: (id, body, headers) => single(id, "PATCH", body, headers),
    remove: (id, headers) => single(id, "DELETE", undefined, headers),
    find: (filter) => client.call(`/Groups${filterQuery(filter)}`),
    user,
    users: async (count) => {
      const ids: string[] = [];
      while (ids.length < count) ids.push(await user());
      return ids;
    },
    group: async (...members) => (await post(aGroup({ members: listOf(members) }))).body.id,
    membersOf: async (id) => valuesOf((await get(id)).body),
  };
}

/** A group's body with a name of its own and whatever else a test wants. */
export function aGroup(members: Readonly<Record<string, unknown>> = {}) {
  return { schemas: [CORE_GROUP], displayName: `Group ${crypto.randomUUID()}`, ...members };
}

/** Members as most clients send them. */
export function listOf(ids: readonly string[]) {
  return ids.map((value) => ({ value }));
}

/** The values of the members that an answer shows, in order. */
export function valuesOf(body: { members?: readonly { value: string }[] }): string[] {
  return (body.members ?? []).map(({ value }) => value).sort();
}

/** An operation that adds members as most clients send it. */
export function adding(...ids: readonly string[]) {
  return { op: "add", path: "members", value: listOf(ids) };
}

/** An operation that removes one member as the RFC has it. */
export function removing(id: string) {
  return { op: "remove", path: `members[value eq "${id}"]` };
}

/** The changes of a group, oldest first: type and version, and of whom where it is one of members. */
export async function changesOf(groupId: string): Promise<string[]> {
  const text = `SELECT type || ' v' || version || coalesce(' ' || (payload ->> 'memberId'), '') AS line
    FROM changes WHERE resource_id = ?1 ORDER BY seq`;
  const { results } = await env.DB.prepare(text).bind(groupId).all<{ line: string }>();
  return results.map(({ line }) => line);
}

/** The values that wait for a resource in a group. */
export async function parkedIn(groupId: string): Promise<string[]> {
  const text = "SELECT value FROM parked_members WHERE group_id = ?1 ORDER BY value";
  const { results } = await env.DB.prepare(text).bind(groupId).all<{ value: string }>();
  return results.map(({ value }) => value);
}
