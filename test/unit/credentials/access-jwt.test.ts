import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { createAccessVerifier } from "#credentials/access-jwt.ts";

const TEAM = "acme.cloudflareaccess.com";
const NOW = Date.parse("2026-06-01T00:00:00Z");

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

let current: Keys;
let rotated: Keys;
let foreign: Keys;

beforeAll(async () => {
  [current, rotated, foreign] = await Promise.all([
    generateKeyPair("RS256", { extractable: true }),
    generateKeyPair("RS256", { extractable: true }),
    generateKeyPair("RS256", { extractable: true }),
  ]);
});

// jose keeps its own clock for how old the team's keys are.
afterEach(() => vi.useRealTimers());

interface Forgery {
  readonly kid?: string;
  readonly keys?: Keys;
  readonly audience?: string;
  readonly issuer?: string;
  readonly expiresAt?: number;
  readonly hasNoExpiry?: boolean;
}

async function aJwt(forgery: Forgery = {}): Promise<string> {
  const { kid = "k1", keys = current, audience = "app", issuer = `https://${TEAM}` } = forgery;
  const jwt = new SignJWT({ email: "admin@example.com" })
    .setProtectedHeader({ alg: "RS256", kid })
    .setAudience(audience)
    .setIssuer(issuer);
  if (!forgery.hasNoExpiry) jwt.setExpirationTime((forgery.expiresAt ?? NOW + 60_000) / 1_000);
  return await jwt.sign(keys.privateKey);
}

/** A verifier whose team publishes the given keys, and how often it was asked for them. */
function aVerifier(published: () => readonly (readonly [string, Keys])[], clock = { now: NOW }) {
  const asked: string[] = [];
  const verify = createAccessVerifier({
    teamDomain: TEAM,
    audience: "app",
    now: () => clock.now,
    fetch: async (url) => {
      asked.push(url);
      const keys = await Promise.all(
        published().map(async ([kid, { publicKey }]) => ({
          ...(await exportJWK(publicKey)),
          kid,
          alg: "RS256",
        })),
      );
      return Response.json({ keys });
    },
  });
  return { verify, asked };
}

test("a JWT of the team for the application is let in, by its e-mail address", async () => {
  const { verify, asked } = aVerifier(() => [["k1", current]]);

  const identity = await verify(await aJwt());

  expect(identity).toEqual({ email: "admin@example.com" });
  expect(asked).toEqual([`https://${TEAM}/cdn-cgi/access/certs`]);
});

test.each<[string, Forgery]>([
  ["another audience", { audience: "other" }],
  ["another issuer", { issuer: "https://evil.example.com" }],
  ["an expiry behind", { expiresAt: NOW - 60_000 }],
  ["no expiry, which would be good for ever", { hasNoExpiry: true }],
  ["an unknown key", { kid: "k9" }],
])("a JWT with %s is refused", async (_name, forgery) => {
  const { verify } = aVerifier(() => [["k1", current]]);

  expect(await verify(await aJwt(forgery))).toBeUndefined();
});

test("a JWT signed by a stranger under a known key's name is refused", async () => {
  const { verify } = aVerifier(() => [["k1", current]]);

  expect(await verify(await aJwt({ keys: foreign }))).toBeUndefined();
});

test.each([
  ["no algorithm", `${btoa('{"alg":"none"}')}.${btoa('{"aud":"app"}')}.`],
  ["no JWT at all", "garbage"],
  ["nothing", ""],
])("%s is refused", async (_name, jwt) => {
  const { verify } = aVerifier(() => [["k1", current]]);

  expect(await verify(jwt)).toBeUndefined();
});

test("a key that the team cannot be asked for is no forgery but a fault", async () => {
  const verify = createAccessVerifier({
    teamDomain: TEAM,
    audience: "app",
    now: () => NOW,
    fetch: async () => new Response("down", { status: 503 }),
  });

  await expect(verify(await aJwt())).rejects.toThrow();
});

test("a key that came by rotation is found by asking again, at most once a minute", async () => {
  const { verify, asked } = aVerifier(() => [
    ["k1", current],
    ["k2", rotated],
  ]);
  await verify(await aJwt());

  await verify(await aJwt({ kid: "k9" }));
  await verify(await aJwt({ kid: "k9" }));

  expect(await verify(await aJwt({ kid: "k2", keys: rotated }))).toBeDefined();
  expect(asked).toHaveLength(1);
});

test("a key that came by rotation lets administrators in a minute later, not when the keys grow old", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  let published: readonly (readonly [string, Keys])[] = [["k1", current]];
  const { verify, asked } = aVerifier(() => published);
  await verify(await aJwt());
  published = [["k2", rotated]];
  const jwt = await aJwt({ kid: "k2", keys: rotated });

  expect(await verify(jwt)).toBeUndefined();
  vi.setSystemTime(NOW + 61_000);

  expect(await verify(jwt)).toEqual({ email: "admin@example.com" });
  expect(asked).toHaveLength(2);
});
