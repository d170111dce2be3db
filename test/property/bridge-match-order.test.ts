import fc from "fast-check";
import { expect, test } from "vitest";
import type { BridgeSettings } from "#bridge/config/settings.ts";
import type { JsonObject } from "#scim/json.ts";
import { documentOf } from "#scim/ports.ts";
import type { BridgeMemory } from "#test/support/bridge/memory.ts";
import { oktaConfig, oktaUser, pushed } from "#test/support/bridge/people.ts";
import { aContext, runListing, runSingle } from "#test/support/bridge/run.ts";

// The kind: weak evidence (a userName, an address) hands somebody's account to another person, or does so
// in one order of the records and not in another.

const LOGINS = ["ada", "bo", "cy", "dee", "fi", "gus"];
const ADDRESSES = ["ada@x", "bo@x", "cy@x"];
const IDS = ["u1", "u2", "u3", "u4", "u5"];
/** Ids that the provider never has, and one that it may have had. */
const FOREIGN = ["hr-1", "u9"];
const LOOSE = { guard: { max: 100, percent: 100, minBase: 100 } };

/** A provider's people; logins are theirs alone, as they are at a provider. */
const listing = fc
  .uniqueArray(
    fc.record({
      id: fc.constantFrom(...IDS),
      login: fc.constantFrom(...LOGINS),
      email: fc.constantFrom(...ADDRESSES, null),
      status: fc.constantFrom("ACTIVE", "ACTIVE", "ACTIVE", "SUSPENDED"),
    }),
    { selector: ({ id }) => id, maxLength: 5 },
  )
  .map((people) =>
    people
      .filter((each, at) => people.findIndex(({ login }) => login === each.login) === at)
      .map(({ id, login, email, status }) => oktaUser(id, login, { email }, status)),
  );

const users = fc.uniqueArray(
  fc.record({
    userName: fc.constantFrom(...LOGINS),
    externalId: fc.constantFrom(undefined, ...IDS, ...FOREIGN),
    email: fc.constantFrom(...ADDRESSES),
    active: fc.boolean(),
    isDeleted: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    isImported: fc.boolean(),
  }),
  { selector: ({ userName }) => userName, maxLength: 5 },
);

const settings: fc.Arbitrary<Partial<BridgeSettings>> = fc.record({
  createInactive: fc.boolean(),
  onExcluded: fc.constantFrom("unmanage", "deactivate"),
  rehire: fc.constantFrom("relink", "conflict"),
  excluded: fc.constantFrom<readonly string[]>([], ["b*"], ["c*"]),
});

/** A directory with a history: who was pushed, synced once by other settings, and perhaps resynced. */
const scene = fc.record({
  users,
  earlier: fc.option(listing),
  isResynced: fc.boolean(),
  settings,
  listing,
});

type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

interface Played {
  readonly before: BridgeMemory;
  readonly memory: BridgeMemory;
  /** Whom each record is linked to: a user who was there, or "new". */
  readonly mapping: Readonly<Record<string, string>>;
}

async function directoryOf({ users: people, earlier, isResynced }: Scene): Promise<BridgeMemory> {
  const memory = pushed({});
  for (const [at, person] of people.entries()) {
    const { email, isDeleted, isImported, externalId, ...rest } = person;
    const emails = [{ value: email, primary: true }];
    const body = { ...rest, ...(externalId !== undefined && { externalId }), emails };
    // Who was deleted was claimed by that.
    if (isImported && !isDeleted) memory.import(`p${at}`, body);
    else memory.push(`p${at}`, body);
    const record = memory.users.get(`p${at}`);
    if (isDeleted && record !== undefined) memory.users.set(`p${at}`, { ...record, deletedAt: 5 });
  }
  if (earlier !== null) await runListing(memory, earlier, contextOf(memory, {}), "full");
  if (isResynced) {
    memory.bySource.clear();
    memory.released.clear();
  }
  return memory;
}

/** How many users each directory was asked to make; a refused one uses its id up. */
const made = new WeakMap<BridgeMemory, number>();

function contextOf(memory: BridgeMemory, chosen: Partial<BridgeSettings>) {
  const newId = () => {
    const n = (made.get(memory) ?? 0) + 1;
    made.set(memory, n);
    return `made-${n}`;
  };
  return aContext(oktaConfig({ ...LOOSE, ...chosen }), memory, { newId });
}

