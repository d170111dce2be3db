import type { Context, Hono } from "hono";
import { v7 as uuidv7 } from "uuid";
import type * as z from "zod";
import { createKey as newSecret } from "#credentials/token.ts";
import { decodeIdCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { readInput, readQuery } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import {
  changedMeanwhile,
  expectedVersion,
  onVersion,
  tag,
} from "#http/admin/call/preconditions.ts";
import { Problem, unfitMember } from "#http/admin/call/problem.ts";
import type { Role } from "#http/admin/call/roles.ts";
import { isoOrNull, readExpiry, renewedExpiry } from "#http/admin/call/token-view.ts";
import { replyOnce } from "#http/admin/first-answers/first-answers.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { findConnector } from "#store/admin/connectors.ts";
import {
  type ApiKey,
  createStoredKey,
  findKey,
  listKeys,
  renameKey,
  revokeKey,
  rotateKey,
} from "#store/admin/keys.ts";
import { STALE } from "#store/admin/versions.ts";
import { centralDatabase } from "#store/databases.ts";
import { KEY_OPERATIONS } from "./operations.ts";
import type { NEW_KEY } from "./schemas.ts";

const {
  createKey: create,
  listKeys: list,
  getKey,
  changeKey,
  revokeKey: revoke,
  rotateKey: rotate,
} = KEY_OPERATIONS;

/** Registers the keys of the admin API. */
export function addKeyRoutes(admin: Hono<AppEnv>, services: Services): void {
  const { clock } = services;
  addCall(admin, create, async (context, trail) => {
    const input = await readInput(context, create);
    const db = centralDatabase(context.env);
    const call = { operation: create, context, trail, db, input };
    return await replyOnce(services, call, async (keep) => {
      const now = clock.now();
      const expiry = readExpiry(input.expiresAt, now);
      const limits = await limitsOf(context, input);
      const { secret, hash, hint } = await newSecret();
      const id = uuidv7();
      const { name, role, connectorId, tenant } = input;
      const made = { id, hash, hint, name, role, ...limits, expiresAt: expiry };
      const told = { name, role, connectorId: connectorId ?? null, tenant: tenant ?? null };
      const times = { createdAt: now, ...NEVER, expiresAt: expiry ?? null };
      const answer = {
        location: `/admin/v1/keys/${id}`,
        version: NEVER.version,
        body: { ...keyView({ id, hint, ...told, ...times }), secret },
      };
      const after = toldOf({ name, role, connectorId, tenant, expiresAt: expiry });
      const audit = trail.row({ connectorId, id, after });
      await createStoredKey(db, made, { now, audit, first: await keep(answer) });
      return answer;
    });
  });
  addCall(admin, list, async (context) => {
    const { cursor, limit } = readQuery(context, list);
    const beforeId = decodeIdCursor(cursor);
    const found = await listKeys(centralDatabase(context.env), { beforeId, limit });
    return reply(context, list, 200, {
      items: found.map(keyView),
      nextCursor: encodeCursor(found.length === limit ? found.at(-1)?.id : undefined),
    });
  });
  addCall(admin, getKey, async (context) => {
    const key = await keyOr404(context, context.req.param("keyId"));
    tag(context, key.version);
    return reply(context, getKey, 200, keyView(key));
  });
  addCall(admin, changeKey, async (context, trail) => {
    await keyOr404(context, context.req.param("keyId"));
    const { name } = await readInput(context, changeKey);
    const renamed = await changeAsSeen(context, (former, seen) => {
      const sides = { before: toldOf(former), after: { ...toldOf(former), name } };
      const audit = trail.row({ id: former.id, ...sides });
      return renameKey(centralDatabase(context.env), former.id, name, { seen, audit });
    });
    const key = expectChanged(renamed);
    tag(context, key.version);
    return reply(context, changeKey, 200, keyView(key));
  });
  addCall(admin, revoke, async (context, trail) => {
    const now = clock.now();
    const revoked = await changeAsSeen(context, ({ id }, seen) => {
      const audit = trail.row({ id, after: { revokedAt: isoOrNull(now) } });
      return revokeKey(centralDatabase(context.env), id, { seen, now, audit });
    });
    expectChanged(revoked);
    return context.body(null, 204);
  });
  addCall(admin, rotate, async (context, trail) => {
    const former = await keyOr404(context, context.req.param("keyId"));
    const { overlapSeconds } = await readInput(context, rotate);
    const now = clock.now();
    const seen = expectedVersion(context, former.version);
    const { secret, hash, hint } = await newSecret();
    const successor = { id: uuidv7(), hash, hint, expiresAt: renewedExpiry(former, now) };
    const after = {
      ...toldOf({ ...former, expiresAt: successor.expiresAt }),
      id: successor.id,
      overlapSeconds,
    };
    const before = { ...toldOf(former), id: former.id };
    const audit = trail.row({ id: former.id, before, after });
    const times = { now, endsAt: now + overlapSeconds * 1_000, seen, audit };
    const rotated = await rotateKey(centralDatabase(context.env), former.id, successor, times);
    if (rotated === undefined) throw new Problem(404, "There is no live key with this id.");
    const key = expectChanged(rotated);
    tag(context, key.version);
    context.header("Location", `/admin/v1/keys/${key.id}`);
    return reply(context, rotate, 201, { ...keyView(key), secret, replaces: former.id });
  });
}

/** What has not happened yet to a new key. */
const NEVER = { revokedAt: null, lastUsedAt: null, version: 1 };

/** Makes a change of the key that a path names on the version that was read: see onVersion. */
async function changeAsSeen<T>(
  context: Context<AppEnv>,
  change: (former: ApiKey, seen: number | undefined) => Promise<T | typeof STALE>,
): Promise<T> {
  return await onVersion(context, async () => {
    const former = await keyOr404(context, context.req.param("keyId") ?? "");
    return { version: former.version, change: (seen) => change(former, seen) };
  });
}

/** What the trail tells of a key: never its secret. */
function toldOf({ name, role, connectorId, tenant, expiresAt }: KeyTold) {
  return { name, role, connectorId, tenant, expiresAt: isoOrNull(expiresAt ?? null) };
}

interface KeyTold {
  readonly name: string;
  readonly role: Role;
  /** The connector's public id. */
  readonly connectorId: string | null | undefined;
  readonly tenant: string | null | undefined;
  readonly expiresAt: number | null | undefined;
}

/** To what a new key is limited; 400 where that is nothing, or where its role has no limits. */
async function limitsOf(
  context: Context<AppEnv>,
  { role, connectorId, tenant }: z.infer<typeof NEW_KEY>,
) {
  if (connectorId !== undefined && tenant !== undefined) {
    throw new Problem("invalidBody", "Give connectorId or tenant, not both.");
  }
  if (role === "admin" && (connectorId !== undefined || tenant !== undefined)) {
    throw new Problem(
      "invalidBody",
      'A key with the role "admin" sees everything: leave out connectorId and tenant.',
    );
  }
  if (connectorId === undefined) return { connectorId: undefined, tenant };
  const connector = await findConnector(centralDatabase(context.env), connectorId);
  if (connector === undefined)
    throw unfitMember(["connectorId"], "there is no connector with this id");
  return { connectorId: connector.number, tenant };
}

async function keyOr404(context: Context<AppEnv>, id: string): Promise<ApiKey> {
  const key = await findKey(centralDatabase(context.env), id);
  if (key === undefined) throw unknown();
  return key;
}

function expectChanged(outcome: ApiKey | typeof STALE | undefined): ApiKey {
  if (outcome === STALE) throw changedMeanwhile();
  if (outcome === undefined) throw unknown();
  return outcome;
}

function unknown(): Problem {
  return new Problem(404, "There is no key with this id.");
}

/** A key as the admin API shows it; the secret is not among it. */
function keyView(key: ApiKey) {
  return {
    id: key.id,
    name: key.name,
    hint: key.hint,
    role: key.role,
    connectorId: key.connectorId,
    tenant: key.tenant,
    createdAt: new Date(key.createdAt).toISOString(),
    expiresAt: isoOrNull(key.expiresAt),
    revokedAt: isoOrNull(key.revokedAt),
    lastUsedAt: isoOrNull(key.lastUsedAt),
  };
}
