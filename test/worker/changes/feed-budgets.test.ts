import { beforeAll, describe, expect, test } from "vitest";
import { feedPage, fillChanges } from "#test/support/changes/feed.ts";
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
      const { body, cost } = await gateway.admin(path);
      const first = Math.floor(after / 2);
      const expected = Array.from(
        { length: LIMIT },
        (_, n) => first + Math.floor((n + (after % 2)) / 2),
      );
      expect(numbersIn(body)).toEqual(expected);
      costs.push(cost.rowsRead);
    }

    expect(new Set(costs).size).toBe(1);
    expect(Math.max(...costs)).toBeLessThanOrEqual(14 * (LIMIT + 1) + 20);
  });
});