async function play(each: Scene, run: (memory: BridgeMemory) => Promise<unknown>): Promise<Played> {
  const before = await directoryOf(each);
  const memory = await directoryOf(each);
  await run(memory);
  const links = [...memory.bySource.values()].map(({ sourceId, userId }) => [
    sourceId,
    before.users.has(userId) ? userId : "new",
  ]);
  return { before, memory, mapping: Object.fromEntries(links.sort()) };
}

function runFull(each: Scene, records: readonly JsonObject[], cuts: readonly number[] = []) {
  return (memory: BridgeMemory) =>
    runListing(memory, records, contextOf(memory, each.settings), "full", { cuts });
}

function idsOf(records: readonly JsonObject[]): ReadonlySet<string> {
  return new Set(records.map(({ id }) => String(id)));
}

/** Nobody whom the provider still knows under another id, or who is linked to somebody it has, is handed over. */
function requireNoTakeover({ before, memory }: Played, present: ReadonlySet<string>): void {
  const links = [...memory.bySource.values()];
  expect(new Set(links.map(({ userId }) => userId)).size).toBe(links.length);
  for (const { sourceId, userId } of links) {
    const record = before.users.get(userId);
    const former = before.links.byUser(userId);
    if (record === undefined || former?.sourceId === sourceId) continue;
    const { externalId } = documentOf(record);
    // One whom exclusion let go is whose externalId it has.
    if (externalId === sourceId) continue;
    const owners = [externalId, former?.sourceId];
    const live = owners.filter((owner) => typeof owner === "string" && present.has(owner));
    expect(live, `${userId} to ${sourceId}`).toEqual([]);
  }
}

/** Whom the run linked waits for nobody any more; an imported user whom it did not link is as it was. */
function requireClaimed({ before, memory }: Played): void {
  const linked = new Set([...memory.bySource.values()].map(({ userId }) => userId));
  const wrong = [...memory.users].filter(([id, { isUnclaimed, version }]) => {
    if (linked.has(id)) return isUnclaimed;
    const former = before.users.get(id);
    return former?.isUnclaimed && former.version !== version;
  });
  expect(wrong).toEqual([]);
}

/** Another order and other page cuts for a listing. */
const shuffled = scene.chain((each) =>
  fc.record({
    each: fc.constant(each),
    records: fc.shuffledSubarray([...each.listing], { minLength: each.listing.length }),
    cuts: fc.subarray(each.listing.map((_, at) => at).slice(1)),
  }),
);

test("a full run gives everybody the same user for every order of the records and every cut into pages", async () => {
  await fc.assert(
    fc.asyncProperty(shuffled, async ({ each, records, cuts }) => {
      const expected = await play(each, runFull(each, each.listing));
      const found = await play(each, runFull(each, records, cuts));

      expect(found.mapping).toEqual(expected.mapping);
      requireNoTakeover(found, idsOf(records));
      requireClaimed(found);
    }),
    { numRuns: 1_500 },
  );
});

test("deltas and single look-ups before a full run change nothing of who is who", async () => {
  const eager = shuffled.chain((shuffle) =>
    fc.record({
      shuffle: fc.constant(shuffle),
      looks: fc.array(
        fc.record({
          isDelta: fc.boolean(),
          records: fc.shuffledSubarray([...shuffle.records]),
        }),
        { maxLength: 3 },
      ),
    }),
  );
  await fc.assert(
    fc.asyncProperty(eager, async ({ shuffle: { each, records, cuts }, looks }) => {
      const present = idsOf(records);
      const expected = await play(each, runFull(each, each.listing));
      const found = await play(each, async (memory) => {
        for (const look of looks) {
          const context = contextOf(memory, each.settings);
          if (look.isDelta) await runListing(memory, look.records, context, "delta", { present });
          else for (const one of look.records) await runSingle(memory, one, context, present);
        }
        await runFull(each, records, cuts)(memory);
      });

      expect(found.mapping).toEqual(expected.mapping);
      requireNoTakeover(found, present);
    }),
    { numRuns: 1_500 },
  );
});

test("a single look-up or a delta alone hands nobody over whom the provider knows under another id", async () => {
  await fc.assert(
    fc.asyncProperty(shuffled, fc.boolean(), async ({ each, records }, isDelta) => {
      const present = idsOf(each.listing);
      const found = await play(each, async (memory) => {
        const context = contextOf(memory, each.settings);
        const some = records.slice(0, Math.ceil(records.length / 2));
        if (isDelta) await runListing(memory, some, context, "delta", { present });
        else for (const one of some) await runSingle(memory, one, context, present);
      });

      requireNoTakeover(found, present);
    }),
    { numRuns: 500 },
  );
});
