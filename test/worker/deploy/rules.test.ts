import { env } from "cloudflare:workers";
import { createLocalJWKSet, jwtVerify } from "jose";
import { beforeEach, expect, test } from "vitest";
import { parseKeyRing } from "#credentials/key-ring.ts";
import { BRIDGE_CREDENTIALS, createResealer, seal, unseal } from "#credentials/sealed.ts";
import { resealSecrets } from "#store/upkeep/reseal.ts";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { TestBridge } from "#test/support/bridge/world.ts";
import { feedPage } from "#test/support/changes/feed.ts";
import { notAdditive } from "#test/support/deploy/additive.ts";
import { aUser, openGateway, TEST_CLOCK, type TestConnector } from "#test/support/gateway.ts";
import { plantBridge } from "#test/support/plant-secrets.ts";

// The rules by which two versions may run side by side: migrations only add, and while a key is
// replaced, isolates with the former ring are still there.

test("no migration does more than add: the former version still runs while it is applied", () => {
  expect(notAdditive(env.TEST_MIGRATIONS)).toEqual([]);
});

const TABLE = "CREATE TABLE users (id text PRIMARY KEY, name text)";

test.each([
  ["drops a table", "DROP TABLE users"],
  ["drops a column", "ALTER TABLE users DROP COLUMN name"],
  ["renames a column", "ALTER TABLE users RENAME COLUMN name TO title"],
  ["renames a table", "ALTER TABLE users RENAME TO people"],
  ["adds a column that must be given", "ALTER TABLE `users` ADD `age` integer NOT NULL"],
  ["makes unique what was not", "CREATE UNIQUE INDEX `users_name` ON `users` (`name`)"],
  ["drops an index", "-- no more needed\nDROP INDEX users_name"],
  ["drops a trigger", "DROP TRIGGER users_counted"],
  ["changes rows", "UPDATE users SET name = ''"],
  ["deletes rows", "DELETE FROM users"],
])("a migration that %s is found", (_what, query) => {
  const migrations = [
    { name: "0", queries: [TABLE] },
    { name: "1", queries: [query] },
  ];

  expect(notAdditive(migrations)).toHaveLength(1);
});

test("a migration may make unique what it adds: the former version leaves it null", () => {
  const added = "ALTER TABLE `users` ADD `badge` text";
  const index = (where: string) => `CREATE UNIQUE INDEX \`b\` ON \`users\` (\`badge\`)${where}`;
  const found = (...queries: string[]) =>
    notAdditive([
      { name: "0", queries: [TABLE] },
      { name: "1", queries },
    ]).length;

  expect(found(added, index(" WHERE badge IS NOT NULL"))).toBe(0);
  expect(found(index(" WHERE badge IS NOT NULL"))).toBe(1);
  expect(found(added, index(" WHERE name IS NOT NULL"))).toBe(1);
});

test("a migration may fill what it adds, and nothing else", () => {
  const fill = (set: string) =>
    notAdditive([
      { name: "0", queries: [TABLE] },
      {
        name: "1",
        queries: [
          "ALTER TABLE `users` ADD `age` integer",
          `UPDATE users SET ${set} FROM (SELECT id, 1 AS age, '' AS name FROM teams) AS t WHERE users.id = t.id`,
        ],
      },
    ]).length;

  expect([fill("age = t.age"), fill("name = t.name"), fill("age = t.age, name = t.name")]).toEqual([
    0, 1, 1,
  ]);
});

test.each([
  ["a column", "ALTER TABLE `users` ADD `age` integer"],
  ["a column with a default", "ALTER TABLE users ADD COLUMN age text DEFAULT '[]' NOT NULL"],
  ["a table", "CREATE TABLE `teams` (`id` text NOT NULL)"],
  ["an index", "CREATE INDEX `users_name` ON `users` (`name`)"],
])("a migration may add %s", (_what, query) => {
  const migrations = [
    { name: "0", queries: [TABLE] },
    { name: "1", queries: [query] },
  ];

  expect(notAdditive(migrations)).toEqual([]);
});

