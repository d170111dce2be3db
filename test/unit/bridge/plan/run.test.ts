import { describe, expect, test } from "vitest";
import type { BridgeSettings } from "#bridge/config/settings.ts";
import { NO_EVIDENCE } from "#bridge/plan/evidence.ts";
import type { JsonObject } from "#scim/json.ts";
import type { BridgeMemory } from "#test/support/bridge/memory.ts";
import { documentIn, oktaConfig, oktaUser, pushed } from "#test/support/bridge/people.ts";
import { aContext, runListing, runPage } from "#test/support/bridge/run.ts";

const ADA = oktaUser("00u1", "ada@example.com");
const BO = oktaUser("00u2", "bo@example.com");
const LOOSE = { guard: { max: 100, percent: 100, minBase: 100 } };

/** Runs a complete listing; gives the operations as words. */
async function run(
  memory: BridgeMemory,
  records: readonly JsonObject[],
  settings: Partial<BridgeSettings> = {},
): Promise<readonly string[]> {
  const context = aContext(oktaConfig({ ...LOOSE, ...settings }), memory);
  const done = await runListing(memory, records, context, "full");
  return done.map(({ operation }) =>
    "sourceId" in operation ? `${operation.op} ${operation.sourceId}` : operation.op,
  );
}

function userNameOf(memory: BridgeMemory, sourceId: string): unknown {
  return documentIn(memory, memory.bySource.get(sourceId)?.userId ?? "").userName;
}

describe("names within a page", () => {
  test("two users swap their names in one batch", async () => {
    const memory = pushed({});
    await run(memory, [ADA, BO]);

    const swapped = [oktaUser("00u1", "bo@example.com"), oktaUser("00u2", "ada@example.com")];

    expect(await run(memory, swapped)).toEqual(["update 00u1", "update 00u2"]);
    expect(userNameOf(memory, "00u1")).toBe("bo@example.com");
    expect(userNameOf(memory, "00u2")).toBe("ada@example.com");
  });

  test("a new user takes the name that another one gives up in the same page", async () => {
    const memory = pushed({});
    await run(memory, [ADA]);

    const page = [oktaUser("00u3", "ada@example.com"), oktaUser("00u1", "ada.new@example.com")];

    expect(await run(memory, page)).toEqual(["create 00u3", "update 00u1"]);
  });

  test("a name taken by a user created earlier in the page is a conflict", async () => {
    const memory = pushed({});

    const page = [ADA, oktaUser("00u3", "ADA@example.com")];

    expect(await run(memory, page)).toEqual(["create 00u1", "conflict 00u3"]);
  });

  test("a name given up on a later page is taken in the second pass", async () => {
    const memory = pushed({});
    const config = oktaConfig(LOOSE);
    await run(memory, [ADA]);
    const context = aContext(config, memory);
    const newcomer = oktaUser("00u3", "ada@example.com");

    const held = await runPage(memory, [newcomer], context);
    await runPage(memory, [oktaUser("00u1", "ada.new@example.com")], context);
    const taken = await runPage(memory, [newcomer], { ...context, pass: "second" });

    expect(held).toMatchObject([{ op: "conflict", why: "userName-taken" }]);
    expect(taken).toMatchObject([{ op: "create" }]);
  });

  test("a user whose new name is taken is switched off all the same", async () => {
    const memory = pushed({});
    await run(memory, [ADA, BO]);

    const leaver = oktaUser("00u2", "ada@example.com", {}, "SUSPENDED");

    expect(await run(memory, [ADA, leaver])).toEqual(["skip 00u1", "deactivate 00u2"]);
    expect(userNameOf(memory, "00u2")).toBe("bo@example.com");
  });
});

