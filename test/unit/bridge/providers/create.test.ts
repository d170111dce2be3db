import { describe, expect, test } from "vitest";
import type { SourceConfig, SourceCredentials } from "#bridge/config/settings.ts";
import { createSource } from "#bridge/providers/create.ts";
import { fakeProvider, json } from "#test/unit/bridge/fake-fetch.ts";

const { tools } = fakeProvider(() => json({}));

const OKTA: SourceConfig = { type: "okta", baseUrl: "https://example.okta.com" };
const SCIM: SourceConfig = { type: "scim", baseUrl: "https://scim.example.com" };
const PAIRS: readonly (readonly [SourceConfig, SourceCredentials])[] = [
  [OKTA, { kind: "okta-token", apiToken: "t" }],
  [OKTA, { kind: "okta-service", clientId: "c", privateKeyJwk: { kty: "RSA" } }],
  [
    {
      type: "entra",
      tenantId: "t",
      graphBaseUrl: "https://g.example",
      loginBaseUrl: "https://l.example",
    },
    { kind: "entra", clientId: "c", clientSecret: "s" },
  ],
  [
    {
      type: "google",
      adminEmail: "admin@example.com",
      customer: "my_customer",
      apiBaseUrl: "https://a.example",
      tokenUrl: "https://t.example/token",
    },
    { kind: "google", clientEmail: "robot@example.com", privateKey: "k" },
  ],
  [
    { type: "onelogin", baseUrl: "https://example.onelogin.com" },
    { kind: "onelogin", clientId: "c", clientSecret: "s" },
  ],
  [
    { type: "jumpcloud", baseUrl: "https://console.jumpcloud.com", userNameFrom: "email" },
    { kind: "jumpcloud", apiKey: "k" },
  ],
  [SCIM, { kind: "scim", token: "t" }],
];

describe("a source", () => {
  test.each(PAIRS)("of %j is made without a request", (config, credentials) => {
    expect(createSource(config, credentials, tools).userListings).toContain("users");
  });

  test.each([
    [OKTA, { kind: "scim", token: "secret-token" }],
    [SCIM, { kind: "okta-token", apiToken: "secret-token" }],
  ] as const)("of %j is not made with another provider's credentials", (config, credentials) => {
    const create = () => createSource(config, credentials, tools);

    expect(create).toThrow(`Credentials of the kind ${credentials.kind}`);
    expect(create).not.toThrow("secret-token");
  });
});
