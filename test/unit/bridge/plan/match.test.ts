import { describe, expect, test } from "vitest";
import { documentIn, oktaConfig, oktaUser, pushed } from "#test/support/bridge/people.ts";
import { aContext, runPage } from "#test/support/bridge/run.ts";

const ADA = oktaUser("00u1", "ada@example.com");

describe("matching a user that a push client made", () => {
  test("the externalId goes before the userName", async () => {
    const memory = pushed({
      named: { userName: "ada@example.com" },
      known: { userName: "old@example.com", externalId: "00u1" },
    });

    const [operation] = await runPage(memory, [ADA], aContext(oktaConfig(), memory));

    // Adopting "known" would take the name of "named": nobody is overwritten.
    expect(operation).toMatchObject({ op: "conflict", why: "userName-taken" });
  });

  test("the externalId finds a user under another name, who is renamed", async () => {
    const memory = pushed({ known: { userName: "old@example.com", externalId: "00u1" } });

    const [operation] = await runPage(memory, [ADA], aContext(oktaConfig(), memory));

    expect(operation).toMatchObject({ op: "adopt", link: { userId: "known", isActive: true } });
    expect(documentIn(memory, "known").userName).toBe("ada@example.com");
  });

  test("the userName is found in any letter case and compatibility form", async () => {
    const memory = pushed({ known: { userName: "ＡＤＡ@Example.com" } });

    const [operation] = await runPage(memory, [ADA], aContext(oktaConfig(), memory));

    expect(operation).toMatchObject({ op: "adopt", link: { userId: "known" } });
    expect(documentIn(memory, "known").externalId).toBe("00u1");
  });

  test("the externalId of a push client is kept", async () => {
    const memory = pushed({ known: { userName: "ada@example.com", externalId: "hr-7" } });

    const [operation] = await runPage(memory, [ADA], aContext(oktaConfig(), memory));

    expect(operation).toMatchObject({ op: "adopt" });
    expect(documentIn(memory, "known").externalId).toBe("hr-7");
  });

  test("the primary e-mail address finds the one user who has it", async () => {
    const emails = [{ value: "ADA@example.com", primary: true }];
    const memory = pushed({ known: { userName: "ada", emails } });

    const [operation] = await runPage(memory, [ADA], aContext(oktaConfig(), memory));

    expect(operation).toMatchObject({ op: "adopt", link: { userId: "known" } });
    expect(documentIn(memory, "known").emails).toEqual([
      { value: "ada@example.com", type: "work", primary: true },
    ]);
  });

  test.each([
    { rule: "two users have the address", second: true, settings: {} },
    { rule: "matchByEmail is off", second: false, settings: { matchByEmail: false } },
  ])("a new user is created where $rule", async ({ second, settings }) => {
    const emails = [{ value: "ada@example.com", primary: true }];
    const memory = pushed({
      known: { userName: "ada", emails },
      ...(second && { other: { userName: "ada2", emails } }),
    });

    const [operation] = await runPage(memory, [ADA], aContext(oktaConfig(settings), memory));

    expect(operation).toMatchObject({ op: "create" });
  });

  test("an address that is not the user's primary one is no match", async () => {
    const emails = [
      { value: "boss@example.com", primary: true },
      { value: "ada@example.com", type: "other" },
    ];
    const memory = pushed({ known: { userName: "boss", emails } });

    const [operation] = await runPage(memory, [ADA], aContext(oktaConfig(), memory));

    expect(operation).toMatchObject({ op: "create" });
  });

  test("an address is no match for a user whose name another record of the page has", async () => {
    const emails = [{ value: "ada@example.com", primary: true }];
    const memory = pushed({ known: { userName: "root@example.com", emails } });
    const page = [ADA, oktaUser("00u2", "root@example.com")];

    const operations = await runPage(memory, page, aContext(oktaConfig(), memory));

    expect(operations.map(({ op }) => op)).toEqual(["create", "adopt"]);
  });

  test("users without a match are never touched", async () => {
    const memory = pushed({ other: { userName: "eve@example.com" } });
    const before = memory.users.get("other");

    await runPage(memory, [ADA], aContext(oktaConfig(), memory));

    expect(memory.users.get("other")).toBe(before);
  });
});

