import { describe, expect, test } from "vitest";
import type { Operation } from "#bridge/operation.ts";
import { rehiredFrom } from "#bridge/plan-missing.ts";
import { preparePage } from "#bridge/plan-prepare.ts";
import type { BridgeSettings } from "#bridge/settings.ts";
import type { JsonObject } from "#scim/json.ts";
import { ENTERPRISE_USER } from "#scim/urns.ts";
import type { BridgeMemory } from "../../support/bridge-memory.ts";
import { documentIn, oktaConfig, oktaUser, pushed } from "../../support/bridge-people.ts";
import { aConfig, aContext, runPage } from "../../support/bridge-run.ts";

const ADA = oktaUser("00u1", "ada@example.com");
const BO = oktaUser("00u2", "bo@example.com");
const ADA_LEAVES = oktaUser("00u1", "ada@example.com", {}, "SUSPENDED");
const ENTRA = {
  type: "entra",
  tenantId: "t",
  graphBaseUrl: "https://g",
  loginBaseUrl: "https://l",
} as const;

function plan(
  memory: BridgeMemory,
  records: readonly JsonObject[],
  settings: Partial<BridgeSettings> = {},
): Promise<readonly Operation[]> {
  return runPage(memory, records, aContext(oktaConfig(settings), memory));
}

/** A directory to which the bridge wrote these records. */
async function managed(...records: readonly JsonObject[]): Promise<BridgeMemory> {
  const memory = pushed({});
  await plan(memory, records);
  return memory;
}

function relink(memory: BridgeMemory, sourceId: string, more: object): void {
  const link = memory.bySource.get(sourceId);
  if (link !== undefined) memory.bySource.set(sourceId, { ...link, ...more });
}

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

describe("out of scope", () => {
  const GUEST = { id: "00u1", userPrincipalName: "ada@example.com", userType: "Guest" };

  test("a guest is ignored, or let go where he was managed", async () => {
    const memory = pushed({});
    const context = aContext(aConfig(ENTRA), memory);
    const unknown = await runPage(memory, [GUEST], context);
    await runPage(memory, [{ ...GUEST, userType: "Member" }], context);

    const known = await runPage(memory, [GUEST], context);

    expect(unknown).toEqual([{ op: "ignore", sourceId: "00u1", why: "guest", issue: undefined }]);
    expect(known).toMatchObject([{ op: "unmanage", sourceId: "00u1" }]);
  });

  test("who is excluded and not linked is ignored", async () => {
    const operations = await plan(pushed({}), [ADA], { excluded: ["ada@*"] });

    expect(operations).toEqual([
      { op: "ignore", sourceId: "00u1", why: "excluded", issue: undefined },
    ]);
  });

  test("why an excluded user is switched off is kept", async () => {
    const memory = await managed(ADA);

    const [operation] = await plan(memory, [ADA], {
      excluded: ["ada@*"],
      onExcluded: "deactivate",
    });

    expect(operation).toMatchObject({ op: "deactivate", why: "excluded" });
  });

  test.each([
    ["the address of the record", oktaUser("00u1", "ada", { email: "ada@robots.example" })],
    ["no address, by name", oktaUser("00u1", "ada@robots.example", { email: null })],
  ])("a user is excluded by %s", async (_rule, record) => {
    const operations = await plan(pushed({}), [record], { excluded: ["*@robots.example"] });

    expect(operations).toMatchObject([{ op: "ignore", why: "excluded" }]);
  });

  test.each(["ada@example.com", "ada@mail.example"])(
    "a partial record is excluded by what the directory has: %s",
    async (excluded) => {
      const memory = await managed(
        oktaUser("00u1", "ada@example.com", { email: "ada@mail.example" }),
      );
      const context = aContext(oktaConfig({ excluded: [excluded] }), memory);

      const row = { id: "00u1", profile: { title: "CTO" } };

      expect(await runPage(memory, [row], context, "delta")).toMatchObject([{ op: "unmanage" }]);
    },
  );

  test("a partial record of a whole list is excluded by the stored address", async () => {
    const memory = pushed({});
    const source = { type: "scim", baseUrl: "https://s.example" } as const;
    const user = { id: "00u1", userName: "ada", emails: [{ value: "ada@mail.example" }] };
    await runPage(memory, [user], aContext(aConfig(source), memory));
    const context = aContext(aConfig(source, { excluded: ["*@mail.example"] }), memory);

    const row = { id: "00u1", userName: "ada", title: "CTO" };

    expect(await runPage(memory, [row], context, "delta")).toMatchObject([{ op: "unmanage" }]);
  });
});

