import fc from "fast-check";
import { expect, test } from "vitest";
import type { BridgeSettings } from "#bridge/config/settings.ts";
import type { Operation } from "#bridge/plan/operation.ts";
import type { JsonObject } from "#scim/json.ts";
import { documentOf } from "#scim/ports.ts";
import type { BridgeMemory } from "#test/support/bridge/memory.ts";
import { oktaConfig, oktaUser, pushed } from "#test/support/bridge/people.ts";
import { aContext, runListing, runPage } from "#test/support/bridge/run.ts";

const NAMES = ["ada", "ADA", "bo", "cy", "dee", "ﬁ", "fi"];
const IDS = ["u1", "u2", "u3", "u4", "u5", "u6"];

/** A name, an address and the rest from small sets, so that they meet. */
const records = fc
  .uniqueArray(
    fc.record({
      id: fc.constantFrom(...IDS),
      login: fc.constantFrom(...NAMES),
      email: fc.constantFrom(...NAMES, "", null),
      title: fc.constantFrom("CTO", "", null, "bad\u0000"),
      manager: fc.constantFrom(undefined, ...IDS, ...NAMES),
      status: fc.constantFrom("ACTIVE", "ACTIVE", "ACTIVE", "SUSPENDED"),
    }),
    { selector: ({ id }) => id, maxLength: 6 },
  )
  .map((people) =>
    people.map(({ id, login, email, title, manager, status }) =>
      oktaUser(id, login, { email, title, manager: manager ?? null }, status),
    ),
  );

/** Users of a push client; one name each, since names are unique. */
const users = fc
  .uniqueArray(
    fc.record({
      userName: fc.constantFrom("ada", "bo", "cy", "fi"),
      externalId: fc.constantFrom(undefined, "u1", "u2", "hr-1"),
      email: fc.constantFrom("ada", "bo", "cy"),
      active: fc.boolean(),
    }),
    {
      selector: ({ userName }) => userName,
      maxLength: 4,
    },
  )
  .map((people) =>
    people.map(({ externalId, email, ...rest }, at): JsonObject => {
      const isFirst = people.findIndex((each) => each.externalId === externalId) === at;
      return {
        ...rest,
        ...(isFirst && externalId !== undefined && { externalId }),
        emails: [{ value: email, type: "home" }],
        roles: [{ value: "admin" }],
        nickName: "kept until mapped",
      };
    }),
  );

const settings: fc.Arbitrary<Partial<BridgeSettings>> = fc.record({
  createInactive: fc.boolean(),
  matchByEmail: fc.boolean(),
  onMissing: fc.constantFrom<BridgeSettings["onMissing"]>("deactivate", "ignore", {
    deleteAfterDays: 0,
  }),
  onExcluded: fc.constantFrom("unmanage", "deactivate"),
  rehire: fc.constantFrom("relink", "conflict"),
  excluded: fc.constantFrom<readonly string[]>([], ["b*"]),
});

function directory(people: readonly JsonObject[]): BridgeMemory {
  return pushed(Object.fromEntries(people.map((person, at) => [`p${at}`, person])));
}

function writes(operations: readonly Operation[]): readonly Operation[] {
  return operations.filter((each) => "change" in each && each.change !== undefined);
}

test("a plan that was carried out leaves nothing to write, and says the same again", async () => {
  await fc.assert(
    fc.asyncProperty(users, records, settings, async (people, page, chosen) => {
      const memory = directory(people);
      const context = aContext(oktaConfig(chosen), memory);
      const first = await runPage(memory, page, context);
      // Names that were given up, and managers who came later, settle in a run or two more.
      await runPage(memory, page, context);
      await runPage(memory, page, context);
      const links = new Map(memory.bySource);

      const again = await runPage(memory, page, context);

      expect(writes(again)).toEqual([]);
      expect(memory.bySource).toEqual(links);
      expect(again.map(({ sourceId }) => sourceId)).toEqual(first.map(({ sourceId }) => sourceId));
    }),
    { numRuns: 200 },
  );
}, 30_000);

test("the same page, directory and settings give the same plan", async () => {
  await fc.assert(
    fc.asyncProperty(users, records, settings, async (people, page, chosen) => {
      const plans = [];
      for (let time = 0; time < 2; time += 1) {
        const memory = directory(people);
        plans.push(await runPage(memory, page, aContext(oktaConfig(chosen), memory)));
      }

      expect(plans[0]).toEqual(plans[1]);
    }),
    { numRuns: 100 },
  );
});

test("whole runs keep keys unique, and write nobody and nothing that is not theirs", async () => {
  await fc.assert(
    fc.asyncProperty(
      users,
      fc.array(records, { minLength: 1, maxLength: 3 }),
      settings,
      async (people, listings, chosen) => {
        const memory = directory(people);
        const strangers = new Map(memory.users);
        const touched = new Set<string>();
        for (const listing of listings) {
          // BridgeMemory.commit throws where two live users would hold one key.
          await runListing(memory, listing, aContext(oktaConfig(chosen), memory), "full");
          for (const { userId } of memory.bySource.values()) touched.add(userId);
        }

        for (const [id, before] of strangers) {
          const after = memory.users.get(id);
          const isAdopted = touched.has(id);
          if (!isAdopted) expect(after).toBe(before);
          if (after === undefined) continue;
          const { roles, emails } = documentOf(after);
          expect(roles).toEqual([{ value: "admin" }]);
          expect(JSON.stringify(emails)).toContain('"home"');
        }
      },
    ),
    { numRuns: 300 },
  );
});
