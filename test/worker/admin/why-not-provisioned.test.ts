import { describe, expect, test } from "vitest";
import { aPatch, aUser, openGateway, type TestClient } from "#test/support/gateway.ts";
import { aGroup, listOf } from "#test/support/scim/groups.ts";

// Every look at this clock is a millisecond later, so that the order of events is certain.
let now = Date.parse("2026-01-01T00:00:00Z");
const clock = {
  now: () => {
    now += 1;
    return now;
  },
};
const gateway = openGateway({ clock, roundTripsMax: 8 });

const eventsOf = async (client: TestClient, query: string) => {
  const { status, body } = await gateway.admin(`/connectors/${client.id}/events${query}`);
  expect(status).toBe(200);
  return body.items;
};
const byUser = (client: TestClient, user: string) =>
  eventsOf(client, `?user=${encodeURIComponent(user)}`);
const OFF = aPatch({ op: "replace", path: "active", value: false });

describe("why was this person not provisioned: one look tells cause and next step", () => {
  test("a boolean that is none", async () => {
    const client = await gateway.client();
    await client.post(aUser({ userName: "beth@example.com", active: "employed" }));

    const [event] = await byUser(client, "beth@example.com");

    expect(event).toMatchObject({ status: 400, userName: "beth@example.com" });
    expect(event.explanation).toContain('"active" must be true or false, not "employed".');
    expect(event.explanation).toContain("Correct the value at its source, or the mapping");
  });

  test("an inactive namesake with another externalId", async () => {
    const client = await gateway.client();
    const { body: held } = await client.post(aUser({ userName: "cy", externalId: "e-old" }));
    await client.patch(held.id, OFF);
    await client.post(aUser({ userName: "CY", externalId: "e-new" }));

    const [event] = await byUser(client, "cy");

    expect(event).toMatchObject({ status: 409, scimType: "uniqueness" });
    expect(event.explanation).toContain(
      `inactive user with the id ${held.id} has userName "cy" and externalId "e-old"`,
    );
    expect(event.explanation).toContain("If it is the same person, give that user the externalId");
  });

  test.each(["e-dan", "01a201d3-c11a-4002-94b0-61c71598d305", "dan@example.com"])(
    "a member %s who waits",
    async (value) => {
      const client = await gateway.client();
      const { body: group } = await client.call("/Groups", {
        body: aGroup({ displayName: "Ops" }),
      });
      const values = [...Array.from({ length: 30 }, (_, at) => `other-${at}`), value];
      await client.call(`/Groups/${group.id}`, {
        method: "PATCH",
        body: aPatch({ op: "add", path: "members", value: listOf(values) }),
      });

      const events = await byUser(client, value);

      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({
        method: "PATCH",
        resourceId: group.id,
        memberships: [{ change: "waits", groupId: group.id, groupName: "Ops" }],
      });
      expect(events[0].warnings[0]).toMatch(/wait to arrive.*Have the provider send them/);
    },
  );

  test("a token that was revoked", async () => {
    const client = await gateway.client();
    const { body } = await gateway.admin(`/connectors/${client.id}/tokens`);
    await gateway.admin(`/connectors/${client.id}/tokens/${body.items[0].id}`, {
      method: "DELETE",
    });
    await client.post(aUser({ userName: "eve" }));

    const [event] = await eventsOf(client, "?status=401");

    expect(event.explanation).toMatch(/revoked/);
    expect(event.credentialId).toBe(body.items[0].id);
  });

  test("a name that no schema knows", async () => {
    const client = await gateway.client();
    await client.post(aUser({ userName: "fay", titel: "Nurse" }));

    const [event] = await byUser(client, "fay");

    expect(event.status).toBe(201);
    expect(event.warnings.join()).toContain("titel");
  });
});