describe("a name that is taken", () => {
  test("leaves an active user as he is, with an issue that names the holder", async () => {
    const memory = await managed(ADA, BO);
    const adaId = memory.bySource.get("00u1")?.userId;

    const operations = await plan(memory, [oktaUser("00u2", "ada@example.com")]);

    expect(operations).toMatchObject([
      {
        op: "conflict",
        why: "userName-taken",
        issue: { kind: "userName-taken", detail: expect.stringContaining(`the id ${adaId}`) },
      },
    ]);
  });

  test("does not switch off again who is off, and has one who is not looked at again", async () => {
    const memory = await managed(ADA, BO);
    const leaver = oktaUser("00u2", "ada@example.com", {}, "SUSPENDED");

    const first = await plan(memory, [leaver]);
    relink(memory, "00u2", { isActive: false });
    const second = await plan(memory, [leaver]);

    expect(first).toMatchObject([{ op: "deactivate", why: "disabled", link: { hash: "" } }]);
    expect(second).toMatchObject([{ op: "conflict" }]);
  });

  test("adopts nobody, though he is to be switched off", async () => {
    const memory = pushed({
      known: { userName: "bo@example.com", externalId: "00u1" },
      other: { userName: "ada@example.com" },
    });

    expect(await plan(memory, [ADA_LEAVES])).toMatchObject([{ op: "conflict" }]);
  });

  test("goes to who keeps it before who is listed first", async () => {
    const memory = await managed(ADA);
    const newcomer = oktaUser("00u9", "ada@example.com");

    const operations = await plan(memory, [
      newcomer,
      oktaUser("00u1", "ada@example.com", { title: "CTO" }),
    ]);

    expect(operations).toMatchObject([
      { op: "conflict" },
      { op: "update", change: { kind: "update" } },
    ]);
  });

  test("goes to who is listed first before who is restored", async () => {
    const memory = pushed({ gone: { userName: "ada@example.com", externalId: "00u1" } });
    const record = memory.users.get("gone");
    if (record !== undefined) memory.users.set("gone", { ...record, deletedAt: 5 });

    const operations = await plan(memory, [oktaUser("00u9", "ada@example.com"), ADA]);

    expect(operations).toMatchObject([{ op: "create" }, { op: "conflict" }]);
  });
});

describe("one user for two records", () => {
  test("is the first one's, and the second is told whose", async () => {
    const memory = pushed({ known: { userName: "ada@example.com", externalId: "00u2" } });

    // Both lead to "known": one by his name and address, the other by his externalId.
    const operations = await plan(memory, [BO, ADA]);

    expect(operations).toMatchObject([{ op: "adopt", sourceId: "00u2" }, { op: "create" }]);
  });

  test("by name and by address of different records is a conflict with the user's id", async () => {
    const emails = [{ value: "ada@mail.example", primary: true }];
    const memory = pushed({ known: { userName: "zoe", emails } });
    const page = [
      oktaUser("00u1", "ada", { email: "ada@mail.example" }),
      oktaUser("00u2", "bo", { email: "ada@mail.example" }),
    ];

    const operations = await plan(memory, page);

    expect(operations).toMatchObject([
      { op: "adopt", link: { userId: "known" } },
      { op: "conflict", issue: { detail: expect.stringContaining("the id known") } },
    ]);
  });

  test("belongs to whom his externalId names, if that one is in the page", async () => {
    const memory = pushed({ known: { userName: "ada@example.com", externalId: "00u2" } });

    const operations = await plan(memory, [ADA, BO]);

    expect(operations).toMatchObject([
      { op: "create", sourceId: "00u1" },
      { op: "adopt", sourceId: "00u2", link: { userId: "known" } },
    ]);
  });
});

describe("matching by address", () => {
  const emails = [{ value: "ada@example.com", primary: true }];

  test.each([
    { externalId: "00u2", ops: ["create", "adopt"] },
    { externalId: "hr-1", ops: ["adopt", "create"] },
  ])("respects the externalId $externalId of the page", async ({ externalId, ops }) => {
    const memory = pushed({ known: { userName: "zoe", externalId, emails } });

    const operations = await plan(memory, [ADA, BO]);

    expect(operations.map(({ op }) => op)).toEqual(ops);
  });

  test("takes no user who is linked", async () => {
    const memory = await managed(ADA);

    const operations = await plan(memory, [oktaUser("00u9", "new", { email: "ada@example.com" })]);

    expect(operations).toMatchObject([{ op: "create" }]);
  });

  test("is off though a manager's address was looked up", async () => {
    const memory = pushed({ known: { userName: "zoe", emails } });
    const bo = oktaUser("00u2", "bo", { email: null, manager: "ada@example.com" });
    const ada = oktaUser("00u1", "ada", { email: "ada@example.com" });

    const operations = await plan(memory, [bo, ada], { matchByEmail: false });

    expect(operations).toMatchObject([{ op: "create" }, { op: "create" }]);
  });
});

