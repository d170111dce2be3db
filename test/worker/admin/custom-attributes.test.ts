import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Declaration, SubDeclaration } from "#scim/schema/declaration.ts";
import { CORE_USER } from "#scim/schema/urns.ts";
import { aPatch, aUser, openGateway } from "#test/support/gateway.ts";
import { aDeclaration, DECLARATIONS, STAFF } from "#test/support/scim/declarations.ts";

const gateway = openGateway();

function put(id: string, attributes: unknown) {
  const path = `/connectors/${id}/attributes`;
  return gateway.admin(path, { method: "PUT", body: { attributes } });
}

/** A connector that declares attributes, and a user of it with values. */
async function aUserWith(attributes: readonly Declaration[], values: object) {
  const client = await gateway.client();
  const declare = (declarations: readonly unknown[]) => put(client.id, declarations);
  expect((await declare(attributes)).status).toBe(200);
  const { body } = await client.post(aUser({ ...values }));
  const read = async (query = "") => (await client.get(`${body.id}${query}`)).body;
  return { client, declare, id: body.id as string, read };
}

const CITY = aDeclaration({ name: "city" });
const SHIRT = aDeclaration({ name: "shirtSize", schema: STAFF });

describe("the declarations of a connector", () => {
  test("are none at first", async () => {
    const { id } = await gateway.connector();

    const { status, body } = await gateway.admin(`/connectors/${id}/attributes`);

    expect([status, body]).toEqual([200, { attributes: [] }]);
  });

  test("are read as they were put", async () => {
    const { id } = await gateway.connector();

    const changed = await put(id, DECLARATIONS);
    const read = await gateway.admin(`/connectors/${id}/attributes`);

    expect(changed.body).toEqual({ attributes: DECLARATIONS });
    expect(read.body).toEqual({ attributes: DECLARATIONS });
  });

  test("take defaults for all but name and type", async () => {
    const { id } = await gateway.connector();

    const { body } = await put(id, [
      { name: "city", type: "string" },
      { name: "page", type: "reference" },
    ]);

    expect(body.attributes).toEqual([
      { name: "city", resourceType: "User", type: "string", multiValued: false, caseExact: false },
      {
        name: "page",
        resourceType: "User",
        type: "reference",
        multiValued: false,
        caseExact: true,
      },
    ]);
  });

  test("of a connector that does not exist are 404", async () => {
    const id = crypto.randomUUID();

    expect((await gateway.admin(`/connectors/${id}/attributes`)).status).toBe(404);
    expect((await put(id, [])).status).toBe(404);
  });

  test("need the admin token", async () => {
    const { id } = await gateway.connector();

    const { status } = await gateway.admin(`/connectors/${id}/attributes`, { token: "wrong" });

    expect(status).toBe(401);
  });

  test.each<[unknown, string]>([
    ["city", "attributes"],
    [["city"], "attributes.0"],
    [[{ type: "string" }], "attributes.0.name"],
    [[{ name: "city" }], "attributes.0.type"],
    [[{ name: "city", type: "binary" }], "attributes.0.type"],
    [[{ name: "city", type: "complex" }], "city"],
    [[{ name: "city", type: "complex", subAttributes: [] }], "city"],
    [[{ name: "city", type: "string", subAttributes: [{ name: "a", type: "string" }] }], "complex"],
    [
      [{ name: "city", type: "complex", subAttributes: [{ name: "a", type: "complex" }] }],
      "attributes.0.subAttributes.0.type",
    ],
    [
      [
        {
          name: "city",
          type: "complex",
          subAttributes: [
            { name: "zip", type: "string" },
            { name: "ZIP", type: "integer" },
          ],
        },
      ],
      "ZIP",
    ],
    [
      [{ name: "city", type: "complex", subAttributes: [{ name: "__proto__", type: "string" }] }],
      "__proto__",
    ],
    [[{ name: "city", type: "string", multiValued: "no" }], "attributes.0.multiValued"],
    [[{ name: "city", type: "string", description: "a\ud800" }], "attributes.0.description"],
    [[{ name: "city", type: "string", required: true }], "required"],
    [[{ name: "city", type: "string", resourceType: "Device" }], "attributes.0.resourceType"],
    [[{ name: "userName", type: "string" }], "userName"],
    [[{ name: "DEPARTMENT", type: "string" }], "DEPARTMENT"],
    [[{ name: "__proto__", type: "string" }], "__proto__"],
    [[CITY, { name: "CITY", type: "integer" }], "CITY"],
    [[{ name: "city", type: "string", schema: CORE_USER }], "city"],
    [Array.from({ length: 101 }, (_, n) => ({ name: `a${n}`, type: "string" })), "100"],
  ])("%j are refused", async (attributes, named) => {
    const { id } = await gateway.connector();

    const { status, headers, body } = await put(id, attributes);

    expect(status).toBe(400);
    expect(headers.get("Content-Type")).toBe("application/problem+json");
    expect(body.detail).toContain(named);
  });

  test("may be a hundred", async () => {
    const { id } = await gateway.connector();

    const many = Array.from({ length: 100 }, (_, n) => ({ name: `a${n}`, type: "string" }));

    expect((await put(id, many)).status).toBe(200);
  });

  test("are one of the lists that were put at the same time, whole", async () => {
    const busy = openGateway({ roundTripsMax: 20 });
    const { id } = await gateway.connector();
    const path = `/connectors/${id}/attributes`;
    const lists = ["a", "b", "c"].map((name) => [{ ...CITY, name }]);

    const answers = await Promise.all(
      lists.map((attributes) => busy.admin(path, { method: "PUT", body: { attributes } })),
    );

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(lists).toContainEqual((await gateway.admin(path)).body.attributes);
  });
});

