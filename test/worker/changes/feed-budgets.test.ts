import { beforeAll, describe, expect, test } from "vitest";
import { feedPage, fillChanges, fillConnectors } from "#test/support/changes/feed.ts";
import { openGateway } from "#test/support/gateway.ts";

// A feed of 100,000 changes among as many of another connector: what a page costs, wherever it lies.

const ROWS = 100_000;
const LIMIT = 1_000;

const gateway = openGateway();
let connectorId: string;

beforeAll(async () => {
  const one = await gateway.connector({ tenant: "Large" });
  const other = await gateway.connector({ tenant: "Large" });
  connectorId = one.id;
  await fillChanges([one.id, other.id], ROWS);
});

/** The names in a page's events, whose order the filled changes have. */
function numbersIn(body: { items: readonly { resource: { userName: string } }[] }) {
  return body.items.map(({ resource }) => Number(resource.userName.slice("user".length)));
}

describe("a feed of 100,000 changes", () => {
  test("is paged in order, each page at the same cost", async () => {
    const seen: number[] = [];
    const costs = new Set<number>();
    let after = "0";
    let hasMore = true;
    while (hasMore) {
      const { body, cost } = await feedPage(gateway, connectorId, { after, limit: LIMIT });
      seen.push(...numbersIn(body));
      if (body.hasMore) costs.add(cost.rowsRead);
      expect(cost.roundTrips).toBe(2);
      ({ next: after, hasMore } = body);
    }

    expect(seen).toEqual(Array.from({ length: ROWS }, (_, n) => n));
    expect(costs.size).toBe(1);
    expect(Math.max(...costs)).toBeLessThanOrEqual(7 * (LIMIT + 1) + 10);
  });

  test("tells a reader who has all of it so for a dozen rows", async () => {
    const { cost, body } = await feedPage(gateway, connectorId, { after: 2 * ROWS });

    expect(body.items).toEqual([]);
    expect(cost.rowsRead).toBeLessThanOrEqual(12);
  });

  test("is paged with the tenant's other one, each page at the same cost", async () => {
    const costs: number[] = [];
    for (const after of [1, 3 * LIMIT, ROWS, 2 * ROWS - 3 * LIMIT]) {
      const path = `/changes?tenant=Large&after=${after}&limit=${LIMIT}`;
      const { body, cost } = await gateway.api(path);
      const first = Math.floor(after / 2);
      const expected = Array.from(
        { length: LIMIT },
        (_, n) => first + Math.floor((n + (after % 2)) / 2),
      );
      expect(numbersIn(body)).toEqual(expected);
      costs.push(cost.rowsRead);
    }

    expect(new Set(costs).size).toBe(1);
    expect(Math.max(...costs)).toBeLessThanOrEqual(9 * (LIMIT + 1) + 20);
  });
});

describe("a feed among 10,000 connectors", () => {
  const CONNECTORS = 10_000;
  const TENANT = "Small";
  let own: string;

  beforeAll(async () => {
    await fillConnectors(CONNECTORS, "Crowd");
    const connectors = [await gateway.connector({ tenant: TENANT })];
    connectors.push(await gateway.connector({ tenant: TENANT }));
    own = connectors[0]?.id ?? "";
    await fillChanges(
      connectors.map(({ id }) => id),
      LIMIT,
    );
  });

  /** The most that a page of so many events may read, with the look-up of the key, the connector and the ends. */
  const most = (events: number) => 9 * (events + 1) + 20;

  test.each([10, 100, LIMIT])(
    "a page of %d events costs what its events do: of all",
    async (limit) => {
      for (const after of [0, ROWS, 2 * ROWS - LIMIT, 2 * ROWS + LIMIT]) {
        const { body, cost } = await gateway.api(`/changes?after=${after}&limit=${limit}`);

        expect(body.items).toHaveLength(limit);
        expect(cost.rowsRead).toBeLessThanOrEqual(most(limit));
      }
    },
  );

  test.each([10, 100, LIMIT])("… of a key of a tenant, or of a connector", async (limit) => {
    for (const [limits, count] of [
      [{ tenant: TENANT }, 2 * LIMIT],
      [{ connectorId: own }, LIMIT],
    ] as const) {
      const key = { name: "Feed", role: "feed", ...limits };
      const token = (await gateway.admin("/keys", { body: key })).body.secret;
      // Behind the changes of others, which it must not look at.
      const { body, cost } = await gateway.api(`/changes?after=0&limit=${limit}`, { token });

      expect(body.items).toHaveLength(Math.min(limit, count));
      expect(cost.rowsRead).toBeLessThanOrEqual(most(limit));
    }
  });

  test("who has all of it is told so for a dozen rows, and four more for each connector of a tenant", async () => {
    const { next } = (await gateway.api("/changes?after=latest")).body;

    const all = await gateway.api(`/changes?after=${next}`);
    const tenant = await gateway.api(`/changes?tenant=${TENANT}&after=${next}`);

    expect(all.cost.rowsRead).toBeLessThanOrEqual(12);
    expect(tenant.cost.rowsRead).toBeLessThanOrEqual(12 + 4 * 2);
  });
});