describe("an externalId that another record's user has", () => {
  async function directory(more: object = {}): Promise<BridgeMemory> {
    const memory = await managed(oktaUser("00u7", "zoe@example.com"));
    const id = memory.bySource.get("00u7")?.userId ?? "";
    memory.push(id, { ...documentIn(memory, id), externalId: "00u1" });
    relink(memory, "00u7", more);
    return memory;
  }

  test("is a conflict, with an issue that names the holder", async () => {
    const memory = await directory();

    expect(await plan(memory, [ADA])).toMatchObject([
      {
        op: "conflict",
        sourceId: "00u1",
        why: "externalId-taken",
        issue: { kind: "externalId-taken", detail: expect.stringContaining("externalId") },
      },
    ]);
  });

  test("does not touch him for a leaver", async () => {
    const memory = await directory();

    expect(await plan(memory, [ADA_LEAVES])).toMatchObject([
      { op: "ignore", why: "inactive-never-seen" },
    ]);
  });

  test("is relinked in the second pass alone, once the former one is gone", async () => {
    const memory = await directory({ goneAt: 5 });
    const context = aContext(oktaConfig(), memory);

    const first = await runPage(memory, [ADA], context);
    const second = await runPage(memory, [ADA], { ...context, pass: "second" });

    expect(first).toMatchObject([{ op: "conflict" }]);
    expect(second).toMatchObject([{ op: "relink", formerSourceId: "00u7" }]);
  });
});

describe("somebody who comes back", () => {
  test("unchanged is no longer gone", async () => {
    const memory = await managed(ADA);
    relink(memory, "00u1", { goneAt: 5 });

    expect(await plan(memory, [ADA])).toMatchObject([{ op: "skip", link: { goneAt: undefined } }]);
  });

  test("restored is active unless the record says otherwise", async () => {
    const memory = pushed({
      known: { userName: "ada@example.com", externalId: "00u1", active: false },
    });
    const record = memory.users.get("known");
    if (record !== undefined) memory.users.set("known", { ...record, deletedAt: 5 });
    const row = { id: "00u1", profile: { login: "ada@example.com" } };

    const [operation] = await runPage(memory, [row], aContext(oktaConfig(), memory), "delta");

    expect(operation).toMatchObject({ op: "adopt", link: { isActive: true }, issues: [] });
    expect(documentIn(memory, "known").active).toBe(true);
  });

  test("new in a partial row that says no state is active", async () => {
    const memory = pushed({});
    const row = { id: "00u1", profile: { login: "ada@example.com" } };

    const [operation] = await runPage(memory, [row], aContext(oktaConfig(), memory), "delta");

    expect(operation).toMatchObject({ op: "create", change: { kind: "create" } });
    expect(operation).toMatchObject({ link: { isActive: true } });
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

    const rehired = rehiredFrom(held, memory.answer({ keys, emails: [] }), oktaConfig());

    expect(rehired).toEqual(new Set(["00u1"]));
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

test("addresses without a value name nobody", async () => {
  const memory = pushed({
    known: { userName: "ada@example.com", emails: [{ type: "home", display: "none" }] },
  });

  expect(await plan(memory, [ADA])).toMatchObject([{ op: "adopt" }]);
});

describe("rows of one id", () => {
  const twice = (second: JsonObject) => [oktaUser("00u1", "ada", { title: "CTO" }), second];

  test("in a complete listing: the later one holds as a whole", async () => {
    const rows = [
      { ...oktaUser("00u1", "ada"), status: "SUSPENDED" },
      { id: "00u1", profile: { login: "ada" } },
    ];

    const [prepared, ...others] = await preparePage(rows, oktaConfig(), "full");

    expect(others).toEqual([]);
    expect(prepared).toMatchObject({ sourceId: "00u1", mapped: { isActive: true } });
    expect(prepared?.raw).toEqual(rows[1]);
  });

  test("in a delta listing: the later one adds to the earlier", async () => {
    const [prepared] = await preparePage(
      twice({ id: "00u1", status: "SUSPENDED" }),
      oktaConfig(),
      "delta",
    );

    expect(prepared).toMatchObject({ mapped: { kind: "user", isActive: false } });
    expect(prepared?.raw).toMatchObject({ profile: { title: "CTO" }, status: "SUSPENDED" });
  });

  test("in Graph's complete listing, a delta round: the later one adds, or stands alone", async () => {
    const whole = { id: "m1", userPrincipalName: "mia", jobTitle: "Analyst" };
    const more = { id: "m1", city: "Berlin" };

    const [merged] = await preparePage([whole, more], aConfig(ENTRA), "full");
    const [alone] = await preparePage([more], aConfig(ENTRA), "full");

    expect(merged?.raw).toEqual({ ...whole, ...more });
    expect(alone).toMatchObject({ mapped: { kind: "user" } });
  });

  test("that are no users have no hash", async () => {
    const rows = [{ id: "m1", "@removed": { reason: "deleted" } }];

    expect(await preparePage(rows, aConfig(ENTRA), "delta")).toMatchObject([{ hash: "" }]);
  });
});
