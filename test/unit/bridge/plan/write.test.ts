import { describe, expect, test } from "vitest";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { documentIn, oktaConfig, oktaUser, pushed } from "#test/support/bridge/people.ts";
import { aConfig, aContext, runPage } from "#test/support/bridge/run.ts";

describe("ownership", () => {
  test("what the mapping does not own is never touched", async () => {
    const unowned = {
      roles: [{ value: "admin" }],
      entitlements: [{ value: "all" }],
      photos: [{ value: "https://example.com/ada.png", type: "photo" }],
    };
    const memory = pushed({ known: { userName: "ada@example.com", ...unowned } });

    await runPage(memory, [oktaUser("00u1", "ada@example.com")], aContext(oktaConfig(), memory));

    expect(documentIn(memory, "known")).toMatchObject(unowned);
  });

  test("addresses and numbers of other types stay, but only one is primary", async () => {
    const memory = pushed({
      known: {
        userName: "ada@example.com",
        emails: [{ value: "ada@home.example", type: "home", primary: true }],
        phoneNumbers: [{ value: "1", type: "home" }],
      },
    });
    const record = oktaUser("00u1", "ada@example.com", { primaryPhone: "2" });

    await runPage(memory, [record], aContext(oktaConfig(), memory));

    expect(documentIn(memory, "known")).toMatchObject({
      emails: [
        { value: "ada@home.example", type: "home", primary: false },
        { value: "ada@example.com", type: "work", primary: true },
      ],
      phoneNumbers: [
        { value: "1", type: "home" },
        { value: "2", type: "work" },
      ],
    });
  });

  test("an owned value keeps the sub-attributes that are not mapped", async () => {
    const emails = [{ value: "old@example.com", type: "work", display: "Ada" }];
    const memory = pushed({ known: { userName: "ada@example.com", emails } });

    await runPage(memory, [oktaUser("00u1", "ada@example.com")], aContext(oktaConfig(), memory));

    expect(documentIn(memory, "known").emails).toEqual([
      { value: "ada@example.com", display: "Ada", type: "work", primary: true },
    ]);
  });

  test("an owned attribute that the provider no longer has is cleared", async () => {
    const memory = pushed({});
    const context = aContext(oktaConfig(), memory);
    const full = { title: "CTO", primaryPhone: "2", city: "London", department: "R&D" };
    await runPage(memory, [oktaUser("00u1", "ada@example.com", full)], context);

    await runPage(memory, [oktaUser("00u1", "ada@example.com")], context);

    const [id = ""] = memory.users.keys();
    expect(documentIn(memory, id)).toEqual({
      externalId: "00u1",
      userName: "ada@example.com",
      active: true,
      emails: [{ value: "ada@example.com", type: "work", primary: true }],
    });
  });

  test("a push write stays until the record changes at the provider", async () => {
    const memory = pushed({});
    const context = aContext(oktaConfig(), memory);
    await runPage(memory, [oktaUser("00u1", "ada@example.com", { title: "CTO" })], context);
    const [id = ""] = memory.users.keys();
    memory.push(id, { ...documentIn(memory, id), title: "Boss" });

    const again = await runPage(
      memory,
      [oktaUser("00u1", "ada@example.com", { title: "CTO" })],
      context,
    );

    expect(again).toMatchObject([{ op: "skip" }]);
    expect(documentIn(memory, id).title).toBe("Boss");
  });
});