describe("a person's history", () => {
  async function withMoves() {
    const client = await gateway.client();
    const { body: ada } = await client.post(aUser({ userName: "ada", externalId: "e-ada" }));
    const { body: bob } = await client.post(aUser({ userName: "bob", externalId: ada.id }));
    const { body: group } = await client.call("/Groups", {
      body: aGroup({ displayName: "Ops", members: listOf([ada.id, bob.id]) }),
    });
    await client.call(`/Groups/${group.id}`, {
      method: "PATCH",
      body: aPatch({ op: "remove", path: `members[value eq "${ada.id}"]` }),
    });
    return { client, ada, bob, group };
  }

  const told = (items: readonly { method: string; memberships: readonly { change: string }[] }[]) =>
    items.map(({ method, memberships }) =>
      [method, ...memberships.map(({ change }) => change)].join(" "),
    );

  test("holds what joined and left groups, by which event", async () => {
    const { client, ada, group } = await withMoves();

    const { body } = await gateway.admin(`/connectors/${client.id}/users/${ada.id}/events`);

    expect(told(body.items)).toEqual(["PATCH left", "POST joined", "POST"]);
    expect(body.items[0]).toMatchObject({
      resourceType: "Group",
      memberships: [{ groupId: group.id, groupName: "Ops" }],
    });
  });

  test("is paged and filtered like a list", async () => {
    const { client, ada } = await withMoves();
    const path = `/connectors/${client.id}/users/${ada.id}/events`;
    const items = [];
    let cursor = "";
    do {
      const { body } = await gateway.admin(`${path}?limit=1&cursor=${cursor}`);
      items.push(...body.items);
      cursor = body.nextCursor ?? "";
    } while (cursor !== "");
    const { body: posts } = await gateway.admin(`${path}?method=POST`);

    expect(told(items)).toEqual(["PATCH left", "POST joined", "POST"]);
    expect(told(posts.items)).toEqual(["POST joined", "POST"]);
  });

  test("says of a member that waited when it joined", async () => {
    const client = await gateway.client();
    await client.call("/Groups", { body: aGroup({ members: listOf(["e-gil"]) }) });
    const { body: gil } = await client.post(aUser({ userName: "gil", externalId: "e-gil" }));

    const { body } = await gateway.admin(`/connectors/${client.id}/users/${gil.id}/events`);

    expect(told(body.items)).toEqual(["POST joined"]);
  });

  test.each(["ada", "e-ada", "ID"])("is found by user=%s", async (user) => {
    const { client, ada } = await withMoves();

    const items = await byUser(client, user === "ID" ? ada.id.toUpperCase() : user);

    const own = items.filter(({ resourceId }: { resourceId: string }) => resourceId === ada.id);
    expect(own).toHaveLength(1);
    expect(told(items).slice(0, 2)).toEqual(["PATCH left", "POST joined"]);
  });

  test("of another connector is not to be seen", async () => {
    const { ada } = await withMoves();
    const other = await gateway.client();

    expect(await byUser(other, "e-ada")).toEqual([]);
    expect(await byUser(other, ada.id)).toEqual([]);
  });
});

describe("events are filtered", () => {
  async function withRows() {
    const client = await gateway.client();
    const headers = { "CF-Connecting-IP": "203.0.113.7" };
    const { body: ada } = await client.call("/Users", {
      body: aUser({ userName: "ada" }),
      headers,
    });
    await client.post(aUser({ userName: "ada", title: "Taken" }));
    await client.post(aUser({ userName: "x", active: "employed" }));
    await client.get(ada.id);
    const [event] = await eventsOf(client, "?limit=1");
    return { client, ada, credentialId: event.credentialId as string };
  }

  test.each<[query: (rows: Awaited<ReturnType<typeof withRows>>) => string, statuses: number[]]>([
    [() => "status=409", [409]],
    [() => "status=4xx", [400, 409]],
    [() => "status=404", []],
    [({ credentialId }) => `credentialId=${credentialId}`, [200, 400, 409, 201]],
    [() => `credentialId=${crypto.randomUUID()}`, []],
    [({ ada }) => `resourceId=${ada.id}`, [200, 201]],
    [({ ada }) => `resourceId=${ada.id}&status=201`, [201]],
    [({ ada }) => `resourceId=${ada.id}&user=ada&method=get`, [200]],
    [() => "clientIp=203.0.113.7", [201]],
    [() => "explanation=EMPLOYED", [400]],
    [() => "explanation=already%20holds", [409]],
    [() => "explanation=holds+employed", []],
    [() => "explanation=holds&status=400", []],
  ])("%s", async (query, statuses) => {
    const rows = await withRows();

    const items = await eventsOf(rows.client, `?${query(rows)}`);
    const file = await gateway.admin(`/connectors/${rows.client.id}/events/export?${query(rows)}`);

    expect(items.map(({ status }: { status: number }) => status)).toEqual(statuses);
    const lines = file.body?.split("\n").filter((line: string) => line !== "") ?? [];
    expect(lines.map((line: string) => JSON.parse(line).status)).toEqual(statuses);
  });

  test.each(["status=700", "status=4x", "explanation=", "credential=x", "text=x", "clientip=x"])(
    "but not by %s, which is 400",
    async (query) => {
      const client = await gateway.client();

      const { status } = await gateway.admin(`/connectors/${client.id}/events?${query}`);

      expect(status).toBe(400);
    },
  );

  test("a filter that finds nothing on a page still pages on", async () => {
    const { client } = await withRows();

    const { body } = await gateway.admin(`/connectors/${client.id}/events?status=4xx&limit=1`);
    const next = await gateway.admin(
      `/connectors/${client.id}/events?status=4xx&limit=1&cursor=${body.nextCursor}`,
    );

    expect([body.items[0].status, next.body.items[0].status]).toEqual([400, 409]);
  });
});

