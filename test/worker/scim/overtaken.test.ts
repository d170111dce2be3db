import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { contradictions } from "#test/support/consistency.ts";
import { wrapDatabase } from "#test/support/d1/counting-d1.ts";
import { aPatch, aUser, openGateway, type TestAnswer } from "#test/support/gateway.ts";

const gateway = openGateway();

/** A gateway whose request is overtaken by others between its first look and its commit. */
function overtakenBy(rivals: () => Promise<unknown>) {
  let calls = 0;
  const db = wrapDatabase(env.DB, async (run) => {
    calls += 1;
    if (calls === 2) await rivals();
    return await run();
  });
  return openGateway({ db, roundTripsMax: 8 });
}

async function post(token: string, type: "Users" | "Groups", body: object): Promise<TestAnswer> {
  return await gateway.scim(`/${type}`, { token, body });
}

test("a PATCH of an erased user never lands on the one who got its row", async () => {
  const { token } = await gateway.connector({ settings: { deletion: "hard" } });
  const alice = await post(token, "Users", aUser({ userName: "alice" }));
  const path = `/Users/${alice.body.id}`;
  let bob: TestAnswer | undefined;
  const overtaken = overtakenBy(async () => {
    await gateway.scim(path, { token, method: "DELETE" });
    bob = await post(token, "Users", aUser({ userName: "bob" }));
  });

  const body = aPatch({ op: "replace", path: "active", value: false });
  const patched = await overtaken.scim(path, { token, method: "PATCH", body });

  const read = await gateway.scim(`/Users/${bob?.body.id}`, { token });
  expect(patched.status).toBe(404);
  expect(read.body).toMatchObject({ userName: "bob", active: true });
});

test("members of an erased group never join the one who got its row", async () => {
  const { token } = await gateway.connector();
  const user = await post(token, "Users", aUser());
  const group = await post(token, "Groups", { displayName: "one" });
  const path = `/Groups/${group.body.id}`;
  const overtaken = overtakenBy(async () => {
    await gateway.scim(path, { token, method: "DELETE" });
    await post(token, "Groups", { displayName: "two" });
  });

  const body = aPatch({ op: "add", path: "members", value: [{ value: user.body.id }] });
  const patched = await overtaken.scim(path, { token, method: "PATCH", body });

  expect(patched.status).toBe(404);
  expect(await contradictions()).toEqual([]);
});

test("a restore loses to the user who took the unique externalId meanwhile", async () => {
  const { token } = await gateway.connector({ settings: { uniqueExternalId: true } });
  const deleted = await post(token, "Users", aUser({ userName: "d", externalId: "e1" }));
  const other = await post(token, "Users", aUser({ userName: "b" }));
  await gateway.scim(`/Users/${deleted.body.id}`, { token, method: "DELETE" });
  const claim = { userName: "b", externalId: "e1" };
  const overtaken = overtakenBy(() =>
    gateway.scim(`/Users/${other.body.id}`, { token, method: "PUT", body: claim }),
  );

  const answer = await overtaken.scim("/Users", {
    token,
    body: aUser({ userName: "d", externalId: "e1" }),
  });

  expect([answer.status, answer.body.scimType]).toEqual([409, "uniqueness"]);
});

test("a parked member who arrives while being removed is removed", async () => {
  const { token } = await gateway.connector();
  const members = [{ value: "late" }];
  const group = await post(token, "Groups", { displayName: "waiting", members });
  const path = `/Groups/${group.body.id}`;
  const overtaken = overtakenBy(() => post(token, "Users", aUser({ externalId: "late" })));

  const body = aPatch({ op: "remove", path: 'members[value eq "late"]' });
  const patched = await overtaken.scim(path, { token, method: "PATCH", body });

  const read = await gateway.scim(path, { token });
  expect(patched.status).toBe(204);
  expect(read.body.members).toEqual([]);
  expect(await contradictions()).toEqual([]);
});

