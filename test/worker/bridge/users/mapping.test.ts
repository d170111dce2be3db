import { expect, test } from "vitest";
import type { Provider } from "#bridge/config/settings.ts";
import type { JsonObject } from "#scim/json.ts";
import { openPull, playOut } from "#test/support/bridge/pull.ts";

/** Where each provider keeps a cost code, and what a request for it must hold. */
const PLACES: readonly (readonly [Provider, from: string, raw: JsonObject, asked: string])[] = [
  [
    "okta",
    "profile.nickName2",
    { profile: { login: "ada@example.com", nickName2: "X1" } },
    "nickName2",
  ],
  [
    "entra",
    "extensionAttribute3",
    { onPremisesExtensionAttributes: { extensionAttribute3: "X1" } },
    "onPremisesExtensionAttributes",
  ],
  [
    "google",
    "customSchemas.Work.costCode",
    { customSchemas: { Work: { costCode: "X1" } } },
    "customSchemas",
  ],
  [
    "onelogin",
    "custom_attributes.cost",
    { custom_attributes: { cost: "X1" } },
    "custom_attributes",
  ],
  ["jumpcloud", "attributes[costCode]", { attributes: [{ name: "costCode", value: "X1" }] }, ""],
  ["scim", "urn:example:User:costCode", { "urn:example:User": { costCode: "X1" } }, ""],
];

test.each(PLACES)(
  "%s delivers %s, a dry run shows it, and the user has it",
  async (provider, from, raw, asked) => {
    const person = { userName: "ada@example.com", email: "ada@example.com", raw };
    const mapping = [
      { from, to: "nickName", when: "always" },
      { from, to: "locale", when: "create" },
    ] as const;
    const pull = await openPull(provider, [person], { mapping });
    const { bridge } = pull;

    const started = await bridge.calls.startPlan();
    await playOut(pull);
    const runId = started.kind === "ok" ? started.value.runId : "";
    const plan = await bridge.calls.plan(runId);

    expect(plan?.steps[0]).toMatchObject({ op: "create", set: { nickName: "X1", locale: "X1" } });
    const [{ doc } = { doc: "{}" }] = await bridge.users();
    expect(JSON.parse(doc)).toMatchObject({ nickName: "X1", locale: "X1" });
    const listings = pull.sent.filter(({ url }) => /users/i.test(url.pathname));
    for (const { url } of listings) expect(decodeURIComponent(url.search)).toContain(asked);
    const full = await bridge.calls.sync("full");
    expect([full.kind, (await playOut(pull)).counts]).toMatchObject([
      "ok",
      { skipped: 1, updated: 0 },
    ]);
  },
);
