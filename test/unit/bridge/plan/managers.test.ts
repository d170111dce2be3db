import { describe, expect, test } from "vitest";
import { managerLookups } from "#bridge/plan/lookups.ts";
import { planManagers } from "#bridge/plan/managers.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import type { BridgeMemory } from "#test/support/bridge/memory.ts";
import { documentIn, oktaConfig, oktaUser, pushed } from "#test/support/bridge/people.ts";
import { aContext, runPage } from "#test/support/bridge/run.ts";

/** Bo, who waits for a manager, and Ada, who came after him. */
async function directory(reference: string): Promise<BridgeMemory> {
  const memory = pushed({});
  const bo = oktaUser("00u2", "bo@example.com", { manager: reference });
  const ada = oktaUser("00u1", "ada@example.com", { email: "ada@mail.example" });
  await runPage(memory, [bo, ada], aContext(oktaConfig(), memory));
  return memory;
}

function plan(memory: BridgeMemory) {
  const pending = [...memory.bySource.values()].filter((link) => link.pendingManager !== undefined);
  const known = memory.answer(managerLookups(pending, memory.links));
  return planManagers(pending, known, aContext(oktaConfig(), memory));
}

describe("planManagers", () => {
  test.each(["00u1", "Ada@Example.com", "ADA@mail.example"])(
    "finds the user who came later by %s",
    async (reference) => {
      const memory = await directory(reference);

      const [operation] = plan(memory);

      expect(operation).toMatchObject({
        op: "update",
        change: { kind: "update" },
        link: { pendingManager: undefined },
        issues: [],
      });
      const change = operation?.op === "update" ? operation.change : undefined;
      const managerId = memory.bySource.get("00u1")?.userId;
      expect(JSON.parse(change?.after.documentText ?? "")).toMatchObject({
        [ENTERPRISE_USER]: { manager: { value: managerId } },
      });
    },
  );

  test("leaves who still answers to nothing", async () => {
    const memory = await directory("the boss");

    expect(plan(memory)).toEqual([]);
  });

  test("gives up where a push client wrote another manager meanwhile", async () => {
    const memory = await directory("00u1");
    const boId = memory.bySource.get("00u2")?.userId ?? "";
    const written = { [ENTERPRISE_USER]: { manager: { value: "eve" } } };
    memory.push(boId, { ...documentIn(memory, boId), ...written });

    expect(plan(memory)).toMatchObject([{ op: "skip", link: { pendingManager: undefined } }]);
  });

  test("leaves who was deleted here, and who waits for nobody", async () => {
    const memory = await directory("00u1");
    const links = [...memory.bySource.values()];
    const known = memory.answer({
      keys: links.map(({ userId }) => ({ key: "id", value: userId })),
      emails: [],
    });
    const settled = links.map((link) => ({ ...link, pendingManager: undefined }));
    const context = aContext(oktaConfig(), memory);
    memory.users.clear();

    expect(planManagers(settled, known, context)).toEqual([]);
    expect(plan(memory)).toEqual([]);
  });

  test("takes no address that two users have", async () => {
    const memory = await directory("ada@mail.example");
    const eve = oktaUser("00u3", "eve@example.com", { email: "ada@mail.example" });
    const context = aContext(oktaConfig({ matchByEmail: false }), memory);
    await runPage(memory, [eve], context);

    expect(plan(memory)).toEqual([]);
  });
});
