import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { AccessConfig } from "#http/access-config.ts";
import { type GatewayOptions, openGateway } from "./gateway.ts";

const TEAM = "acme.cloudflareaccess.com";

/** A gateway behind Cloudflare Access, and what it takes to call it as somebody whom Access let in. */
export async function openBehindAccess(
  administrators: "everybody" | readonly string[],
  options: GatewayOptions & { readonly isTeamUp?: boolean } = {},
) {
  const keys = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: "k", alg: "RS256" };
  const access: AccessConfig = {
    teamDomain: TEAM,
    audience: "app",
    administrators: administrators === "everybody" ? administrators : new Set(administrators),
  };
  const fetch = async () => {
    if (options.isTeamUp === false) return new Response("down", { status: 503 });
    return Response.json({ keys: [jwk] });
  };
  const gateway = openGateway({ adminToken: undefined, access, fetch, ...options });
  /** A call of a person, or of a service token where there is no address, from the gateway's own page. */
  const sign = (email: string | undefined) =>
    new SignJWT(email === undefined ? { common_name: "script" } : { email })
      .setProtectedHeader({ alg: "RS256", kid: "k" })
      .setIssuer(`https://${TEAM}`)
      .setAudience("app")
      .setExpirationTime("1h")
      .sign(keys.privateKey);
  const signed = new Map<string | undefined, string>();
  const as = async (email: string | undefined, headers: Readonly<Record<string, string>> = OWN) => {
    const jwt = signed.get(email) ?? (await sign(email));
    signed.set(email, jwt);
    return { headers: { "Cf-Access-Jwt-Assertion": jwt, ...headers }, token: "" };
  };
  return { gateway, as, access, fetch };
}

const OWN = { "Sec-Fetch-Site": "same-origin" };
