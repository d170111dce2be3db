import { describe, expect, test } from "vitest";
import { oktaConfig, oktaUser, pushed } from "#test/support/bridge/people.ts";
import { managed, plan } from "#test/support/bridge/plan.ts";
import { aConfig, aContext, runPage } from "#test/support/bridge/run.ts";

const ADA = oktaUser("00u1", "ada@example.com");
const ENTRA = {
  type: "entra",
  tenantId: "t",
  graphBaseUrl: "https://g",
  loginBaseUrl: "https://l",
} as const;

describe("out of scope", () => {
  const GUEST = {
    id: "00u1",
    userPrincipalName: "ada@example.com",
    accountEnabled: true,
    userType: "Guest",
  };

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
