import { describe, expect, test } from "vitest";
import { aPatch, filterQuery, openGateway } from "#test/support/gateway.ts";
import {
  adding,
  aGroup,
  changesOf,
  type GroupClient,
  listOf,
  openGroups,
  removing,
} from "#test/support/scim/groups.ts";

const gateway = openGateway();

/** Nesting is followed so deep. */
const DEPTH_MAX = 32;

/** So many groups, each the only member of the next; answers their ids, the innermost first. */
async function aChain(groups: GroupClient, length: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < length) ids.push(await groups.group(...ids.slice(-1)));
  return ids;
}

test("a group may be a member, and its own members are not expanded", async () => {
  const groups = await openGroups(gateway);
  const ada = await groups.user();
  const inner = await groups.post(aGroup({ displayName: "Inner", members: listOf([ada]) }));

  const outer = await groups.post(aGroup({ members: listOf([inner.body.id]) }));

  expect(outer.body.members).toEqual([
    {
      value: inner.body.id,
      $ref: `https://scim.example.com/scim/v2/Groups/${inner.body.id}`,
      type: "Group",
      display: "Inner",
    },
  ]);
  expect((await groups.get(outer.body.id)).body).toEqual(outer.body);
});

test("User.groups shows the direct groups only", async () => {
  const groups = await openGroups(gateway);
  const ada = await groups.user();
  const inner = await groups.group(ada);
  await groups.group(inner);

  const { body } = await groups.client.get(ada);

  expect(body.groups).toEqual([expect.objectContaining({ value: inner, type: "direct" })]);
});

test("a group and a user may be members of one group, and be removed from it", async () => {
  const groups = await openGroups(gateway);
  const ada = await groups.user();
  const inner = await groups.group();
  const outer = await groups.group(ada, inner);

  await groups.patch(outer, aPatch(removing(inner)));

  expect(await groups.membersOf(outer)).toEqual([ada]);
  expect((await changesOf(outer)).at(-1)).toBe(`group.member_removed v2 ${inner}`);
});

test("the groups that a group is in are found by members.value", async () => {
  const groups = await openGroups(gateway);
  const inner = await groups.group();
  const outer = await groups.group(inner);

  const { body } = await groups.client.call(
    `/Groups${filterQuery(`members.value eq "${inner}"`, { attributes: "id" })}`,
  );

  expect(body.Resources).toEqual([expect.objectContaining({ id: outer })]);
});

describe("a group in itself is 400 invalidValue and changes nothing", () => {
  const refusal = { status: 400, body: { scimType: "invalidValue" } };

  test.each([
    ["PATCH add", (id: string) => ({ method: "PATCH", body: aPatch(adding(id)) })],
    [
      "PATCH replace",
      (id: string) => ({
        method: "PATCH",
        body: aPatch({ op: "replace", path: "members", value: [{ value: id }] }),
      }),
    ],
    ["PUT", (id: string) => ({ method: "PUT", body: aGroup({ members: listOf([id]) }) })],
  ])("by %s", async (_what, request) => {
    const groups = await openGroups(gateway);
    const id = await groups.group();

    const refused = await groups.client.call(`/Groups/${id}`, request(id));

    expect(refused).toMatchObject(refusal);
    expect(await changesOf(id)).toEqual(["group.created v1"]);
  });

  test("by its own externalId", async () => {
    const groups = await openGroups(gateway);
    const { body } = await groups.post(aGroup({ externalId: "g1" }));

    const refused = await groups.patch(body.id, aPatch(adding("g1")));

    expect(refused).toMatchObject(refusal);
  });

  test.each([2, 3, 5])("through a chain of %d", async (length) => {
    const groups = await openGroups(gateway);
    const chain = await aChain(groups, length);
    const [innermost = ""] = chain;

    const refused = await groups.patch(innermost, aPatch(adding(chain.at(-1) ?? "")));

    expect(refused).toMatchObject(refusal);
    expect(await groups.membersOf(innermost)).toEqual([]);
    expect((await groups.get(innermost)).body.meta.version).toBe('W/"1"');
  });

  test("through a group that arrives under a waiting value", async () => {
    const groups = await openGroups(gateway);
    const outer = await groups.group("g1");

    const refused = await groups.post(aGroup({ externalId: "g1", members: listOf([outer]) }));

    expect(refused).toMatchObject(refusal);
    expect(await groups.membersOf(outer)).toEqual([]);
  });

  test("through another group that the same PUT takes out is let pass", async () => {
    const groups = await openGroups(gateway);
    const [inner = "", outer = ""] = await aChain(groups, 2);

    await groups.patch(outer, aPatch(removing(inner)));
    const patched = await groups.patch(inner, aPatch(adding(outer)));

    expect(patched.status).toBe(204);
    expect(await groups.membersOf(inner)).toEqual([outer]);
  });
});

test("two groups that are added to each other at once do not both get in", async () => {
  const groups = await openGroups(openGateway({ roundTripsMax: 30 }));
  const [a, b] = [await groups.group(), await groups.group()];

  const answers = await Promise.all([
    groups.patch(a, aPatch(adding(b))),
    groups.patch(b, aPatch(adding(a))),
  ]);

  expect(answers.map(({ status }) => status).sort()).toEqual([204, 400]);
});

test("one group may be in several that are in one: no cycle", async () => {
  const groups = await openGroups(gateway);
  const inner = await groups.group();
  const [left, right] = [await groups.group(inner), await groups.group(inner)];

  const top = await groups.post(aGroup({ members: listOf([left, right, inner]) }));

  expect(top.status).toBe(201);
  expect(await groups.membersOf(top.body.id)).toEqual([left, right, inner].sort());
});

test("a group that lies 32 deep may have groups as members, one that lies deeper may not", async () => {
  const groups = await openGroups(gateway);
  const chain = await aChain(groups, DEPTH_MAX + 2);
  const leaf = await groups.group();

  const deeper = await groups.patch(chain[0] ?? "", aPatch(adding(leaf)));
  const deep = await groups.patch(chain[1] ?? "", aPatch(adding(leaf)));

  expect(deeper).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
  expect(deep.status).toBe(204);
});

test("a group that lies too deep still takes users", async () => {
  const groups = await openGroups(gateway);
  const [innermost = ""] = await aChain(groups, DEPTH_MAX + 3);

  const patched = await groups.patch(innermost, aPatch(adding(await groups.user())));

  expect(patched.status).toBe(204);
});
