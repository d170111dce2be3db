import { describe, expect, test } from "vitest";
import {
  aPatch,
  aUser,
  openGateway,
  type TestAnswer,
  type TestClient,
} from "#test/support/gateway.ts";
import { sendBulk } from "#test/support/scim/bulk.ts";

// What an administrator lays down for a connector's users: the domains that they may be in, and what clients
// set at creation alone.

const gateway = openGateway({ roundTripsMax: 20 });
const plain = openGateway({ roundTripsMax: 20, optimisticWrites: "off" });

const newName = (domain: string) => `${crypto.randomUUID()}@${domain}`;

/** The newest entry of a connector's event log. */
async function lastEvent({ id }: TestClient) {
  const { body } = await gateway.admin(`/connectors/${id}/events?limit=1`);
  return body.items[0];
}

type Body = TestAnswer["body"];

const REFUSED = { status: 400, body: { scimType: "invalidValue" } };

describe("allowedDomains", () => {
  const OUTSIDE = newName("evil.com");

  /** A connector whose users were there before it got its domains: one inside, one outside, the latter off or on. */
  async function connector(isActive = true) {
    const client = await gateway.client();
    const eve = aUser({ userName: newName("evil.com"), active: isActive, title: "Dr" });
    const inside = (await client.post(aUser({ userName: newName("example.com") }))).body;
    const outside = (await client.post(eve)).body;
    await client.changeSettings({ allowedDomains: ["EXAMPLE.com", "münchen.example"] });
    return { client, inside, outside };
  }

  test("are kept in lower-case ASCII", async () => {
    const { client } = await connector();

    const { body } = await gateway.admin(`/connectors/${client.id}`);

    expect(body.settings.allowedDomains).toEqual(["example.com", "xn--mnchen-3ya.example"]);
  });

  test.each<[string, (to: { client: TestClient; inside: Body }) => Promise<unknown>]>([
    ["a POST", ({ client }) => client.post(aUser({ userName: OUTSIDE }))],
    [
      "a POST of an address",
      ({ client }) => client.post(aUser({ userName: "ada", emails: [{ value: OUTSIDE }] })),
    ],
    [
      "a POST of who is inactive",
      ({ client }) => client.post(aUser({ userName: OUTSIDE, active: false })),
    ],
    ["a PUT", ({ client, inside }) => client.put(inside.id, aUser({ userName: OUTSIDE }))],
    [
      "a PATCH with a path",
      ({ client, inside }) =>
        client.patch(inside.id, aPatch({ op: "replace", path: "userName", value: OUTSIDE })),
    ],
    [
      "a PATCH without a path",
      ({ client, inside }) =>
        client.patch(inside.id, aPatch({ op: "add", value: { emails: [{ value: OUTSIDE }] } })),
    ],
    [
      "a PATCH that makes another address primary",
      ({ client, inside }) =>
        client.patch(
          inside.id,
          aPatch(
            { op: "add", path: "emails", value: [{ value: newName("example.com") }] },
            { op: "add", path: "emails", value: [{ value: OUTSIDE, type: "x", primary: true }] },
          ),
        ),
    ],
  ])("refuse %s outside of them, and store nothing", async (_what, send) => {
    const { client, inside } = await connector();

    const answer = await send({ client, inside });

    expect(answer).toMatchObject(REFUSED);
    expect((await client.get(inside.id)).body.meta.version).toBe('W/"1"');
    expect((await client.find(`userName eq "${OUTSIDE}"`)).body.totalResults).toBe(0);
  });

  test("refuse each such operation of a Bulk, and no other", async () => {
    const { client, inside } = await connector();

    const { body } = await sendBulk(client, [
      { method: "POST", path: "/Users", bulkId: "a", data: aUser({ userName: OUTSIDE }) },
      { method: "PUT", path: `/Users/${inside.id}`, data: aUser({ userName: OUTSIDE }) },
      {
        method: "PATCH",
        path: `/Users/${inside.id}`,
        data: aPatch({ op: "replace", path: "userName", value: OUTSIDE }),
      },
      { method: "POST", path: "/Users", bulkId: "b", data: aUser() },
    ]);

    expect(body.Operations.map(({ status }: { status: string }) => status)).toEqual([
      "400",
      "400",
      "400",
      "201",
    ]);
  });

  test("are named in the event log, with the domain", async () => {
    const { client } = await connector();

    await client.post(aUser({ userName: OUTSIDE }));

    expect(await lastEvent(client)).toMatchObject({
      status: 400,
      scimType: "invalidValue",
      explanation: expect.stringMatching(/"evil\.com".*allowedDomains/),
    });
  });

  test("take any letter case, and both forms of an internationalised domain", async () => {
    const { client } = await connector();
    const names = ["EXAMPLE.COM", "münchen.example", "xn--mnchen-3ya.example"].map(newName);

    const answers = await Promise.all(
      names.map((userName) => client.post(aUser({ userName, emails: [{ value: userName }] }))),
    );

    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  });

  test.each<[string, (client: TestClient, outside: Body) => Promise<{ status: number }>]>([
    [
      "PATCH",
      (client, { id }) => client.patch(id, aPatch({ op: "replace", path: "active", value: false })),
    ],
    [
      "PATCH without a path",
      (client, { id }) => client.patch(id, aPatch({ op: "Replace", value: { active: "False" } })),
    ],
    ["PUT", (client, outside) => client.put(outside.id, { ...outside, title: "X", active: false })],
    ["DELETE", (client, { id }) => client.remove(id)],
    [
      "Bulk",
      async (client, { id }) => {
        const data = aPatch({ op: "replace", path: "active", value: false });
        const operation = { method: "PATCH", path: `/Users/${id}`, data };
        const { body } = await sendBulk(client, [operation]);
        return { status: Number(body.Operations[0].status) };
      },
    ],
  ])("let somebody outside of them go at once by %s", async (_what, send) => {
    const { client, outside } = await connector();

    const { status } = await send(client, outside);

    expect([200, 204]).toContain(status);
    const { body } = await client.get(outside.id);
    expect(body.active).not.toBe(true);
  });

  test.each<[string, (client: TestClient, outside: Body) => Promise<unknown>]>([
    [
      "PATCH",
      (client, { id }) => client.patch(id, aPatch({ op: "replace", path: "active", value: true })),
    ],
    ["PUT", (client, outside) => client.put(outside.id, { ...outside, active: true })],
    ["POST", (client, { userName }) => client.post(aUser({ userName }))],
  ])("keep somebody outside of them from coming back by %s", async (_what, send) => {
    const { client, outside } = await connector(false);

    expect(await send(client, outside)).toMatchObject(REFUSED);
    expect((await client.get(outside.id)).body.active).toBe(false);
  });

  test("keep a deleted user from being restored by a POST", async () => {
    const { client, outside } = await connector();
    await client.remove(outside.id);

    expect(await client.post(aUser({ userName: outside.userName }))).toMatchObject(REFUSED);
  });

  test.each([gateway, plain])("hold from the next request on, remembered or not", async (way) => {
    const client = await way.client();
    const userName = newName("evil.com");
    const { body } = await client.post(aUser({ userName: newName("evil.com") }));

    await client.changeSettings({ allowedDomains: ["example.com"] });

    expect(await client.post(aUser({ userName }))).toMatchObject(REFUSED);
    expect(await client.put(body.id, aUser({ userName }))).toMatchObject(REFUSED);
  });

  test.each([["a@b.c"], ["*.example.com"], ["example.com/x"], [""], ["example.com:443"]])(
    "are no domains: %s",
    async (domain) => {
      const { id } = await gateway.connector();
      const body = { settings: { allowedDomains: ["example.com", domain] } };

      const answer = await gateway.admin(`/connectors/${id}`, { method: "PATCH", body });

      expect(answer).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: "#/settings/allowedDomains/1" }] },
      });
    },
  );
});

