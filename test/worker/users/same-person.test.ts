import { describe, expect, test } from "vitest";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { aUser, openGateway, type TestClient } from "#test/support/gateway.ts";
import { postUser, sendBulk } from "#test/support/scim/bulk.ts";
import { aGroup, listOf, openGroups } from "#test/support/scim/groups.ts";

// Nobody ever gets a stranger's id, groups or history.

const gateway = openGateway();
/** Operations of a Bulk that depend on each other go one by one. */
const bulkGateway = openGateway({ roundTripsMax: 10 });

const WAYS = ["inactive", "deleted"] as const;

/** A user who has left. */
async function leave(client: TestClient, how: (typeof WAYS)[number], members: object) {
  const { body } = await client.post(aUser({ ...members, active: how !== "inactive" }));
  if (how === "deleted") await client.remove(body.id);
  return body.id as string;
}

async function warningsOf(client: TestClient): Promise<readonly string[]> {
  const { body } = await gateway.admin(`/connectors/${client.id}/events?method=POST&limit=1`);
  return body.items[0].warnings;
}

const enterprise = (employeeNumber: string) => ({ [ENTERPRISE_USER]: { employeeNumber } });
const primary = (value: string) => ({
  emails: [
    { value: "x@y.z", type: "home" },
    { value, primary: true },
  ],
});

describe.each(WAYS)("a POST with another userName and the externalId of a user, %s,", (how) => {
  test.each([
    ["primary e-mail", primary("J@b.c"), primary("j@B.C")],
    [
      "only e-mail",
      { emails: [{ value: "j@b.c" }] },
      { emails: [{ value: "j@b.c", type: "work" }] },
    ],
    ["employeeNumber", enterprise("E7"), enterprise("e7")],
    [
      "given and family name",
      { name: { givenName: "John", familyName: "Doe" } },
      { name: { givenName: "JOHN", familyName: "Doe", middleName: "M" } },
    ],
  ])("and the same %s restores it, and warns with both names", async (_what, had, has) => {
    const client = await gateway.client();
    const id = await leave(client, how, { userName: "john@a", externalId: "john", ...had });

    const restored = await client.post(aUser({ userName: "john@b", externalId: "john", ...has }));

    const [warning, ...others] = await warningsOf(client);
    expect(restored).toMatchObject({ status: 201, body: { id, userName: "john@b", active: true } });
    expect([warning, others]).toEqual([expect.stringMatching(/"john@a".*"john@b"/), []]);
  });

  test.each([
    ["nothing more", {}, {}],
    ["another primary e-mail", primary("j@b.c"), primary("k@b.c")],
    [
      "one address that is not the primary one",
      { emails: [{ value: "a@b.c" }, { value: "j@b.c", primary: true }] },
      { emails: [{ value: "a@b.c", primary: true }] },
    ],
    [
      "the family name alone",
      { name: { givenName: "John", familyName: "Doe" } },
      { name: { givenName: "Joan", familyName: "Doe" } },
    ],
    ["half a name", { name: { familyName: "Doe" } }, { name: { familyName: "Doe" } }],
    ["a blank employeeNumber", enterprise(" "), enterprise(" ")],
    ["displayName alone", { displayName: "John" }, { displayName: "John" }],
  ])("and %s is a new user, and warns of the one not taken", async (_what, had, has) => {
    const client = await gateway.client();
    const id = await leave(client, how, { userName: "john@a", externalId: "john", ...had });

    const created = await client.post(aUser({ userName: "john@b", externalId: "john", ...has }));

    expect(created.status).toBe(201);
    expect(created.body.id).not.toBe(id);
    expect(await warningsOf(client)).toEqual([expect.stringContaining(`"john@a"`)]);
    expect((await client.get(id)).status).toBe(how === "inactive" ? 200 : 404);
  });

  test("who could be either of two is a new user, and warns of both", async () => {
    const client = await gateway.client();
    const name = { givenName: "John", familyName: "Doe" };
    const ids = [
      await leave(client, how, { userName: "john@a", externalId: "john", name }),
      await leave(client, how, { userName: "john@c", externalId: "john", ...primary("j@b.c") }),
    ];

    const sent = aUser({ userName: "john@b", externalId: "john", name, ...primary("j@b.c") });
    const created = await client.post(sent);

    expect(created.status).toBe(201);
    expect(ids).not.toContain(created.body.id);
    expect(await warningsOf(client)).toEqual([expect.stringMatching(/"john@a".*"john@c"/)]);
  });

  test("a stranger beside it is no hindrance", async () => {
    const client = await gateway.client();
    const name = { givenName: "John", familyName: "Doe" };
    await leave(client, how, { userName: "joan@a", externalId: "john" });
    await client.post(aUser({ userName: "jane@a", externalId: "john" }));
    const id = await leave(client, how, { userName: "john@a", externalId: "john", name });

    const restored = await client.post(aUser({ userName: "john@b", externalId: "john", name }));

    expect(restored).toMatchObject({ status: 201, body: { id } });
  });

  test("in one Bulk, two newcomers get one former user once", async () => {
    const client = await bulkGateway.client();
    const id = await leave(client, how, {
      userName: "john@a",
      externalId: "john",
      ...enterprise("7"),
    });
    const newcomer = (userName: string) =>
      postUser({ userName, externalId: "john", ...enterprise("7") });

    const { body } = await sendBulk(client, [newcomer("john@b"), newcomer("john@c")]);

    const ids = body.Operations.map(({ location }: { location: string }) => location.slice(-36));
    expect(ids[0]).toBe(id);
    expect(ids[1]).not.toBe(id);
  });

  test("an externalId that very many share restores nobody", async () => {
    const client = await gateway.client();
    const id = await leave(client, how, {
      userName: "john@a",
      externalId: "all",
      ...enterprise("7"),
    });
    for (let n = 0; n < 10; n += 1) await client.post(aUser({ externalId: "all" }));

    const created = await client.post(
      aUser({ userName: "john@b", externalId: "all", ...enterprise("7") }),
    );

    expect(created.status).toBe(201);
    expect(created.body.id).not.toBe(id);
    expect(await warningsOf(client)).toEqual([expect.stringContaining("so many users")]);
  });
});

