import { describe, expect, test } from "vitest";
import { BULK_RESPONSE, ERROR } from "#scim/schema/urns.ts";
import { expectScimError } from "#test/support/bad-input/bad-input.ts";
import { contradictions } from "#test/support/consistency.ts";
import { aUser, openGateway } from "#test/support/gateway.ts";
import {
  aBulk,
  idIn,
  patchAttribute,
  postGroup,
  postUser,
  sendBulk,
  statusesOf,
} from "#test/support/scim/bulk.ts";

// Unlike a request of its own, a Bulk may need a few round trips for each of its runs.
const gateway = openGateway({ roundTripsMax: 30 });
const BASE = "https://scim.example.com/scim/v2";

/** A client whose connector has the user ada, and the path of that user. */
async function withAda(settings: object = {}) {
  const client = await gateway.client({ settings });
  const { body } = await client.post(aUser({ userName: "ada" }));
  return { client, path: `/Users/${body.id}`, id: body.id as string };
}

test("each operation is answered in the order of the request, as RFC 7644 §3.7.3 has it", async () => {
  const { client, path } = await withAda();
  const bob = await client.post(aUser({ userName: "bob" }));

  const answer = await sendBulk(client, [
    { method: "post", path: "/Users", bulkId: "c", data: { userName: "cyd" } },
    { method: "PUT", path, version: 'W/"1"', data: { userName: "ada", title: "Countess" } },
    patchAttribute(path, "title", "Lady"),
    { method: "DELETE", path: `/Users/${bob.body.id}` },
  ]);

  expect(answer.status).toBe(200);
  expect(answer.headers.get("Content-Type")).toBe("application/scim+json");
  const id = idIn(answer.body.Operations[0]);
  expect(answer.body).toEqual({
    schemas: [BULK_RESPONSE],
    Operations: [
      {
        location: `${BASE}/Users/${id}`,
        method: "POST",
        bulkId: "c",
        version: 'W/"1"',
        status: "201",
      },
      { location: `${BASE}${path}`, method: "PUT", version: 'W/"2"', status: "200" },
      { location: `${BASE}${path}`, method: "PATCH", version: 'W/"3"', status: "200" },
      { location: `${BASE}/Users/${bob.body.id}`, method: "DELETE", status: "204" },
    ],
  });
  expect((await client.get(id)).body).toMatchObject({ userName: "cyd", active: true });
  expect((await client.call(path)).body).toMatchObject({ title: "Lady" });
  expect((await client.get(bob.body.id)).status).toBe(404);
});

test("groups are created, replaced, changed and deleted too", async () => {
  const { client, id } = await withAda();
  const create = await sendBulk(client, [postGroup("a", id), postGroup("b")]);
  const [a, b] = create.body.Operations.map(idIn);

  const answer = await sendBulk(client, [
    patchAttribute(`/Groups/${a}`, "displayName", "admins"),
    { method: "PUT", path: `/Groups/${a}`, data: { displayName: "admins" } },
    { method: "DELETE", path: `/Groups/${b}` },
  ]);

  expect(statusesOf(create)).toEqual(["201", "201"]);
  expect(statusesOf(answer)).toEqual(["204", "200", "204"]);
  expect((await client.call(`/Groups/${a}`)).body.members).toEqual([]);
  expect((await client.call(`/Groups/${b}`)).status).toBe(404);
  expect(await contradictions()).toEqual([]);
});

test("a refused operation carries its error, and the others are performed", async () => {
  const { client } = await withAda();
  const nobody = `/Users/${crypto.randomUUID()}`;

  const answer = await sendBulk(client, [
    postUser({ userName: "ADA" }, "x"),
    { method: "DELETE", path: nobody },
    postUser({ userName: "" }),
    postUser({ userName: "bob" }),
  ]);

  expect(answer.status).toBe(200);
  expect(statusesOf(answer)).toEqual(["409", "404", "400", "201"]);
  const [taken, missing] = answer.body.Operations;
  expect(taken).toEqual({
    method: "POST",
    bulkId: "x",
    status: "409",
    response: {
      schemas: [ERROR],
      status: "409",
      scimType: "uniqueness",
      detail: expect.stringContaining("userName"),
    },
  });
  expect(missing.location).toBe(`${BASE}${nobody}`);
});

test("an operation's version guards what it changes", async () => {
  const { client, path } = await withAda();

  const answer = await sendBulk(client, [
    { ...patchAttribute(path, "title", "a"), version: 'W/"1"' },
    { ...patchAttribute(path, "title", "b"), version: 'W/"1"' },
  ]);

  expect(statusesOf(answer)).toEqual(["200", "412"]);
  expect((await client.call(path)).body.title).toBe("a");
});

