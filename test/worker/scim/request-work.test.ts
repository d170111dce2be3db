import { describe, expect, test } from "vitest";
import { resourceTypesWith } from "#scim/schema/custom.ts";
import { schemasOf } from "#scim/schema/registry.ts";
import { aPatch, aUser, openGateway } from "#test/support/gateway.ts";
import { patchAttribute, sendBulk, statusesOf } from "#test/support/scim/bulk.ts";
import { aClientWith } from "#test/support/scim/custom-client.ts";
import { DECLARATIONS, STAFF } from "#test/support/scim/declarations.ts";
import { aGroup } from "#test/support/scim/groups.ts";

// The operations of a Bulk on one user take a round trip each.
const gateway = openGateway({ roundTripsMax: 10 });

function times<T>(count: number, make: (n: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

/** 59 addresses that are as long as a body of 256 KB lets them be. */
const LONG_EMAILS = times(59, (n) => ({ value: `${n}@${"x".repeat(4_000)}.example` }));

/** Terms of which none holds, for a filter that a client would never send. */
function noneOf(terms: number): string {
  return times(terms, (n) => `value ew "${n}?"`).join(" or ");
}

async function aUserWith(members: Readonly<Record<string, unknown>>) {
  const client = await gateway.client();
  const { body } = await client.post(aUser(members));
  const read = async () => (await client.call(`/Users/${body.id}`)).body;
  const patch = (...operations: readonly object[]) =>
    client.call(`/Users/${body.id}`, { method: "PATCH", body: aPatch(...operations) });
  return { client, id: body.id, before: await read(), read, patch };
}

describe("a PATCH that lets one attribute grow without end", () => {
  const lists = schemasOf(resourceTypesWith([]).User).flatMap(({ attributes }) =>
    attributes.filter(({ multiValued, mutability }) => multiValued && mutability !== "readOnly"),
  );

  test.each(lists.map((each) => each.name))("%s is refused and changes nothing", async (name) => {
    const { before, read, patch } = await aUserWith({});
    const part = name === "addresses" ? "locality" : "value";

    const answer = await patch(
      ...times(600, (n) => ({ op: "add", path: name, value: [{ [part]: `${n}@example.com` }] })),
    );

    expect([answer.status, answer.body.scimType]).toEqual([400, "invalidValue"]);
    expect(answer.body.detail).toContain("100 values");
    expect(await read()).toEqual(before);
  });

  test("also by filtered paths, and by the keys of one value", async () => {
    const { before, read, patch } = await aUserWith({});
    const paths = times(600, (n) => `emails[type eq "t${n}"].value`);
    const keys = Object.fromEntries(paths.map((path, n) => [path, `${n}@example.com`]));

    const byPath = await patch(...paths.map((path) => ({ op: "add", path, value: "a@b" })));
    const byKey = await patch({ op: "replace", value: keys });

    expect([byPath.body.scimType, byKey.body.scimType]).toEqual(["invalidValue", "invalidValue"]);
    expect(await read()).toEqual(before);
  });

  test.each([
    ["skills", (n: number) => `${n}`],
    [`${STAFF}:lockers`, (n: number) => n],
  ])("%s, which the connector declared, is refused", async (path, value) => {
    const client = await aClientWith(gateway, DECLARATIONS);
    const { body } = await client.post(aUser());
    const operations = times(600, (n) => ({ op: "add", path, value: [value(n)] }));

    const answer = await client.patch(body.id, aPatch(...operations));

    expect([answer.status, answer.body.scimType]).toEqual([400, "invalidValue"]);
    expect((await client.get(body.id)).body).toEqual(body);
  });
});

describe("the budget of steps of one request", () => {
  const wide = { path: `emails[${noneOf(50)}]`, op: "remove" };

  test("lets 1,000 filtered operations on an ordinary user through", async () => {
    const { patch } = await aUserWith({ emails: times(20, (n) => ({ value: `${n}@x.example` })) });

    const answer = await patch(
      ...times(1_000, (n) => ({ op: "remove", path: `emails[value eq "${n}?"]` })),
    );

    expect(answer.status).toBe(200);
  });

  test.each([
    ["1,000 filters over 59 long e-mails", 1_000, { op: "remove", path: 'emails[value co "?"]' }],
    ["200 filters of 50 terms over them", 200, wide],
    [
      "1,000 removals of a value from them",
      1_000,
      { op: "remove", path: "emails", value: [{ value: "a" }] },
    ],
    ["1,000 additions to them", 1_000, { op: "add", path: "emails", value: [{ value: "a@b" }] }],
  ])("%s are tooMany, say what to change, and change nothing", async (_what, count, operation) => {
    const { before, read, patch } = await aUserWith({ emails: LONG_EMAILS });
    // The last one would change something.
    const last = { op: "replace", path: "title", value: "changed" };

    const answer = await patch(...times(count - 1, () => operation), last);

    expect([answer.status, answer.body.scimType]).toEqual([400, "tooMany"]);
    expect(answer.body.detail).toContain("send fewer operations");
    expect(await read()).toEqual(before);
  });

  test("is shared by the operations of a Bulk: each beyond it is refused", async () => {
    const { client, id, before, read } = await aUserWith({ emails: LONG_EMAILS });
    const greedy = aPatch(...times(4, () => wide));
    const operation = { method: "PATCH", path: `/Users/${id}`, data: greedy };

    const answer = await sendBulk(client, [
      ...times(4, () => operation),
      patchAttribute(`/Users/${id}`, "title", "changed"),
    ]);

    expect(answer.status).toBe(200);
    expect(statusesOf(answer).at(0)).toBe("200");
    expect(statusesOf(answer).at(-1)).toBe("400");
    expect(answer.body.Operations.at(-1).response.scimType).toBe("tooMany");
    expect(await read()).toEqual(before);
  });

  test("has room for 1,000 operations on the members of a group", async () => {
    const client = await gateway.client();
    const { body: user } = await client.post(aUser());
    const { body: group } = await client.call("/Groups", { body: aGroup() });
    const member = [{ value: user.id }];

    const answer = await client.call(`/Groups/${group.id}`, {
      method: "PATCH",
      body: aPatch(
        ...times(500, () => ({ op: "add", path: "members", value: member })),
        ...times(500, () => ({ op: "remove", path: `members[value eq "${user.id}"]` })),
      ),
    });

    expect(answer.status).toBe(204);
  });
});