test("a masked log tells no userName of whom it warns", async () => {
  const client = await gateway.client({ settings: { maskPersonalData: true } });
  await leave(client, "inactive", { userName: "jonathan", externalId: "john" });

  await client.post(aUser({ userName: "johanna", externalId: "john" }));

  const warnings = JSON.stringify(await warningsOf(client));
  expect(warnings).toContain("userName");
  expect(warnings).not.toMatch(/jonathan|johanna/);
});

test("an active user with the same person's e-mail and externalId stays who he is", async () => {
  const client = await gateway.client();
  const held = await client.post(
    aUser({ userName: "john@a", externalId: "john", ...primary("j@b.c") }),
  );

  const created = await client.post(
    aUser({ userName: "john@b", externalId: "john", ...primary("j@b.c") }),
  );

  expect(created.status).toBe(201);
  expect(created.body.id).not.toBe(held.body.id);
  expect((await client.get(held.body.id)).body).toEqual(held.body);
});

test("Entra's defaults: the newcomer john@b gets nothing of the leaver john@a", async () => {
  const groups = await openGroups(gateway);
  const { client } = groups;
  const john = (userName: string, givenName: string) =>
    aUser({
      userName,
      externalId: "john",
      emails: [{ value: userName, type: "work", primary: true }],
      name: { givenName, familyName: "Smith" },
    });
  const leaver = (await client.post(john("john@a", "John"))).body.id;
  const finance = (await groups.post(aGroup({ members: listOf([leaver]) }))).body.id;
  await client.remove(leaver);

  const newcomer = await client.post(john("john@b", "Johnathan"));

  const events = await gateway.admin(`/connectors/${client.id}/events?user=${newcomer.body.id}`);
  expect(newcomer.status).toBe(201);
  expect(newcomer.body.id).not.toBe(leaver);
  expect(newcomer.body).not.toHaveProperty("groups");
  expect(await groups.membersOf(finance)).toEqual([]);
  expect(events.body.items).toHaveLength(1);
  expect((await client.post(john("john@a", "John"))).body.id).toBe(leaver);
});