describe("a record of a delta listing", () => {
  const config = aConfig({
    type: "entra",
    tenantId: "t",
    graphBaseUrl: "https://graph.example.com",
    loginBaseUrl: "https://login.example.com",
  });
  const MIA = {
    id: "m1",
    userPrincipalName: "mia@example.com",
    mail: "mia@example.com",
    givenName: "Mia",
    surname: "Chen",
    jobTitle: "Analyst",
    city: "Berlin",
    country: "Germany",
    accountEnabled: true,
  };

  test("keeps what it does not say, and rebuilds what is put together", async () => {
    const memory = pushed({});
    const context = aContext(config, memory);
    await runPage(memory, [MIA], context);

    await runPage(memory, [{ id: "m1", surname: "Ortega", city: "Hamburg" }], context, "delta");

    const [id = ""] = memory.users.keys();
    expect(documentIn(memory, id)).toMatchObject({
      title: "Analyst",
      name: { formatted: "Mia Ortega", givenName: "Mia", familyName: "Ortega" },
      addresses: [{ type: "work", locality: "Hamburg", country: "Germany" }],
    });
  });

  test("clears what it says to be null", async () => {
    const memory = pushed({});
    const context = aContext(config, memory);
    await runPage(memory, [MIA], context);

    await runPage(memory, [{ id: "m1", jobTitle: null, mail: null }], context, "delta");

    const [id = ""] = memory.users.keys();
    expect(documentIn(memory, id)).not.toHaveProperty("title");
    expect(documentIn(memory, id)).not.toHaveProperty("emails");
  });

  test("leaves the next complete listing to look again", async () => {
    const memory = pushed({});
    const context = aContext(config, memory);
    await runPage(memory, [MIA], context);
    const [partial] = await runPage(memory, [{ id: "m1", surname: "Ortega" }], context, "delta");

    const whole = await runPage(memory, [{ ...MIA, surname: "Ortega" }], context);

    expect(partial).toMatchObject({ op: "update", link: { hash: "" } });
    expect(whole).toMatchObject([{ op: "skip" }]);
  });

  test("merges the rows of one object, the later ones first", async () => {
    const memory = pushed({});
    const rows = [
      MIA,
      { id: "m1", jobTitle: "Director" },
      { id: "m1", "manager@delta": [{ id: "m0" }] },
    ];

    const operations = await runPage(memory, rows, aContext(config, memory), "delta");

    expect(operations).toMatchObject([{ op: "create", link: { pendingManager: "m0" } }]);
    const [id = ""] = memory.users.keys();
    expect(documentIn(memory, id).title).toBe("Director");
  });

  test("a removal stands alone among the rows of one object, wherever it is", async () => {
    const memory = pushed({});
    const context = aContext(config, memory);
    await runPage(memory, [MIA], context);
    const removal = { id: "m1", "@removed": { reason: "changed" } };

    const restored = await runPage(memory, [removal, MIA], context, "delta");
    const removed = await runPage(memory, [MIA, removal], context, "delta");

    expect(restored).toMatchObject([{ op: "skip" }]);
    expect(removed).toMatchObject([{ op: "deactivate", why: "removed:changed" }]);
  });

  test("a row that says too little of somebody unknown is an issue", async () => {
    const memory = pushed({});

    const operations = await runPage(
      memory,
      [{ id: "m9", jobTitle: "Analyst" }],
      aContext(config, memory),
      "delta",
    );

    expect(operations).toMatchObject([{ op: "ignore", issue: { kind: "no-username" } }]);
  });
});

