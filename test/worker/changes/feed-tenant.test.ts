import { describe, expect, test } from "vitest";
import { aUser, openGateway } from "#test/support/gateway.ts";

// The feed of all connectors of a tenant, and of all that a key sees.

const gateway = openGateway();

/** The page of a tenant's feed. */
function page(tenant: string, query = "") {
  return gateway.api(`/changes?tenant=${encodeURIComponent(tenant)}${query}`);
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

test("tells of a deleted connector to its end", async () => {
  const client = await gateway.client({ tenant: "Gone" });
  await client.post(aUser());
  await gateway.admin(`/connectors/${client.id}`, { method: "DELETE" });

  const { body } = await page("Gone");
  const types = body.items.map(({ type }: { type: string }) => type);
  expect(types).toEqual(["user.created", "user.deactivated", "connector.deleted"]);
});

describe("the feed of all that a key sees", () => {
  /** The events behind a cursor that a key is told of, by their connectors, with the cursors of its pages. */
  async function readAll(token: string, after: string, limit: number) {
    const seen: { connector: string; tenant: string | null; cursor: string }[] = [];
    const pages: number[] = [];
    let next = after;
    let hasMore = true;
    while (hasMore) {
      const { body } = await gateway.api(`/changes?after=${next}&limit=${limit}`, { token });
      seen.push(...body.items);
      pages.push(body.items.length);
      ({ next, hasMore } = body);
    }
    return { seen, pages, next };
  }

  async function feedKey(limits: object): Promise<string> {
    const body = { name: "Feed", role: "feed", ...limits };
    return (await gateway.admin("/keys", { body })).body.secret;
  }

  const latest = async () => (await gateway.api("/changes?after=latest")).body.next as string;

  test("is in one order, each event with its connector's tenant, and every key is told its own", async () => {
    const [tenant, other] = [crypto.randomUUID(), crypto.randomUUID()];
    const one = await gateway.client({ tenant });
    const two = await gateway.client({ tenant });
    const foreign = await gateway.client({ tenant: other });
    const nobodys = await gateway.client();
    const start = await latest();
    for (const client of [one, two, foreign, two, nobodys, one]) await client.post(aUser());

    const told = async (limits: object, limit: number) => {
      const { seen } = await readAll(await feedKey(limits), start, limit);
      return seen.map((event) => [event.connector, event.tenant]);
    };
    const all = [
      [one.id, tenant],
      [two.id, tenant],
      [foreign.id, other],
      [two.id, tenant],
      [nobodys.id, null],
      [one.id, tenant],
    ];
    const own = all.filter(([, each]) => each === tenant);

    for (const limit of [1, 2, 4, 100]) {
      expect(await told({}, limit)).toEqual(all);
      expect(await told({ tenant }, limit)).toEqual(own);
      expect(await told({ connectorId: one.id }, limit)).toEqual(
        all.filter(([id]) => id === one.id),
      );
    }
  });

  test("leaves staged connectors out without stopping at them, however many changes they have", async () => {
    const shown = await gateway.client();
    const staged = await gateway.client({ settings: { staged: true } });
    const start = await latest();
    for (let n = 0; n < 4; n += 1) await staged.post(aUser());
    await shown.post(aUser());
    await staged.post(aUser());

    const { seen, pages, next } = await readAll(await feedKey({}), start, 2);

    expect(seen.map(({ connector }) => connector)).toEqual([shown.id]);
    expect(pages).toEqual([0, 0, 1]);
    expect(next).toBe(await latest());
  });

  test("does not hold a waiting reader while there is more behind what is left out", async () => {
    const staged = await gateway.client({ settings: { staged: true } });
    const start = await latest();
    for (let n = 0; n < 3; n += 1) await staged.post(aUser());
    const sleep = () => Promise.reject(new Error("Nobody waits."));

    const path = `/changes?after=${start}&limit=2&wait=20`;
    const { status, body } = await openGateway({ clock: { sleep } }).api(path);

    expect([status, body.items, body.hasMore]).toEqual([200, [], true]);
    const rest = await gateway.api(`/changes?after=${body.next}&limit=2&wait=1`);
    expect(rest.status).toBe(204);
    expect(rest.headers.get("Link")).toContain(`after=${await latest()}`);
  });
});

test("a connector is found under its tenant alone", async () => {
  const client = await gateway.client({ tenant: "Owner" });

  const status = async (tenant: string) =>
    (await gateway.api(`/changes?connector=${client.id}&tenant=${tenant}`)).status;

  expect(await status("Owner")).toBe(200);
  expect(await status("Another")).toBe(404);
});
