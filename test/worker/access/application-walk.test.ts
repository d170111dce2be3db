import { beforeAll, describe, expect, test } from "vitest";
import { KEY_ROLES, type Role, rolesFrom } from "#http/admin/call/roles.ts";
import { APPLICATION_OPERATIONS } from "#http/application/operations.ts";
import { aUser, openGateway, type TestAnswer } from "#test/support/gateway.ts";
import { adminPath, ROWS } from "#test/support/route-rows.ts";

// Every route of the API for applications, by a key of each role and width: what a key does not see is as unknown.

// The key, the connector, the groups and their members are looked up one after the other.
const gateway = openGateway({ roundTripsMax: 4 });
/** Moving and deleting a connector tells what becomes of its users. */
const administrators = openGateway({ roundTripsMax: 40 });

/** A connector with a user in a group, by the names that the rows of the walk have for them. */
interface Ids {
  readonly [name: string]: string;
  readonly id: string;
  readonly userId: string;
  readonly groupId: string;
}

/** A key, and the connectors that it does not see. */
interface WalkKey {
  readonly role: Role;
  readonly secret: string;
  readonly hidden: readonly Ids[];
  /** Whether it sees one connector alone. */
  readonly isOfOne: boolean;
}

/** Each route with what is asked of it and the least role that may ask. */
const ROUTES = Object.entries(ROWS).flatMap(([key, row]) => {
  if (row.kind !== "application") return [];
  const own = key.slice("GET /v1".length);
  const called = Object.values(APPLICATION_OPERATIONS).find(({ path }) => path === own);
  return [{ key, path: row.path ?? own, own, least: called?.role }];
});

/** Those that are calls, and no answer to what is none. */
const CALLS = ROUTES.flatMap(({ least, ...route }) =>
  least === undefined ? [] : [{ ...route, least }],
);

const TENANT = `walked-${crypto.randomUUID()}`;
const OTHER = `other-${crypto.randomUUID()}`;

let world: { readonly own: Ids; readonly all: readonly Ids[]; readonly keys: readonly WalkKey[] };

beforeAll(async () => {
  const all: Ids[] = [];
  for (const tenant of [TENANT, TENANT, OTHER, TENANT]) all.push(await aDirectory(tenant));
  const [own, sibling, other, moved] = all;
  if (!own || !sibling || !other || !moved) throw new Error("Four connectors were made.");
  const keys: WalkKey[] = [];
  const add = async (role: Role, limits: object, hidden: readonly Ids[]) => {
    const { body } = await gateway.admin("/keys", { body: { name: "Walk", role, ...limits } });
    keys.push({ role, secret: body.secret, hidden, isOfOne: "connectorId" in limits });
  };
  for (const role of KEY_ROLES) {
    await add(role, {}, []);
    if (role === "admin") continue;
    await add(role, { connectorId: own.id }, [sibling, other, moved]);
    await add(role, { tenant: TENANT }, [other, moved]);
  }
  // The tenant's keys saw it until now.
  const move = { method: "PATCH", body: { tenant: OTHER } };
  await administrators.admin(`/connectors/${moved.id}`, move);
  const { body } = await gateway.admin(`/connectors/${moved.id}/tokens`, { body: {} });
  await gateway.scim("/Users", { token: body.secret, body: aUser() });
  world = { own, all, keys };
});

async function aDirectory(tenant: string): Promise<Ids> {
  const client = await gateway.client({ tenant });
  const userId: string = (await client.post(aUser())).body.id;
  const group = { displayName: "Walkers", members: [{ value: userId }] };
  const groupId: string = (await client.call("/Groups", { body: group })).body.id;
  return { id: client.id, userId, groupId };
}

/** Whether an event is of a connector. */
const isOf =
  ({ id }: Ids) =>
  ({ connector }: { readonly connector: string }) =>
    connector === id;

const unknown = (): Ids => ({
  id: crypto.randomUUID(),
  userId: crypto.randomUUID(),
  groupId: crypto.randomUUID(),
});

/** An answer without what differs between any two: ids and times. */
function comparable({ status, headers, body }: TestAnswer): string {
  return JSON.stringify([status, [...headers], body ?? null])
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ID")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME");
}

describe.each(ROUTES)("$key", ({ path }) => {
  test("is 401 without a key or the admin token, before the database is asked", async () => {
    const asked = adminPath(path, world.own);
    const client = await gateway.client();
    const answers = [
      await gateway.api(asked, { token: "", headers: { Authorization: "" } }),
      await gateway.api(asked, { token: "wrong" }),
      await gateway.api(asked, { token: client.token }),
    ];

    expect(answers.map(({ status, cost }) => [status, cost.roundTrips])).toEqual(
      answers.map(() => [401, 0]),
    );
    for (const { headers } of answers) {
      expect(headers.get("Content-Type")).toBe("application/problem+json");
      expect(headers.get("WWW-Authenticate")).toContain('Bearer realm="applications"');
      expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(headers.has("Access-Control-Allow-Origin")).toBe(false);
    }
  });

  test.each(["POST", "PUT", "PATCH", "DELETE"])("knows no %s", async (method) => {
    const answer = await gateway.api(adminPath(path, world.own), { method });

    const isCall = !path.startsWith("/no-such-call");
    expect(answer.status).toBe(isCall ? 405 : 404);
    expect(answer.headers.get("Allow")).toBe(isCall ? "GET, HEAD" : null);
  });
});

