import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { CHANGES_AT_ONCE, EVENTS_AT_ONCE, eraseStep } from "#store/erasure/erase.ts";
import { type Erasure, findErasure, listErasures } from "#store/erasure/erasures.ts";
import { firstIdAt } from "#store/event-log/list.ts";
import { goOnErasing } from "#store/upkeep/go-on-erasing.ts";
import { contradictions } from "#test/support/consistency.ts";
import { type Cost, countingDatabase, wrapDatabase } from "#test/support/d1/counting-d1.ts";
import { captureConsole } from "#test/support/dump.ts";
import { changeTypesOf, openGateway, type TestClient } from "#test/support/gateway.ts";
import { clockIn, cronIn, erase, placesOf, withUser } from "#test/support/upkeep/erasing.ts";

// An erasure is a walk over log and feed: in bounded slices, and whole although anybody dies on the way.

const roundTripsMax = Number.POSITIVE_INFINITY;
const gateway = openGateway({ roundTripsMax });
// Faults are planted here, and each is printed.
captureConsole();

/** A database whose isolate dies right after its so-manieth round trip, which is before the next one as well. */
function dyingDatabase(at: number) {
  let trips = 0;
  const db = wrapDatabase(env.DB, async (run) => {
    trips += 1;
    if (trips > at) throw new Error("The isolate died.");
    const results = await run();
    if (trips === at) throw new Error("The isolate died.");
    return results;
  });
  return { db, hasDied: () => trips >= at };
}

async function numberOf({ id }: TestClient): Promise<number> {
  const found = await env.DB.prepare("SELECT number FROM connectors WHERE id = ?1").bind(id);
  return (await found.first<number>("number")) ?? 0;
}

const MINUTE_MS = 60_000;

/** Thousands of rows of log and feed: of the person, of others who name the person, and of others. */
async function plantRows(
  client: TestClient,
  user: { readonly id: string; readonly login: string },
  count: number,
): Promise<void> {
  const number = await numberOf(client);
  const series = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)";
  const events = env.DB.prepare(
    `INSERT INTO events (connector_id, op_id, at, method, path, status, latency_ms, resource_type, resource_id, user_name, request_body, response_body)
     ${series} SELECT ?2, substr(?3, 1, 24) || printf('%012x', i), ?4, 'PATCH', '/scim/v2/Users/x', 200, 5, 'User',
       CASE i % 3 WHEN 0 THEN ?5 ELSE 'other-' || i END, CASE i % 3 WHEN 0 THEN ?6 END,
       CASE i % 3 WHEN 1 THEN json_object('userName', ?6) ELSE '{}' END, '{"title":"kept"}' FROM n`,
  );
  const changes = env.DB.prepare(
    `INSERT INTO changes (event_id, connector_id, resource_type, resource_id, version, type, at, payload)
     ${series} SELECT substr(?3, 1, 24) || printf('%012x', i), ?2, 'User', CASE i % 3 WHEN 0 THEN ?5 ELSE 'other-' || i END, i, 'user.updated', ?4,
       json_object('id', 'x', 'userName', CASE i % 3 WHEN 0 THEN ?6 ELSE 'somebody' END) FROM n`,
  );
  const at = Date.now() - MINUTE_MS;
  const given = [count, number, firstIdAt(at), at, user.id, user.login];
  await env.DB.batch([events.bind(...given), changes.bind(...given)]);
}

test("thousands of rows are gone through in slices of a few hundred, by the call and then by cron", async () => {
  const { person, client, id } = await withUser(gateway);
  const rows = 6_000;
  await plantRows(client, { id, login: person.login }, rows);

  const answer = await erase(gateway, client, id);
  const person2 = { connectorId: await numberOf(client), userId: id } as unknown as Erasure;
  const begun = await findErasure(env.DB, person2.connectorId, id);
  const costs: Cost[] = [];
  for (let step = 0; ; step += 1) {
    const cost = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };
    const progress = await eraseStep(countingDatabase(env.DB, cost), clockIn(0), person2);
    costs.push(cost);
    if (progress !== "more") break;
    expect(step).toBeLessThan(rows / EVENTS_AT_ONCE + rows / CHANGES_AT_ONCE + 20);
  }
  await cronIn(2);
  await cronIn(3);

  expect([answer.status, answer.body.state]).toEqual([202, "erasing"]);
  // The call itself left most of it to others.
  expect(begun?.stage).toBe("changes");
  expect(costs.length).toBeGreaterThan(20);
  expect(Math.max(...costs.map(({ roundTrips }) => roundTrips))).toBeLessThanOrEqual(4);
  expect(Math.max(...costs.map(({ rowsWritten }) => rowsWritten))).toBeLessThanOrEqual(
    3 * CHANGES_AT_ONCE,
  );
  expect(Math.max(...costs.map(({ rowsRead }) => rowsRead))).toBeLessThanOrEqual(40_000);
  expect(await placesOf([person.mark])).toEqual([]);
  expect((await erase(gateway, client, id)).body.state).toBe("erased");
  const kept = await env.DB.prepare(
    'SELECT count(*) AS n FROM events WHERE connector_id = ?1 AND response_body = \'{"title":"kept"}\'',
  ).bind(person2.connectorId);
  expect(await kept.first("n")).toBeGreaterThanOrEqual(rows / 3);
});

