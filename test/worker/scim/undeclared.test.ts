import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchesFilter } from "#scim/filter/match.ts";
import { resolveFilter } from "#scim/filter/resolve.ts";
import { parseFilter } from "#scim/filter/syntax/parse.ts";
import type { JsonObject } from "#scim/json.ts";
import { foldDocument } from "#scim/resource/value/folded.ts";
import { USER } from "#scim/schema/registry.ts";
import { CORE_GROUP, CORE_USER } from "#scim/schema/urns.ts";
import { aPatch, aUser, filterQuery, openGateway } from "#test/support/gateway.ts";

const gateway = openGateway();

/** Where Entra puts what administrators define themselves. */
const CUSTOM = "urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User";

describe("Entra's custom extension attributes, which nobody declared", () => {
  test("come with a POST, a PATCH with paths, a PATCH without, and a PUT, and go with each", async () => {
    const client = await gateway.client();
    const schemas = [CORE_USER, CUSTOM];
    const { status, body } = await client.post(
      aUser({ schemas, [CUSTOM]: { tag: "701984", cities: ["Berlin"] } }),
    );
    const added = await client.patch(
      body.id,
      aPatch(
        { op: "Add", path: `${CUSTOM}:cities`, value: ["Paris"] },
        { op: "Add", path: `${CUSTOM}:level`, value: 3 },
      ),
    );
    const removed = await client.patch(
      body.id,
      aPatch(
        { op: "Remove", path: `${CUSTOM}:tag` },
        { op: "Remove", path: `${CUSTOM}:cities`, value: ["Berlin"] },
      ),
    );
    const pathless = await client.patch(
      body.id,
      aPatch({
        op: "replace",
        value: { [`${CUSTOM}:level`]: 4, [CUSTOM.toLowerCase()]: { TAG: "x" } },
      }),
    );
    const same = await client.patch(
      body.id,
      aPatch({ op: "add", path: `${CUSTOM}:level`, value: 4 }),
    );
    const replaced = await client.put(body.id, aUser({ userName: body.userName }));

    expect(status).toBe(201);
    expect(body).toMatchObject({ schemas, [CUSTOM]: { tag: "701984", cities: ["Berlin"] } });
    expect(added.body[CUSTOM]).toEqual({ tag: "701984", cities: ["Berlin", "Paris"], level: 3 });
    expect(removed.body[CUSTOM]).toEqual({ cities: ["Paris"], level: 3 });
    expect(pathless.body[CUSTOM]).toEqual({ cities: ["Paris"], level: 4, TAG: "x" });
    expect(same.body.meta.version).toBe(pathless.body.meta.version);
    expect(replaced.body.schemas).toEqual([CORE_USER]);
  });

  test("are found, shown alone, and told to consumers", async () => {
    const client = await gateway.client();
    const { body } = await client.post(aUser({ [CUSTOM]: { tag: "Grün", level: 3 } }));
    const group = await client.call("/Groups", {
      method: "POST",
      body: { schemas: [CORE_GROUP], displayName: "G", "urn:example:cost:1.0": { center: 5 } },
    });
    const found = async (filter: string) => (await client.find(filter)).body.Resources;
    const search = { method: "POST", body: { filter: `${CUSTOM}:tag pr` } };

    expect(await found(`${CUSTOM}:tag eq "GRÜN"`)).toEqual([body]);
    expect(await found(`${CUSTOM}:level eq 3 and userName pr`)).toEqual([body]);
    expect(await found(`${CUSTOM}:tag eq "rot"`)).toEqual([]);
    expect((await client.call("/.search", search)).body.Resources).toEqual([body]);
    expect((await client.get(`${body.id}?attributes=${CUSTOM}:TAG`)).body).toEqual({
      schemas: body.schemas,
      id: body.id,
      [CUSTOM]: { tag: "Grün" },
    });
    expect(group.body["urn:example:cost:1.0"]).toEqual({ center: 5 });
    const groups = await client.call(`/Groups${filterQuery("urn:example:cost:1.0:center eq 5")}`);
    expect(groups.body.totalResults).toBe(1);
    const changes = await gateway.api(`/changes?connector=${client.id}`);
    expect(JSON.stringify(changes.body)).toContain('"tag":"Grün"');
    expect((await client.call("/Schemas")).body.totalResults).toBe(
      (await (await gateway.client()).call("/Schemas")).body.totalResults,
    );
  });

  test("come in a Bulk, and are shown in the event log but for what names a secret", async () => {
    const client = await openGateway({ roundTripsMax: 20 }).client();
    const data = aUser({ [CUSTOM]: { tag: "plain-to-see", pinCode: "canary-7Hq" } });
    const answer = await client.call("/Bulk", {
      method: "POST",
      body: {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        Operations: [{ method: "POST", path: "/Users", bulkId: "a", data }],
      },
    });
    const events = JSON.stringify((await gateway.admin(`/connectors/${client.id}/events`)).body);

    expect(answer.body.Operations[0].status).toBe("201");
    expect(events).toContain(`${CUSTOM}:tag`);
    expect(events).not.toContain("canary-7Hq");
  });

  test.each([
    [{ strict: true }, 400],
    [{ unknownExtensions: "drop" }, 201],
  ] as const)("are not kept with the setting %j", async (settings, status) => {
    const client = await gateway.client({ settings });
    const answer = await client.post(aUser({ schemas: [CORE_USER], [CUSTOM]: { tag: "x" } }));

    expect(answer.status).toBe(status);
    expect(answer.body).not.toHaveProperty([CUSTOM]);
    expect((await client.find(`${CUSTOM}:tag eq "x"`)).status).toBe(400);
  });
});

