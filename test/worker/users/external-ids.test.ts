import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { contradictions } from "#test/support/consistency.ts";
import { aPatch, aUser, openGateway, type TestClient } from "#test/support/gateway.ts";
import { postUser, sendBulk, statusesOf } from "#test/support/scim/bulk.ts";
import {
  adding,
  aGroup,
  listOf,
  openGroups,
  parkedIn,
  removing,
} from "#test/support/scim/groups.ts";

// RFC 7643 §3.1 leaves the uniqueness of externalId to the client: Entra's default, mailNickname, is the
// same for two people of two domains.

const gateway = openGateway();
const racing = openGateway({
  roundTripsMax: 30,
  clock: { sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
});

const refusal = { status: 409, body: { scimType: "uniqueness" } };

/** How a client gives a resource an externalId, beside creating it with one. */
type Move = (client: TestClient, path: string, name: object) => ReturnType<TestClient["call"]>;

const MOVES: readonly (readonly [string, Move])[] = [
  [
    "PUT",
    (client, path, name) => {
      return client.call(path, { method: "PUT", body: { ...name, externalId: "john" } });
    },
  ],
  [
    "PATCH with a path",
    (client, path) => {
      const body = aPatch({ op: "replace", path: "externalId", value: "john" });
      return client.call(path, { method: "PATCH", body });
    },
  ],
  [
    "PATCH without a path",
    (client, path) => {
      const body = aPatch({ op: "add", value: { externalId: "john" } });
      return client.call(path, { method: "PATCH", body });
    },
  ],
];

const TYPES = [
  ["/Users", "userName"],
  ["/Groups", "displayName"],
] as const;

/** A client whose connector has a resource with the externalId "john", and another one without. */
async function withTwo(collection: string, naming: string, settings: object = {}) {
  const client = await gateway.client({ settings });
  const post = async (body: object) => (await client.call(collection, { body })).body.id as string;
  const id = await post({ [naming]: "john@a", externalId: "john" });
  const other = await post({ [naming]: "jane@a" });
  return { client, id, other };
}

describe.each(TYPES)("by default one externalId of several, in %s,", (collection, naming) => {
  test("is taken by POST, and a filter finds them all", async () => {
    const { client, id } = await withTwo(collection, naming);

    const created = await client.call(collection, {
      body: { [naming]: "john@b", externalId: "john" },
    });

    const found = await client.call(`${collection}?filter=externalId%20eq%20%22john%22`);
    expect(created.status).toBe(201);
    expect(found.body.Resources.map((each: { id: string }) => each.id)).toEqual([
      id,
      created.body.id,
    ]);
  });

  test.each(MOVES)("is taken by %s", async (_method, move) => {
    const { client, other } = await withTwo(collection, naming);

    const moved = await move(client, `${collection}/${other}`, { [naming]: "jane@a" });

    const read = await client.call(`${collection}/${other}`);
    expect(moved.status).toBeLessThan(300);
    expect(read.body.externalId).toBe("john");
  });
});

describe.each(TYPES)("with uniqueExternalId, in %s,", (collection, naming) => {
  const settings = { uniqueExternalId: true };

  test("a POST with one that is held is 409, and nothing is stored", async () => {
    const { client, id } = await withTwo(collection, naming, settings);

    const refused = await client.call(collection, {
      body: { [naming]: "john@b", externalId: "john" },
    });

    expect(refused).toMatchObject(refusal);
    expect(refused.body.detail).toContain('"externalId"');
    expect(JSON.stringify(refused.body)).not.toContain(id);
    expect((await client.call(`${collection}?count=0`)).body.totalResults).toBe(2);
  });

  test.each(MOVES)("a %s that takes it is 409, and nothing is stored", async (_method, move) => {
    const { client, other } = await withTwo(collection, naming, settings);

    const refused = await move(client, `${collection}/${other}`, { [naming]: "jane@a" });

    const read = await client.call(`${collection}/${other}`);
    expect(refused).toMatchObject(refusal);
    expect(read.body).not.toHaveProperty("externalId");
    expect(read.body.meta.version).toBe('W/"1"');
  });

  test("one that is given up is free", async () => {
    const { client, id, other } = await withTwo(collection, naming, settings);
    await client.call(`${collection}/${id}`, { method: "DELETE" });

    const body = { [naming]: "jane@a", externalId: "john" };
    const moved = await client.call(`${collection}/${other}`, { method: "PUT", body });

    expect(moved.status).toBe(200);
  });

  test("doubles that were there before stay, and change in all but that", async () => {
    const { client, other } = await withTwo(collection, naming);
    await client.call(collection, { body: { [naming]: "john@b", externalId: "john" } });
    const twin = (await client.call(`${collection}?filter=externalId%20eq%20%22john%22`)).body
      .Resources[1];
    await client.changeSettings(settings);

    const title = aPatch({ op: "replace", value: { [naming]: "john@c" } });
    const renamed = await client.call(`${collection}/${twin.id}`, { method: "PATCH", body: title });
    const taken = await MOVES[1]?.[1](client, `${collection}/${other}`, {});

    expect(renamed.status).toBeLessThan(300);
    expect(taken).toMatchObject(refusal);
  });
});

describe("with uniqueExternalId", () => {
  const settings = { uniqueExternalId: true };

  test("the operations of a Bulk are judged one after the other", async () => {
    const client = await racing.client({ settings });
    const users = ["a", "b", "c"].map((name, at) =>
      postUser({ userName: name, externalId: at === 2 ? "other" : "john" }),
    );

    const answer = await sendBulk(client, users);

    expect(statusesOf(answer)).toEqual(["201", "409", "201"]);
  });

  test("a stranger to an inactive user's externalId is refused, that of a deleted one is free", async () => {
    const client = await gateway.client({ settings });
    const inactive = aUser({ userName: "a", externalId: "e1", active: false });
    const deleted = await client.post(aUser({ userName: "b", externalId: "e2" }));
    await client.post(inactive);
    await client.remove(deleted.body.id);

    const refused = await client.post(aUser({ userName: "c", externalId: "e1" }));
    const created = await client.post(aUser({ userName: "d", externalId: "e2" }));

    expect(refused).toMatchObject(refusal);
    expect(created.status).toBe(201);
    expect(created.body.id).not.toBe(deleted.body.id);
  });

  test.each(["POST", "PUT"])("of %ss that race for one exactly one gets it", async (method) => {
    const client = await racing.client({ settings });
    const names = ["a", "b", "c", "d"];
    const ids = await Promise.all(
      names.map(async (userName) => (await client.post(aUser({ userName }))).body.id as string),
    );

    const answers = await Promise.all(
      names.map((userName, at) =>
        method === "PUT"
          ? client.put(ids[at] ?? "", aUser({ userName, externalId: "john" }))
          : client.post(aUser({ externalId: "john" })),
      ),
    );

    const won = answers.filter(({ status }) => status < 300);
    expect(won).toHaveLength(1);
    expect((await client.find('externalId eq "john"')).body.totalResults).toBe(1);
  });

  test("two users swap theirs by way of none", async () => {
    const client = await racing.client({ settings });
    const a = (await client.post(aUser({ userName: "a", externalId: "1" }))).body.id;
    const b = (await client.post(aUser({ userName: "b", externalId: "2" }))).body.id;
    const put = (id: string, userName: string, externalId?: string) => {
      return { method: "PUT", path: `/Users/${id}`, data: aUser({ userName, externalId }) };
    };

    const answer = await sendBulk(client, [put(a, "a"), put(b, "b", "1"), put(a, "a", "2")]);

    expect(statusesOf(answer)).toEqual(["200", "200", "200"]);
  });
});

describe("a member named by an externalId", () => {
  test("that two users hold is nobody: it waits, and no one joins", async () => {
    const groups = await openGroups(gateway);
    await groups.user({ externalId: "john" });
    await groups.user({ externalId: "john" });

    const { body } = await groups.post(aGroup({ members: listOf(["john"]) }));

    expect(await groups.membersOf(body.id)).toEqual([]);
    expect(await parkedIn(body.id)).toEqual(["john"]);
  });

  test("that a user and a group hold is nobody either", async () => {
    const groups = await openGroups(gateway);
    await groups.user({ externalId: "john" });
    await groups.post(aGroup({ externalId: "john" }));
    const { body } = await groups.post(aGroup());

    await groups.patch(body.id, aPatch(adding("john")));

    expect(await groups.membersOf(body.id)).toEqual([]);
    expect(await parkedIn(body.id)).toEqual(["john"]);
  });

  test("that two users hold removes nobody", async () => {
    const groups = await openGroups(gateway);
    const [a, b] = [await groups.user({ externalId: "john" }), await groups.user()];
    const id = await groups.group(a, b);
    await groups.client.patch(b, aPatch({ op: "add", path: "externalId", value: "john" }));

    await groups.patch(id, aPatch(removing("john")));

    expect(await groups.membersOf(id)).toEqual([a, b].sort());
  });

  test("that a deleted user shared is the one who is there", async () => {
    const groups = await openGroups(gateway);
    const gone = await groups.user({ externalId: "john" });
    const here = await groups.user({ externalId: "john" });
    await groups.client.remove(gone);

    const id = await groups.group("john");

    expect(await groups.membersOf(id)).toEqual([here]);
  });

  test("and parked joins nobody while two hold it, and the one who is left at the next change", async () => {
    const groups = await openGroups(gateway);
    const [a, b] = [await groups.user({ externalId: "x" }), await groups.user({ externalId: "x" })];
    const id = await groups.group("x");
    await groups.client.patch(a, aPatch({ op: "replace", path: "title", value: "Dr" }));
    const meanwhile = await groups.membersOf(id);
    await groups.client.remove(a);

    await groups.client.patch(b, aPatch({ op: "replace", path: "title", value: "Dr" }));

    expect(meanwhile).toEqual([]);
    expect(await groups.membersOf(id)).toEqual([b]);
    expect(await parkedIn(id)).toEqual([]);
    expect(await contradictions()).toEqual([]);
  });

  test("and parked joins the first who arrives with it, not the second", async () => {
    const groups = await openGroups(gateway);
    const id = await groups.group("john");
    const first = await groups.user({ userName: "john@a", externalId: "john" });

    await groups.user({ userName: "john@b", externalId: "john" });

    expect(await groups.membersOf(id)).toEqual([first]);
  });

  test("and parked by a rival that lost sight of the arrivals joins none of two", async () => {
    const groups = await openGroups(gateway);
    await groups.user({ externalId: "john" });
    await groups.user({ externalId: "john" });
    const id = await groups.group();
    const { number } = (await env.DB.prepare(
      "SELECT connector_id AS number FROM resources WHERE id = ?1",
    )
      .bind(id)
      .first<{ number: number }>()) ?? { number: 0 };

    await env.DB.prepare("INSERT INTO parked_members VALUES (?1, ?2, 'john', 0)")
      .bind(number, id)
      .run();

    expect(await groups.membersOf(id)).toEqual([]);
    expect(await parkedIn(id)).toEqual(["john"]);
  });
});

test("a lookup of many who share an externalId stays indexed, and reads few of them", async () => {
  const client = await gateway.client();
  for (let n = 0; n < 30; n += 1) await client.post(aUser({ externalId: "all" }));

  const created = await client.post(aUser({ externalId: "all", active: false }));

  expect(created.status).toBe(201);
  expect(created.cost.rowsRead).toBeLessThan(100);
});
