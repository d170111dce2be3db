import { describe, expect, test } from "vitest";
import type { BridgeMemory } from "#test/support/bridge/memory.ts";
import { documentIn, oktaConfig, oktaUser, pushed } from "#test/support/bridge/people.ts";
import { managed, plan, relink } from "#test/support/bridge/plan.ts";
import { aContext, runPage } from "#test/support/bridge/run.ts";

const ADA = oktaUser("00u1", "ada@example.com");
const BO = oktaUser("00u2", "bo@example.com");
const ADA_LEAVES = oktaUser("00u1", "ada@example.com", {}, "SUSPENDED");

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

  test("goes to the lowest source id, not to who is listed first: here to who is restored", async () => {
    const memory = pushed({ gone: { userName: "ada@example.com", externalId: "00u1" } });
    const record = memory.users.get("gone");
    if (record !== undefined) memory.users.set("gone", { ...record, deletedAt: 5 });

    const operations = await plan(memory, [oktaUser("00u9", "ada@example.com"), ADA]);

    expect(operations).toMatchObject([{ op: "conflict" }, { op: "adopt" }]);
  });
});

describe("one user for two records", () => {
  test("is whose externalId it has, and the other one has a new user", async () => {
    const memory = pushed({ known: { userName: "ada@example.com", externalId: "00u2" } });

    // Both lead to "known": one by his name and address, the other by his externalId.
    const operations = await plan(memory, [BO, ADA]);

    expect(operations).toMatchObject([{ op: "adopt", sourceId: "00u2" }, { op: "create" }]);
  });

  test("by one address is nobody's: both have users of their own, with issues that name all", async () => {
    const emails = [{ value: "ada@mail.example", primary: true }];
    const memory = pushed({ known: { userName: "zoe", emails } });
    const page = [
      oktaUser("00u1", "ada", { email: "ada@mail.example" }),
      oktaUser("00u2", "bo", { email: "ada@mail.example" }),
    ];

    const operations = await plan(memory, page);

    expect(operations).toMatchObject([
      { op: "create", issues: [{ detail: expect.stringMatching(/00u1 .* the id known.* 00u2/) }] },
      { op: "create", issues: [{ detail: expect.stringMatching(/00u2 .* the id known.* 00u1/) }] },
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
