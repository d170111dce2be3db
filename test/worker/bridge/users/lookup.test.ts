import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { findConnector } from "#store/admin/connectors.ts";
import { usersByEmails } from "#store/directory/lookup.ts";
import { runQuery, type Scope } from "#store/query.ts";
import { type Cost, countingDatabase } from "#test/support/d1/counting-d1.ts";
import { filled, fillUsers } from "#test/support/fill.ts";
import { aUser, openGateway, TEST_CLOCK } from "#test/support/gateway.ts";

async function aClient() {
  const client = await openGateway().client();
  const found = await findConnector(env.DB, client.id);
  if (found === undefined) throw new Error("The connector was not stored.");
  const scope: Scope = { kind: "connector", connectorId: found.number };
  const ask = (addresses: readonly string[], db = env.DB) =>
    runQuery(db, usersByEmails(db, scope, addresses), TEST_CLOCK);
  return { client, ask };
}

test("all users who have an address are found by it, each once", async () => {
  const { client, ask } = await aClient();
  const both = [
    { value: "Shared@example.com", type: "work" },
    { value: "shared@example.com", type: "home" },
  ];
  const one = (await client.post(aUser({ emails: both }))).body.id;
  const two = (await client.post(aUser({ emails: [{ value: "shared@EXAMPLE.com" }] }))).body.id;

  const found = await ask(["shared@example.com", "nobody@example.com"]);

  expect([...found.keys()]).toEqual(["shared@example.com"]);
  expect(
    found
      .get("shared@example.com")
      ?.map(({ id }) => id)
      .sort(),
  ).toEqual([one, two].sort());
});

test("neither a deleted user nor one of another connector is found", async () => {
  const { client, ask } = await aClient();
  const other = await openGateway().client();
  const body = () => aUser({ emails: [{ value: "a@example.com" }] });
  await other.post(body());
  await client.remove((await client.post(body())).body.id);

  expect((await ask(["a@example.com"])).size).toBe(0);
});

test("a lookup of many addresses reads a few rows for each, and not the connector", async () => {
  const { client, ask } = await aClient();
  await fillUsers(client.id, 2_000);
  const cost: Cost = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };

  const addresses = Array.from({ length: 50 }, (_, n) => filled.email(n * 7));
  const found = await ask(addresses, countingDatabase(env.DB, cost));

  expect([found.size, cost.roundTrips]).toEqual([50, 1]);
  expect(cost.rowsRead).toBeLessThanOrEqual(50 * 8);
});