describe("attributes that clients sent and nobody declared", () => {
  const seenBy = async (id: string) =>
    (await gateway.admin(`/connectors/${id}/attributes/seen`)).body.items;

  test("are listed with the declarations that one call stores, and then no more", async () => {
    const client = await gateway.client();
    const path = `/connectors/${client.id}/attributes`;
    const { body } = await client.post(
      aUser({
        memebers: ["canary"],
        title: "Dr",
        [CUSTOM]: { tag: "canary", level: 3, tags: [{ value: "canary" }] },
      }),
    );
    await client.patch(
      body.id,
      aPatch(
        { op: "add", path: `${CUSTOM}:desk`, value: { floor: 1.5, code: "canary" } },
        { op: "add", value: { [`${CUSTOM}:level`]: 4.5, [CUSTOM.toLowerCase()]: { TAG: "x" } } },
      ),
    );
    const items = await seenBy(client.id);
    const attributes = items.map(({ declaration }: { declaration: object }) => declaration);
    const put = await openGateway({ roundTripsMax: 20 }).admin(path, {
      method: "PUT",
      body: { attributes },
    });

    const aSeen = (name: string, type: string, others: object = {}) =>
      expect.objectContaining({
        declaration: {
          name,
          resourceType: "User",
          type,
          multiValued: false,
          caseExact: false,
          schema: CUSTOM,
          ...others,
        },
      });
    expect(items).toEqual([
      aSeen("memebers", "string", { multiValued: true, schema: undefined }),
      aSeen("desk", "complex", {
        subAttributes: [
          { name: "code", type: "string", multiValued: false, caseExact: false },
          { name: "floor", type: "decimal", multiValued: false, caseExact: false },
        ],
      }),
      aSeen("level", "decimal"),
      aSeen("tag", "string"),
      aSeen("tags", "string", { multiValued: true }),
    ]);
    expect(JSON.stringify(items)).not.toContain("canary");
    expect(put.status).toBe(200);
    expect(await seenBy(client.id)).toEqual([]);
  });

  test("are seen of connectors that keep none, of groups and in a Bulk, and by their own connector alone", async () => {
    const busy = openGateway({ roundTripsMax: 20 });
    const client = await busy.client({ settings: { unknownExtensions: "drop" } });
    const data = {
      schemas: [CORE_GROUP],
      displayName: "G",
      "urn:example:cost:1.0": { center: true },
    };
    await client.call("/Bulk", {
      method: "POST",
      body: {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        Operations: [{ method: "POST", path: "/Groups", bulkId: "a", data }],
      },
    });
    const path = (id: string) => `/connectors/${id}/attributes/seen`;

    expect((await busy.admin(path(client.id))).body.items).toMatchObject([
      {
        declaration: { name: "center", resourceType: "Group", type: "boolean" },
        types: ["boolean"],
      },
    ]);
    expect((await busy.admin(path((await gateway.client()).id))).body.items).toEqual([]);
  });

  test("are 200 for a connector at most", async () => {
    const client = await gateway.client();
    for (const letter of ["a", "b", "c", "d"]) {
      const many = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`${letter}${n}`, 1]));
      await client.post(aUser(many));
    }

    expect(await seenBy(client.id)).toHaveLength(200);
  });
});

