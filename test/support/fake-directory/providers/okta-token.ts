import {
  calculateJwkThumbprint,
  decodeProtectedHeader,
  EmbeddedJWK,
  type JWK,
  jwtVerify,
} from "jose";
import { type Call, json } from "#test/support/fake-directory/face.ts";
import type { ServiceKey } from "#test/support/fake-directory/service-key.ts";
import { createTokens, readAuthorization } from "#test/support/fake-directory/tokens.ts";

/** Okta's service app: its token endpoint, and the check of what it gave out. */
export interface OktaService {
  readonly token: (call: Call) => Promise<Response>;
  /** Whether a request carries a token with this scope, and the proof that the token wants. */
  readonly check: (call: Call, scope: string) => Promise<"ok" | "unauthorized" | "forbidden">;
  readonly revokeTokens: () => void;
}

/** How the service app was set up. */
export interface OktaServiceOptions {
  readonly clientId: string;
  readonly key: ServiceKey;
  readonly isDpopRequired: boolean;
}

const SCOPES: readonly string[] = ["okta.users.read", "okta.groups.read", "okta.apps.read"];

/** The nonce that every proof at the token endpoint must carry. */
const NONCE = "fake-dpop-nonce";

/** Makes the token endpoint of an org's service app: private_key_jwt alone, with DPoP (RFC 9449). */
export function createOktaService(options: OktaServiceOptions): OktaService {
  const tokens = createTokens();
  const proofs = new Set<string>();
  return {
    token: async (call) => {
      const form = new URLSearchParams(await call.request.text());
      const refusal = await refuseForm(call, form, options);
      if (refusal !== undefined) return refusal;
      const proof = await readProof(call, proofs, undefined);
      if (proof === undefined && options.isDpopRequired) {
        return oauthError("invalid_dpop_proof", "The DPoP proof JWT header is missing or invalid.");
      }
      if (proof !== undefined && proof.nonce !== NONCE) return nonceWanted();
      const scopes = (form.get("scope") ?? "").split(" ");
      const value = tokens.give({
        expiresAt: call.now + 3_600_000,
        scopes,
        ...(proof === undefined ? {} : { thumbprint: proof.thumbprint }),
      });
      return json({
        token_type: proof === undefined ? "Bearer" : "DPoP",
        expires_in: 3_600,
        access_token: value,
        scope: scopes.join(" "),
      });
    },
    check: async (call, scope) => {
      const bearer = readAuthorization(call.request, "Bearer");
      const value = bearer ?? readAuthorization(call.request, "DPoP") ?? "";
      const token = tokens.check(value, call.now);
      if (token === undefined) return "unauthorized";
      const proof = bearer === undefined ? await readProof(call, proofs, value) : undefined;
      if (token.thumbprint !== proof?.thumbprint) return "unauthorized";
      return token.scopes.includes(scope) ? "ok" : "forbidden";
    },
    revokeTokens: tokens.revokeAll,
  };
}

async function refuseForm(
  call: Call,
  form: URLSearchParams,
  { clientId, key }: OktaServiceOptions,
): Promise<Response | undefined> {
  if (form.get("grant_type") !== "client_credentials") {
    return oauthError("unsupported_grant_type", "The grant type is not supported.");
  }
  const type = form.get("client_assertion_type");
  const assertion = form.get("client_assertion") ?? "";
  const isTyped = type === "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  if (!isTyped || !(await isClientAssertion(call, assertion, clientId, key))) {
    return oauthError("invalid_client", "The client_assertion is not valid.", 401);
  }
  const scopes = (form.get("scope") ?? "").split(" ");
  if (scopes.every((scope) => SCOPES.includes(scope))) return undefined;
  return oauthError("invalid_scope", "One or more scopes are not granted to the client.");
}

async function isClientAssertion(
  call: Call,
  assertion: string,
  clientId: string,
  key: ServiceKey,
): Promise<boolean> {
  try {
    const { payload, protectedHeader } = await jwtVerify(assertion, key.publicKey, {
      issuer: clientId,
      subject: clientId,
      audience: `${call.url.origin}${call.path}`,
      algorithms: ["RS256"],
      currentDate: new Date(call.now),
    });
    const lifeSeconds = (payload.exp ?? Number.POSITIVE_INFINITY) - call.now / 1_000;
    return lifeSeconds <= 3_600 && protectedHeader.kid === key.kid;
  } catch {
    return false;
  }
}

interface Proof {
  readonly thumbprint: string;
  readonly nonce: unknown;
}

/** A proof for this request that was never used before; with `token`, one that is tied to it. */
async function readProof(
  call: Call,
  used: Set<string>,
  token: string | undefined,
): Promise<Proof | undefined> {
  const proof = call.request.headers.get("DPoP");
  if (proof === null) return undefined;
  try {
    const { payload } = await jwtVerify(proof, EmbeddedJWK, {
      typ: "dpop+jwt",
      algorithms: ["RS256", "ES256"],
      currentDate: new Date(call.now),
    });
    const isForRequest =
      payload.htm === call.request.method &&
      payload.htu === `${call.url.origin}${call.path}` &&
      typeof payload.iat === "number" &&
      Math.abs(payload.iat - call.now / 1_000) < 300;
    const isTied = token === undefined || payload.ath === (await hashOf(token));
    if (!isForRequest || !isTied || payload.jti === undefined || used.has(payload.jti)) {
      return undefined;
    }
    used.add(payload.jti);
    return { thumbprint: await thumbprintOf(proof), nonce: payload.nonce };
  } catch {
    return undefined;
  }
}

/** The key must be a public one (RFC 9449 §4.3). */
async function thumbprintOf(proof: string): Promise<string> {
  const jwk: JWK | undefined = decodeProtectedHeader(proof).jwk;
  if (jwk === undefined || "d" in jwk) throw new Error("The proof's key is missing or private.");
  return calculateJwkThumbprint(jwk);
}

async function hashOf(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  const text = btoa(String.fromCharCode(...new Uint8Array(digest)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function nonceWanted(): Response {
  return json(
    {
      error: "use_dpop_nonce",
      error_description: "Authorization server requires nonce in DPoP proof.",
    },
    400,
    { "dpop-nonce": NONCE },
  );
}

function oauthError(error: string, description: string, status = 400): Response {
  return json({ error, error_description: description }, status);
}
