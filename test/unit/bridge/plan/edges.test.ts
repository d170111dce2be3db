import { describe, expect, test } from "vitest";
import { evidenceOf } from "#bridge/plan/evidence.ts";
import { rehiredFrom } from "#bridge/plan/missing.ts";
import { preparePage } from "#bridge/plan/prepare.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { documentIn, oktaConfig, oktaUser, pushed } from "#test/support/bridge/people.ts";
import { managed, plan, relink } from "#test/support/bridge/plan.ts";
import { aConfig, aContext, runPage } from "#test/support/bridge/run.ts";

const ADA = oktaUser("00u1", "ada@example.com");
const BO = oktaUser("00u2", "bo@example.com");
const ADA_LEAVES = oktaUser("00u1", "ada@example.com", {}, "SUSPENDED");
const ENTRA = {
  type: "entra",
  tenantId: "t",
  graphBaseUrl: "https://g",
  loginBaseUrl: "https://l",
} as const;

describe("a record that leads to nobody", () => {
  test("without a name is an issue", async () => {
    const [operation] = await plan(pushed({}), [{ id: "00u1", status: "ACTIVE", profile: {} }]);

    expect(operation).toMatchObject({
      op: "ignore",
      sourceId: "00u1",
      why: "no-username",
      issue: { kind: "no-username" },
    });
  });

  test("without an id is an issue of its own, beside others without one", async () => {
    const nameless = [{ status: "ACTIVE" }, { status: "SUSPENDED" }];

    const operations = await plan(pushed({}), nameless);

    expect(operations).toMatchObject([{ issue: { kind: "no-id" } }, { issue: { kind: "no-id" } }]);
  });

  test("of a leaver who was deleted here remembers that he is off", async () => {
    const memory = await managed(ADA);
    memory.users.clear();
    relink(memory, "00u1", { hash: "" });

    const [operation] = await plan(memory, [ADA_LEAVES]);

    expect(operation).toMatchObject({
      op: "skip",
      sourceId: "00u1",
      link: { isActive: false, hash: expect.stringMatching(/./) },
    });
  });

  test("of a partial row of somebody who was deleted here is an issue", async () => {
    const memory = await managed(ADA);
    memory.users.clear();
    const row = { id: "00u1", profile: { title: "CTO" } };

    const operations = await runPage(memory, [row], aContext(oktaConfig(), memory), "delta");

    expect(operations).toMatchObject([{ op: "ignore", why: "no-username" }]);
  });

  test("of a leaver whom nobody knows is ignored without an issue", async () => {
    const operations = await plan(pushed({}), [ADA_LEAVES]);

    expect(operations).toEqual([
      { op: "ignore", sourceId: "00u1", why: "inactive-never-seen", issue: undefined },
    ]);
  });
});

test("a removal of somebody whom nobody knows is ignored as never seen", async () => {
  const memory = pushed({});
  const row = { id: "00u1", "@removed": { reason: "deleted" } };

  const operations = await runPage(memory, [row], aContext(aConfig(ENTRA), memory), "delta");

  expect(operations).toMatchObject([{ op: "ignore", why: "inactive-never-seen" }]);
});