describe("declaring what was kept", () => {
  test("makes the values typed that fit, tells of those that do not, and drops none", async () => {
    const busy = openGateway({ roundTripsMax: 20 });
    const client = await busy.client();
    const fitting = await client.post(
      aUser({ [CUSTOM.toLowerCase()]: { LEVEL: 3, On: "True", tags: [{ value: "a" }], hat: "x" } }),
    );
    const misfit = await client.post(aUser({ [CUSTOM]: { level: "three", on: false } }));
    const attributes = [
      { name: "level", type: "integer", schema: CUSTOM },
      { name: "on", type: "boolean", schema: CUSTOM },
      { name: "tags", type: "string", multiValued: true, schema: CUSTOM },
    ];
    const path = `/connectors/${client.id}/attributes`;
    const put = await busy.admin(path, { method: "PUT", body: { attributes } });
    const again = await busy.admin(path, { method: "PUT", body: { attributes } });
    const idsOf = async (filter: string) =>
      (await client.find(filter)).body.Resources.map(({ id }: { id: string }) => id);

    expect(put.body.misfits).toEqual([
      {
        name: "level",
        schema: CUSTOM,
        resourceType: "User",
        count: 1,
        resourceIds: [misfit.body.id],
      },
    ]);
    expect(again.body).not.toHaveProperty("misfits");
    expect(await idsOf("level gt 2")).toEqual([fitting.body.id]);
    expect(await idsOf(`${CUSTOM}:on eq true`)).toEqual([fitting.body.id]);
    expect(await idsOf('tags eq "A"')).toEqual([fitting.body.id]);
    expect(await idsOf(`${CUSTOM}:hat eq "X"`)).toEqual([fitting.body.id]);
    expect(await idsOf("not (level pr)")).toEqual([misfit.body.id]);
    expect((await client.get(misfit.body.id)).body[CUSTOM]).toEqual({ level: "three", on: false });
    const patched = await client.patch(
      misfit.body.id,
      aPatch({ op: "replace", path: "level", value: 7 }),
    );
    expect(patched.body[CUSTOM]).toEqual({ level: 7, on: false });
    expect(await idsOf("level gt 2")).toEqual([fitting.body.id, misfit.body.id]);
  });

  const RIGHT = "Right";

  test.each([
    ["type", { type: "boolean" }],
    ["number of values", { multiValued: true, type: "integer" }],
    ["spelling and type", { type: "decimal", name: "LEVEL" }],
    ["place", { type: "boolean", schema: CUSTOM.replace("CustomExtensionName", RIGHT) }],
    ["parts", { type: "complex", subAttributes: [{ name: "floor", type: "string" }] }],
  ])("with a wrong %s that nothing fits can be put right, or taken back", async (_what, wrong) => {
    const { client, declare, idsOf, read } = await keeping({ level: "three", hat: "x" });
    const right = { name: "level", type: "string", schema: CUSTOM };

    const declaredWrong = await declare([{ ...right, ...wrong }]);
    const takenBack = await declare([]);
    const keptAgain = [await read(), await idsOf(`${CUSTOM}:level eq "THREE"`)];
    const wrongAgain = await declare([{ ...right, ...wrong }]);
    const declaredRight = await declare([right]);
    const id = client.userId;

    expect([declaredWrong.status, takenBack.status, wrongAgain.status]).toEqual([200, 200, 200]);
    // Under the name that it was declared by last.
    const name = "name" in wrong ? wrong.name : "level";
    expect(keptAgain).toEqual([{ [name]: "three", hat: "x" }, [id]]);
    expect([declaredRight.status, declaredRight.body.misfits]).toEqual([200, undefined]);
    expect(await read()).toEqual({ level: "three", hat: "x" });
    expect(await idsOf('level sw "THR"')).toEqual([id]);
    expect((await client.patch(id, aPatch({ op: "remove", path: "level" }))).status).toBe(200);
    expect(await read()).toEqual({ hat: "x" });
  });

  test("is told again of what does not fit the next declaration either", async () => {
    const { client, declare, read } = await keeping({ level: "three" });
    const level = { name: "level", schema: CUSTOM };

    await declare([{ ...level, type: "boolean" }]);
    const changed = await declare([{ ...level, type: "integer" }]);

    expect(changed.body.misfits).toMatchObject([{ name: "level", resourceIds: [client.userId] }]);
    expect(await read()).toEqual({ level: "three" });
  });

  test("stays as it is while one value fits", async () => {
    const { client, declare, read } = await keeping({ level: "three" });
    await client.post(aUser({ [CUSTOM]: { level: 3 } }));
    const level = { name: "level", schema: CUSTOM };

    const declared = await declare([{ ...level, type: "integer" }]);
    const changed = await declare([{ ...level, type: "boolean" }]);

    expect([declared.status, changed.status]).toEqual([200, 409]);
    expect(await read()).toEqual({ level: "three" });
  });

  async function keeping(kept: JsonObject) {
    const busy = openGateway({ roundTripsMax: 20 });
    const client = await busy.client();
    const { body } = await client.post(aUser({ [CUSTOM]: kept }));
    return {
      client: { ...client, userId: String(body.id) },
      declare: (attributes: readonly object[]) =>
        busy.admin(`/connectors/${client.id}/attributes`, {
          method: "PUT",
          body: { attributes },
        }),
      read: async () => (await client.get(body.id)).body[CUSTOM],
      idsOf: async (filter: string) =>
        (await client.find(filter)).body.Resources?.map(({ id }: { id: string }) => id),
    };
  }
});