test("group names are unique again once doubles are no longer allowed", async () => {
  const { id, token } = await gateway.connector({ settings: { allowDuplicateGroupNames: true } });
  await post(token, "Groups", { displayName: "Same" });
  await gateway.admin(`/connectors/${id}`, {
    method: "PATCH",
    body: { settings: { allowDuplicateGroupNames: false } },
  });
  const other = await post(token, "Groups", { displayName: "Other" });

  const renamed = await gateway.scim(`/Groups/${other.body.id}`, {
    token,
    method: "PATCH",
    body: aPatch({ op: "replace", path: "displayName", value: "SAME" }),
  });

  expect(renamed.status).toBe(409);
});

test("group names that become unique again do so in their own connector", async () => {
  const allowing = { settings: { allowDuplicateGroupNames: true } };
  const neighbour = await gateway.connector(allowing);
  const own = await gateway.connector(allowing);
  for (const { token } of [neighbour, own]) await post(token, "Groups", { displayName: "Same" });
  await gateway.admin(`/connectors/${own.id}`, {
    method: "PATCH",
    body: { settings: { allowDuplicateGroupNames: false } },
  });

  const statuses: number[] = [];
  for (const { token } of [own, neighbour]) {
    const { id } = (await post(token, "Groups", { displayName: "Other" })).body;
    const body = aPatch({ op: "replace", path: "displayName", value: "SAME" });
    const renamed = await gateway.scim(`/Groups/${id}`, { token, method: "PATCH", body });
    statuses.push(renamed.status);
  }

  expect(statuses).toEqual([409, 204]);
});

test("a user that PATCH after PATCH makes too large for its row is 413, and can still be switched off", async () => {
  const { token } = await gateway.connector();
  const user = await post(token, "Users", aUser());
  const path = `/Users/${user.body.id}`;
  const grow = (n: number) => {
    const value = Array.from({ length: 8 }, (_, at) => ({
      formatted: `${n}-${at}-${"x".repeat(8_000)}`,
      streetAddress: "y".repeat(8_000),
    }));
    const body = aPatch({ op: "add", path: "addresses", value });
    return gateway.scim(path, { token, method: "PATCH", body });
  };

  const statuses = [await grow(1), await grow(2), await grow(3), await grow(4), await grow(5)];
  const off = aPatch({ op: "replace", path: "active", value: false });
  const switchedOff = await gateway.scim(path, { token, method: "PATCH", body: off });

  expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 413]);
  expect(switchedOff.status).toBe(200);
});

describe("a refused write has no warnings of what was decided before it was overtaken:", () => {
  const refusalsOf = async (connector: string) => {
    const { body } = await gateway.admin(`/connectors/${connector}/events`);
    return body.items.filter(({ status }: { status: number }) => status >= 400);
  };

  test("a user's", async () => {
    const { id: connector, token } = await gateway.connector();
    const { id } = (await post(token, "Users", aUser())).body;
    const path = `/Users/${id}`;
    const rival = aPatch({ op: "replace", path: "nickName", value: "N" });
    const overtaken = overtakenBy(() =>
      gateway.scim(path, { token, method: "PATCH", body: rival }),
    );

    const body = aPatch({ op: "replace", value: { title: "Engineer", unheard: "of" } });
    const headers = { "If-Match": 'W/"1"' };
    const refused = await overtaken.scim(path, { token, method: "PATCH", body, headers });

    expect(refused.status).toBe(412);
    expect(await refusalsOf(connector)).toMatchObject([{ status: 412, warnings: [] }]);
  });

  test("a group's", async () => {
    const { id: connector, token } = await gateway.connector();
    const { id } = (await post(token, "Groups", { displayName: "one" })).body;
    const path = `/Groups/${id}`;
    const overtaken = overtakenBy(() => gateway.scim(path, { token, method: "DELETE" }));

    const body = aPatch({ op: "add", path: "members", value: [{ value: "nobody" }] });
    const refused = await overtaken.scim(path, { token, method: "PATCH", body });

    expect(refused.status).toBe(404);
    expect(await refusalsOf(connector)).toMatchObject([{ status: 404, warnings: [] }]);
  });
});
