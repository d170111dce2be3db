import { describe, expect, test } from "vitest";
import { expectScimError } from "#test/support/bad-input/bad-input.ts";
import { contradictions } from "#test/support/consistency.ts";
import { filled, fillMembers, fillUsers } from "#test/support/fill.ts";
import { aPatch, openGateway } from "#test/support/gateway.ts";
import {
  adding,
  aGroup,
  changesOf,
  listOf,
  openGroups,
  removing,
} from "#test/support/scim/groups.ts";

// PATCH paths choose members by any filter: what holds of a member as it is shown.

const gateway = openGateway();
/** A Bulk takes as many round trips as its operations need. */
const forBulk = openGateway({ roundTripsMax: 5 });
const BASE = "https://scim.example.com/scim/v2";

type Operations = readonly object[];

/** Ada, Bob and the group Inner in Staff, Cyd outside; operations name them as ADA, BOB, INNER, CYD. */
async function withStaff(settings: object = {}) {
  const groups = await openGroups(gateway, settings);
  const ada = await groups.user({ displayName: "Ada Lovelace", externalId: "e-ada" });
  const bob = await groups.user({ userName: "Bob@example.com" });
  const cyd = await groups.user({ displayName: "Cyd", externalId: "e-cyd" });
  const inner = (await groups.post(aGroup({ displayName: "Inner" }))).body.id as string;
  const created = await groups.post(
    aGroup({ displayName: "Staff", members: listOf([ada, bob, inner]) }),
  );
  const id = created.body.id as string;
  const names = { ADA: ada, BOB: bob, CYD: cyd, INNER: inner };
  const filledIn = (operations: Operations) =>
    JSON.stringify(aPatch(...operations)).replaceAll(
      /\b(?:ADA|BOB|CYD|INNER)\b/g,
      (name) => Object(names)[name],
    );
  const patch = (...operations: Operations) =>
    groups.client.call(`/Groups/${id}`, { method: "PATCH", body: filledIn(operations) });
  const bulk = (...operations: Operations) =>
    forBulk.scim("/Bulk", {
      token: groups.client.token,
      body: {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        Operations: [
          { method: "PATCH", path: `/Groups/${id}`, data: JSON.parse(filledIn(operations)) },
        ],
      },
    });
  const members = async () => {
    const ids = await groups.membersOf(id);
    return ids.map((each) => Object.entries(names).find(([, value]) => value === each)?.[0]).sort();
  };
  return { groups, id, created, patch, bulk, members, names };
}

const remove = (filter: string) => ({ op: "remove", path: `members[${filter}]` });

