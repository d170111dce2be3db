import { base64url, SignJWT } from "jose";
import type { SigningKey } from "../../source/http/signing-key.ts";
import type { SourceTools } from "../../source/source.ts";

/** What a DPoP proof is for. */
export interface DpopProof {
  readonly key: SigningKey;
  readonly tools: SourceTools;
  readonly method: string;
  readonly url: string;
  /** The nonce that the server asked for last. */
  readonly nonce: string | undefined;
  /** The access token that goes along; none at the token endpoint. */
  readonly accessToken?: string;
}

/** Signs a DPoP proof (RFC 9449 §4.2); each may be sent once. */
export async function signDpopProof(proof: DpopProof): Promise<string> {
  const { key, tools, method, url, nonce, accessToken } = proof;
  const claims = {
    htm: method,
    htu: withoutQuery(url),
    ...(nonce === undefined ? {} : { nonce }),
    ...(accessToken === undefined ? {} : { ath: await hashToken(accessToken) }),
  };
  return new SignJWT(claims)
    .setProtectedHeader({ typ: "dpop+jwt", alg: key.alg, jwk: key.publicJwk })
    .setIssuedAt(Math.floor(tools.now() / 1_000))
    .setJti(tools.newId())
    .sign(key.key);
}

/** RFC 9449 §4.2: `htu` is the address without query and fragment. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

async function hashToken(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return base64url.encode(new Uint8Array(digest));
}
