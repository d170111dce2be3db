import { describe, expect, test } from "vitest";
import type { BridgeSettings } from "#bridge/config/settings.ts";
import { planSwitchOffs } from "#bridge/plan/guard.ts";
import { needsConfirming, planMissing } from "#bridge/plan/missing.ts";
import type { Link } from "#bridge/plan/operation.ts";
import type { BridgeMemory } from "#test/support/bridge/memory.ts";
import { oktaConfig, pushed } from "#test/support/bridge/people.ts";
import { aConfig, aContext, runPage } from "#test/support/bridge/run.ts";

const DAY_MS = 86_400_000;
const NOBODY: ReadonlySet<string> = new Set();

function aLink(more: Partial<Link> = {}): Link {
  return {
    sourceId: "00u1",
    userId: "known",
    hash: "h",
    isActive: true,
    goneAt: undefined,
    pendingManager: undefined,
    ...more,
  };
}

function missing(link: Link, settings: Partial<BridgeSettings>, now = 100 * DAY_MS) {
  const context = aContext(oktaConfig(settings), pushed({}), { now });
  const [operation] = planMissing([link], NOBODY, context);
  return { operation, isConfirmed: needsConfirming(link, context) };
}

describe("onMissing", () => {
  test("deactivates, and remembers since when", () => {
    const { operation, isConfirmed } = missing(aLink(), {});

    expect(isConfirmed).toBe(true);
    expect(operation).toEqual({
      op: "deactivate",
      sourceId: "00u1",
      userId: "known",
      why: "missing",
      change: undefined,
      link: aLink({ goneAt: 100 * DAY_MS }),
      issues: [],
    });
  });

  test("leaves alone who is off already, without asking for him again", () => {
    const { operation, isConfirmed } = missing(aLink({ isActive: false, goneAt: DAY_MS }), {});

    expect(isConfirmed).toBe(false);
    expect(operation).toMatchObject({ op: "skip", link: { goneAt: DAY_MS } });
  });

  test("ignore remembers only since when", () => {
    const { operation, isConfirmed } = missing(aLink(), { onMissing: "ignore" });

    expect(isConfirmed).toBe(true);
    expect(operation).toMatchObject({ op: "skip", link: { goneAt: 100 * DAY_MS, isActive: true } });
  });

  test.each([
    { rule: "seen missing for the first time", goneAt: undefined, op: "deactivate" },
    { rule: "gone for less than N days", goneAt: 70.5 * DAY_MS, op: "skip" },
    { rule: "gone for N days", goneAt: 70 * DAY_MS, op: "delete" },
  ])("deleteAfterDays: $rule gives $op", ({ goneAt, op }) => {
    const link = aLink({ goneAt, isActive: goneAt === undefined });

    const { operation, isConfirmed } = missing(link, { onMissing: { deleteAfterDays: 30 } });

    expect(operation?.op).toBe(op);
    expect(isConfirmed).toBe(op !== "skip");
  });

  test.each([
    { isActive: false, op: "skip" },
    { isActive: true, op: "delete" },
  ])("deleteAfterDays where nobody is deleted: active $isActive gives $op", ({ isActive, op }) => {
    const settings = { onMissing: { deleteAfterDays: 1 } };
    const facts = { now: 100 * DAY_MS, deletion: "deactivate" } as const;
    const context = aContext(oktaConfig(settings), pushed({}), facts);

    const operations = planMissing([aLink({ isActive, goneAt: 0 })], NOBODY, context);

    expect(operations).toMatchObject([{ op }]);
  });

  test("deleteAfterDays 0 deactivates at first sight what may yet come back", () => {
    expect(missing(aLink(), { onMissing: { deleteAfterDays: 0 } }).operation?.op).toBe(
      "deactivate",
    );
  });

  test("who is taken over by a held record is not switched off", () => {
    const context = aContext(oktaConfig(), pushed({}));

    expect(planMissing([aLink()], new Set(["00u1"]), context)).toMatchObject([
      { op: "skip", link: { goneAt: 1_000, isActive: true } },
    ]);
  });
});