describe("removing by a filter", () => {
  test.each<[string, string, string]>([
    ["display", 'display eq "ada LOVELACE"', "BOB INNER"],
    ["display of who has none", 'display eq "bob@EXAMPLE.com"', "ADA INNER"],
    ["part of the display", 'display co "LOVE"', "BOB INNER"],
    ["the display's beginning", 'display sw "in"', "ADA BOB"],
    ["the display's end", 'display ew ".COM"', "ADA INNER"],
    ["another display", 'display ne "inner"', "INNER"],
    ["type", 'type eq "group"', "ADA BOB"],
    ["not the type", 'not (type eq "User")', "ADA BOB"],
    ["the beginning of the value", 'value sw "0" and type eq "User"', "INNER"],
    ["another value", 'value ne "ADA"', "ADA"],
    ["order", 'value gt "0" and not (value eq "BOB")', "BOB"],
    ["value and type", 'value eq "ADA" and type eq "User"', "BOB INNER"],
    ["value and another type", 'value eq "ADA" and type eq "Group"', "ADA BOB INNER"],
    ["externalId and type", 'value eq "e-ada" and type eq "User"', "BOB INNER"],
    ["value or display", 'value eq "ADA" or display eq "inner"', "BOB"],
    ["value or value and type", 'value eq "ADA" or (value eq "BOB" and type eq "User")', "INNER"],
    ["the whole $ref", `$ref eq "${BASE}/Users/ADA"`, "BOB INNER"],
    ["a relative $ref", '$ref eq "../Users/ADA"', "BOB INNER"],
    ["part of the $ref", '$ref co "/Groups/"', "ADA BOB"],
    ["presence", "display pr", ""],
    ["absence", "not (value pr)", "ADA BOB INNER"],
    ["nobody's display", 'display eq "Cyd"', "ADA BOB INNER"],
    ["a value that is no member's", 'value eq "CYD" and type eq "User"', "ADA BOB INNER"],
  ])("%s leaves the others", async (_what, filter, left) => {
    const { patch, members, id, created } = await withStaff();
    const before = (await changesOf(id)).length;

    const patched = await patch(remove(filter));

    expect(patched.status).toBe(204);
    expect((await members()).join(" ")).toBe(left);
    const gone = 3 - left.split(" ").filter(Boolean).length;
    expect((await changesOf(id)).length - before).toBe(gone);
    const version = gone === 0 ? created.headers.get("ETag") : 'W/"2"';
    expect(patched.headers.get("ETag")).toBe(version);
  });

  test("does the same in a Bulk", async () => {
    const { bulk, members } = await withStaff();

    const answer = await bulk(remove('display sw "ada" or type eq "Group"'));

    expect(answer.body.Operations).toMatchObject([{ status: "204" }]);
    expect(await members()).toEqual(["BOB"]);
    expect(await contradictions()).toEqual([]);
  });

  test.each<[string, Operations, string]>([
    ["after an add", [adding("CYD"), remove('display eq "cyd"')], "ADA BOB INNER"],
    ["before an add", [remove('type eq "User"'), adding("CYD")], "CYD INNER"],
    ["before its own add", [remove('display sw "ada"'), adding("ADA")], "ADA BOB INNER"],
    ["before an add by externalId", [remove('display sw "ada"'), adding("e-ada")], "ADA BOB INNER"],
    ["after an add by externalId", [adding("e-cyd"), remove('display eq "cyd"')], "ADA BOB INNER"],
    ["of a member named twice", [adding("e-ada"), remove('display sw "ada"')], "BOB INNER"],
    [
      "after a replace",
      [{ op: "replace", path: "members", value: ["ADA", "CYD"] }, remove('display eq "cyd"')],
      "ADA",
    ],
    [
      "before a replace",
      [remove("value pr"), { op: "replace", path: "members", value: ["CYD"] }],
      "CYD",
    ],
    ["after a removal", [removing("ADA"), remove('display sw "ada"')], "BOB INNER"],
    ["twice", [remove('display sw "ada"'), remove('display sw "ada" or type eq "Group"')], "BOB"],
    [
      "beside a rename",
      [{ op: "replace", path: "displayName", value: "New" }, remove('type eq "User"')],
      "INNER",
    ],
  ])("%s takes the members as they are then", async (_what, operations, left) => {
    const { patch, members } = await withStaff();

    const patched = await patch(...operations);

    expect(patched.status).toBe(204);
    expect((await members()).join(" ")).toBe(left);
  });

  test("is noTarget on a strict connector where nobody matches", async () => {
    const { patch, members } = await withStaff({ strict: true });

    expectScimError(await patch(remove('display eq "Cyd"')), 400, "noTarget");
    expectScimError(await patch(remove('value eq "CYD" and type eq "User"')), 400, "noTarget");
    expect((await patch(remove('display sw "ada"'))).status).toBe(204);
    expect(await members()).toEqual(["BOB", "INNER"]);
  });

  test("leaves who waits for a user alone, whom nobody sees", async () => {
    const { patch, members } = await withStaff();
    await patch(adding("e-later"));

    expect((await patch(remove('value eq "e-later" and type eq "User"'))).status).toBe(204);
    expect((await patch(remove("value pr"))).status).toBe(204);

    expect(await members()).toEqual([]);
  });
});

