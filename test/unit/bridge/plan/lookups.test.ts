import { describe, expect, test } from "vitest";
import type { BridgeSettings } from "#bridge/config/settings.ts";
import type { ListingMode } from "#bridge/plan/context.ts";
import { lookupsOf, managerLookups } from "#bridge/plan/lookups.ts";
import type { Link } from "#bridge/plan/operation.ts";
import { preparePage } from "#bridge/plan/prepare.ts";
import type { JsonObject } from "#scim/json.ts";
import type { BridgeMemory } from "#test/support/bridge/memory.ts";
import { oktaConfig, oktaUser, pushed } from "#test/support/bridge/people.ts";
import { aContext, runPage } from "#test/support/bridge/run.ts";

const ADA = oktaUser("00u1", "Ada", { email: "Ada@Mail.example" });
const NOTHING = { keys: [], emails: [] };
const BY_SOURCE = { key: "externalId", value: "00u1" };
const BY_NAME = { key: "name", value: "ada" };

async function lookups(
  memory: BridgeMemory,
  record: JsonObject,
  settings: Partial<BridgeSettings> = {},
  mode: ListingMode = "full",
) {
  const config = oktaConfig(settings);
  return lookupsOf(await preparePage([record], config, mode), memory.links, config);
}

/** A directory in which a record is linked as user-1. */
async function linked(record: JsonObject): Promise<BridgeMemory> {
  const memory = pushed({});
  const context = aContext(oktaConfig(), memory, { newId: () => "user-1" });
  await runPage(memory, [record], context);
  return memory;
}

describe("what is asked about a stranger", () => {
  test("is his externalId, his name and his address", async () => {
    expect(await lookups(pushed({}), ADA)).toEqual({
      keys: [BY_SOURCE, BY_NAME],
      emails: ["ada@mail.example"],
    });
  });

  test.each<[string, JsonObject, Partial<BridgeSettings>]>([
    ["where matchByEmail is off", ADA, { matchByEmail: false }],
    ["where he has none", oktaUser("00u1", "Ada", { email: null }), {}],
    ["where he is inactive", { ...ADA, status: "SUSPENDED" }, {}],
  ])("is no address %s", async (_rule, record, settings) => {
    expect(await lookups(pushed({}), record, settings)).toEqual({
      keys: [BY_SOURCE, BY_NAME],
      emails: [],
    });
  });

  test("is his externalId alone where the row says no name", async () => {
    const row = { id: "00u1", status: "SUSPENDED" };

    expect(await lookups(pushed({}), row, {}, "delta")).toEqual({ keys: [BY_SOURCE], emails: [] });
  });

  test("is his manager by name and address, too", async () => {
    const record = oktaUser("00u1", "Ada", { email: null, manager: "Bo@X" });

    expect(await lookups(pushed({}), record)).toEqual({
      keys: [BY_SOURCE, BY_NAME, { key: "name", value: "bo@x" }],
      emails: ["bo@x"],
    });
  });

  test("is nothing where he is excluded", async () => {
    expect(await lookups(pushed({}), ADA, { excluded: ["ada"] })).toEqual(NOTHING);
  });

  test("is asked where the row does not say the name that may exclude him", async () => {
    const row = { id: "00u1", status: "ACTIVE", profile: { email: "ada@mail.example" } };
    const settings = { excluded: ["ada@mail.example"] };

    expect(await lookups(pushed({}), row, settings, "delta")).toEqual({
      keys: [BY_SOURCE],
      emails: ["ada@mail.example"],
    });
  });
});

describe("what is asked about a linked user", () => {
  test("is nothing while his record is unchanged, active or off", async () => {
    const memory = await linked(ADA);
    const active = await lookups(memory, ADA);
    const link = memory.bySource.get("00u1");
    if (link !== undefined) memory.bySource.set("00u1", { ...link, isActive: false });

    expect(active).toEqual(NOTHING);
    expect(await lookups(memory, { ...ADA, status: "SUSPENDED" })).toEqual(NOTHING);
  });

  test("is the user and the new name once it changed", async () => {
    const record = oktaUser("00u1", "Eve", { email: "ada@mail.example" });

    expect(await lookups(await linked(ADA), record)).toEqual({
      keys: [{ key: "id", value: "user-1" }, BY_SOURCE, { key: "name", value: "eve" }],
      emails: [],
    });
  });

  test("is the user and the manager whom he waits for", async () => {
    const record = oktaUser("00u1", "Ada", { manager: "Bo@X" });

    expect(await lookups(await linked(record), record)).toEqual({
      keys: [
        { key: "id", value: "user-1" },
        { key: "name", value: "bo@x" },
      ],
      emails: ["bo@x"],
    });
  });
});

describe("what is asked for those who wait for a manager", () => {
  const link: Link = {
    sourceId: "00u1",
    userId: "user-1",
    hash: "",
    isActive: true,
    goneAt: undefined,
    pendingManager: undefined,
  };

  test("is nothing where they wait for nobody", async () => {
    expect(managerLookups([link], pushed({}).links)).toEqual(NOTHING);
  });

  test("is the waiting one alone where a source id names the manager", async () => {
    const memory = await linked(ADA);

    expect(managerLookups([{ ...link, pendingManager: "00u1" }], memory.links)).toEqual({
      keys: [{ key: "id", value: "user-1" }],
      emails: [],
    });
  });
});