describe("createOnly", () => {
  const settings = { createOnly: ["title", "name.givenName", "emails"] };
  const ADA = {
    title: "Countess",
    name: { givenName: "Ada", familyName: "King" },
    emails: [{ value: "ada@example.com", type: "work" }],
  };

  async function connector(way = gateway) {
    const client = await way.client({ settings });
    const { body } = await client.post(aUser({ userName: newName("example.com"), ...ADA }));
    return { client, ada: body };
  }

  const OTHER = {
    title: "Dr",
    name: { givenName: "A.", familyName: "Lovelace" },
    emails: [{ value: "other@example.com" }],
  };
  const KEPT = { ...ADA, name: { givenName: "Ada", familyName: "Lovelace" } };

  test.each<[string, (client: TestClient, ada: Body) => Promise<unknown>]>([
    ["PUT", (client, { id, userName }) => client.put(id, aUser({ userName, ...OTHER }))],
    [
      "PATCH without a path",
      (client, { id }) => client.patch(id, aPatch({ op: "replace", value: OTHER })),
    ],
    [
      "PATCH with paths",
      (client, { id }) =>
        client.patch(
          id,
          aPatch(
            { op: "replace", path: "title", value: "Dr" },
            { op: "remove", path: "emails" },
            { op: "add", path: 'emails[type eq "home"].value', value: "x@example.com" },
            { op: "replace", path: "name.givenName", value: "A." },
            { op: "replace", path: "name.familyName", value: "Lovelace" },
          ),
        ),
    ],
    [
      "Bulk",
      (client, { id, userName }) =>
        sendBulk(client, [
          { method: "PUT", path: `/Users/${id}`, data: aUser({ userName, ...OTHER }) },
        ]),
    ],
  ])("is left alone by %s, with a warning, and the rest is written", async (_what, send) => {
    for (const way of [gateway, plain]) {
      const { client, ada } = await connector(way);

      await send(client, ada);

      expect((await client.get(ada.id)).body).toMatchObject(KEPT);
      const { body } = await gateway.admin(
        `/connectors/${client.id}/events?resourceId=${ada.id}&limit=5`,
      );
      const warned = body.items.flatMap(({ warnings }: { warnings: string[] }) => warnings);
      expect(warned.join(" ")).toMatch(/"title".*"name\.givenName".*"emails"/);
    }
  });

  test("alone changes nothing: no version, no change event, 200 with a warning", async () => {
    const { client, ada } = await connector();

    const { status, body } = await client.patch(
      ada.id,
      aPatch({ op: "replace", path: "title", value: "Dr" }),
    );

    expect([status, body.title, body.meta.version]).toEqual([200, "Countess", 'W/"1"']);
    expect(await lastEvent(client)).toMatchObject({
      warnings: [expect.stringMatching(/"title".*createOnly/)],
    });
  });

  test("is set anew when the person comes back by a POST", async () => {
    const { client, ada } = await connector();
    await client.patch(ada.id, aPatch({ op: "replace", path: "active", value: false }));

    const { body } = await client.post(aUser({ userName: ada.userName, title: "Dr" }));

    expect(body).toMatchObject({ id: ada.id, title: "Dr", active: true });
  });

  test("never keeps a leaver in", async () => {
    const { client, ada } = await connector();

    const { body } = await client.patch(
      ada.id,
      aPatch({ op: "replace", value: { active: false, title: "Former" } }),
    );

    expect(body).toMatchObject({ active: false, title: "Countess" });
  });

  test.each([["active"], ["titel"], ["id"], ["emails.value"], ["badge"]])(
    "takes no path %s, for a new connector and for one that is there",
    async (path) => {
      const { id } = await gateway.connector();
      const body = { name: "Test", settings: { createOnly: ["title", path] } };

      const made = await gateway.admin("/connectors", { body });
      const changed = await gateway.admin(`/connectors/${id}`, { method: "PATCH", body });

      const refusal = {
        status: 400,
        body: { errors: [{ pointer: "#/settings/createOnly/1", detail: expect.any(String) }] },
      };
      expect(made).toMatchObject(refusal);
      expect(changed).toMatchObject(refusal);
    },
  );

  test("takes an attribute that the connector declares, and forgets it with the declaration", async () => {
    const client = await gateway.client();
    const path = `/connectors/${client.id}/attributes`;
    const declare = (attributes: object[]) =>
      gateway.admin(path, { method: "PUT", body: { attributes } });
    await declare([{ resourceType: "User", name: "badge", type: "string" }]);
    const { status } = await client.changeSettings({ createOnly: ["badge"] });
    const { body } = await client.post(aUser({ badge: "1" }));

    const kept = await client.patch(body.id, aPatch({ op: "add", path: "badge", value: "2" }));
    await declare([]);
    const renamed = await client.patch(body.id, aPatch({ op: "add", path: "title", value: "Dr" }));

    expect([status, kept.body.badge, renamed.body.title]).toEqual([200, "1", "Dr"]);
  });
});