describe.each(CALLS)("$key", ({ path, own, least }) => {
  const enough = rolesFrom(least);
  const send = (token: string, ids: Ids) => gateway.api(adminPath(path, ids), { token });
  const bare = (ids: Ids) => adminPath(own, ids);

  test("writes nothing and is not to be stored", async () => {
    for (const method of ["GET", "HEAD"]) {
      const answer = await gateway.api(adminPath(path, world.own), { method });

      expect([answer.status, answer.cost.rowsWritten]).toEqual([200, 0]);
      expect(answer.headers.get("Cache-Control")).toBe("no-store");
    }
  });

  test("by a key whose role is too small: 403 that says which is enough, whatever the ids", async () => {
    for (const { secret } of world.keys.filter(({ role }) => !enough.includes(role))) {
      for (const ids of [...world.all, unknown()]) {
        const { status, body } = await send(secret, ids);

        expect(status).toBe(403);
        for (const role of enough) expect(body.detail).toContain(`"${role}"`);
      }
    }
  });

  test("by a key that sees the connector: found, also where it is not named", async () => {
    for (const { role, secret, isOfOne } of world.keys) {
      if (!enough.includes(role)) continue;
      expect((await send(secret, world.own)).status).toBe(200);
      const unnamed = await gateway.api(bare(world.own), { token: secret });
      const needsName = own.includes("/:") && !own.startsWith("/connectors");
      expect(unnamed.status).toBe(needsName && !isOfOne ? 400 : 200);
    }
  });

  test("by a key that does not see the connector: as of an unknown one", async () => {
    for (const { role, secret, hidden } of world.keys) {
      if (!enough.includes(role)) continue;
      const nobodys = comparable(await send(secret, unknown()));
      for (const ids of hidden) {
        if (path.includes(":")) expect(comparable(await send(secret, ids))).toBe(nobodys);
        // Nor does an own connector open what belongs to another one.
        const mixed = await send(secret, { ...ids, id: world.own.id });
        const lost = await send(secret, { ...unknown(), id: world.own.id });
        expect(comparable(mixed)).toBe(comparable(lost));
        // Nor is anything of it in what is answered of all that the key sees.
        const { body } = await gateway.api(bare(world.own), { token: secret });
        const told = own === "/changes" ? body.items.filter(isOf(ids)) : [];
        // A tenant is told of a connector until it has left, and of nothing behind that.
        if (told.length > 0) {
          expect([ids, told.at(-1)?.type]).toEqual([world.all.at(-1), "connector.moved"]);
          continue;
        }
        const text = JSON.stringify(body);
        for (const id of Object.values(ids)) expect(text).not.toContain(id);
      }
    }
  });

  test("by a key that names a tenant of others: as of one that nobody has", async () => {
    if (own.includes("/:")) return expect(own).toMatch(/^\/(connectors|users|groups)\/:/);
    for (const { role, secret, hidden } of world.keys) {
      if (!enough.includes(role) || hidden.length === 0) continue;
      const ask = (query: string) => gateway.api(`${own}?${query}`, { token: secret });
      const foreign = await ask(`tenant=${OTHER}`);
      const both = await ask(`tenant=${OTHER}&connector=${hidden.at(-1)?.id}`);

      expect(foreign.body.items).toEqual([]);
      expect(comparable(foreign)).toBe(comparable(await ask("tenant=nobodys")));
      if (own !== "/connectors") expect(both.status).toBe(404);
    }
  });

  test.each([
    ["unknown", (asked: string) => `${asked}colour=red`],
    ["in another case", (asked: string) => `${asked}Limit=1`],
    ["given twice", (asked: string) => `${asked}limit=1&limit=1`],
    ["without a name", (asked: string) => `${asked}=1`],
  ])("refuses a parameter that is %s", async (_what, spoilt) => {
    const asked = adminPath(path, world.own);
    const answer = await gateway.api(spoilt(`${asked}${asked.includes("?") ? "&" : "?"}`));

    expect(answer.status).toBe(400);
    expect(answer.body.detail).toMatch(/\S/);
  });
});

test("the key set is open, and refuses parameters as well", async () => {
  const ask = (query: string) =>
    gateway.api(`/jwks.json${query}`, { headers: { Authorization: "" } });

  expect((await ask("")).status).toBe(200);
  expect((await ask("?kid=a")).status).toBe(400);
});

test("a connector's deletion closes it to every key", async () => {
  const client = await gateway.client({ tenant: TENANT });
  await client.post(aUser());
  await administrators.admin(`/connectors/${client.id}`, { method: "DELETE" });

  for (const { role, secret } of world.keys) {
    const answer = await gateway.api(`/users?connector=${client.id}`, { token: secret });
    expect([role, answer.status]).toEqual([role, 404]);
  }
});
