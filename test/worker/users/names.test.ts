import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";
import { CORE_USER } from "#scim/schema/urns.ts";
import { NAMED_ROWS, reportUncleanNames } from "#store/upkeep/name-sweep.ts";
import { contradictions } from "#test/support/consistency.ts";
import { countingDatabase } from "#test/support/d1/counting-d1.ts";
import { fillUsers } from "#test/support/fill.ts";
import { aPatch, aUser, openGateway, TEST_CLOCK, type TestClient } from "#test/support/gateway.ts";
import { sendBulk } from "#test/support/scim/bulk.ts";
import { aGroup, openGroups } from "#test/support/scim/groups.ts";

// Names in which something hides are refused, wherever and however they come.

const gateway = openGateway({ roundTripsMax: 20 });

const HIDDEN: readonly [what: string, hide: (text: string) => string, code: string][] = [
  ["a tab", (text) => `${text}\tx`, "U+0009"],
  ["a C1 control", (text) => `${text}\u0085x`, "U+0085"],
  ["a bidirectional override", (text) => `${text}\u202ex`, "U+202E"],
  ["a zero-width space", (text) => `${text}\u200bx`, "U+200B"],
  ["a soft hyphen", (text) => `${text}\u00adx`, "U+00AD"],
  ["a tag character", (text) => `${text}\u{e0041}x`, "U+E0041"],
  ["a joiner behind a digit", (text) => `${text}1\u200dx`, "U+200D"],
  ["a blank before it", (text) => ` ${text}`, "U+0020"],
  ["a blank behind it", (text) => `${text}\u3000`, "U+3000"],
];

const refusalOf = (code: string) => ({
  status: 400,
  body: { scimType: "invalidValue", detail: expect.stringContaining(code) },
});

/** How a name reaches a user: the body of a PATCH, or of a PUT. */
const WAYS: readonly [way: string, send: (to: Sent) => ReturnType<TestClient["put"]>][] = [
  ["PUT", ({ client, id, name }) => client.put(id, aUser({ userName: name }))],
  [
    "PUT under its URN",
    ({ client, id, name }) => client.put(id, { [`${CORE_USER}:userName`]: name }),
  ],
  [
    "PUT in an object under its URN",
    ({ client, id, name }) => client.put(id, { [CORE_USER]: { userName: name } }),
  ],
  ["PUT of an externalId", ({ client, id, name }) => client.put(id, aUser({ externalId: name }))],
  [
    "PUT of an address",
    ({ client, id, name }) => client.put(id, aUser({ emails: [{ value: name }] })),
  ],
  [
    "PUT of one address",
    ({ client, id, name }) => client.put(id, aUser({ emails: { value: name } })),
  ],
  ...[
    { op: "replace", path: "userName" },
    { op: "Add", path: "USERNAME" },
    { op: "replace", path: `${CORE_USER}:userName` },
    { op: "add", path: "externalId" },
    { op: "replace", path: 'emails[type eq "work"].value' },
    { op: "replace", path: 'emails[type eq "home"].value' },
    { op: "replace", path: "emails.value" },
  ].map(patchWay((operation, name) => ({ ...operation, value: name }))),
  ...[
    { op: "add", path: "emails" },
    { op: "replace", path: 'emails[type eq "work"]' },
  ].map(patchWay((operation, name) => ({ ...operation, value: { value: name } }))),
  ...["userName", "externalId", `${CORE_USER}:userName`, 'emails[type eq "work"].value'].map(
    (key): (typeof WAYS)[number] => [
      `PATCH without a path, ${key}`,
      ({ client, id, name }) => client.patch(id, aPatch({ op: "replace", value: { [key]: name } })),
    ],
  ),
  [
    "PATCH that makes an element from its filter",
    ({ client, id, name }) => {
      const path = `emails[value eq ${JSON.stringify(name)}].type`;
      return client.patch(id, aPatch({ op: "add", path, value: "other" }));
    },
  ],
];

interface Sent {
  readonly client: TestClient;
  readonly id: string;
  readonly name: string;
}

function patchWay<T extends { readonly op: string; readonly path: string }>(
  operationOf: (operation: T, name: string) => object,
) {
  return (operation: T): (typeof WAYS)[number] => [
    `PATCH ${operation.op} ${operation.path}`,
    ({ client, id, name }) => client.patch(id, aPatch(operationOf(operation, name))),
  ];
}

