import {
  calculateJwkThumbprint,
  decodeJwt,
  decodeProtectedHeader,
  EmbeddedJWK,
  exportJWK,
  generateKeyPair,
  type JWK,
  jwtVerify,
} from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { createOktaSource } from "#bridge/providers/okta/source.ts";
import {
  expectFailure,
  fakeProvider,
  json,
  NOW,
  type SeenRequest,
} from "#test/unit/bridge/fake-fetch.ts";

const BASE = "https://example.okta.com";
const TOKEN_URL = `${BASE}/oauth2/v1/token`;
const CLIENT_ID = "0oaService";

let rsa: { jwk: JsonWebKey; publicKey: CryptoKey };
let ec: { jwk: JsonWebKey; publicKey: CryptoKey };

beforeAll(async () => {
  rsa = await makeKey("RS256");
  ec = await makeKey("ES256");
});

async function makeKey(alg: string) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  // What a private key exports always has a kty.
  const jwk = { ...(await exportJWK(privateKey)), kid: `kid-${alg}` } as JsonWebKey;
  return { jwk, publicKey };
}

/** What a strict Okta wants: a nonce at either place, and DPoP or Bearer tokens. */
interface Demands {
  readonly tokenNonce?: string;
  readonly apiNonce?: string;
  readonly tokenType?: string;
  readonly isTokenGood?: (token: string) => boolean;
}

/** An Okta that checks every assertion, proof and token, and remembers each jti. */
function strictOkta(publicKey: CryptoKey, demands: Demands = {}) {
  const { tokenNonce, apiNonce, tokenType = "DPoP", isTokenGood = () => true } = demands;
  const usedIds = new Set<unknown>();
  const thumbprints = new Map<string, string>();
  let tokens = 0;

  const checkProof = async ({ headers, method, url }: SeenRequest) => {
    const currentDate = new Date(NOW);
    const { payload, protectedHeader } = await jwtVerify(headers.get("DPoP") ?? "", EmbeddedJWK, {
      typ: "dpop+jwt",
      currentDate,
      maxTokenAge: 60,
    });
    const jwk: JWK = protectedHeader.jwk ?? {};
    expect(jwk).not.toHaveProperty("d");
    expect(payload).toMatchObject({ htm: method, htu: `${url.origin}${url.pathname}` });
    useOnce(usedIds, payload.jti);
    return { payload, thumbprint: await calculateJwkThumbprint(jwk) };
  };

  const issueToken = async (request: SeenRequest) => {
    const form = new URLSearchParams(request.body);
    const options = { audience: TOKEN_URL, issuer: CLIENT_ID, subject: CLIENT_ID };
    const assertion = form.get("client_assertion") ?? "";
    const currentDate = new Date(NOW);
    const { payload } = await jwtVerify(assertion, publicKey, { ...options, currentDate });
    expect(Number(payload.exp) - NOW / 1_000).toBeLessThanOrEqual(3_600);
    useOnce(usedIds, payload.jti);
    const proof = await checkProof(request);
    if (proof.payload.nonce !== tokenNonce) {
      const headers = { "dpop-nonce": tokenNonce ?? "" };
      return json({ error: "use_dpop_nonce" }, { status: 400, headers });
    }
    tokens += 1;
    const token = `token-${tokens}`;
    thumbprints.set(token, proof.thumbprint);
    return json({ access_token: token, token_type: tokenType, expires_in: 3600 });
  };

  const answerApi = async (request: SeenRequest) => {
    const [scheme, token = ""] = (request.headers.get("Authorization") ?? "").split(" ");
    if (scheme !== tokenType || !isTokenGood(token)) return refuse('error="invalid_token"');
    if (tokenType === "Bearer") {
      expect(request.headers.has("DPoP")).toBe(false);
      return json([]);
    }
    const { payload, thumbprint } = await checkProof(request);
    expect(payload.ath).toBe(await sha256(token));
    expect(thumbprint).toBe(thumbprints.get(token));
    if (payload.nonce === apiNonce) return json([]);
    return refuse('error="use_dpop_nonce"', { "DPoP-Nonce": apiNonce ?? "" });
  };

  return fakeProvider((request) =>
    request.url.href === TOKEN_URL ? issueToken(request) : answerApi(request),
  );
}