describe("rehired under a new id", () => {
  const AGAIN = oktaUser("00u9", "ada@example.com", { title: "CTO" });

  test("keeps the SCIM id of somebody who is gone, and is never switched off between", async () => {
    const memory = pushed({});
    await run(memory, [ADA, BO]);
    const userId = memory.bySource.get("00u1")?.userId;

    expect(await run(memory, [AGAIN, BO])).toEqual(["skip 00u2", "relink 00u9"]);

    expect(memory.bySource.get("00u9")).toMatchObject({ userId, isActive: true });
    expect(memory.bySource.has("00u1")).toBe(false);
    expect(documentIn(memory, userId ?? "")).toMatchObject({ externalId: "00u9", title: "CTO" });
  });

  test("is a conflict where rehire says so, and the former user is switched off", async () => {
    const memory = pushed({});
    await run(memory, [ADA, BO]);

    const done = await run(memory, [AGAIN, BO], { rehire: "conflict" });

    expect(done).toEqual(["skip 00u2", "deactivate 00u1", "conflict 00u9"]);
    expect(documentIn(memory, memory.bySource.get("00u1")?.userId ?? "").active).toBe(false);
  });

  test("is a conflict while the former id is still listed, even as a leaver", async () => {
    const memory = pushed({});
    await run(memory, [ADA]);

    const leaver = oktaUser("00u1", "ada@example.com", {}, "DEPROVISIONED");

    expect(await run(memory, [leaver, AGAIN])).toEqual(["deactivate 00u1", "conflict 00u9"]);
  });

  test("neither of two who have the former user's name gets it: it may be either", async () => {
    const memory = pushed({});
    await run(memory, [ADA, BO]);

    const other = oktaUser("00u8", "Ada@example.com");

    expect(await run(memory, [BO, AGAIN, other])).toEqual([
      "skip 00u2",
      "deactivate 00u1",
      "conflict 00u8",
      "conflict 00u9",
    ]);
  });

  test("keeps the externalId that a push client had given", async () => {
    const memory = pushed({ known: { userName: "ada@example.com", externalId: "hr-7" } });
    await run(memory, [ADA, BO]);

    await run(memory, [AGAIN, BO]);

    expect(documentIn(memory, "known").externalId).toBe("hr-7");
  });
});

describe("out of scope", () => {
  test.each([
    { onExcluded: "unmanage", op: "unmanage 00u1", active: true },
    { onExcluded: "deactivate", op: "deactivate 00u1", active: false },
  ] as const)("a managed user is let go or switched off: $onExcluded", async (row) => {
    const memory = pushed({});
    await run(memory, [ADA, BO]);
    const userId = memory.bySource.get("00u1")?.userId ?? "";

    const settings = { excluded: ["ada@*"], onExcluded: row.onExcluded };

    expect(await run(memory, [ADA, BO], settings)).toEqual([row.op, "skip 00u2"]);
    expect(documentIn(memory, userId).active).toBe(row.active);
  });

  test("who is excluded no more is woken", async () => {
    const memory = pushed({});
    await run(memory, [ADA, BO]);
    await run(memory, [ADA, BO], { excluded: ["ada@*"], onExcluded: "deactivate" });

    expect(await run(memory, [ADA, BO])).toEqual(["reactivate 00u1", "skip 00u2"]);
  });
});

describe("the guard", () => {
  test("holds everybody's switch-off, and the next run wants them again", async () => {
    const memory = pushed({});
    const people = Array.from({ length: 6 }, (_, at) => oktaUser(`u${at}`, `p${at}@example.com`));
    const strict = { guard: { max: 1, percent: 10, minBase: 5 } };
    await run(memory, people);

    expect(await run(memory, people.slice(0, 4), strict)).toEqual([
      "skip u0",
      "skip u1",
      "skip u2",
      "skip u3",
      "guard",
    ]);

    expect(await run(memory, people.slice(0, 4))).toContain("deactivate u5");
  });

  test("a disabled user who is held is wanted again though nothing changed", async () => {
    const memory = pushed({});
    const strict = { guard: { max: 0, percent: 0, minBase: 5 } };
    const off = oktaUser("00u1", "ada@example.com", { title: "Gone" }, "SUSPENDED");
    await run(memory, [ADA, BO]);

    expect(await run(memory, [off, BO], strict)).toEqual(["skip 00u2", "guard"]);
    expect(await run(memory, [off, BO], strict)).toEqual(["skip 00u2", "guard"]);
    expect(await run(memory, [off, BO])).toEqual(["deactivate 00u1", "skip 00u2"]);
    expect(await run(memory, [off, BO])).toEqual(["skip 00u1", "skip 00u2"]);
  });
});

test("a user who was deleted here is made again once the record changes", async () => {
  const memory = pushed({});
  await run(memory, [ADA]);
  memory.users.clear();

  expect(await run(memory, [ADA])).toEqual(["skip 00u1"]);
  expect(await run(memory, [oktaUser("00u1", "ada@example.com", { title: "CTO" })])).toEqual([
    "create 00u1",
  ]);
});

test("an unchanged linked user asks the directory for nothing", async () => {
  const memory = pushed({});
  await run(memory, [ADA, BO]);
  memory.answer = (lookups) => {
    expect(lookups).toEqual({ keys: [], emails: [] });
    return {
      links: memory.links,
      records: new Map(),
      byExternalId: new Map(),
      byEmail: new Map(),
      evidence: NO_EVIDENCE,
    };
  };

  expect(await run(memory, [ADA, BO])).toEqual(["skip 00u1", "skip 00u2"]);
});