test("an inactive user is restored under the same id", async () => {
  const { client, id, path } = await withAda();

  const answer = await sendBulk(client, [
    patchAttribute(path, "active", false),
    postUser({ userName: "ada" }),
    postUser({ userName: "bob" }),
  ]);

  expect(statusesOf(answer)).toEqual(["200", "201", "201"]);
  expect(idIn(answer.body.Operations[1])).toBe(id);
});

test("the connector's deletion and strict options hold", async () => {
  const { client, path } = await withAda({ deletion: "deactivate", strict: true });

  const answer = await sendBulk(client, [
    { method: "DELETE", path },
    { method: "POST", path: "/Users", bulkId: "b", data: { userName: "bob" } },
  ]);

  expect(statusesOf(answer)).toEqual(["204", "400"]);
  expect((await client.call(path)).body.active).toBe(false);
});

describe("failOnErrors", () => {
  test("129: ends the request at the error it names, and the rest is not run", async () => {
    const { client } = await withAda();
    const operations = [
      postUser({ userName: "bob" }),
      postUser({ userName: "ada" }),
      postUser({ userName: "cyd" }),
    ];

    const answer = await sendBulk(client, operations, { failOnErrors: 1 });

    expect([answer.status, statusesOf(answer)]).toEqual([200, ["201", "409"]]);
    expect((await client.find('userName eq "cyd"')).body.totalResults).toBe(0);
  });

  test("lets pass what it allows", async () => {
    const { client } = await withAda();
    const operations = [postUser({ userName: "ada" }), postUser({ userName: "bob" })];

    const answer = await sendBulk(client, operations, { failOnErrors: 2 });

    expect(statusesOf(answer)).toEqual(["409", "201"]);
  });
});

describe("bad requests", () => {
  test("126: more than 1,000 operations are refused with 413", async () => {
    const client = await gateway.client();
    const operations = Array.from({ length: 1_001 }, () => ({
      method: "DELETE",
      path: "/Users/x",
    }));

    expectScimError(await sendBulk(client, operations), 413);
  });

  test("127: more than 1 MB is refused with 413", async () => {
    const client = await gateway.client();

    expectScimError(await sendBulk(client, [postUser({ title: "x".repeat(1_048_576) })]), 413);
  });

  test("130: a nested Bulk is refused as that operation's invalidSyntax", async () => {
    const client = await gateway.client();
    const nested = { method: "POST", path: "/Bulk", bulkId: "n", data: aBulk([postUser()]) };

    const answer = await sendBulk(client, [nested, postUser()]);

    expect(statusesOf(answer)).toEqual(["400", "201"]);
    expect(answer.body.Operations[0].response.scimType).toBe("invalidSyntax");
  });

  test("124: another connector's ids are unknown here", async () => {
    const { path } = await withAda();
    const other = await gateway.client();

    const answer = await sendBulk(other, [
      patchAttribute(path, "title", "x"),
      { method: "PUT", path, data: { userName: "ada" } },
      { method: "DELETE", path },
      { ...patchAttribute(path, "title", "x"), version: 'W/"1"' },
    ]);

    expect(statusesOf(answer)).toEqual(["404", "404", "404", "404"]);
  });

  test("a read-only token is refused with 403", async () => {
    const { client } = await withAda();
    const made = await gateway.admin(`/connectors/${client.id}/tokens`, {
      body: { scope: "read" },
    });

    const token = made.body.secret;
    const answer = await gateway.scim("/Bulk", { token, body: aBulk([postUser()]) });

    expectScimError(answer, 403);
  });

  test.each([
    ["no Operations", {}, 400, "invalidSyntax"],
    ["broken JSON", "{", 400, "invalidSyntax"],
    ["a failOnErrors of a wrong type", { Operations: [], failOnErrors: "1" }, 400, "invalidValue"],
  ])("%s is refused", async (_what, body, status, scimType) => {
    const client = await gateway.client();

    expectScimError(await client.call("/Bulk", { body }), status, scimType);
  });

  test("other methods than POST are answered 405", async () => {
    const client = await gateway.client();

    const answer = await client.call("/Bulk");

    expect([answer.status, answer.headers.get("Allow")]).toEqual([405, "POST"]);
  });
});

test("no operations are no work", async () => {
  const client = await gateway.client();

  const answer = await sendBulk(client, []);

  expect(answer.body).toEqual({ schemas: [BULK_RESPONSE], Operations: [] });
});

test("/Bulk answers under every SCIM base path", async () => {
  const { token } = await gateway.connector();
  const basePath = "/api/connect/v1/scim/2.0";

  const answer = await gateway.scim("/Bulk", { token, basePath, body: aBulk([postUser()]) });

  const [{ location }] = answer.body.Operations;
  expect(location).toMatch(/^https:\/\/scim\.example\.com\/api\/connect\/v1\/scim\/2\.0\/Users\//);
});