describe("a value that the directory refuses", () => {
  test.each([
    ["a NUL", { title: "a\u0000b" }],
    ["a lone surrogate", { title: "\ud800" }],
    ["more than 8 KB", { title: "x".repeat(9_000) }],
  ])("%s is an issue of that record alone", async (_, profile) => {
    const memory = pushed({});
    const page = [oktaUser("00u1", "ada@example.com", profile), oktaUser("00u2", "bo@example.com")];

    const operations = await runPage(memory, page, aContext(oktaConfig(), memory));

    expect(operations).toMatchObject([
      { op: "ignore", why: "invalid-value", issue: { sourceId: "00u1" } },
      { op: "create", sourceId: "00u2" },
    ]);
  });

  test.each([
    ["a userName", oktaUser("00u1", "a\u200bda@example.com")],
    ["an address", oktaUser("00u1", "ada@example.com", { email: "a\u202e@example.com" })],
    ["an id", oktaUser("00u\u00ad1", "ada@example.com")],
  ])("%s with hidden characters is an issue of that record alone", async (_, record) => {
    const memory = pushed({});

    const operations = await runPage(
      memory,
      [record, oktaUser("00u2", "bo@example.com")],
      aContext(oktaConfig(), memory),
    );

    expect(operations).toMatchObject([
      { op: "ignore", why: "invalid-value", issue: { kind: "invalid-value" } },
      { op: "create", sourceId: "00u2" },
    ]);
    expect(memory.users.size).toBe(1);
  });

  test("a name with blanks at its ends is trimmed, as every text of a record is", async () => {
    const memory = pushed({});
    const record = oktaUser("00u1", " ada@example.com\u00a0", { email: "\tada@example.com " });

    await runPage(memory, [record], aContext(oktaConfig(), memory));

    const [id = ""] = memory.users.keys();
    expect(documentIn(memory, id)).toMatchObject({
      userName: "ada@example.com",
      emails: [{ value: "ada@example.com" }],
    });
  });

  test("a record that is left out for its name takes nobody's place", async () => {
    const memory = pushed({});
    const context = aContext(oktaConfig(), memory);
    const [ada, bo] = ["ada@example.com", "bo@example.com"];
    await runPage(memory, [oktaUser("00u1", ada), oktaUser("00u2", bo)], context);

    const operations = await runPage(
      memory,
      [oktaUser("00u1", "ada\u200b@example.com"), oktaUser("00u2", ada)],
      context,
    );

    expect(operations).toMatchObject([
      { op: "ignore", why: "invalid-value" },
      { op: "conflict", why: "userName-taken" },
    ]);
  });

  test.each([
    [
      "a NUL in the title",
      oktaUser("00u1", "ada@example.com", { title: "a\u0000b" }, "DEPROVISIONED"),
    ],
    [
      "a hidden character in the name",
      oktaUser("00u1", "ada\u200b@example.com", {}, "DEPROVISIONED"),
    ],
  ])("does not keep a leaver active: %s", async (_, leaver) => {
    const memory = pushed({});
    const context = aContext(oktaConfig(), memory);
    await runPage(memory, [oktaUser("00u1", "ada@example.com")], context);

    const [operation] = await runPage(memory, [leaver], context);

    expect(operation).toMatchObject({
      op: "deactivate",
      why: "disabled",
      issues: [{ kind: "invalid-value" }],
    });
  });
});

describe("managers", () => {
  const managerIn = (memory: ReturnType<typeof pushed>, id: string) =>
    documentIn(memory, id)[ENTERPRISE_USER];

  test.each(["00u1", "ADA@example.com", "ada@mail.example"])(
    "%s names a user of the same page who is listed earlier",
    async (manager) => {
      const memory = pushed({});
      const page = [
        oktaUser("00u1", "ada@example.com", { email: "ada@mail.example" }),
        oktaUser("00u2", "bo@example.com", { managerId: manager }),
      ];

      const operations = await runPage(memory, page, aContext(oktaConfig(), memory));

      const [adaId, boId = ""] = memory.users.keys();
      expect(operations).toMatchObject([{ op: "create" }, { op: "create", issues: [] }]);
      expect(managerIn(memory, boId)).toEqual({ manager: { value: adaId } });
    },
  );

  test("a user whom no bridge manages is nobody's manager", async () => {
    const memory = pushed({ other: { userName: "ada@example.com" } });
    const page = [oktaUser("00u2", "bo@example.com", { manager: "ada@example.com" })];

    const operations = await runPage(memory, page, aContext(oktaConfig(), memory));

    expect(operations).toMatchObject([
      { link: { pendingManager: "ada@example.com" }, issues: [{ kind: "manager-unresolved" }] },
    ]);
  });

  test("a manager who goes at the provider goes here", async () => {
    const memory = pushed({});
    const context = aContext(oktaConfig(), memory);
    await runPage(memory, [oktaUser("00u2", "bo@example.com", { manager: "Somebody" })], context);

    const [operation] = await runPage(memory, [oktaUser("00u2", "bo@example.com")], context);

    const [id = ""] = memory.users.keys();
    expect(operation).toMatchObject({ op: "update", link: { pendingManager: undefined } });
    expect(documentIn(memory, id)).not.toHaveProperty([ENTERPRISE_USER]);
  });
});

test("the names of a raw record reach no prototype", async () => {
  const memory = pushed({});
  const record = JSON.parse(
    `{"id":"00u1","status":"ACTIVE","__proto__":{"status":"DEPROVISIONED"},"constructor":1,
      "profile":{"login":"ada@example.com","__proto__":{"title":"CTO"},"toString":"x"}}`,
  );

  await runPage(memory, [record], aContext(oktaConfig(), memory));

  const [id = ""] = memory.users.keys();
  expect(documentIn(memory, id)).toEqual({
    externalId: "00u1",
    userName: "ada@example.com",
    active: true,
  });
});
