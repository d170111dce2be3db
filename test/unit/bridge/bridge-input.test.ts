import { expect, test } from "vitest";
import { BRIDGE_DEFAULTS } from "#bridge/config/settings.ts";
import { BRIDGE } from "#http/admin/bridge/schemas.ts";

const SOURCE = { type: "okta", baseUrl: "https://acme.okta.com" };

test("what the admin API takes for granted are the defaults of the Bridge", () => {
  const { source, credentials, paused, ...settings } = BRIDGE.parse({ source: SOURCE });

  expect(settings).toEqual(BRIDGE_DEFAULTS);
  expect(source).toEqual(SOURCE);
  expect([credentials, paused]).toEqual([undefined, undefined]);
});

test("a part of the guard leaves the rest at its default", () => {
  const { guard } = BRIDGE.parse({ source: SOURCE, guard: { percent: 50 } });

  expect(guard).toEqual({ max: 25, percent: 50, minBase: 5 });
});

test("groups that go and members who leave have guards of their own", () => {
  const { groupGuard, membershipGuard } = BRIDGE.parse({
    source: SOURCE,
    groupGuard: { max: 10 },
    membershipGuard: { percent: 30, minBase: 1 },
  });

  expect(groupGuard).toEqual({ max: 10, percent: 20, minBase: 5 });
  expect(membershipGuard).toEqual({ max: 50, percent: 30, minBase: 1 });
});

test.each(["contoso.onmicrosoft.com", "example.com", "72F988BF-86f1-41af-91ab-2d7cd011db47"])(
  "%s names a tenant",
  (tenantId) => {
    expect(BRIDGE.safeParse({ source: { type: "entra", tenantId } }).success).toBe(true);
  },
);

test.each([
  "common",
  "organizations",
  "",
  "example.com/x",
  "example..com",
  "-example.com",
  "example.com?x",
  "../example.com",
  "exa mple.com",
  `${"a".repeat(250)}.com`,
])("%j names no tenant", (tenantId) => {
  expect(BRIDGE.safeParse({ source: { type: "entra", tenantId } }).success).toBe(false);
});

test("a long tenant name is refused in linear time", () => {
  const tenantId = `${"a-".repeat(30_000)}!`;

  expect(BRIDGE.safeParse({ source: { type: "entra", tenantId } }).success).toBe(false);
});