describe("userNameFrom", () => {
  const EMAILS = [
    { value: "home@example.com", type: "home" },
    { value: "work@example.com", type: "work" },
  ];

  test.each<[from: string, members: object, userName: string]>([
    ["externalId", { externalId: "ivy@example.com" }, "ivy@example.com"],
    ["externalId", { externalId: "ivy@example.com", userName: "  " }, "ivy@example.com"],
    ["externalId", { externalId: "ivy@example.com", userName: null }, "ivy@example.com"],
    ["externalId", { externalId: "ivy@example.com", userName: "own" }, "own"],
    ["email", { emails: EMAILS }, "work@example.com"],
    ["email", { emails: [{ ...EMAILS[0], primary: true }, EMAILS[1]] }, "home@example.com"],
    ["email", { emails: [EMAILS[0]] }, "home@example.com"],
  ])("%s of %j makes %s", async (userNameFrom, members, userName) => {
    const client = await gateway.client({ settings: { userNameFrom } });

    const { status, body } = await client.post(members);
    const [event] = await eventsOf(client, "?limit=1");
    const put = await client.put(body.id, { ...members, title: "Nurse" });

    expect(status).toBe(201);
    expect(body.userName).toBe(userName);
    expect(event.warnings.some((text: string) => text.includes("was made of"))).toBe(
      userName !== "own",
    );
    expect(put).toMatchObject({ status: 200, body: { userName, title: "Nurse" } });
  });

  test.each<[from: string, members: object]>([
    ["none", { externalId: "e", emails: EMAILS }],
    ["externalId", { emails: EMAILS }],
    ["externalId", { externalId: "a\nb" }],
    ["email", { externalId: "e" }],
    ["email", { emails: [EMAILS[0], { value: "other@example.com" }] }],
  ])("%s of %j is 400", async (userNameFrom, members) => {
    const client = await gateway.client({ settings: { userNameFrom } });

    const { status, body } = await client.post(members);

    expect(status).toBe(400);
    expect(body.scimType).toBe("invalidValue");
    expect((await client.call("/Users?count=0")).body.totalResults).toBe(0);
  });

  test("the name that was made is unique, restores, and cannot be cleared", async () => {
    const client = await gateway.client({ settings: { userNameFrom: "externalId" } });
    const { body: jo } = await client.post({ externalId: "jo" });

    const again = await client.post({ externalId: "jo" });
    const cleared = await client.patch(jo.id, aPatch({ op: "remove", path: "userName" }));
    await client.patch(jo.id, OFF);
    const back = await client.post({ externalId: "jo" });

    expect([again.status, cleared.status, back.status]).toEqual([409, 400, 201]);
    expect(back.body.id).toBe(jo.id);
  });

  test("holds in a Bulk, also for two who would have one name", async () => {
    const client = await gateway.client({ settings: { userNameFrom: "externalId" } });
    const post = (bulkId: string, data: object) => ({
      method: "POST",
      path: "/Users",
      bulkId,
      data,
    });
    const Operations = [
      post("a", { externalId: "kim" }),
      post("b", { externalId: "kim" }),
      post("c", { displayName: "Nobody" }),
    ];

    const { body } = await client.call("/Bulk", { body: { Operations } });

    expect(body.Operations.map(({ status }: { status: string }) => status)).toEqual([
      "201",
      "409",
      "400",
    ]);
  });
});
