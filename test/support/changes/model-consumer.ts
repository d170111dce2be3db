import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { ADMIN_TOKEN, type openGateway } from "#test/support/gateway.ts";
import { type Copy, openCopy, type Sql } from "../../../packages/client/example/copy.ts";
import type { Source } from "../../../packages/client/example/sync.ts";
import { listGroups, listMembers, listUsers } from "../../../packages/client/src/directory.ts";
import type { ScimResource } from "../../../packages/client/src/events.ts";
import type { Scope } from "../../../packages/client/src/gateway.ts";

/** A directory in one comparable form, from a copy or from the gateway. */
export interface Seen {
  /** JSON texts by id, without what depends on other resources. */
  readonly resources: ReadonlyMap<string, unknown>;
  /** `group member type`, sorted. */
  readonly members: readonly string[];
}

/** The client's view of a test's gateway. */
export function sourceOf(
  gateway: ReturnType<typeof openGateway>,
  scope: Scope,
  key = ADMIN_TOKEN,
): Source {
  const fetch = async (url: string, init: RequestInit) => {
    const { status, headers, body } = await gateway.send(new Request(url, init));
    return new Response(body === undefined ? null : JSON.stringify(body), { status, headers });
  };
  return { gateway: { origin: "https://scim.example.com", key, fetch }, ...scope };
}

/** The SQLite of a Durable Object, in which a copy outlives whoever follows the feed. */
export type CopyStore = ReturnType<typeof copyStore>;

/** Makes a store for one copy. */
export function copyStore() {
  const name = `copy ${crypto.randomUUID()}`;
  // Named anew for each call: the object may have been stopped since the last one.
  return <T>(work: (sql: Sql) => T | Promise<T>): Promise<T> =>
    runInDurableObject(env.WEBHOOK.getByName(name), async (_object, { storage }) => {
      const all: Sql["all"] = (text, ...values) => storage.sql.exec(text, ...values).toArray();
      return await work({ all, transaction: (inner) => storage.transactionSync(inner) });
    });
}

/** A copy in its store, opened anew for each call as after a restart. */
export function copyIn(store: CopyStore): Copy {
  return {
    cursor: () => store((sql) => openCopy(sql).cursor()),
    apply: (events, next) => store((sql) => openCopy(sql).apply(events, next)),
    replaceAll: (directory, next) => store((sql) => openCopy(sql).replaceAll(directory, next)),
  };
}

/** A copy whose holder dies now and then, before or after a page is stored. */
export function mortalCopy(store: CopyStore, random: () => number): Copy {
  const copy = copyIn(store);
  return {
    ...copy,
    apply: async (events, next) => {
      if (random() < 0.1) throw new Died("before");
      await copy.apply(events, next);
      if (random() < 0.1) throw new Died("after");
    },
  };
}

/** That a mortal copy's holder died. */
export class Died extends Error {
  override readonly name = "Died";
}

/** What a copy holds. */
export function contentOf(store: CopyStore): Promise<Seen> {
  return store((sql) => ({
    resources: new Map(
      sql
        .all("SELECT id, document FROM copy_resources ORDER BY id")
        .map(({ id, document }) => [String(id), JSON.parse(String(document))]),
    ),
    members: sql
      .all("SELECT group_id || ' ' || member_id || ' ' || member_type AS pair FROM copy_members")
      .map(({ pair }) => String(pair))
      .sort(),
  }));
}

/** What the gateway answers of its directory. */
export async function directoryOf({ gateway, ...scope }: Source): Promise<Seen> {
  const resources: [string, unknown][] = [];
  const members: string[] = [];
  for await (const { resource } of listUsers(gateway, scope)) resources.push(ownPart(resource));
  for await (const { connector, resource: group } of listGroups(gateway, scope)) {
    resources.push(ownPart(group));
    for await (const { value, type } of listMembers(gateway, connector, group.id)) {
      members.push(`${group.id} ${value} ${type}`);
    }
  }
  resources.sort(([a], [b]) => (a < b ? -1 : 1));
  return { resources: new Map(resources), members: members.sort() };
}

function ownPart({ groups: _, members: __, ...resource }: ScimResource): [string, unknown] {
  const { location: ___, ...meta } = resource.meta;
  return [resource.id, { ...resource, meta }];
}
