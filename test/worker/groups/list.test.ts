import { beforeAll, describe, expect, test } from "vitest";
import { CORE_GROUP } from "#scim/schema/urns.ts";
import { filled, fillMembers, fillUsers } from "#test/support/fill.ts";
import { filterQuery, openGateway } from "#test/support/gateway.ts";
import {
  aGroup,
  type GroupClient,
  listOf,
  openGroups,
  valuesOf,
} from "#test/support/scim/groups.ts";

const gateway = openGateway();

describe("three groups", () => {
  let groups: GroupClient;
  let ids: Readonly<Record<"ADA" | "STAFF" | "CREW" | "GONE", string>>;

  beforeAll(async () => {
    groups = await openGroups(gateway);
    const ada = await groups.user({ displayName: "Ada" });
    const bob = await groups.user();
    const staff = aGroup({ displayName: "Staff", externalId: "E1", members: listOf([ada, bob]) });
    const crew = aGroup({ displayName: "Crew é", externalId: "e1", members: listOf([ada]) });
    const STAFF = (await groups.post(staff)).body.id;
    const CREW = (await groups.post(crew)).body.id;
    await groups.post(aGroup({ displayName: "Empty" }));
    ids = { ADA: ada, STAFF, CREW, GONE: crypto.randomUUID() };
  });

  /** Fills the ids into a text that was written down before they were known. */
  function withIds(text: string): string {
    return text.replaceAll(/\{(\w+)\}/g, (_, name) => Object(ids)[name]);
  }

  test.each<[string, string[]]>([
    ['displayName eq "Staff"', ["Staff"]],
    ['DISPLAYNAME EQ "sTAFF"', ["Staff"]],
    [`${CORE_GROUP}:displayName eq "staff"`, ["Staff"]],
    ['displayName eq "CREW É"', ["Crew é"]],
    ['displayName eq "Nobody"', []],
    ['displayName sw "st"', ["Staff"]],
    ['displayName co "e"', ["Crew é", "Empty"]],
    ['displayName ew "Y"', ["Empty"]],
    ['displayName ne "staff"', ["Crew é", "Empty"]],
    ['externalId eq "E1"', ["Staff"]],
    ['externalId eq "e1"', ["Crew é"]],
    ["not (externalId pr)", ["Empty"]],
    ['members.value eq "{ADA}"', ["Staff", "Crew é"]],
    ['members eq "{ADA}"', ["Staff", "Crew é"]],
    ['members[value eq "{ADA}"]', ["Staff", "Crew é"]],
    ['Members[Value Eq "{ADA}"]', ["Staff", "Crew é"]],
    ['members.value eq "{GONE}"', []],
    ['not (members.value eq "{ADA}")', ["Empty"]],
    ['members.value ne "{ADA}"', ["Empty"]],
    ["members pr", ["Staff", "Crew é"]],
    ["members.value pr", ["Staff", "Crew é"]],
    ["not (members pr)", ["Empty"]],
    ["members eq null", ["Empty"]],
    ['id eq "{STAFF}" and members eq "{ADA}"', ["Staff"]],
    ['id eq "{STAFF}" and members eq "{GONE}"', []],
    ['id eq "{GONE}" and members eq "{ADA}"', []],
    ['id eq "{STAFF}" or members eq "{ADA}"', ["Staff", "Crew é"]],
    ['members eq "{ADA}" and displayName eq "crew é"', ["Crew é"]],
    ['meta.resourceType eq "Group"', ["Staff", "Crew é", "Empty"]],
  ])("%s finds %j", async (filter, names) => {
    const { body } = await groups.find(withIds(filter));

    expect(body.totalResults).toBe(names.length);
    expect(body.Resources.map(({ displayName }: { displayName: string }) => displayName)).toEqual(
      names,
    );
  });

  test.each(["members.value gt 1", 'userName eq "x"', 'members.nosuch eq "x"'])(
    "%s is 400 invalidFilter",
    async (filter) => {
      const refused = await groups.find(filter);

      expect(refused).toMatchObject({ status: 400, body: { scimType: "invalidFilter" } });
    },
  );

  test("a list shows every group with its members", async () => {
    const { body } = await groups.client.call("/Groups");

    const [staff, crew, empty] = body.Resources;
    expect(body).toMatchObject({ totalResults: 3, startIndex: 1, itemsPerPage: 3 });
    expect(staff).toEqual((await groups.get(ids.STAFF)).body);
    expect(crew).toEqual((await groups.get(ids.CREW)).body);
    expect(empty.members).toEqual([]);
  });

  test("a page holds as many groups as asked for", async () => {
    const { body } = await groups.client.call("/Groups?startIndex=2&count=1");

    expect(body).toMatchObject({ totalResults: 3, startIndex: 2, itemsPerPage: 1 });
    expect(body.Resources[0].displayName).toBe("Crew é");
  });

  test.each([
    ["the list", () => "/Groups?excludedAttributes=members", 4],
    [
      "Entra's search",
      () => `/Groups${filterQuery('displayName eq "Staff"', { excludedAttributes: "members" })}`,
      1,
    ],
    ["one group", () => `/Groups/${ids.STAFF}?excludedAttributes=members`, 1],
    ["names alone", () => `/Groups/${ids.STAFF}?attributes=displayName`, 1],
  ])("without members %s reads nothing of them", async (_what, path) => {
    const answer = await groups.client.call(path());
    const whole = await groups.client.call(path().replace(/[?&]\w*ttributes=\w+/, ""));

    expect(answer.status).toBe(200);
    expect(JSON.stringify(answer.body)).not.toContain('"members"');
    expect(answer.cost.roundTrips).toBe(1);
    expect(answer.cost.rowsRead).toBeLessThan(whole.cost.rowsRead);
  });

  test("attributes=members.value shows the values alone", async () => {
    const { body } = await groups.get(ids.CREW, "?attributes=members.value");

    expect(body.members).toEqual([{ value: ids.ADA }]);
  });

  test("excludedAttributes=members.display shows the rest of each member", async () => {
    const { body } = await groups.get(ids.CREW, "?excludedAttributes=members.display");

    expect(body.members).toEqual([{ value: ids.ADA, $ref: expect.any(String), type: "User" }]);
  });

  test("a POST that excludes members answers without them", async () => {
    const created = await groups.client.call("/Groups?excludedAttributes=members", {
      body: aGroup({ members: listOf([ids.ADA]) }),
    });

    expect(created.status).toBe(201);
    expect(created.body).not.toHaveProperty("members");
    await groups.remove(created.body.id);
  });
});

