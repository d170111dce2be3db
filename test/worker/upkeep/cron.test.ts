import { env } from "cloudflare:workers";
import { v7 as uuidv7 } from "uuid";
import { expect, test } from "vitest";
import { SWEPT_ROWS } from "#store/upkeep/purge.ts";
import { contradictions } from "#test/support/consistency.ts";
import { fillUsers } from "#test/support/fill.ts";
import { aUser, openGateway, TEST_CLOCK } from "#test/support/gateway.ts";
import { runCron } from "../../../src/cron.ts";

const DAY_MS = 86_400_000;

/** Runs cron so often that every row was looked at, as it is after so many days. */
async function runCronAfter(days: number, times = 8): Promise<void> {
  const clock = { ...TEST_CLOCK, now: () => Date.now() + days * DAY_MS };
  for (let run = 0; run < times; run += 1)
    await runCron({ databases: env, clock, newId: () => uuidv7() });
}

async function rowCount(table: string): Promise<number> {
  return (await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n")) ?? 0;
}

async function deletedUser(settings: object = {}) {
  const gateway = openGateway();
  const { token } = await gateway.connector({ settings });
  const body = aUser({ externalId: "e1", emails: [{ value: "a@example.com" }] });
  const { body: user } = await gateway.scim("/Users", { token, body });
  await gateway.scim(`/Users/${user.id}`, { token, method: "DELETE" });
  const restore = () => gateway.scim("/Users", { token, body });
  return { id: user.id, restore };
}

test("a soft-deleted user is kept for restore through its thirtieth day", async () => {
  const { id, restore } = await deletedUser();

  await runCronAfter(29.9);

  expect((await restore()).body.id).toBe(id);
});

test("a user deleted more than thirty days ago is erased, and comes back under a new id", async () => {
  const { id, restore } = await deletedUser();

  await runCronAfter(30.1);

  const again = await restore();
  expect(again.status).toBe(201);
  expect(again.body.id).not.toBe(id);
  expect(await contradictions()).toEqual([]);
});

test("retentionDays of the connector decides how long a deleted user is kept", async () => {
  const short = await deletedUser({ retentionDays: 2 });
  const long = await deletedUser({ retentionDays: 90 });

  await runCronAfter(40);

  expect((await short.restore()).body.id).not.toBe(short.id);
  expect((await long.restore()).body.id).toBe(long.id);
});

test("live users are never touched, however often the whole table is walked", async () => {
  const gateway = openGateway();
  const { id, token } = await gateway.connector();
  await fillUsers(id, SWEPT_ROWS * 2 + 10);

  await runCronAfter(400, 12);

  const list = await gateway.scim("/Users?count=0", { token });
  expect(list.body.totalResults).toBe(SWEPT_ROWS * 2 + 10);
});

test("a member that nobody sent within thirty days is no longer waited for", async () => {
  const gateway = openGateway();
  const { token } = await gateway.connector();
  const body = { displayName: crypto.randomUUID(), members: [{ value: "somebody" }] };
  await gateway.scim("/Groups", { token, body });

  await runCronAfter(29);
  const after29 = await rowCount("parked_members");
  await runCronAfter(31);

  expect([after29, await rowCount("parked_members")]).toEqual([1, 0]);
  expect(await contradictions()).toEqual([]);
});

test("one failing job keeps no other from running", async () => {
  const gateway = openGateway();
  const { token } = await gateway.connector();
  const body = { displayName: crypto.randomUUID(), members: [{ value: "somebody" }] };
  await gateway.scim("/Groups", { token, body });
  const clock = { ...TEST_CLOCK, now: () => Date.now() + 31 * DAY_MS };
  const withoutBatch = { prepare: (text: string) => env.DB.prepare(text) };

  // Of these jobs dropParked alone uses no batch, and there is a failing one on each side of it.
  await runCron({ databases: { DB: withoutBatch as D1Database }, clock, newId: () => uuidv7() });

  expect(await rowCount("parked_members")).toBe(0);
});

test("what a deleted connector held is kept for thirty days, and then erased", async () => {
  const gateway = openGateway();
  const { id, token } = await gateway.connector();
  const { body: user } = await gateway.scim("/Users", { token, body: aUser() });
  const members = [{ value: user.id }];
  await gateway.scim("/Groups", { token, body: { displayName: id, members } });
  await gateway.admin(`/connectors/${id}`, { method: "DELETE" });
  const held = () =>
    env.DB.prepare(
      "SELECT count(*) AS n FROM resources JOIN connectors ON number = connector_id WHERE connectors.id = ?",
    )
      .bind(id)
      .first<number>("n");

  await runCronAfter(29);
  const after29 = await held();
  await runCronAfter(31);

  expect([after29, await held()]).toEqual([2, 0]);
  expect(await contradictions()).toEqual([]);
});