function useOnce(used: Set<unknown>, id: unknown): void {
  expect(typeof id).toBe("string");
  expect(used.has(id)).toBe(false);
  used.add(id);
}

function refuse(error: string, headers: Record<string, string> = {}): Response {
  return json({}, { status: 401, headers: { "WWW-Authenticate": `DPoP ${error}`, ...headers } });
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Buffer.from(digest).toString("base64url");
}

function sourceOf(provider: ReturnType<typeof fakeProvider>, privateKeyJwk: JsonWebKey) {
  const credentials = { kind: "okta-service", clientId: CLIENT_ID, privateKeyJwk } as const;
  return createOktaSource({ type: "okta", baseUrl: BASE }, credentials, provider.tools);
}

const isTokenRequest = ({ url }: SeenRequest) => url.href === TOKEN_URL;

/** The form and the decoded assertion of the first token request. */
function firstTokenRequest(provider: ReturnType<typeof fakeProvider>) {
  const form = new URLSearchParams(provider.requests.find(isTokenRequest)?.body ?? "");
  return { form, assertion: form.get("client_assertion") ?? "" };
}

describe("an Okta service app", () => {
  test("proves itself by a signed assertion and a DPoP proof from the first request on", async () => {
    const provider = strictOkta(rsa.publicKey);

    await sourceOf(provider, rsa.jwk).listPage("users", undefined, undefined);

    const { form, assertion } = firstTokenRequest(provider);
    expect(form.get("grant_type")).toBe("client_credentials");
    expect(form.get("client_assertion_type")).toBe(
      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    );
    expect(decodeProtectedHeader(assertion)).toMatchObject({ alg: "RS256", kid: "kid-RS256" });
    expect(provider.requests).toHaveLength(2);
  });

  test("signs with ES256 where its key is a P-256 one", async () => {
    const provider = strictOkta(ec.publicKey);

    await sourceOf(provider, ec.jwk).listPage("users", undefined, undefined);

    expect(decodeProtectedHeader(firstTokenRequest(provider).assertion).alg).toBe("ES256");
  });

  test("signs with the algorithm that its key names", async () => {
    const key = await makeKey("PS256");
    const provider = strictOkta(key.publicKey);

    await sourceOf(provider, { ...key.jwk, alg: "PS256" }).listPage("users", undefined, undefined);

    expect(decodeProtectedHeader(firstTokenRequest(provider).assertion).alg).toBe("PS256");
  });

  test("asks for each scope alone, when it is needed", async () => {
    const provider = strictOkta(rsa.publicKey);
    const source = sourceOf(provider, rsa.jwk);

    await source.listPage("users", undefined, undefined);
    await source.readUser("00u1").catch(() => undefined);
    await source.listPage("groups", undefined, undefined);
    await source.membersPage("00g1", undefined);

    const scopes = provider.requests
      .filter(isTokenRequest)
      .map(({ body }) => new URLSearchParams(body).get("scope"));
    expect(scopes).toEqual(["okta.users.read", "okta.groups.read"]);
  });

  test("answers the token endpoint's nonce with a new assertion and a new proof", async () => {
    const provider = strictOkta(rsa.publicKey, { tokenNonce: "n-1" });

    await sourceOf(provider, rsa.jwk).listPage("users", undefined, undefined);

    expect(provider.requests.filter(isTokenRequest)).toHaveLength(2);
    expect(provider.counted()).toBe(3);
  });

  test("answers the API's nonce, and keeps it for the next request", async () => {
    const provider = strictOkta(rsa.publicKey, { tokenNonce: "n-1", apiNonce: "n-2" });
    const source = sourceOf(provider, rsa.jwk);

    await source.listPage("users", undefined, undefined);
    await source.listPage("users", undefined, undefined);

    const apiRequests = provider.requests.filter((request) => !isTokenRequest(request));
    const nonces = apiRequests.map(({ headers }) => decodeJwt(headers.get("DPoP") ?? "").nonce);
    expect(nonces).toEqual([undefined, "n-2", "n-2"]);
  });

  test("goes on as Bearer where Okta says so", async () => {
    const provider = strictOkta(rsa.publicKey, { tokenType: "Bearer" });

    await sourceOf(provider, rsa.jwk).listPage("users", undefined, undefined);

    expect(provider.requests[1]?.headers.get("Authorization")).toBe("Bearer token-1");
  });

  test("renews a token that is refused, once", async () => {
    const isTokenGood = (token: string) => token !== "token-1";
    const provider = strictOkta(rsa.publicKey, { isTokenGood });

    await sourceOf(provider, rsa.jwk).listPage("users", undefined, undefined);

    expect(provider.requests).toHaveLength(4);
  });

  test("renews a token that is refused right after a nonce was asked for", async () => {
    let looks = 0;
    const isTokenGood = (token: string) => {
      looks += 1;
      return token !== "token-1" || looks === 1;
    };
    const provider = strictOkta(rsa.publicKey, { apiNonce: "n-1", isTokenGood });

    await sourceOf(provider, rsa.jwk).listPage("users", undefined, undefined);

    expect(provider.requests).toHaveLength(5);
  });

  test("whose tokens are always refused is unauthorized after one renewal", async () => {
    const provider = strictOkta(rsa.publicKey, { isTokenGood: () => false });

    const page = sourceOf(provider, rsa.jwk).listPage("users", undefined, undefined);

    await expectFailure(page, "unauthorized");
    expect(provider.requests).toHaveLength(4);
  });

  test("whose nonces never satisfy ends as unauthorized", async () => {
    let nonces = 0;
    const provider = fakeProvider(({ url }) => {
      nonces += 1;
      if (url.href === TOKEN_URL) return json({ access_token: "t", token_type: "DPoP" });
      return refuse('error="use_dpop_nonce"', { "DPoP-Nonce": `n-${nonces}` });
    });

    const page = sourceOf(provider, rsa.jwk).listPage("users", undefined, undefined);

    await expectFailure(page, "unauthorized");
    expect(provider.requests.length).toBeLessThan(6);
  });
});