describe("many members", () => {
  let groups: GroupClient;

  beforeAll(async () => {
    groups = await openGroups(gateway);
    await fillUsers(groups.client.id, 5_500);
  });

  /** A group of so many filled users. */
  async function aFilledGroup(count: number): Promise<string> {
    const id = await groups.group();
    await fillMembers(id, count);
    return id;
  }

  test.each([999, 1_000, 1_001, 2_500])("of %d all are answered", async (count) => {
    const id = await aFilledGroup(count);

    const { body, cost } = await groups.get(id);

    const expected = Array.from({ length: count }, (_, n) => filled.id(n));
    expect(valuesOf(body)).toEqual(expected);
    expect(cost.roundTrips).toBe(Math.floor(count / 1_000) + 1);
    await groups.remove(id);
  });

  test("2,500 can be replaced by one PUT and answered whole", async () => {
    const id = await groups.group();
    const ids = Array.from({ length: 2_500 }, (_, n) => filled.id(n));

    const replaced = await groups.put(id, aGroup({ members: listOf(ids) }));

    expect(replaced.status).toBe(200);
    expect(valuesOf(replaced.body)).toEqual(ids);
    expect((await groups.get(id)).body).toEqual(replaced.body);
    await groups.remove(id);
  });

  test("a page of groups ends early after 5,000 members, and the next one goes on", async () => {
    const ids = [await aFilledGroup(3_000), await aFilledGroup(2_500), await aFilledGroup(1)];

    const first = await groups.client.call("/Groups?count=10");
    const second = await groups.client.call(`/Groups?startIndex=${first.body.itemsPerPage + 1}`);

    expect(first.body).toMatchObject({ totalResults: 3, itemsPerPage: 1 });
    expect(second.body).toMatchObject({ totalResults: 3, startIndex: 2, itemsPerPage: 2 });
    const shown = [...first.body.Resources, ...second.body.Resources];
    expect(shown.map(({ id }) => id)).toEqual(ids);
    expect(shown.map(({ members }) => members.length)).toEqual([3_000, 2_500, 1]);
    for (const id of ids) await groups.remove(id);
  });

  test("a group of more than 5,000 stands on a page alone, with all of its members", async () => {
    const open = await openGroups(openGateway({ roundTripsMax: 10 }));
    await fillUsers(open.client.id, 5_500);
    const id = await open.group();
    await fillMembers(id, 5_500);
    await open.group();

    const { body } = await open.client.call("/Groups");

    expect(body).toMatchObject({ totalResults: 2, itemsPerPage: 1 });
    expect(body.Resources[0].members).toHaveLength(5_500);
  });

  test("a page without members does not end early", async () => {
    const ids = [await aFilledGroup(4_000), await aFilledGroup(4_000)];

    const { body } = await groups.client.call("/Groups?excludedAttributes=members");

    expect(body).toMatchObject({ totalResults: 2, itemsPerPage: 2 });
    for (const id of ids) await groups.remove(id);
  });
});
