import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { contradictions } from "#test/support/consistency.ts";
import { type Fault, faultyDatabase } from "#test/support/faulty-d1.ts";
import { aPatch, aUser, openGateway, type TestConnector } from "#test/support/gateway.ts";
import { seededRandom } from "#test/support/random.ts";

const SEEDS = 300;

/** Five attempts are made, so a run of faults of this length is survived. */
const FAULTS_IN_A_ROW_MAX = 4;

/** Faults by seed, half of them after the commit; no more in a row than the write path survives. */
function seededFaults(random: () => number): () => Fault {
  let inARow = 0;
  return () => {
    const fails = random() < 0.5 && inARow < FAULTS_IN_A_ROW_MAX;
    inARow = fails ? inARow + 1 : 0;
    if (!fails) return undefined;
    return random() < 0.5 ? "before" : "after";
  };
}

/** One user's life against a D1 that fails by seed: what each request was answered. */
async function life(connector: TestConnector, seed: number) {
  const random = seededRandom(seed);
  const db = faultyDatabase(env.DB, seededFaults(random));
  const { scim } = openGateway({ db, clock: { random }, roundTripsMax: Number.POSITIVE_INFINITY });
  const { token } = connector;
  const body = aUser({ userName: `seed-${seed}`, emails: [{ value: `seed-${seed}@example.com` }] });
  const created = await scim("/Users", { token, body });
  const path = `/Users/${created.body.id}`;
  const title = aPatch({ op: "replace", path: "title", value: "Engineer" });
  const patched = await scim(path, { token, method: "PATCH", body: title });
  const again = await scim("/Users", { token, body });
  const replaced = await scim(path, { token, method: "PUT", body: { ...body, title: "Boss" } });
  const isDeleted = seed % 2 === 0;
  const deleted = isDeleted ? await scim(path, { token, method: "DELETE" }) : undefined;
  return {
    id: created.body.id,
    statuses: [created, patched, again, replaced, deleted].map((answer) => answer?.status ?? 204),
    version: replaced.body.meta?.version,
  };
}

test("a D1 that fails before or after commits causes no false 409, no duplicate and no loss", async () => {
  const gateway = openGateway();
  const connector = await gateway.connector();

  const lives: Awaited<ReturnType<typeof life>>[] = [];
  for (let seed = 0; seed < SEEDS; seed += 1) lives.push(await life(connector, seed));

  const expected = { statuses: [201, 200, 409, 200, 204], version: 'W/"3"' };
  expect(lives.filter((each) => !matches(each, expected))).toEqual([]);
  const list = await gateway.scim("/Users?count=1000", { token: connector.token });
  const living = lives.filter((_, seed) => seed % 2 === 1).map(({ id }) => id);
  expect(list.body.totalResults).toBe(SEEDS / 2);
  expect(list.body.Resources.map(({ id }: { id: string }) => id).sort()).toEqual(living.sort());
  expect(await contradictions()).toEqual([]);
  expect(await changeCount(connector)).toBe(SEEDS * 3 + SEEDS / 2);
});

test("a D1 that stays away is answered 503 with Retry-After, and nothing is stored", async () => {
  const connector = await openGateway().connector();
  const { token } = connector;
  let calls = 0;
  const failing = faultyDatabase(env.DB, () => {
    calls += 1;
    return calls === 1 ? undefined : "before";
  });
  const gateway = openGateway({ db: failing, roundTripsMax: Number.POSITIVE_INFINITY });

  const answer = await gateway.scim("/Users", { token, body: aUser() });

  expect(answer.status).toBe(503);
  expect(answer.headers.get("Retry-After")).toMatch(/^\d+$/);
  expect(await changeCount(connector)).toBe(0);
});

test("an overloaded D1 is answered 503 at once, without another try", async () => {
  const connector = await openGateway().connector();
  let calls = 0;
  const overloaded = faultyDatabase(
    env.DB,
    () => {
      calls += 1;
      return "before";
    },
    "D1_ERROR: D1 DB is overloaded. Requests queued for too long.",
  );
  const gateway = openGateway({ db: overloaded });

  const answer = await gateway.scim("/Users", { token: connector.token, body: aUser() });

  expect([answer.status, calls]).toEqual([503, 1]);
});

test("an unexpected D1 error is answered 500 with an opaque id and none of its message", async () => {
  const connector = await openGateway().connector();
  const broken = faultyDatabase(env.DB, () => "before", "D1_ERROR: no such column: secret_thing");
  const gateway = openGateway({ db: broken });

  const answer = await gateway.scim("/Users", { token: connector.token, body: aUser() });

  expect(answer.status).toBe(500);
  expect(answer.body.detail).toMatch(/[0-9a-f]{8}-[0-9a-f-]{27}/);
  expect(JSON.stringify(answer.body)).not.toContain("secret_thing");
});

function matches(
  life: { statuses: readonly number[]; version: string },
  expected: { statuses: readonly number[]; version: string },
): boolean {
  return life.statuses.join() === expected.statuses.join() && life.version === expected.version;
}

async function changeCount({ id }: TestConnector): Promise<number | null> {
  return await env.DB.prepare(
    "SELECT count(*) AS n FROM changes JOIN connectors ON number = connector_id WHERE id = ?",
  )
    .bind(id)
    .first("n");
}