describe("an attribute that is taken back", () => {
  test("is in no answer, and comes back with its declaration", async () => {
    const values = { city: "Berlin", [STAFF]: { shirtSize: "M" } };
    const { client, declare, read } = await aUserWith([CITY, SHIRT], values);

    await declare([]);
    const hidden = await read();
    const asked = await read("?attributes=city,shirtSize");
    const listed = await client.call("/Users");
    await declare([SHIRT, CITY]);

    expect(hidden).not.toHaveProperty("city");
    expect(hidden).not.toHaveProperty([STAFF]);
    expect(hidden.schemas).toEqual([CORE_USER]);
    expect(Object.keys(asked)).toEqual(["schemas", "id"]);
    expect(listed.body.Resources).toEqual([hidden]);
    expect(await read()).toMatchObject({ ...values, schemas: [CORE_USER, STAFF] });
  });

  test("is unknown to bodies, paths and filters", async () => {
    const { client, declare, id } = await aUserWith([CITY], { city: "Berlin" });
    await declare([]);

    const patched = await client.patch(id, aPatch({ op: "replace", path: "city", value: "Bonn" }));
    const found = await client.find('city eq "Berlin"');

    expect([patched.status, patched.body.meta.version]).toEqual([200, 'W/"1"']);
    expect([found.status, found.body.scimType]).toEqual([400, "invalidFilter"]);
  });

  test("keeps its value through a PATCH of others, and is filtered as before", async () => {
    const values = { city: "Berlin", shirtSize: "M" };
    const { client, declare, id, read } = await aUserWith([CITY, SHIRT], values);

    await declare([]);
    const patch = aPatch({ op: "replace", path: "title", value: "Boss" });
    const patched = await client.patch(id, patch);
    const payload = await lastPayload(id);
    await declare([CITY, SHIRT]);

    expect(patched.body).not.toHaveProperty("city");
    expect(payload).toMatchObject({ title: "Boss", schemas: [CORE_USER] });
    expect(payload).not.toHaveProperty("city");
    expect(await read()).toMatchObject({
      title: "Boss",
      city: "Berlin",
      [STAFF]: { shirtSize: "M" },
      schemas: [CORE_USER, STAFF],
    });
    expect((await client.find('city eq "BERLIN"')).body.totalResults).toBe(1);
  });

  test("loses its value by a PUT, which replaces the user as a whole", async () => {
    const { client, declare, id, read } = await aUserWith([CITY], { city: "Berlin" });

    await declare([]);
    await client.put(id, aUser());
    await declare([CITY]);

    expect(await read()).not.toHaveProperty("city");
  });

  test("is forgotten by a later change once nobody holds a value", async () => {
    const { client, declare, id } = await aUserWith([CITY], { city: "Berlin" });

    await declare([]);
    await declare([]);
    const kept = await storedAttributes(client.id);
    await client.put(id, aUser());
    await declare([]);

    expect(kept).toContain("city");
    expect(await storedAttributes(client.id)).toBe("[]");
  });
});

describe("a changed type", () => {
  const AS_INTEGER = { ...CITY, type: "integer" };

  test("is refused while values of the former one are stored, declared or taken back", async () => {
    const { client, declare, read } = await aUserWith([CITY], { city: "Berlin" });

    const changed = await declare([AS_INTEGER]);
    await declare([]);
    const changedLater = await declare([AS_INTEGER]);

    expect([changed.status, changedLater.status]).toEqual([409, 409]);
    expect(changed.body.detail).toContain('"city"');
    expect(await read()).not.toHaveProperty("city");
    expect((await client.call(`/Schemas/${CORE_USER}`)).status).toBe(200);
  });

  test("of a complex attribute may be further parts, but none fewer while values are stored", async () => {
    const aPart = (name: string): SubDeclaration => {
      return { name, type: "string", multiValued: false, caseExact: false };
    };
    const aDesk = (...names: readonly string[]) =>
      aDeclaration({ name: "desk", type: "complex", subAttributes: names.map(aPart) });
    const { declare, read, client } = await aUserWith([aDesk("code")], { desk: { code: "Ab" } });

    const more = await declare([aDesk("floor", "code")]);
    const found = await client.find('desk.code eq "AB"');
    const fewer = await declare([aDesk("floor")]);

    expect([more.status, fewer.status]).toEqual([200, 409]);
    expect(found.body.totalResults).toBe(1);
    expect((await read()).desk).toEqual({ code: "Ab" });
  });

  test("is accepted once nobody holds a value", async () => {
    const { client, declare, id } = await aUserWith([CITY], { city: "Berlin" });

    await client.patch(id, aPatch({ op: "remove", path: "city" }));
    const changed = await declare([AS_INTEGER]);
    const patch = aPatch({ op: "add", path: "city", value: 10_115 });
    const patched = await client.patch(id, patch);

    expect(changed.status).toBe(200);
    expect(patched.body.city).toBe(10_115);
  });

  test("does not mind the values of a deleted user, which a restore replaces", async () => {
    const { client, declare, id } = await aUserWith([CITY], { city: "Berlin" });

    await client.remove(id);

    expect((await declare([AS_INTEGER])).status).toBe(200);
  });
});

async function storedAttributes(connectorId: string): Promise<string | null> {
  const text = "SELECT attributes FROM connectors WHERE id = ?1";
  return await env.DB.prepare(text).bind(connectorId).first<string>("attributes");
}

async function lastPayload(resourceId: string): Promise<unknown> {
  const text = "SELECT payload FROM changes WHERE resource_id = ?1 ORDER BY seq DESC LIMIT 1";
  return JSON.parse((await env.DB.prepare(text).bind(resourceId).first("payload")) ?? "null");
}