describe("an inactive user of the directory", () => {
  test("is woken by the same externalId", async () => {
    const memory = pushed({
      known: { userName: "ada@example.com", externalId: "00u1", active: false },
    });

    const [operation] = await runPage(memory, [ADA], aContext(oktaConfig(), memory));

    expect(operation).toMatchObject({ op: "adopt", link: { isActive: true } });
    expect(documentIn(memory, "known").active).toBe(true);
  });

  test("is woken by the same userName where no externalId contradicts", async () => {
    const memory = pushed({ known: { userName: "ada@example.com", active: false } });

    const [operation] = await runPage(memory, [ADA], aContext(oktaConfig(), memory));

    expect(operation).toMatchObject({ op: "adopt" });
    expect(documentIn(memory, "known").active).toBe(true);
  });

  test("is not handed over by userName to somebody with another externalId", async () => {
    const memory = pushed({
      known: { userName: "ada@example.com", externalId: "00u9", active: false },
    });
    const before = memory.users.get("known");

    const [operation] = await runPage(memory, [ADA], aContext(oktaConfig(), memory));

    expect(operation).toMatchObject({ op: "conflict", why: "rehire-conflict" });
    expect(memory.users.get("known")).toBe(before);
  });

  test("is not handed over by e-mail address", async () => {
    const emails = [{ value: "ada@example.com", primary: true }];
    const memory = pushed({ known: { userName: "ada", emails, active: false } });

    const [operation] = await runPage(memory, [ADA], aContext(oktaConfig(), memory));

    expect(operation).toMatchObject({ op: "conflict", issue: { kind: "rehire-conflict" } });
    expect(documentIn(memory, "known").active).toBe(false);
  });
});

describe("a record that is inactive at the provider and not linked", () => {
  const LEAVER = oktaUser("00u1", "ada@example.com", {}, "SUSPENDED");

  test("adopts by name what is then switched off behind the guard", async () => {
    const memory = pushed({ known: { userName: "ada@example.com" } });

    const [operation] = await runPage(memory, [LEAVER], aContext(oktaConfig(), memory));

    expect(operation).toMatchObject({
      op: "deactivate",
      userId: "known",
      link: { isActive: true },
    });
    expect(documentIn(memory, "known")).toMatchObject({ active: true, externalId: "00u1" });
  });

  test.each([
    { by: "e-mail address alone", userName: "ada", externalId: "x" },
    { by: "name against its externalId", userName: "ada@example.com", externalId: "x" },
  ])("touches nobody by $by", async ({ userName, externalId }) => {
    const emails = [{ value: "ada@example.com", primary: true }];
    const memory = pushed({ known: { userName, externalId, emails } });

    const [operation] = await runPage(memory, [LEAVER], aContext(oktaConfig(), memory));

    expect(operation).toMatchObject({ op: "ignore", why: "inactive-never-seen" });
  });

  test("is created inactive where createInactive is on", async () => {
    const memory = pushed({});
    const context = aContext(oktaConfig({ createInactive: true }), memory);

    const [operation] = await runPage(memory, [LEAVER], context);

    expect(operation).toMatchObject({ op: "create", link: { isActive: false } });
    expect([...memory.users.keys()].map((id) => documentIn(memory, id).active)).toEqual([false]);
  });
});

test("a soft-deleted user with the same externalId is restored under its id", async () => {
  const memory = pushed({
    known: { userName: "ada@example.com", externalId: "00u1", title: "CTO" },
  });
  const record = memory.users.get("known");
  if (record !== undefined) memory.users.set("known", { ...record, deletedAt: 5 });

  const [operation] = await runPage(memory, [ADA], aContext(oktaConfig(), memory));

  expect(operation).toMatchObject({ op: "adopt", change: { kind: "restore" } });
  expect(memory.users.get("known")?.deletedAt).toBeUndefined();
});