test("whoever dies at whichever step of the call, the next one finishes, and nothing is told twice", async () => {
  const client = await gateway.client();
  const people: { readonly mark: string; readonly id: string; readonly status: number }[] = [];
  for (let at = 1, isWhole = false; !isWhole; at += 1) {
    const { person, id } = await withUser(gateway, {}, client);
    const dying = dyingDatabase(at);
    const first = await erase(openGateway({ roundTripsMax, db: dying.db }), client, id);
    isWhole = !dying.hasDied();
    const again = await erase(gateway, client, id);
    people.push({ mark: person.mark, id, status: again.status });
    expect([first.status, again.status]).toEqual([isWhole ? 202 : first.status, 202]);
    expect(at).toBeLessThan(40);
  }
  for (let minute = 2; (await listErasures(env.DB, 1)).length > 0; minute += 1) {
    expect(minute).toBeLessThan(20);
    await cronIn(minute);
  }

  expect(people.length).toBeGreaterThan(12);
  expect(await placesOf(people.map(({ mark }) => mark))).toEqual([]);
  expect(await contradictions()).toEqual([]);
  for (const { id } of people) {
    // One for its creation, and one for its end.
    expect(await changeTypesOf(id)).toEqual(["user.erased", "user.erased"]);
  }
});

test("cron that dies at whichever step is gone on with by the next one", async () => {
  const marks: string[] = [];
  let isWhole = false;
  let at = 0;
  for (at = 1; !isWhole; at += 1) {
    const { person, client, id } = await withUser(gateway);
    marks.push(person.mark);
    const only = await beginOnly(client, id);
    const dying = dyingDatabase(at);
    const forget = async () => undefined;
    await goOnErasing(dying.db, clockIn(2), forget).catch(() => undefined);
    isWhole = !dying.hasDied();
    await goOnErasing(env.DB, clockIn(2), forget);
    await goOnErasing(env.DB, clockIn(2), forget);
    expect(await findErasure(env.DB, only, id)).toBeUndefined();
    expect(at).toBeLessThan(40);
  }

  expect(at).toBeGreaterThan(8);
  expect(await placesOf(marks)).toEqual([]);
});

/** An erasure of which the call did no more than to begin it. */
async function beginOnly(client: TestClient, id: string) {
  const trips = { left: Number.POSITIVE_INFINITY };
  const db = wrapDatabase(env.DB, async (run) => {
    if (trips.left <= 0) throw new Error("The isolate died.");
    const results = await run();
    trips.left -= 1;
    const isBegun =
      (await env.DB.prepare("SELECT 1 FROM erasures WHERE user_id = ?1").bind(id).first()) !== null;
    if (isBegun) trips.left = 0;
    return results;
  });
  await erase(openGateway({ roundTripsMax, db }), client, id);
  const [begun] = (await listErasures(env.DB, 100)).filter(({ userId }) => userId === id);
  if (begun === undefined) throw new Error("Nothing was begun.");
  expect(begun.stage).toBe("own");
  return begun.connectorId;
}

test("an object that cannot be reached is asked again, and the names stay known until then", async () => {
  const { client, id } = await withUser(gateway);
  const number = await beginOnly(client, id);
  const broken = async () => {
    throw new Error("no object");
  };
  await goOnErasing(env.DB, clockIn(2), broken).catch(() => undefined);
  await goOnErasing(env.DB, clockIn(2), broken).catch(() => undefined);
  const kept = await findErasure(env.DB, number, id);
  const asked: Erasure[] = [];

  await goOnErasing(env.DB, clockIn(3), async (erasure) => {
    asked.push(erasure);
  });

  expect(kept?.names.length).toBeGreaterThan(0);
  expect(asked).toEqual([expect.objectContaining({ userId: id, names: kept?.names })]);
  expect(await findErasure(env.DB, number, id)).toBeUndefined();
});
