import { beforeEach, expect, test } from "vitest";
import { feedPage } from "#test/support/changes/feed.ts";
import { aUser, openGateway, type TestClient } from "#test/support/gateway.ts";

// A staged connector delivers nothing downstream until an administrator approves it.

// An approval wakes the webhooks as well.
const gateway = openGateway({ roundTripsMax: 5 });
let client: TestClient;

beforeEach(async () => {
  client = await gateway.client({ tenant: crypto.randomUUID(), settings: { staged: true } });
  await client.post(aUser());
});

/** Approves the connector. */
function approve() {
  return gateway.admin(`/connectors/${client.id}/approve`, { method: "POST", body: {} });
}

test("its feed is empty and says why, and has everything once it is approved", async () => {
  const { status, body: staged } = await feedPage(gateway, client.id);
  await approve();

  const { body } = await feedPage(gateway, client.id, { after: staged.next });

  expect(status).toBe(200);
  expect(staged).toMatchObject({ items: [], hasMore: false, staged: true });
  expect(body.items).toMatchObject([{ type: "user.created" }]);
  expect(body).not.toHaveProperty("staged");
});

test("a reader keeps its cursor, also one who asks for the end", async () => {
  const { body: kept } = await feedPage(gateway, client.id, { after: "5" });
  const { body: end } = await feedPage(gateway, client.id, { after: "latest" });
  await approve();

  const { body } = await feedPage(gateway, client.id, { after: end.next });

  expect(kept.next).toBe("5");
  expect(body.items).toHaveLength(1);
});

test("a waiting reader is held for as long as it would wait", async () => {
  let slept = 0;
  const sleep = async (ms: number) => {
    slept += ms;
  };

  const { body } = await feedPage(openGateway({ clock: { sleep } }), client.id, { wait: 20 });

  expect(body).toMatchObject({ items: [], staged: true });
  expect(slept).toBe(20_000);
});

test("its tokens are none", async () => {
  const { body } = await feedPage(gateway, client.id, { format: "set" });

  expect(body).toMatchObject({ sets: {}, moreAvailable: false, staged: true });
});

test("its directory answers 409 until it is approved", async () => {
  const before = await gateway.api(`/users?connector=${client.id}`);
  await approve();
  const after = await gateway.api(`/users?connector=${client.id}`);

  expect(before.status).toBe(409);
  expect(before.headers.get("Content-Type")).toBe("application/problem+json");
  expect(after.body.items).toHaveLength(1);
});

test("its tenant's feed leaves it out", async () => {
  const { body: connector } = await gateway.admin(`/connectors/${client.id}`);

  const { body } = await gateway.api(`/changes?tenant=${connector.tenant}`);

  expect(body.items).toEqual([]);
});
