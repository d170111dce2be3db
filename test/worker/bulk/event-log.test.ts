import { expect, test } from "vitest";
import { aUser, changeTypesOf, openGateway, type TestClient } from "#test/support/gateway.ts";
import { idIn, patchAttribute, postGroup, postUser, sendBulk } from "#test/support/scim/bulk.ts";

const gateway = openGateway({ roundTripsMax: 30 });

/** The rows of the event log, oldest first, without that of the request which made ada. */
async function eventsOf(client: TestClient) {
  const { body } = await gateway.admin(`/connectors/${client.id}/events?limit=100`);
  return body.items.toReversed().slice(1);
}

/** A client whose connector has the user ada, and that user's path. */
async function withAda() {
  const client = await gateway.client();
  const { body } = await client.post(aUser({ userName: "ada", title: "x" }));
  return { client, id: body.id as string, path: `/Users/${body.id}` };
}

test("each operation has a row of its own, in the order of the request", async () => {
  const { client, path, id } = await withAda();

  const answer = await sendBulk(client, [
    postGroup("team", "bulkId:bob"),
    postUser({ userName: "bob" }, "bob"),
    patchAttribute(path, "title", "x"),
    postUser({ userName: "Ada" }, "again"),
    { method: "DELETE", path: "/Users/nobody" },
    { method: "x".repeat(100), path: "Things" },
  ]);

  const [team, bob] = answer.body.Operations.slice(0, 2).map(idIn);
  const rows = (await eventsOf(client)).filter(({ path: target }: { path: string }) => {
    return target !== "/scim/v2/Bulk";
  });
  expect(rows).toMatchObject([
    { method: "POST", path: "/scim/v2/Groups", status: 201, resourceId: team, userName: "team" },
    { method: "POST", path: "/scim/v2/Users", status: 201, resourceId: bob, userName: "bob" },
    { method: "PATCH", path: `/scim/v2${path}`, status: 200, resourceId: id, userName: "ada" },
    {
      method: "POST",
      path: "/scim/v2/Users",
      status: 409,
      scimType: "uniqueness",
      userName: "Ada",
    },
    { method: "DELETE", path: "/scim/v2/Users/nobody", status: 404, resourceId: "nobody" },
    { method: "X".repeat(16), path: "/scim/v2/Things", status: 400, scimType: "invalidSyntax" },
  ]);
  expect(rows[3].explanation).toContain(`userName "Ada", which the user with the id ${id} (`);
});

test("an operation's row has its data as the request body, without passwords", async () => {
  const { client } = await withAda();
  const data = { userName: "bob", password: "hunter2", nickName: "B" };

  await sendBulk(client, [{ method: "POST", path: "/Users", bulkId: "b", data }]);

  const [row] = (await eventsOf(client)).filter(({ status }: { status: number }) => status === 201);
  const event = await gateway.admin(`/connectors/${client.id}/events/${row.id}`);
  expect(JSON.parse(event.body.requestBody)).toEqual({ ...data, password: "[redacted]" });
});

test("a Bulk has one row without the bodies of its operations", async () => {
  const { client } = await withAda();
  await sendBulk(client, [postUser({ userName: "bob" }), postUser({ userName: "ada" })]);

  const events = await eventsOf(client);

  const own = events.filter(({ path }: { path: string }) => path === "/scim/v2/Bulk");
  expect(own).toMatchObject([
    { method: "POST", status: 200, requestBody: null, responseBody: null },
  ]);
});

test("a refused Bulk has its row with the explanation, and no other", async () => {
  const { client } = await withAda();
  const answer = await client.call("/Bulk", { body: { Operations: {} } });

  const events = await eventsOf(client);

  expect(events).toMatchObject([
    { status: 400, explanation: expect.stringContaining(answer.body.detail) },
  ]);
});

test("warnings stand in the row of the operation that caused them", async () => {
  const { client, path } = await withAda();
  const data = { userName: "bob", shoeSize: 42 };

  await sendBulk(client, [
    { method: "POST", path: "/Users", bulkId: "b", data },
    patchAttribute(path, "shoeSize", 42),
    patchAttribute(path, "nickName", "Countess"),
  ]);

  const events = await eventsOf(client);
  const warned = events.filter(({ warnings }: { warnings: string[] }) => warnings.length > 0);
  expect(
    warned.map(({ method, path: target }: Record<string, string>) => [method, target]),
  ).toEqual([
    ["POST", "/scim/v2/Users"],
    ["PATCH", `/scim/v2${path}`],
  ]);
});

test("each real change has one change row, and what changed nothing has none", async () => {
  const { client, id, path } = await withAda();

  const answer = await sendBulk(client, [
    patchAttribute(path, "title", "x"),
    patchAttribute(path, "title", "y"),
    patchAttribute(path, "active", false),
    postUser({ userName: "bob" }, "bob"),
    { method: "DELETE", path: "/Users/bulkId:bob" },
  ]);

  expect(await changeTypesOf(id)).toEqual(["user.created", "user.updated", "user.deactivated"]);
  const bob = idIn(answer.body.Operations[3]);
  expect(await changeTypesOf(bob)).toEqual(["user.created", "user.deleted"]);
});
