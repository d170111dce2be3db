import type { Context } from "hono";
import { createAccessVerifier } from "#credentials/access-jwt.ts";
import { equalSecrets } from "#credentials/equal.ts";
import { createSigner, type Signer } from "#credentials/signer.ts";
import { hashToken, isWellFormedKey, isWellFormedSession } from "#credentials/token.ts";
import { type AccessConfig, isAdministrator } from "#http/access-config.ts";
import type { Config } from "#http/config.ts";
import type { Actor, Grant } from "#http/request/actor.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { readSessionCookie } from "#http/request/session-cookie.ts";
import { useKey } from "#store/admin/keys.ts";
import { type StandsFor, type StoredSession, useSession } from "#store/admin/sessions.ts";
import { centralDatabase } from "#store/databases.ts";
import { Problem } from "./problem.ts";

/** Who calls. */
export interface Administrator {
  readonly actor: Actor;
  readonly grant: Grant;
  /** Whether the caller may change nothing, whatever the grant. */
  readonly isReadOnly?: boolean;
  /** Whether the browser adds the credential by itself, on whichever site the call was written. */
  readonly isByCookie: boolean;
}

/** Whoever brings the admin token or a key itself; a session of the console may stand for it from then on. */
export interface Bearer extends Administrator {
  readonly standsFor: StandsFor;
}

/** Finds out whether a call comes from an administrator; undefined for a stranger. */
export type Recognise<Known extends Administrator = Administrator> = (
  context: Context<AppEnv>,
) => Promise<Known | undefined>;

type Recognising = Pick<Services, "config" | "clock" | "fetch">;

/** The ways to be known: by what a program sends, and by what a browser adds. */
export function createRecognisers(services: Recognising): {
  readonly byBearer: readonly Recognise<Bearer>[];
  readonly byBrowser: readonly Recognise[];
} {
  const { adminToken, access } = services.config;
  return {
    byBearer: [
      byKey(services),
      ...(adminToken === undefined ? [] : [byToken(services.config, adminToken)]),
    ],
    byBrowser: [bySession(services), ...(access === undefined ? [] : [byAccess(services, access)])],
  };
}

/** The first caller that one of the ways knows. */
export async function recognise<Known extends Administrator>(
  context: Context<AppEnv>,
  ways: readonly Recognise<Known>[],
): Promise<Known | undefined> {
  for (const way of ways) {
    const caller = await way(context);
    if (caller !== undefined) return caller;
  }
  return undefined;
}

/** Judges a stored session or link: who stands behind it, or undefined where its credential is not good any more. */
export function createBacking({ adminToken, keyRing }: Config) {
  const marks = markSigner({ keyRing });
  return async (stored: StoredSession): Promise<Administrator | undefined> => {
    const { adminMark, keyId, keyName, role, connectorId, tenant } = stored;
    if (adminMark !== null) {
      if (adminToken === undefined || !(await marks.verify(adminToken, adminMark)))
        return undefined;
      return { actor: { kind: "adminToken" }, grant: EVERYTHING, isByCookie: true };
    }
    if (keyId === null || keyName === null || role === null) return undefined;
    const actor: Actor = { kind: "key", id: keyId, name: keyName };
    return { actor, grant: { role, sees: { connectorId, tenant } }, isByCookie: true };
  };
}

const EVERYTHING: Grant = { role: "admin", sees: { connectorId: null, tenant: null } };

/** Marks the admin token, so that a session which stands for it ends when there is another one. */
function markSigner({ keyRing }: Pick<Config, "keyRing">): Signer {
  return createSigner(keyRing, "scim-edge console session");
}

function byToken(config: Config, adminToken: string): Recognise<Bearer> {
  const marks = markSigner(config);
  return async (context) => {
    const token = bearerOf(context);
    if (token === undefined || !(await equalSecrets(token, adminToken))) return undefined;
    const standsFor = { adminMark: await marks.sign(adminToken) };
    return { actor: { kind: "adminToken" }, grant: EVERYTHING, isByCookie: false, standsFor };
  };
}

/** A key is looked up by its hash for each call, so that it ends with its revocation; a wrong checksum costs no look-up. */
function byKey({ clock }: Pick<Services, "clock">): Recognise<Bearer> {
  return async (context) => {
    const token = bearerOf(context);
    if (token === undefined || !isWellFormedKey(token)) return undefined;
    const keyHash = await hashToken(token);
    const key = await useKey(centralDatabase(context.env), keyHash, clock);
    if (key === undefined) return undefined;
    const { id, name, role, connectorId, tenant } = key;
    const grant = { role, sees: { connectorId, tenant } };
    const actor = { kind: "key", id, name } as const;
    return { actor, grant, isByCookie: false, standsFor: { keyHash } };
  };
}

/** The bearer token of a call (RFC 6750 §2.1, the scheme in any case). */
export function bearerOf(context: Context<AppEnv>): string | undefined {
  const header = context.req.header("Authorization") ?? "";
  const [scheme, token, ...others] = header.trim().split(/\s+/);
  return scheme?.toLowerCase() === "bearer" && others.length === 0 ? token : undefined;
}

/** A session is looked up for each call, with its key as it is now; a wrong checksum costs no look-up. */
function bySession({ config, clock }: Pick<Services, "config" | "clock">): Recognise {
  const backing = createBacking(config);
  return async (context) => {
    const secret = readSessionCookie(context);
    if (secret === undefined || !isWellFormedSession(secret)) return undefined;
    const hash = await hashToken(secret);
    const session = await useSession(centralDatabase(context.env), hash, clock);
    return session === undefined ? undefined : await backing(session);
  };
}

function byAccess(
  { clock, fetch }: Pick<Services, "clock" | "fetch">,
  access: AccessConfig,
): Recognise {
  const { teamDomain, audience } = access;
  const verify = createAccessVerifier({ teamDomain, audience, now: clock.now, fetch });
  return async (context) => {
    const jwt = context.req.header("Cf-Access-Jwt-Assertion");
    const identity = jwt === undefined ? undefined : await verify(jwt).catch(refuseUnverified);
    if (identity === undefined) return undefined;
    const isReadOnly = !isAdministrator(access, identity.email);
    const actor = { kind: "access", email: identity.email } as const;
    return { actor, grant: EVERYTHING, isReadOnly, isByCookie: true };
  };
}

function refuseUnverified(): never {
  const detail =
    "The keys of Cloudflare Access cannot be fetched right now. Repeat the call later.";
  throw new Problem(503, detail, { "Retry-After": "10" });
}
