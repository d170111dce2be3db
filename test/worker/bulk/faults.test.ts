import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { contradictions } from "#test/support/consistency.ts";
import { wrapDatabase } from "#test/support/d1/counting-d1.ts";
import { CONNECTION_LOST, faultyDatabase } from "#test/support/d1/faulty-d1.ts";
import { openFaulty, playAll, rowCounts, seedsOf } from "#test/support/faults/life.ts";
import { aPatch, aUser, openGateway, type TestConnector } from "#test/support/gateway.ts";
import {
  aBulk,
  idIn,
  patchAttribute,
  postGroup,
  postUser,
  statusesOf,
} from "#test/support/scim/bulk.ts";

const plain = openGateway();

const SEEDS = seedsOf(40);

/** Of the three requests and of each operation in a Bulk. */
const EVENTS_OF_LIFE = 3 + 10 + 5;

/** Of ten writes of users and four of a group; it gets two members, who leave it by being deleted. */
const CHANGES_OF_LIFE = 10 + 3 + 4;

async function userCount({ token }: TestConnector): Promise<number> {
  return (await plain.scim("/Users?count=0", { token })).body.totalResults;
}

/** A request that holds every kind of write, on users and groups that it makes itself. */
function firstBulk(seed: number) {
  const ada = { userName: `ada-${seed}`, externalId: `ada-${seed}` };
  const bob = { userName: `bob-${seed}` };
  const put = { method: "PUT", path: "/Users/bulkId:bob", data: aUser({ ...bob, title: "Boss" }) };
  const add = aPatch({ op: "add", path: "members", value: [{ value: "bulkId:cyd" }] });
  return [
    postUser(ada, "ada"),
    postUser(bob, "bob"),
    postUser({ userName: `cyd-${seed}` }, "cyd"),
    postGroup(`team-${seed}`, "bulkId:ada", `nobody-${seed}`),
    postUser(ada, "again"),
    patchAttribute("/Users/bulkId:ada", "title", "Engineer"),
    put,
    { method: "PATCH", path: `/Groups/bulkId:team-${seed}`, data: add },
    patchAttribute(`/Groups/bulkId:team-${seed}`, "displayName", `Renamed ${seed}`),
    { method: "DELETE", path: "/Users/bulkId:cyd" },
  ];
}

/** A later request on what the first one made. */
function secondBulk(seed: number, [ada, bob, , team]: readonly string[]) {
  return [
    { method: "DELETE", path: `/Users/${ada}` },
    postUser({ userName: `ada-${seed}`, externalId: `ada-${seed}` }, "ada"),
    patchAttribute(`/Users/${bob}`, "active", false),
    patchAttribute(`/Users/${crypto.randomUUID()}`, "title", "Ghost"),
    { method: "DELETE", path: `/Groups/${team}` },
  ];
}

const FIRST = ["201", "201", "201", "201", "409", "200", "200", "204", "204", "204"];
const SECOND = ["204", "201", "200", "404", "204"];

/** Two Bulks of one seed and a request between them: what they were answered, and whether ada came back. */
async function life({ token }: TestConnector, seed: number) {
  const { gateway } = openFaulty(seed);
  const send = (path: string, request: object) => gateway().scim(path, { token, ...request });
  const first = await send("/Bulk", { body: aBulk(firstBulk(seed)) });
  const made = first.body.Operations.map((each: { location?: string }) =>
    each.location === undefined ? "" : idIn({ location: each.location }),
  );
  const body = aPatch({ op: "replace", path: "nickName", value: "Bobby" });
  const between = await send(`/Users/${made[1]}`, { method: "PATCH", body });
  const second = await send("/Bulk", { body: aBulk(secondBulk(seed, made)) });
  return {
    statuses: [statusesOf(first), between.status, statusesOf(second)],
    isAdaRestored: idIn(second.body.Operations[1]) === made[0],
  };
}

test("a D1 that fails before or after commits causes no false refusal, no duplicate and no loss in a Bulk", async () => {
  const connector = await plain.connector({ settings: { brake: { mode: "off" } } });

  const lives = await playAll(SEEDS, (seed) => life(connector, seed));

  const expected = { statuses: [FIRST, 200, SECOND], isAdaRestored: true };
  expect(lives).toEqual(SEEDS.map(() => expected));
  expect(await rowCounts(connector.id)).toEqual({
    events: SEEDS.length * EVENTS_OF_LIFE,
    changes: SEEDS.length * CHANGES_OF_LIFE,
  });
  expect(await userCount(connector)).toBe(SEEDS.length * 2);
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
