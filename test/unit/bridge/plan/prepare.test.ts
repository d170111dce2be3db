import { describe, expect, test } from "vitest";
import { preparePage } from "#bridge/plan/prepare.ts";
import type { JsonObject } from "#scim/json.ts";
import { oktaConfig, oktaUser } from "#test/support/bridge/people.ts";
import { aConfig } from "#test/support/bridge/run.ts";

const ENTRA = {
  type: "entra",
  tenantId: "t",
  graphBaseUrl: "https://g",
  loginBaseUrl: "https://l",
} as const;

describe("rows of one id", () => {
  const twice = (second: JsonObject) => [oktaUser("00u1", "ada", { title: "CTO" }), second];

  test("in a complete listing: the later one holds as a whole", async () => {
    const rows = [
      { ...oktaUser("00u1", "ada"), status: "SUSPENDED" },
      { id: "00u1", profile: { login: "ada" } },
    ];

    const [prepared, ...others] = await preparePage(rows, oktaConfig(), "full");

    expect(others).toEqual([]);
    expect(prepared).toMatchObject({ sourceId: "00u1", mapped: { isActive: undefined } });
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

  test("that differ in the Unicode form of a text alone have one hash", async () => {
    const hashes = ["é", "e\u0301"].map(async (title) => {
      const [prepared] = await preparePage([oktaUser("1", "ada", { title })], oktaConfig(), "full");
      return prepared?.hash;
    });

    const [composed, decomposed] = await Promise.all(hashes);

    expect(composed).toBe(decomposed);
  });

  test("that are no users have no hash", async () => {
    const rows = [{ id: "m1", "@removed": { reason: "deleted" } }];

    expect(await preparePage(rows, aConfig(ENTRA), "delta")).toMatchObject([{ hash: "" }]);
  });
});
