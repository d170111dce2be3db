import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { patchAttribute, postUser, statusesOf } from "#test/support/bulk.ts";
import { contradictions } from "#test/support/consistency.ts";
import { wrapDatabase } from "#test/support/counting-d1.ts";
import { CONNECTION_LOST, type Fault, faultyDatabase } from "#test/support/faulty-d1.ts";
import { openGateway, type TestConnector } from "#test/support/gateway.ts";
import { seededRandom } from "#test/support/random.ts";

const plain = openGateway();

async function userCount({ token }: TestConnector): Promise<number> {
  return (await plain.scim("/Users?count=0", { token })).body.totalResults;
}

/** Faults by seed, half of them after the commit; no more in a row than a write survives. */
function seededFaults(random: () => number): () => Fault {
  let inARow = 0;
  return () => {
    const fails = random() < 0.5 && inARow < 4;
    inARow = fails ? inARow + 1 : 0;
    if (!fails) return undefined;
    return random() < 0.5 ? "before" : "after";
  };
}

test("a D1 that fails before or after commits causes no false 409, no duplicate and no loss", async () => {
  const connector = await plain.connector();
  const outcomes: (readonly string[])[] = [];
  for (let seed = 0; seed < 60; seed += 1) {
    const random = seededRandom(seed);
    const db = faultyDatabase(env.DB, seededFaults(random));
    const { scim } = openGateway({ db, clock: { random }, roundTripsMax: Number.MAX_VALUE });
    const operations = [
      ...Array.from({ length: 5 }, (_, n) => postUser({ userName: `${seed}-${n}` }, `${n}`)),
      patchAttribute("/Users/bulkId:1", "title", "x"),
      { method: "DELETE", path: "/Users/bulkId:2" },
    ];
    const body = { Operations: operations };
    outcomes.push(statusesOf(await scim("/Bulk", { token: connector.token, body })));
  }

  const expected = ["201", "201", "201", "201", "201", "200", "204"].join();
  expect(outcomes.filter((statuses) => statuses.join() !== expected)).toEqual([]);
  expect(await userCount(connector)).toBe(60 * 4);
  expect(await contradictions()).toEqual([]);
});

test("a D1 that fails from the first commit on is answered 503 as a whole, and nothing is stored", async () => {
  const connector = await plain.connector();
  let calls = 0;
  const db = faultyDatabase(env.DB, () => {
    calls += 1;
    return calls <= 2 ? undefined : "before";
  });
  const { scim } = openGateway({ db, roundTripsMax: 100 });

  const body = { Operations: [postUser(), postUser()] };
  const answer = await scim("/Bulk", { token: connector.token, body });

  expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "2"]);
  expect(await userCount(connector)).toBe(0);
});

test("a D1 that fails after something was stored is answered for the operations that it met", async () => {
  const connector = await plain.connector();
  let calls = 0;
  const db = wrapDatabase(env.DB, (run) => {
    calls += 1;
    // The first run: token, look, commit. Only the log is written after that.
    const isDown = calls > 3 && calls < 10;
    return isDown ? Promise.reject(new Error(CONNECTION_LOST)) : run();
  });
  const { scim } = openGateway({ db, roundTripsMax: 100 });

  const rename = patchAttribute("/Users/bulkId:a", "title", "x");
  const body = { Operations: [postUser({}, "a"), postUser(), rename, postUser()] };
  const answer = await scim("/Bulk", { token: connector.token, body });

  expect([answer.status, statusesOf(answer)]).toEqual([200, ["201", "201", "503", "503"]]);
  expect(await userCount(connector)).toBe(2);
});