describe("a name in which something hides", () => {
  test.each(HIDDEN)("%s is refused in a POST of a user", async (_what, hide, code) => {
    const client = await gateway.client();

    for (const members of [
      { userName: hide("ada") },
      { externalId: hide("ada") },
      { emails: [{ value: "a@example.com" }, { value: hide("ada") }] },
      { emails: hide("ada") },
      { userName: undefined, [`${CORE_USER}:userName`]: hide("ada") },
      { userName: undefined, [CORE_USER]: { userName: hide("ada") } },
      { externalId: { value: hide("ada") } },
      { emails: [hide("ada")] },
    ]) {
      expect(await client.post(aUser(members))).toMatchObject(refusalOf(code));
    }
    expect((await client.call("/Users?count=0")).body.totalResults).toBe(0);
  });

  test.each(HIDDEN)("%s is refused of a group", async (_what, hide, code) => {
    const groups = await openGroups(gateway);
    const { body: group } = await groups.post(aGroup({ externalId: "g" }));
    const sent = [{ displayName: hide("staff") }, { externalId: hide("staff") }];

    for (const members of sent) {
      const [[path, value] = []] = Object.entries(members);
      for (const answer of [
        await groups.post(aGroup(members)),
        await groups.put(group.id, aGroup(members)),
        await groups.patch(group.id, aPatch({ op: "replace", path, value })),
        await groups.patch(group.id, aPatch({ op: "replace", value: members })),
      ]) {
        expect(answer).toMatchObject(refusalOf(code));
      }
    }
    expect((await groups.get(group.id)).body).toEqual(group);
  });

  test.each(WAYS)("is refused in a %s, and nothing is written", async (_way, send) => {
    const client = await gateway.client();
    const { body: user } = await client.post(
      aUser({ emails: [{ value: "a@example.com", type: "work" }] }),
    );

    for (const name of ["a\u202eb", "\u200bab", "ab "]) {
      expect(await send({ client, id: user.id, name })).toMatchObject({
        status: 400,
        body: { scimType: "invalidValue", detail: expect.stringContaining("U+") },
      });
    }
    expect((await client.get(user.id)).body).toEqual(user);
    expect(await contradictions()).toEqual([]);
  });

  test("is refused in a Bulk, operation by operation", async () => {
    const client = await gateway.client();
    const { body: user } = await client.post(aUser());
    const path = `/Users/${user.id}`;
    const userName = "a\u2066b";

    const { body } = await sendBulk(client, [
      { method: "POST", path: "/Users", bulkId: "1", data: aUser({ userName }) },
      { method: "PUT", path, data: aUser({ userName }) },
      { method: "PATCH", path, data: aPatch({ op: "add", value: { userName } }) },
      { method: "POST", path: "/Groups", bulkId: "2", data: { displayName: userName } },
      { method: "POST", path: "/Users", bulkId: "3", data: aUser() },
    ]);

    const statuses = body.Operations.map(({ status }: { status: string }) => status);
    expect(statuses).toEqual(["400", "400", "400", "400", "201"]);
    expect((await client.get(user.id)).body).toEqual(user);
  });

  test("joiners between letters are kept in externalId and displayName, as sent", async () => {
    const groups = await openGroups(gateway);
    const names = { displayName: "می\u200cخواهم", externalId: "क्\u200dष" };

    const created = await groups.post(aGroup(names));

    expect(created).toMatchObject({ status: 201, body: names });
    expect((await groups.get(created.body.id)).body).toMatchObject(names);
  });
});

const OLD = "old\u202ename";

/** Writes a user as a former version could, whose name, externalId and address hide something. */
async function plantOld(client: TestClient, members: object = {}, old = OLD): Promise<string> {
  const tag = crypto.randomUUID();
  const { body } = await client.post(
    aUser({
      userName: `${tag}u`,
      externalId: `${tag}e`,
      emails: [{ value: `${tag}m` }],
      ...members,
    }),
  );
  await env.DB.batch([
    env.DB.prepare(
      `UPDATE resources SET name_key = ?2 || 'u', external_id = ?2 || 'e',
         doc = replace(doc, ?3, ?2), folded = replace(folded, ?3, ?2) WHERE id = ?1`,
    ).bind(body.id, old, tag),
    env.DB.prepare("UPDATE resource_values SET value_key = ?2 || 'm' WHERE resource_id = ?1").bind(
      body.id,
      old,
    ),
  ]);
  return body.id;
}

