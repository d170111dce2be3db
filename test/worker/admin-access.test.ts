import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { openGateway } from "#test/support/gateway.ts";

const TEAM = "acme.cloudflareaccess.com";
const keys = await generateKeyPair("RS256", { extractable: true });

function guarded(adminEmails: readonly string[], isTeamUp = true) {
  return openGateway({
    adminToken: undefined,
    access: { teamDomain: TEAM, audience: "app", adminEmails: new Set(adminEmails) },
    fetch: async () => {
      if (!isTeamUp) return new Response("down", { status: 503 });
      return Response.json({
        keys: [{ ...(await exportJWK(keys.publicKey)), kid: "k", alg: "RS256" }],
      });
    },
  });
}

async function asAccess(email: string) {
  const jwt = await new SignJWT({ email })
    .setProtectedHeader({ alg: "RS256", kid: "k" })
    .setIssuer(`https://${TEAM}`)
    .setAudience("app")
    .setExpirationTime("5m")
    .sign(keys.privateKey);
  return { headers: { "Cf-Access-Jwt-Assertion": jwt }, token: "" };
}

describe("behind Cloudflare Access", () => {
  test("an administrator may read and change things", async () => {
    const gateway = guarded(["boss@example.com"]);
    const boss = await asAccess("Boss@example.com");

    const created = await gateway.admin("/connectors", { ...boss, body: { name: "New" } });
    const listed = await gateway.admin("/connectors", boss);

    expect([created.status, listed.status]).toEqual([201, 200]);
  });

  test("whoever else was let in may read, and gets 403 for any change", async () => {
    const gateway = guarded(["boss@example.com"]);
    const clerk = await asAccess("clerk@example.com");

    const listed = await gateway.admin("/connectors", clerk);
    const created = await gateway.admin("/connectors", { ...clerk, body: { name: "New" } });

    expect([listed.status, created.status]).toEqual([200, 403]);
    expect(created.headers.get("Content-Type")).toBe("application/problem+json");
  });

  test("without a list of administrators everybody who was let in is one", async () => {
    const gateway = guarded([]);

    const created = await gateway.admin("/connectors", {
      ...(await asAccess("clerk@example.com")),
      body: { name: "New" },
    });

    expect(created.status).toBe(201);
  });

  test("a call without a JWT, or with a forged one, is 401", async () => {
    const gateway = guarded([]);
    const forged = { headers: { "Cf-Access-Jwt-Assertion": "e30.e30.e30" }, token: "" };

    const statuses = [
      (await gateway.admin("/connectors", { token: "" })).status,
      (await gateway.admin("/connectors", forged)).status,
    ];

    expect(statuses).toEqual([401, 401]);
  });

  test("a team whose keys cannot be fetched is 503, not 401", async () => {
    const gateway = guarded([], false);

    const answer = await gateway.admin("/connectors", await asAccess("boss@example.com"));

    expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "10"]);
  });
});
