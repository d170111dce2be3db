import { isJsonObject, readMember } from "#scim/json.ts";
import { isAccepted } from "../../source/http/exchange.ts";
import type { Authorizer, RefusedExchange } from "../../source/http/http.ts";
import { importSigningKey, type SigningKey } from "../../source/http/signing-key.ts";
import {
  createTokenCache,
  exchangeToken,
  type ProviderTokenRequest,
  readAccessToken,
  tokenRefusal,
} from "../../source/http/token.ts";
import type { AccessToken } from "../../source/memory.ts";
import { SourceError, type SourceTools } from "../../source/source.ts";
import { CLIENT_ASSERTION_TYPE, signClientAssertion } from "./client-assertion.ts";
import { signDpopProof } from "./dpop-proof.ts";

/** An Okta API service app, and the one scope that its tokens are asked for. */
export interface OktaService {
  /** The org's address, without a slash at its end. */
  readonly baseUrl: string;
  readonly clientId: string;
  readonly privateKeyJwk: JsonWebKey;
  readonly scope: string;
  readonly tools: SourceTools;
}

/**
 * An authorizer of an Okta API service app: private_key_jwt at the org's token endpoint, with a DPoP
 * proof from the first request on (new apps demand one, and a request without leaves a failed grant in
 * the System Log). Where Okta answers with a Bearer token, it goes on without proofs.
 */
export function oktaServiceAuthorizer(service: OktaService): Authorizer {
  const { tools } = service;
  let kept: SigningKey | undefined;
  const key = async () => {
    kept ??= await importSigningKey(service.privateKeyJwk, PROVIDER);
    return kept;
  };
  const cache = createTokenCache(tools, service.scope, async () =>
    requestToken(service, await key()),
  );
  let nonce: string | undefined;
  let wasChallenged = false;
  return {
    headersFor: async ({ method, url }) => {
      const token = await cache.read();
      if (token.type.toLowerCase() !== "dpop") return { Authorization: `Bearer ${token.value}` };
      const accessToken = token.value;
      const proof = { key: await key(), tools, method, url, nonce, accessToken };
      return { Authorization: `DPoP ${accessToken}`, DPoP: await signDpopProof(proof) };
    },
    isWorthRetry: (refusal, attempt) => {
      const asked = readNonceChallenge(refusal);
      if (asked !== undefined && asked !== nonce) {
        nonce = asked;
        wasChallenged = true;
        return true;
      }
      cache.forget();
      const isFirst = attempt === 0 || wasChallenged;
      wasChallenged = false;
      return isFirst;
    },
  };
}

const PROVIDER = "Okta";

async function requestToken(service: OktaService, key: SigningKey): Promise<AccessToken> {
  const first = await tokenRequest(service, key, undefined);
  const answer = await exchangeToken(first);
  if (isAccepted(answer)) return readAccessToken(first, answer);
  const nonce = readNonceChallenge({ ...answer, now: service.tools.now() });
  if (nonce === undefined) throw tokenRefusal(first, answer);
  // With an assertion of its own: Okta takes each once.
  const second = await tokenRequest(service, key, nonce);
  const secondAnswer = await exchangeToken(second);
  if (isAccepted(secondAnswer)) return readAccessToken(second, secondAnswer);
  throw tokenRefusal(second, secondAnswer);
}

async function tokenRequest(
  { baseUrl, clientId, scope, tools }: OktaService,
  key: SigningKey,
  nonce: string | undefined,
): Promise<ProviderTokenRequest> {
  const url = `${baseUrl}/oauth2/v1/token`;
  return {
    provider: PROVIDER,
    tools,
    url,
    headers: { DPoP: await signDpopProof({ key, tools, method: "POST", url, nonce }) },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      scope,
      client_assertion_type: CLIENT_ASSERTION_TYPE,
      client_assertion: await signClientAssertion({ clientId, audience: url, key, tools }),
    }),
    explain: (refusal) => explainTokenRefusal(refusal, scope),
  };
}

/** The nonce that an answer asks for: a 400 of the token endpoint (RFC 9449 §8) or a 401 of the API (§9). */
function readNonceChallenge({ status, headers, body }: RefusedExchange): string | undefined {
  const isAskedInBody = status === 400 && readErrorCode(body) === "use_dpop_nonce";
  const isAskedInHeader = /\buse_dpop_nonce\b/.test(headers.get("WWW-Authenticate") ?? "");
  const isAsked = isAskedInBody || (status === 401 && isAskedInHeader);
  return isAsked ? (headers.get("DPoP-Nonce") ?? undefined) : undefined;
}

function explainTokenRefusal({ body }: RefusedExchange, scope: string): SourceError | undefined {
  switch (readErrorCode(body)) {
    case "invalid_scope":
    case "consent_required":
      return new SourceError(
        { kind: "forbidden" },
        `The Okta service app is not granted the scope ${scope}. Grant it on the app's tab "Okta API Scopes".`,
      );
    case "invalid_client":
      return new SourceError(
        { kind: "unauthorized" },
        "Okta does not know this client with this key. Check the client ID, that the app is active, and that its public keys hold the private key's other half with the same kid.",
      );
    case "invalid_dpop_proof":
      return new SourceError(
        { kind: "unauthorized" },
        "Okta refuses the proof of possession (DPoP). Enter the private key of the app's own RSA key pair.",
      );
    case "unauthorized_client":
      return new SourceError(
        { kind: "unauthorized" },
        "This Okta app may not use client credentials. Create an app of the type API Services and enter its client ID.",
      );
  }
  return undefined;
}

function readErrorCode(body: RefusedExchange["body"]): unknown {
  return isJsonObject(body) ? readMember(body, "error") : undefined;
}
