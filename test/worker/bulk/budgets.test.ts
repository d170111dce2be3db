import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { wrapDatabase } from "#test/support/d1/counting-d1.ts";
import { filled, fillUsers } from "#test/support/fill.ts";
import { openGateway } from "#test/support/gateway.ts";
import { patchAttribute, postUser, sendBulk, statusesOf } from "#test/support/scim/bulk.ts";

/** What ServiceProviderConfig promises, and what D1 may be asked for it (issue 3). */
const OPERATIONS_MAX = 1_000;
const STATEMENTS_MAX = 100;
const BYTES_MAX = 1_048_576;

/** A gateway that counts the statements of its batches. */
function countingGateway() {
  const counted = { statements: 0 };
  const db = wrapDatabase(env.DB, async (run) => {
    const results = await run();
    counted.statements += results.length;
    return results;
  });
  const gateway = openGateway({ db, roundTripsMax: 4 });
  return { gateway, counted };
}

/** So many POSTs of users that share what the connector leaves of 1 MB. */
function manyPosts(count: number, filler: string) {
  const bytes = new TextEncoder().encode(JSON.stringify(filler)).byteLength - 2;
  const times = Math.floor((BYTES_MAX / count - 330) / bytes);
  return Array.from({ length: count }, (_, n) => ({
    ...postUser({
      externalId: `e${n}`,
      displayName: filler.repeat(times),
      emails: [{ value: `m${n}@example.com`, type: "work" }],
    }),
    bulkId: `${n}`,
  }));
}

describe("a Bulk of the advertised maxOperations", () => {
  test.each([
    ["plain text", "x"],
    ["text that JSON escapes", '"\\'],
    ["text that grows eighteenfold when folded", "\ufdfa"],
  ])("creates 1,000 users of %s with at most 100 statements", async (_what, filler) => {
    const { gateway, counted } = countingGateway();
    const client = await gateway.client();
    const operations = manyPosts(OPERATIONS_MAX, filler);
    counted.statements = 0;

    const answer = await sendBulk(client, operations);

    expect([answer.status, new Set(statusesOf(answer))]).toEqual([200, new Set(["201"])]);
    expect(counted.statements).toBeLessThanOrEqual(STATEMENTS_MAX);
    expect((await client.call("/Users?count=0")).body.totalResults).toBe(OPERATIONS_MAX);
  });

  test("refuses 1,000 users that are there already with at most 100 statements", async () => {
    const { gateway, counted } = countingGateway();
    const client = await gateway.client();
    const operations = manyPosts(OPERATIONS_MAX, "x");
    await sendBulk(client, operations);
    counted.statements = 0;

    const answer = await sendBulk(client, operations);

    expect(new Set(statusesOf(answer))).toEqual(new Set(["409"]));
    expect(counted.statements).toBeLessThanOrEqual(STATEMENTS_MAX);
  });
});

describe.each([1_000, 50_000])("among %i users, a run", (count) => {
  const RUN = 500;
  const cases: readonly (readonly [string, (n: number) => object, number])[] = [
    ["changes attributes", (n) => patchAttribute(path(n), "title", "x"), 13],
    ["changes e-mails", (n) => patchAttribute(path(n), "emails", [{ value: `n${n}` }]), 20],
    ["changes externalIds", (n) => patchAttribute(path(n), "externalId", `new-${n}`), 16],
    ["replaces", (n) => ({ method: "PUT", path: path(n), data: { userName: `new-${n}` } }), 20],
    ["deletes", (n) => ({ method: "DELETE", path: path(n) }), 16],
    ["creates", (n) => postUser({ externalId: `fresh-${n}`, userName: `fresh-${n}` }), 12],
  ];
  const path = (n: number) => `/Users/${filled.id(n)}`;

  test.each(cases)("that %s reads rows of its own users only", async (_what, operation, rows) => {
    const { gateway, counted } = countingGateway();
    const client = await gateway.client();
    await fillUsers(client.id, count);
    counted.statements = 0;

    const answer = await sendBulk(
      client,
      Array.from({ length: RUN }, (_, n) => ({ ...operation(n) })),
    );

    expect(statusesOf(answer).filter((status) => !status.startsWith("2"))).toEqual([]);
    expect(counted.statements).toBeLessThanOrEqual(30);
    expect(answer.cost.rowsRead).toBeLessThanOrEqual(RUN * rows + 12);
  });
});
