import { expect, test } from "vitest";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { contradictions } from "#test/support/consistency.ts";
import { aPatch, openGateway, type TestClient } from "#test/support/gateway.ts";
import {
  idIn,
  patchAttribute,
  postGroup,
  postUser,
  sendBulk,
  statusesOf,
} from "#test/support/scim/bulk.ts";

const gateway = openGateway({ roundTripsMax: 30 });

function withManager(bulkId: string) {
  return { [ENTERPRISE_USER]: { manager: { value: `bulkId:${bulkId}` } } };
}

async function membersOf(client: TestClient, groupId: string): Promise<readonly string[]> {
  const { body } = await client.call(`/Groups/${groupId}`);
  return (body.members ?? []).map(({ value }: { value: string }) => value);
}

test("a group finds its members among what the same request creates before and after it", async () => {
  const client = await gateway.client();

  const answer = await sendBulk(client, [
    postUser({}, "ada"),
    postGroup("team", "bulkId:ada", "bulkId:bob", "bulkId:inner"),
    postUser({}, "bob"),
    postGroup("inner", "bulkId:bob"),
  ]);

  expect(statusesOf(answer)).toEqual(["201", "201", "201", "201"]);
  const [ada, team, bob, inner] = answer.body.Operations.map(idIn);
  expect(await membersOf(client, team)).toEqual([ada, bob, inner].sort());
  expect(await membersOf(client, inner)).toEqual([bob]);
  expect(await contradictions()).toEqual([]);
});

test("a user's manager may be created after the user", async () => {
  const client = await gateway.client();

  const answer = await sendBulk(client, [postUser(withManager("boss")), postUser({}, "boss")]);

  const [ada, boss] = answer.body.Operations.map(idIn);
  expect((await client.get(ada)).body[ENTERPRISE_USER].manager.value).toBe(boss);
});

test("a reference to a restored user is the id it had before", async () => {
  const client = await gateway.client();
  const former = await client.post({ userName: "boss", externalId: "b" });
  await client.remove(former.body.id);

  const answer = await sendBulk(client, [
    postUser({ userName: "boss", externalId: "b" }, "boss"),
    postUser(withManager("boss"), "ada"),
  ]);

  const [boss, ada] = answer.body.Operations.map(idIn);
  expect(boss).toBe(former.body.id);
  expect((await client.get(ada)).body[ENTERPRISE_USER].manager.value).toBe(boss);
});

test("a path may name what the same request creates", async () => {
  const client = await gateway.client();
  const add = aPatch({ op: "add", path: "members", value: [{ value: "bulkId:ada" }] });

  const answer = await sendBulk(client, [
    { method: "PATCH", path: "/Groups/bulkId:team", data: add },
    patchAttribute("/Users/bulkId:ada", "title", "Countess"),
    postGroup("team"),
    postUser({}, "ada"),
  ]);

  expect(statusesOf(answer)).toEqual(["204", "200", "201", "201"]);
  const [patched, titled, team, ada] = answer.body.Operations.map(idIn);
  expect([patched, titled]).toEqual([team, ada]);
  expect(await membersOf(client, team)).toEqual([ada]);
  expect((await client.get(ada)).body.title).toBe("Countess");
});

test("128: references in a circle are refused with 409, and the rest is performed", async () => {
  const client = await gateway.client();

  const answer = await sendBulk(client, [
    postGroup("a", "bulkId:b"),
    postGroup("b", "bulkId:a"),
    postGroup("self", "bulkId:self"),
    postUser(),
  ]);

  expect([answer.status, statusesOf(answer)]).toEqual([200, ["409", "409", "409", "201"]]);
  expect((await client.call("/Groups")).body.totalResults).toBe(0);
});

test("what refers to a failed operation, or to none, is refused with a detail that names it", async () => {
  const client = await gateway.client();

  const answer = await sendBulk(client, [
    postUser({ userName: "" }, "bad"),
    postGroup("team", "bulkId:bad"),
    postUser(withManager("nobody")),
    patchAttribute("/Users/bulkId:bad", "title", "x"),
    postGroup("others", "bulkId:team"),
  ]);

  expect(statusesOf(answer)).toEqual(["400", "409", "409", "409", "409"]);
  const details = answer.body.Operations.map(
    ({ response }: { response: { detail: string } }) => response.detail,
  );
  expect(details.slice(1).map((text: string) => /"(\w+)"/.exec(text)?.[1])).toEqual([
    "bad",
    "nobody",
    "bad",
    "team",
  ]);
});

test("operations that share a bulkId are refused, and whatever refers to it", async () => {
  const client = await gateway.client();

  const answer = await sendBulk(client, [
    postUser({}, "x"),
    postUser({}, "x"),
    postGroup("team", "bulkId:x"),
  ]);

  expect(statusesOf(answer)).toEqual(["400", "400", "409"]);
});