test.each([
  ["an index", ["DROP INDEX `users_name`", "CREATE INDEX `users_name` ON `users` (`name`)"], 0],
  [
    "a unique index",
    ["DROP INDEX users_name", "CREATE UNIQUE INDEX users_name ON users (name)"],
    1,
  ],
  [
    "a trigger",
    ["DROP TRIGGER `t`", "CREATE TRIGGER `t` AFTER INSERT ON users BEGIN SELECT 1; END"],
    0,
  ],
  ["an index by one of another name", ["DROP INDEX a", "CREATE INDEX b ON users (name)"], 1],
])("in one migration, %s in the place of another is judged", (_what, queries, found) => {
  const migrations = [
    { name: "0", queries: [TABLE] },
    { name: "1", queries },
  ];

  expect(notAdditive(migrations)).toHaveLength(found);
});

const [K1, K2] = [`k1:${"B".repeat(42)}E`, `k2:${"C".repeat(42)}E`];
const former = openGateway({ encryptionKeys: K1 });
const added = openGateway({ encryptionKeys: `${K1},${K2}` });
const rotated = openGateway({ encryptionKeys: `${K2},${K1}` });
const [FORMER_RING, ROTATED_RING] = [parseKeyRing(K1), parseKeyRing(`${K2},${K1}`)];

beforeEach(async () => {
  await env.DB.batch(
    ["bridges", "webhooks", "sweeps"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
});

/** A connector with three users. */
async function withUsers(): Promise<TestConnector> {
  const client = await former.client();
  for (let n = 0; n < 3; n += 1) await client.post(aUser());
  return client;
}

const listPage = (gateway: typeof former, { token }: TestConnector, cursor: string) =>
  gateway.scim(`/Users?count=1&cursor=${cursor}`, { token });

test.each([
  ["with the new key goes on with a list that one without it began", former, rotated],
  ["with the new key behind goes on with a list that one with it in front began", rotated, added],
])("an isolate %s", async (_what, one, other) => {
  const client = await withUsers();
  const first = await listPage(one, client, "");

  const second = await listPage(other, client, first.body.nextCursor);

  expect([second.status, second.body.itemsPerPage]).toEqual([200, 1]);
  expect(second.body.Resources[0].id).not.toBe(first.body.Resources[0].id);
});

test("an isolate without the new key refuses its cursor as one to begin anew from", async () => {
  const client = await withUsers();
  const first = await listPage(rotated, client, "");

  const { status, body } = await listPage(former, client, first.body.nextCursor);

  expect([status, body.scimType]).toEqual([400, "invalidCursor"]);
});

test("a security event token of either isolate verifies by the keys of the one with both", async () => {
  const client = await withUsers();
  const url = "https://scim.example.com/.well-known/jwks.json";
  const keys = createLocalJWKSet((await rotated.send(new Request(url))).body);

  const pages = await Promise.all(
    [former, rotated].map((gateway) => feedPage(gateway, client.id, { format: "set" })),
  );

  const tokens = pages.flatMap(({ body }) => Object.values<string>(body.sets));
  const verified = await Promise.all(tokens.map((token) => jwtVerify(token, keys)));
  expect(verified).toHaveLength(6);
});

test("crons with the former and the new ring at once leave what the new one opens, and lose nothing", async () => {
  const { id } = await former.connector();
  const boundTo = { connector: id, field: BRIDGE_CREDENTIALS };
  const read = await plantBridge(id, await seal(FORMER_RING, "secret", boundTo));
  const cron = (ring: typeof FORMER_RING) =>
    resealSecrets(env.DB, TEST_CLOCK, createResealer(ring));

  for (let minute = 0; minute < 4; minute += 1)
    await Promise.all([cron(FORMER_RING), cron(ROTATED_RING)]);

  const sealed = (await read()) ?? "";
  expect(sealed).toMatch(/^v1\.k2\./);
  expect(await unseal(ROTATED_RING, sealed, boundTo)).toBe("secret");
});

test("a bridge whose isolate lacks the new key fails its run, and pulls once it has the key", async () => {
  const bridge = await TestBridge.open(new BridgeSource(manyPeople(2)));
  const withKey = bridge.tools;
  const tools = bridge.tools();
  bridge.tools = () => ({ ...tools, keyRing: () => FORMER_RING });
  const lacking = await bridge.due();
  bridge.tools = withKey;

  await bridge.settleNext();

  const { lastRun, state } = await bridge.calls.overview();
  expect(lacking.state).toBe("failed");
  expect([state, lastRun?.state, lastRun?.counts.created]).toEqual(["active", "succeeded", 2]);
});
