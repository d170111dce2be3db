import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { faultyDatabase } from "#test/support/d1/faulty-d1.ts";
import { aPatch, aUser, openGateway } from "#test/support/gateway.ts";

const elsewhere = openGateway();

/** A gateway whose connectors are all over their limit from the moment that a test says so. */
function aLimitedGateway(binding: "RATE_LIMIT_LOW" | "RATE_LIMIT_STANDARD") {
  let isFull = false;
  const limit = { limit: async () => ({ success: !isFull }) };
  const gateway = openGateway({ rateLimits: "on", bindings: { [binding]: limit } });
  const fill = () => {
    isFull = true;
  };
  return { gateway, fill };
}

test("a request over the limit leaves no row, also of a client who is remembered", async () => {
  const { gateway, fill } = aLimitedGateway("RATE_LIMIT_STANDARD");
  const client = await gateway.client();
  await client.post(aUser());
  fill();

  const refused = await client.post(aUser());

  expect(refused.status).toBe(429);
  const events = await gateway.admin(`/connectors/${client.id}/events`);
  expect(events.body.items).toMatchObject([{ method: "POST", status: 201 }]);
});

test("a limit that was raised elsewhere is believed at once", async () => {
  const { gateway, fill } = aLimitedGateway("RATE_LIMIT_LOW");
  const client = await gateway.client({ settings: { rateLimit: "low" } });
  await client.post(aUser());
  fill();
  const body = { settings: { rateLimit: "high" } };
  await elsewhere.admin(`/connectors/${client.id}`, { method: "PATCH", body });

  expect((await client.post(aUser())).status).toBe(201);
});

test("a revoked token gets 401, however full the limit of its former connector is", async () => {
  const { gateway, fill } = aLimitedGateway("RATE_LIMIT_STANDARD");
  const client = await gateway.client();
  await client.post(aUser());
  fill();
  const tokens = await elsewhere.admin(`/connectors/${client.id}/tokens`);
  const path = `/connectors/${client.id}/tokens/${tokens.body.items[0].id}`;
  await elsewhere.admin(path, { method: "DELETE" });

  expect((await client.post(aUser())).status).toBe(401);
});

test("a refused write has no warnings of what was decided on wrong memories", async () => {
  const here = openGateway();
  const client = await here.client();
  const { body } = await client.post(aUser());
  await client.get(body.id);
  await elsewhere.scim(`/Users/${body.id}`, {
    token: client.token,
    method: "PATCH",
    body: aPatch({ op: "replace", path: "nickName", value: "N" }),
  });
  const changed = aPatch({ op: "replace", value: { title: "Engineer", unheard: "of" } });

  const refused = await client.patch(body.id, changed, { "If-Match": 'W/"1"' });

  expect(refused.status).toBe(412);
  const events = await here.admin(`/connectors/${client.id}/events`);
  expect(events.body.items[0]).toMatchObject({ status: 412, warnings: [] });
});

test("last used is written at most every five minutes, also by refused writes", async () => {
  let now = Date.now();
  const here = openGateway({ clock: { now: () => now } });
  const client = await here.client();
  await client.post(aUser({ userName: "anna" }));
  const { body } = await client.post(aUser({ userName: "bea" }));
  now += 5 * 60_000 - 1_000;
  await client.get(body.id);
  now += 2_000;
  await client.patch(body.id, aPatch({ op: "replace", path: "title", value: "Engineer" }));
  const noted = now;
  now += 60_000;

  const rename = aPatch({ op: "replace", path: "userName", value: "anna" });
  const refused = await client.patch(body.id, rename);

  expect(refused.status).toBe(409);
  const tokens = await here.admin(`/connectors/${client.id}/tokens`);
  expect(Date.parse(tokens.body.items[0].lastUsedAt)).toBe(noted);
});

test("a write that D1 could not take is in the event log, also if it was optimistic", async () => {
  let callsToFail = 0;
  const db = faultyDatabase(env.DB, () => {
    callsToFail -= 1;
    return callsToFail >= 0 ? "before" : undefined;
  });
  const here = openGateway({ db, roundTripsMax: 10 });
  const client = await here.client();
  await client.post(aUser());
  callsToFail = 5;

  const refused = await client.post(aUser());

  expect(refused.status).toBe(503);
  const events = await here.admin(`/connectors/${client.id}/events`);
  expect(events.body.items).toMatchObject([{ status: 503 }, { status: 201 }]);
});

test("a leaver in many groups who is remembered costs a row for each group more, and a round trip less", async () => {
  const here = openGateway();
  const client = await here.client({ settings: { brake: { mode: "off" } } });
  const members = await Promise.all([1, 2].map(async () => (await client.post(aUser())).body.id));
  for (const displayName of ["a", "b", "c", "d"]) {
    const value = members.map((id) => ({ value: id }));
    await client.call("/Groups", { body: { displayName, members: value } });
  }
  const [known, unknown] = members;
  await client.get(known);

  const remembered = await client.remove(known);
  const fresh = openGateway();
  const path = `/Users/${unknown}`;
  const looked = await fresh.scim(path, { token: client.token, method: "DELETE" });

  expect([remembered.cost.roundTrips, looked.cost.roundTrips]).toEqual([1, 2]);
  expect(remembered.cost.rowsRead).toBeLessThanOrEqual(looked.cost.rowsRead + 1 + 4);
});