describe("a user whose name is from the time before", () => {
  const named = { userName: `${OLD}u`, externalId: `${OLD}e`, emails: [{ value: `${OLD}m` }] };

  test("is read, and found by what hides there", async () => {
    const client = await gateway.client();
    const id = await plantOld(client);

    expect((await client.get(id)).body).toMatchObject(named);
    for (const filter of [
      `userName eq "${OLD}u"`,
      `externalId eq "${OLD}e"`,
      `emails.value eq "${OLD}m"`,
      `emails[value co "\u202e"]`,
    ]) {
      expect((await client.find(filter)).body.totalResults).toBe(1);
    }
  });

  test("is switched off, renamed in other attributes, put as it was, and deleted", async () => {
    const client = await gateway.client();
    const id = await plantOld(client);

    const off = await client.patch(id, aPatch({ op: "replace", path: "active", value: false }));
    const titled = await client.patch(id, aPatch({ op: "add", value: { title: "Dr" } }));
    const put = await client.put(id, aUser({ ...named, title: "Prof" }));
    const more = await client.patch(
      id,
      aPatch({ op: "add", path: "emails", value: [{ value: "new@example.com", type: "home" }] }),
    );

    expect(off).toMatchObject({ status: 200, body: { active: false, ...named } });
    expect(titled).toMatchObject({ status: 200, body: { title: "Dr", ...named } });
    expect(put).toMatchObject({ status: 200, body: { title: "Prof", ...named } });
    expect(more.body.emails.map(({ value }: { value: string }) => value)).toEqual([
      `${OLD}m`,
      "new@example.com",
    ]);
    expect((await client.remove(id)).status).toBe(204);
    expect(await contradictions()).toEqual([]);
  });

  test("comes back under that name, if it is the same to a letter", async () => {
    const client = await gateway.client();
    const id = await plantOld(client);
    await client.remove(id);

    const other = await client.post(aUser({ ...named, emails: [{ value: `${OLD}n` }] }));
    const same = await client.post(aUser(named));

    expect(other).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
    expect(same).toMatchObject({ status: 201, body: { id, ...named } });
  });

  test.each([
    { userName: `${OLD}v` },
    { externalId: `${OLD}u` },
    { emails: [{ value: `${OLD}u` }] },
  ])("gets no other such name: %j", async (members) => {
    const client = await gateway.client();
    const id = await plantOld(client);

    const refused = await client.patch(id, aPatch({ op: "replace", value: members }));

    expect(refused).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
    expect((await client.get(id)).body).toMatchObject(named);
  });
});

describe("what the log says of such names", () => {
  let printed: MockInstance<typeof console.warn>;

  beforeEach(async () => {
    await env.DB.batch(
      ["resources", "sweeps"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
    );
    printed = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** The lines that so many calls print. */
  async function linesOf(calls: number): Promise<readonly string[]> {
    for (let call = 0; call < calls; call += 1) await reportUncleanNames(env.DB, TEST_CLOCK);
    return printed.mock.calls.map(([line]) => String(line));
  }

  test("is a line for each connector, once, with ids and counts and no name", async () => {
    const [one, other, clean] = [
      await gateway.client(),
      await gateway.client(),
      await gateway.client(),
    ];
    await clean.post(aUser({ userName: "Zoë  Müller", title: "a\u200bb" }));
    const users = [
      await plantOld(one),
      await plantOld(one, { externalId: undefined }, `${OLD}2`),
    ].sort();
    const gone = await plantOld(one, {}, `${OLD}3`);
    await one.remove(gone);
    const third = await plantOld(other, { userName: "fine", externalId: "fine" });

    const lines = await linesOf(3);

    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        message: "names with hidden characters",
        connector: one.id,
        count: 2,
        users: expect.arrayContaining(users),
        groups: [],
      },
      {
        message: "names with hidden characters",
        connector: other.id,
        count: 1,
        users: [third],
        groups: [],
      },
    ]);
    expect(lines.join()).not.toContain("old");
  });

  test("goes through the table a bounded number of rows at a time, then reads one row for ever", async () => {
    const client = await gateway.client();
    await fillUsers(client.id, NAMED_ROWS + 10);
    const last = await plantOld(client);

    expect(await linesOf(1)).toEqual([]);
    expect(await linesOf(1)).toEqual([expect.stringContaining(last)]);
    const cost = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };
    await reportUncleanNames(countingDatabase(env.DB, cost), TEST_CLOCK);

    expect(cost).toEqual({ roundTrips: 1, rowsRead: 1, rowsWritten: 0 });
  });

  test("ends a call at about a megabyte of documents", async () => {
    const client = await gateway.client();
    await fillUsers(client.id, 12);
    await env.DB.prepare(
      "UPDATE resources SET doc = json_set(doc, '$.title', printf('%*s', 250000, ''))",
    ).run();
    const last = await plantOld(client);

    expect(await linesOf(1)).toEqual([]);
    expect(await linesOf(2)).toEqual([expect.stringContaining(last)]);
  });
});
