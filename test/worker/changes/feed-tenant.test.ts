import { expect, test } from "vitest";
import { aUser, openGateway } from "#test/support/gateway.ts";

// The feed of all connectors of a tenant.

const gateway = openGateway();

/** The page of a tenant's feed. */
function page(tenant: string, query = "") {
  return gateway.admin(`/changes?tenant=${encodeURIComponent(tenant)}${query}`);
}

test("has the changes of all connectors of the tenant in the order in which they came", async () => {
  const one = await gateway.client({ tenant: "Acme & Co" });
  const two = await gateway.client({ tenant: "Acme & Co" });
  const foreign = await gateway.client({ tenant: "Other" });
  for (const client of [one, two, foreign, two, one]) await client.post(aUser());

  const { status, body } = await page("Acme & Co");

  expect(status).toBe(200);
  const connectors = [one.id, two.id, two.id, one.id];
  expect(body.items.map((event: { connector: string }) => event.connector)).toEqual(connectors);
  expect(body.items[0]).toMatchObject({ tenant: "Acme & Co", type: "user.created" });
});

test("is paged without a gap or a repeat", async () => {
  const clients = [];
  for (let n = 0; n < 3; n += 1) clients.push(await gateway.client({ tenant: "Paged" }));
  for (let n = 0; n < 10; n += 1) await clients[n % 3]?.post(aUser());
  const { body: all } = await page("Paged");

  const seen = [];
  let after = "0";
  let hasMore = true;
  while (hasMore) {
    const { body } = await page("Paged", `&limit=3&after=${after}`);
    seen.push(...body.items);
    ({ next: after, hasMore } = body);
  }

  expect(seen).toEqual(all.items);
  expect(seen).toHaveLength(10);
});

test("leaves a deleted connector out", async () => {
  const client = await gateway.client({ tenant: "Gone" });
  await client.post(aUser());
  await gateway.admin(`/connectors/${client.id}`, { method: "DELETE" });

  expect((await page("Gone")).body.items).toEqual([]);
});

test("wants the tenant named", async () => {
  expect((await gateway.admin("/changes")).status).toBe(400);
});