describe("adding or replacing by a filter", () => {
  test.each<[string, object, string]>([
    ["a value", { op: "add", path: 'members[value eq "CYD"]', value: { value: "CYD" } }, "CYD"],
    ["a name", { op: "add", path: 'members[value eq "CYD"]', value: { display: "x" } }, "CYD"],
    [
      "a list",
      { op: "replace", path: 'members[value eq "CYD"]', value: [{ Value: "CYD" }] },
      "CYD",
    ],
    ["who is there", { op: "add", path: 'members[value eq "ADA"]', value: { type: "User" } }, ""],
  ])("creates the member that it names, given %s", async (_what, operation, added) => {
    const { patch, members } = await withStaff();

    const patched = await patch(operation);

    expect([patched.status, patched.body]).toEqual([204, undefined]);
    expect(await members()).toEqual(["ADA", "BOB", ...(added ? [added] : []), "INNER"]);
  });

  test.each<[string, object, string]>([
    ["another value", { path: 'members[value eq "ADA"]', value: { value: "CYD" } }, "noTarget"],
    ["two values", { path: 'members[value eq "CYD"]', value: ["CYD", "ADA"] }, "noTarget"],
    ["a display", { path: 'members[display eq "Cyd"]', value: { value: "CYD" } }, "noTarget"],
    ["an or", { path: 'members[value eq "CYD" or value eq "x"]', value: "CYD" }, "noTarget"],
    ["more than a value", { path: 'members[value sw "C"]', value: { value: "CYD" } }, "noTarget"],
    ["a part", { path: 'members[value eq "CYD"].display', value: "x" }, "mutability"],
    ["an unknown name", { path: 'members[nosuch eq "x"]', value: "CYD" }, "invalidFilter"],
  ])("by %s is refused", async (_what, operation, scimType) => {
    const { patch, members } = await withStaff();

    for (const op of ["add", "replace"]) {
      expectScimError(await patch({ op, ...operation }), 400, scimType);
    }
    expect(await members()).toEqual(["ADA", "BOB", "INNER"]);
  });
});

describe("what it may cost", () => {
  const FULL = { limit: async () => ({ success: false }) };
  const limited = openGateway({ rateLimits: "on", bindings: { RATE_LIMIT_SCANS: FULL } });

  async function withMany(count: number) {
    const groups = await openGroups(gateway);
    await fillUsers(groups.client.id, count);
    const id = await groups.group();
    await fillMembers(id, count);
    const patch = (via: typeof gateway, ...operations: Operations) =>
      via.scim(`/Groups/${id}`, {
        token: groups.client.token,
        method: "PATCH",
        body: aPatch(...operations),
      });
    return { groups, id, patch };
  }

  test("values are looked up alone, however large the group is", async () => {
    const { patch } = await withMany(3_000);

    const patched = await patch(limited, {
      op: "remove",
      path: `members[value eq "${filled.id(7)}" and type eq "User"]`,
    });

    expect(patched.status).toBe(204);
    expect(patched.cost.rowsRead).toBeLessThan(60);
  });

  test("a large group is a scan, and read in a bounded number of round trips", async () => {
    const { groups, id, patch } = await withMany(3_000);
    const operation = remove(`display co "user7@" or display co "user8@"`);

    const refused = await patch(limited, operation);
    const patched = await patch(gateway, operation);

    expectScimError(refused, 429);
    expect(patched.status).toBe(204);
    expect(patched.cost.roundTrips).toBe(3);
    expect(await groups.membersOf(id)).toHaveLength(2_998);
  });

  test("beyond the budget it is tooMany, says what to do, and writes nothing", async () => {
    const { groups, id, patch } = await withMany(37_000);
    const many = Array.from({ length: 10 }, (_, n) => remove(`type eq "x${n}"`));

    const byOperations = await patch(gateway, ...many);
    const byMembers = await patch(gateway, remove('display eq "x"'));
    const byType = await patch(gateway, remove('type eq "Group"'));

    expect(byType.status).toBe(204);
    expectScimError(byOperations, 400, "tooMany");
    expectScimError(byMembers, 400, "tooMany");
    expect(byMembers.body.detail).toMatch(/value eq/);
    expect((await groups.get(id, "?excludedAttributes=members")).body.meta.version).toBe('W/"1"');
  });

  test("a Bulk pays for reading the members again, and reads them no more where nothing is left", async () => {
    const { groups, id } = await withMany(4_500);
    const bulkOf = (count: number) =>
      openGateway({ roundTripsMax: 100 }).scim("/Bulk", {
        token: groups.client.token,
        body: {
          schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
          Operations: Array.from({ length: count }, (_, n) => ({
            method: "PATCH",
            path: `/Groups/${id}`,
            data: aPatch(remove(`display co "x${n}"`)),
          })),
        },
      });

    const few = await bulkOf(8);
    const many = await bulkOf(24);

    const statuses = many.body.Operations.map(({ status }: { status: string }) => status);
    expect(statuses.filter((status: string) => status === "204").length).toBeGreaterThan(3);
    expect(many.body.Operations.at(-1).response.scimType).toBe("tooMany");
    expect(many.cost.rowsRead - few.cost.rowsRead).toBeLessThan(4_500);
  });
});