describe("somebody who comes back", () => {
  test("unchanged is no longer gone", async () => {
    const memory = await managed(ADA);
    relink(memory, "00u1", { goneAt: 5 });

    expect(await plan(memory, [ADA])).toMatchObject([{ op: "skip", link: { goneAt: undefined } }]);
  });

  test("in a record that says no state is not restored", async () => {
    const memory = pushed({
      known: { userName: "ada@example.com", externalId: "00u1", active: false },
    });
    const record = memory.users.get("known");
    if (record !== undefined) memory.users.set("known", { ...record, deletedAt: 5 });
    const row = { id: "00u1", profile: { login: "ada@example.com" } };

    const [operation] = await runPage(memory, [row], aContext(oktaConfig(), memory), "delta");

    expect(operation).toMatchObject({ op: "ignore", why: "state-unknown" });
    expect(documentIn(memory, "known").active).toBe(false);
  });

  test("new in a partial row that says no state is not created", async () => {
    const memory = pushed({});
    const row = { id: "00u1", profile: { login: "ada@example.com" } };

    const [operation] = await runPage(memory, [row], aContext(oktaConfig(), memory), "delta");

    expect(operation).toMatchObject({ op: "ignore", why: "state-unknown" });
  });

  test("is not among the rehired where his own id is held, or nothing is", async () => {
    const memory = await managed(ADA);
    const held = await preparePage([ADA, { status: "ACTIVE" }], oktaConfig(), "full");
    const keys = [{ key: "name", value: "ada@example.com" } as const];
    const known = memory.answer({ keys, emails: [] });

    expect(rehiredFrom(held, known, oktaConfig())).toEqual(new Set());
    expect(rehiredFrom([], known, oktaConfig())).toEqual(new Set());
  });

  test("is not among the rehired for a linked user or a stranger who is somebody else", async () => {
    const memory = await managed(ADA, BO);
    const page = [oktaUser("00u2", "ada@example.com"), oktaUser("00u9", "cy@example.com")];
    const held = await preparePage(page, oktaConfig(), "full");
    const keys = [{ key: "name", value: "ada@example.com" } as const];

    const rehired = rehiredFrom(held, memory.answer({ keys, emails: [] }), oktaConfig());

    expect(rehired).toEqual(new Set());
  });

  test("is among the rehired under a new id", async () => {
    const memory = await managed(ADA);
    const again = oktaUser("00u9", "ada@example.com");
    const held = await preparePage([again], oktaConfig(), "full");
    const keys = [{ key: "name", value: "ada@example.com" } as const];

    const evidence = evidenceOf([], true, () => "gone");
    const known = { ...memory.answer({ keys, emails: [] }), evidence };

    expect(rehiredFrom(held, known, oktaConfig())).toEqual(new Set(["00u1"]));
  });
});

describe("a manager who is awaited", () => {
  const BO_WAITS = oktaUser("00u2", "bo@example.com", { managerId: "00u1" });

  test("is found by an unchanged record once he is there", async () => {
    const memory = await managed(BO_WAITS);

    const operations = await plan(memory, [ADA, BO_WAITS]);

    const boId = memory.bySource.get("00u2")?.userId ?? "";
    expect(operations).toMatchObject([
      { op: "create" },
      { op: "update", change: { kind: "update" }, link: { pendingManager: undefined } },
    ]);
    expect(documentIn(memory, boId)[ENTERPRISE_USER]).toEqual({
      manager: { value: memory.bySource.get("00u1")?.userId },
    });
  });

  test("is awaited on by an unchanged record while he is not", async () => {
    const memory = await managed(BO_WAITS);

    expect(await plan(memory, [BO_WAITS])).toMatchObject([
      { op: "skip", sourceId: "00u2", link: { pendingManager: "00u1" } },
    ]);
  });

  test("is told again by a record that is compared anew, though nothing else changed", async () => {
    const memory = await managed(BO_WAITS);
    relink(memory, "00u2", { hash: "" });

    expect(await plan(memory, [BO_WAITS])).toMatchObject([
      { op: "update", change: undefined, issues: [{ kind: "manager-unresolved" }] },
    ]);
  });

  test("is awaited on by a partial record that says nothing of him", async () => {
    const memory = await managed(BO_WAITS);
    const row = { id: "00u2", profile: { login: "bo@example.com", title: "CTO" } };

    const operations = await runPage(memory, [row], aContext(oktaConfig(), memory), "delta");

    expect(operations).toMatchObject([
      { op: "update", link: { pendingManager: "00u1" }, issues: [] },
    ]);
  });
});

test("an unchanged record of somebody who was disabled switches him off, and says why", async () => {
  const memory = await managed(ADA);

  expect(await plan(memory, [ADA_LEAVES])).toMatchObject([
    { op: "deactivate", why: "disabled", change: undefined, issues: [] },
  ]);
});

test("a record that would make the user too large is an issue of that record alone", async () => {
  const roles = Array.from({ length: 100 }, (_, at) => ({ value: `${at} ${"x".repeat(5_150)}` }));
  const memory = pushed({ known: { userName: "ada@example.com", roles } });
  const before = memory.users.get("known");
  const long = "y".repeat(8_000);
  const record = oktaUser("00u1", "ada@example.com", { title: long, division: long });

  const operations = await plan(memory, [record, BO]);

  expect(operations).toMatchObject([
    { op: "ignore", why: "invalid-value", issue: { kind: "invalid-value" } },
    { op: "create" },
  ]);
  expect(memory.users.get("known")).toBe(before);
});

test("addresses without a value name nobody", async () => {
  const memory = pushed({
    known: { userName: "ada@example.com", emails: [{ type: "home", display: "none" }] },
  });

  expect(await plan(memory, [ADA])).toMatchObject([{ op: "adopt" }]);
});
