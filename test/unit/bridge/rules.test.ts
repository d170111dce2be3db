import { describe, expect, test } from "vitest";
import type { UserRules } from "#bridge/config/settings.ts";
import { plannedStep } from "#bridge/plan/planned-step.ts";
import { scopeOf } from "#bridge/sync/reading.ts";
import type { JsonObject } from "#scim/json.ts";
import type { BridgeMemory } from "#test/support/bridge/memory.ts";
import { documentIn, oktaConfig, oktaUser, pushed } from "#test/support/bridge/people.ts";
import { managed } from "#test/support/bridge/plan.ts";
import { aContext, runPage } from "#test/support/bridge/run.ts";

// What an administrator lays down for a connector holds for what the Bridge pulls, as for what is pushed.

const planBy = (
  rules: Partial<UserRules>,
  memory: BridgeMemory,
  records: readonly JsonObject[],
  mode: "full" | "delta" = "full",
) => runPage(memory, records, aContext(oktaConfig({}, rules), memory), mode);

const INSIDE = { allowedDomains: ["example.com"] };
const EVE = oktaUser("00u9", "eve@evil.com");

describe("allowedDomains", () => {
  test("makes a record outside of them an issue, and nothing else", async () => {
    const memory = pushed({});

    const [eve, ada] = await planBy(INSIDE, memory, [EVE, oktaUser("00u1", "ada@example.com")]);

    expect(eve).toMatchObject({
      op: "ignore",
      why: "domain-not-allowed",
      issue: { kind: "domain-not-allowed", sourceId: "00u9", userName: "eve@evil.com" },
    });
    expect(eve).toMatchObject({
      issue: { detail: expect.stringMatching(/"evil\.com".*allowedDomains/) },
    });
    expect(ada).toMatchObject({ op: "create" });
    expect(memory.users.size).toBe(1);
  });

  test("shows such a record in a dry run", async () => {
    const [eve] = await planBy(INSIDE, pushed({}), [EVE]);

    expect(eve && plannedStep(eve)).toMatchObject({ op: "ignore", why: "domain-not-allowed" });
  });

  test.each([
    ["unchanged since the bridge wrote it", EVE],
    ["that changed", oktaUser("00u9", "eve@evil.com", { title: "Dr" })],
  ])("made stricter finds a linked user %s, who stays as he is", async (_what, record) => {
    const memory = await managed(EVE);
    const id = memory.bySource.get("00u9")?.userId ?? "";

    const [eve] = await planBy(INSIDE, memory, [record]);

    expect(eve).toMatchObject({ op: "ignore", why: "domain-not-allowed" });
    expect(documentIn(memory, id)).toMatchObject({ active: true });
    expect(documentIn(memory, id).title).toBeUndefined();
  });

  test.each(["full", "delta"] as const)(
    "lets a user outside of them go at once (%s)",
    async (mode) => {
      const memory = await managed(EVE);
      const left = oktaUser("00u9", "eve@evil.com", { title: "Former" }, "SUSPENDED");

      const [eve] = await planBy(INSIDE, memory, [left], mode);

      expect(eve).toMatchObject({ op: "deactivate", sourceId: "00u9", issues: [] });
    },
  );

  test("keeps a linked user from being renamed out of them", async () => {
    const memory = await managed(oktaUser("00u1", "ada@example.com"));
    const id = memory.bySource.get("00u1")?.userId ?? "";

    const [ada] = await planBy(INSIDE, memory, [oktaUser("00u1", "ada@evil.com")]);

    expect(ada).toMatchObject({ op: "ignore", why: "domain-not-allowed" });
    expect(documentIn(memory, id)).toMatchObject({ userName: "ada@example.com" });
  });
});

describe("createOnly", () => {
  const KEEPS = { createOnly: ["title", "name.givenName"] };
  const ADA = oktaUser("00u1", "ada@example.com", { title: "Countess", firstName: "Ada" });

  test("has a record set its attributes when it makes the user", async () => {
    const memory = pushed({});

    await planBy(KEEPS, memory, [ADA]);

    const id = memory.bySource.get("00u1")?.userId ?? "";
    expect(documentIn(memory, id)).toMatchObject({ title: "Countess", name: { givenName: "Ada" } });
  });

  test("leaves them alone later on, writes the rest and says so", async () => {
    const memory = pushed({});
    await planBy(KEEPS, memory, [ADA]);
    const id = memory.bySource.get("00u1")?.userId ?? "";
    const later = oktaUser("00u1", "ada@example.com", { title: "Dr", lastName: "King" });

    const [ada] = await planBy(KEEPS, memory, [later]);

    expect(ada).toMatchObject({ op: "update", kept: ["title", "name.givenName"] });
    expect(documentIn(memory, id)).toMatchObject({
      title: "Countess",
      name: { givenName: "Ada", familyName: "King" },
    });
  });

  test("shows in a dry run what would stay, also where nothing else would change", async () => {
    const memory = pushed({});
    await planBy(KEEPS, memory, [ADA]);
    const later = oktaUser("00u1", "ada@example.com", { title: "Dr", firstName: "Ada" });

    const [ada] = await planBy(KEEPS, memory, [later]);

    expect(ada && plannedStep(ada)).toMatchObject({ op: "skip", kept: ["title"], set: {} });
  });

  test("is asked of the same record once: its hash stands for the rules as well", async () => {
    const memory = pushed({});
    await planBy(KEEPS, memory, [ADA]);
    const later = oktaUser("00u1", "ada@example.com", { title: "Dr", firstName: "Ada" });
    await planBy(KEEPS, memory, [later]);

    const [again] = await planBy(KEEPS, memory, [later]);
    const [free] = await planBy({}, memory, [later]);

    expect(again).toMatchObject({ op: "skip", isLinkKept: true });
    expect(free).toMatchObject({ op: "update", change: { kind: "update" } });
  });

  test("holds for a user whom a client pushed and the bridge takes over", async () => {
    const memory = pushed({
      u1: { userName: "ada@example.com", externalId: "00u1", title: "Countess" },
    });
    const record = oktaUser("00u1", "ada@example.com", { title: "Dr", lastName: "King" });

    const [ada] = await planBy({ createOnly: ["title"] }, memory, [record]);

    expect(ada).toMatchObject({ op: "adopt", kept: ["title"] });
    expect(documentIn(memory, "u1")).toMatchObject({
      title: "Countess",
      name: { familyName: "King" },
    });
  });

  test("never keeps a leaver in", async () => {
    const memory = pushed({});
    await planBy(KEEPS, memory, [ADA]);

    const [ada] = await planBy(KEEPS, memory, [
      oktaUser("00u1", "ada@example.com", { title: "Dr", firstName: "Ada" }, "SUSPENDED"),
    ]);

    expect(ada).toMatchObject({ op: "deactivate", kept: ["title"] });
  });
});

test("a change of the rules calls for a full run; without rules nothing changes", () => {
  const none = scopeOf(oktaConfig());
  const some = scopeOf(oktaConfig({}, INSIDE));

  expect(some).not.toBe(none);
  expect(scopeOf(oktaConfig({}, { createOnly: ["title"] }))).not.toBe(some);
  expect(scopeOf(oktaConfig({}, { allowedDomains: [], createOnly: [] }))).toBe(none);
});
