import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { encodeBase64Url } from "#credentials/base64url.ts";
import { openGateway } from "#test/support/gateway.ts";
import type { Sent } from "./bad-input.ts";
import { type HttpRow, refused } from "./table.ts";

const PROBLEM = { form: "problem" } as const;
const FORM = JSON.stringify({ name: "Evil" });
const CROSS_SITE = { "Content-Type": "text/plain", Cookie: "CF_Authorization=x" };
const CONNECTORS = { to: "admin", path: "/connectors" } as const;

/** Section J, from 152 on: who may use the admin API. */
export const ADMIN_ROWS: readonly HttpRow[] = [
  ...refused(401, undefined, [
    [
      152,
      "a cross-site form",
      { ...CONNECTORS, token: "", body: FORM, headers: CROSS_SITE },
      PROBLEM,
    ],
    [153, "an Access JWT without a signature", unsignedJwt, PROBLEM],
    [153, "an Access JWT for another audience", () => forgedJwt({ audience: "other" }), PROBLEM],
    [153, "an Access JWT that expired", () => forgedJwt({ expires: "-1m" }), PROBLEM],
    [153, "an Access JWT of an unknown key", () => forgedJwt({ kid: "other" }), PROBLEM],
  ]),
  ...refused(415, undefined, [
    [152, "text/plain with the token", { ...CONNECTORS, body: FORM, headers: CROSS_SITE }, PROBLEM],
  ]),
  { row: 153, what: "an Access JWT that is good", sent: () => forgedJwt({}), status: 200 },
];

const TEAM = "acme.cloudflareaccess.com";
const keys = await generateKeyPair("RS256");

/** A gateway behind Access whose team publishes one key. */
const behindAccess = openGateway({
  adminToken: undefined,
  access: { teamDomain: TEAM, audience: "app", administrators: "everybody" },
  fetch: async () =>
    Response.json({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: "k", alg: "RS256" }] }),
});

function withJwt(jwt: string): Sent {
  const headers = { "Cf-Access-Jwt-Assertion": jwt };
  return { ...CONNECTORS, token: "", headers, through: behindAccess };
}

interface Forgery {
  readonly audience?: string;
  readonly expires?: string;
  readonly kid?: string;
}

async function forgedJwt({ audience = "app", expires = "5m", kid = "k" }: Forgery): Promise<Sent> {
  const jwt = await new SignJWT({ email: "boss@example.com" })
    .setProtectedHeader({ alg: "RS256", kid })
    .setIssuer(`https://${TEAM}`)
    .setAudience(audience)
    .setExpirationTime(expires)
    .sign(keys.privateKey);
  return withJwt(jwt);
}

function unsignedJwt(): Sent {
  const exp = Math.floor(Date.now() / 1_000) + 300;
  const claims = { iss: `https://${TEAM}`, aud: "app", email: "boss@example.com", exp };
  const parts = [{ alg: "none", kid: "k" }, claims].map((part) =>
    encodeBase64Url(new TextEncoder().encode(JSON.stringify(part))),
  );
  return withJwt(`${parts.join(".")}.`);
}