describe("a service app that Okta gives no token", () => {
  test.each([
    [400, "invalid_scope", "forbidden", "okta.users.read"],
    [401, "invalid_client", "unauthorized", "kid"],
    [400, "invalid_dpop_proof", "unauthorized", "DPoP"],
    [400, "unauthorized_client", "unauthorized", "API Services"],
    [400, "invalid_request", "unauthorized", "access token"],
  ] as const)("for %d %s hears what to change", async (status, code, kind, word) => {
    const provider = fakeProvider(() => json({ error: code }, { status }));

    const page = sourceOf(provider, rsa.jwk).listPage("users", undefined, undefined);

    const error = await expectFailure(page, kind);
    expect(error.detail).toContain(word);
  });

  test.each([
    ["no private part", () => ({ ...rsa.jwk, d: undefined })],
    ["a broken number", () => ({ ...rsa.jwk, n: "!", d: "AA" })],
    ["an unknown curve", () => ({ kty: "EC", crv: "secp256k1", d: "AA", x: "AA", y: "AA" })],
    ["a shared secret", () => ({ kty: "oct", k: "c2VjcmV0LXNlY3JldC1zZWNyZXQ", d: "AA" })],
    [
      "a shared secret by another name",
      () => ({ kty: "oct", alg: "RS256", k: "c2VjcmV0", d: "AA" }),
    ],
  ])("for a key with %s is unauthorized before anything is sent", async (_name, jwk) => {
    const provider = strictOkta(rsa.publicKey);

    // A JWK as an administrator may have pasted it.
    const source = sourceOf(provider, jwk() as JsonWebKey);

    const error = await expectFailure(
      source.listPage("users", undefined, undefined),
      "unauthorized",
    );
    expect(error.detail).not.toContain("c2VjcmV0");
    expect(provider.requests).toEqual([]);
  });
});