describe("a user whom the provider calls deleted", () => {
  const config = (settings: Partial<BridgeSettings>) =>
    aConfig(
      { type: "entra", tenantId: "t", graphBaseUrl: "https://g", loginBaseUrl: "https://l" },
      settings,
    );

  test.each([
    { reason: "changed", onMissing: { deleteAfterDays: 0 }, op: "deactivate" },
    { reason: "deleted", onMissing: { deleteAfterDays: 0 }, op: "delete" },
    { reason: "deleted", onMissing: { deleteAfterDays: 7 }, op: "deactivate" },
    { reason: "deleted", onMissing: "ignore", op: "skip" },
  ] as const)("$reason with $onMissing: $op", async ({ reason, onMissing, op }) => {
    const memory = pushed({});
    memory.bySource.set("00u1", aLink());

    const operations = await runPage(
      memory,
      [{ id: "00u1", "@removed": { reason } }],
      aContext(config({ onMissing }), memory),
      "delta",
    );

    expect(operations).toMatchObject([{ op, link: { goneAt: 1_000 } }]);
  });

  test("is ignored where he was never seen", async () => {
    const memory = pushed({});
    const row = { id: "00u1", "@removed": { reason: "deleted" } };

    const operations = await runPage(memory, [row], aContext(config({}), memory), "delta");

    expect(operations).toMatchObject([{ op: "ignore", issue: undefined }]);
  });
});

describe("planSwitchOffs", () => {
  const DEACTIVATE = {
    op: "deactivate",
    sourceId: "00u1",
    userId: "known",
    why: "missing",
  } as const;
  const DELETE = { ...DEACTIVATE, op: "delete" } as const;

  function directory(link: Link | undefined, active = true): BridgeMemory {
    const memory = pushed({ known: { userName: "ada@example.com", title: "CTO", active } });
    if (link !== undefined) memory.bySource.set(link.sourceId, link);
    return memory;
  }

  function planned(
    memory: BridgeMemory,
    off: typeof DEACTIVATE | typeof DELETE,
    deletion: "soft" | "hard" | "deactivate" = "soft",
  ) {
    const known = memory.answer({ keys: [{ key: "id", value: "known" }], emails: [] });
    return planSwitchOffs([off], known, aContext(oktaConfig(), memory, { deletion }));
  }

  test("switches a user off as he is now, and changes nothing else", () => {
    const [off] = planned(directory(aLink()), DEACTIVATE);

    expect(off).toMatchObject({ change: { kind: "update" }, link: { isActive: false } });
    expect(JSON.parse(off?.change?.after.documentText ?? "")).toMatchObject({
      title: "CTO",
      active: false,
    });
  });

  test("has nothing to write for who is off, or deleted here", () => {
    const off = planned(directory(aLink(), false), DEACTIVATE);
    const memory = directory(aLink());
    memory.users.clear();

    expect(off).toMatchObject([{ change: undefined, link: { isActive: false } }]);
    expect(planned(memory, DEACTIVATE)).toMatchObject([{ change: undefined }]);
  });

  test("leaves out who was let go, or belongs to somebody else by now", () => {
    expect(planned(directory(undefined), DEACTIVATE)).toEqual([]);
    expect(planned(directory(aLink({ sourceId: "00u9" })), DEACTIVATE)).toEqual([]);
    expect(planned(directory(aLink({ userId: "other" })), DEACTIVATE)).toEqual([]);
  });

  test.each([
    { deletion: "soft", kind: "delete", isLinked: false },
    { deletion: "hard", kind: "erase", isLinked: false },
    { deletion: "deactivate", kind: "update", isLinked: true },
  ] as const)("deletes as the connector does: $deletion", ({ deletion, kind, isLinked }) => {
    const [off] = planned(directory(aLink()), DELETE, deletion);

    expect(off?.change?.kind).toBe(kind);
    expect(off?.link !== undefined).toBe(isLinked);
  });
});