const text = fc.constantFrom("ada", "ADA", "a%", "5", "true", "😀", '{"x":"1"}', "[1]");
const leaf = fc.oneof(text, fc.constantFrom(5, 0.5, -1), fc.boolean());
const element = fc.oneof(
  leaf,
  fc.record(
    { value: leaf, x: fc.oneof(leaf, fc.array(leaf, { maxLength: 2 })) },
    { requiredKeys: [] },
  ),
);
const values = fc.record(
  { a: fc.oneof(element, fc.array(element, { maxLength: 3 })), B: element },
  { requiredKeys: [] },
);
const path = fc
  .constantFrom("a", "A", "b", "a.x", "a.value", "b.X", "none")
  .map((name) => `${CUSTOM}:${name}`);
const operand = fc
  .oneof(text, fc.constantFrom(5, true, false, null))
  .map((each) => JSON.stringify(each));
const term = fc.oneof(
  fc.tuple(path, fc.constantFrom("eq", "ne"), operand).map((parts) => parts.join(" ")),
  fc
    .tuple(path, fc.constantFrom("co", "sw", "gt"), text)
    .map(([name, op, each]) => `${name} ${op} ${JSON.stringify(each)}`),
  path.map((name) => `${name} pr`),
  fc
    .tuple(operand, text)
    .map(([x, y]) => `${CUSTOM}:a[value eq ${x} and x co ${JSON.stringify(y)}]`),
);
const filter = fc.oneof(
  term,
  term.map((each) => `not (${each})`),
  fc.tuple(term, term).map((both) => both.join(" or ")),
);

test("a filter by undeclared attributes finds over HTTP exactly the users that it matches in memory", async () => {
  const client = await gateway.client();
  const stored: JsonObject[] = [];
  for (const each of fc.sample(values, 25)) {
    stored.push((await client.post(aUser({ [CUSTOM]: each }))).body);
  }
  await fc.assert(
    fc.asyncProperty(filter, async (written) => {
      const resolved = resolveFilter(USER, parseFilter(written));
      const matching = stored.filter((user) => matchesFilter(resolved, foldDocument(USER, user)));

      const { status, body } = await client.find(written);

      expect(status).toBe(200);
      expect(body.Resources).toEqual(matching);
    }),
    { numRuns: 150 },
  );
});
