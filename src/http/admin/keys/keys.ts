import type { Context, Hono } from "hono";
import { v7 as uuidv7 } from "uuid";
import { createKey as newSecret } from "#credentials/token.ts";
import { decodeIdCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { readInput, readQuery } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import { changedMeanwhile, expectedVersion, tag } from "#http/admin/call/preconditions.ts";
import { Problem } from "#http/admin/call/problem.ts";
import { isoOrNull, readExpiry, renewedExpiry } from "#http/admin/call/token-view.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
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

const {
  createKey: create,
  listKeys: list,
  getKey,
  changeKey,
  revokeKey: revoke,
  rotateKey: rotate,
} = KEY_OPERATIONS;

/** Registers the keys of the admin API. */
export function addKeyRoutes(admin: Hono<AppEnv>, { clock }: Services): void {
  addCall(admin, create, async (context) => {
    const { name, role, expiresAt } = await readInput(context, create);
    const now = clock.now();
    const expiry = readExpiry(expiresAt, now);
    const { secret, hash, hint } = await newSecret();
    const id = uuidv7();
    const stored = { id, hash, hint, name, role, expiresAt: expiry };
    await createStoredKey(centralDatabase(context.env), stored, now);
    const key = await keyOr404(context, id);
    tag(context, key.version);
    context.header("Location", `/admin/v1/keys/${id}`);
    return reply(context, create, 201, { ...keyView(key), secret });
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
  addCall(admin, changeKey, async (context) => {
    const { id, version } = await keyOr404(context, context.req.param("keyId"));
    const { name } = await readInput(context, changeKey);
    const seen = expectedVersion(context, version);
    const key = expectChanged(await renameKey(centralDatabase(context.env), id, name, seen));
    tag(context, key.version);
    return reply(context, changeKey, 200, keyView(key));
  });
  addCall(admin, revoke, async (context) => {
    const { id, version } = await keyOr404(context, context.req.param("keyId"));
    const at = { seen: expectedVersion(context, version), now: clock.now() };
    expectChanged(await revokeKey(centralDatabase(context.env), id, at));
    return context.body(null, 204);
  });
  addCall(admin, rotate, async (context) => {
    const former = await keyOr404(context, context.req.param("keyId"));
    const { overlapSeconds } = await readInput(context, rotate);
    const now = clock.now();
    const seen = expectedVersion(context, former.version);
    const { secret, hash, hint } = await newSecret();
    const successor = { id: uuidv7(), hash, hint, expiresAt: renewedExpiry(former, now) };
    const times = { now, endsAt: now + overlapSeconds * 1_000, seen };
    const rotated = await rotateKey(centralDatabase(context.env), former.id, successor, times);
    if (rotated === undefined) throw new Problem(404, "There is no live key with this id.");
    const key = expectChanged(rotated);
    tag(context, key.version);
    return reply(context, rotate, 201, { ...keyView(key), secret, replaces: former.id });
  });
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
    createdAt: new Date(key.createdAt).toISOString(),
    expiresAt: isoOrNull(key.expiresAt),
    revokedAt: isoOrNull(key.revokedAt),
    lastUsedAt: isoOrNull(key.lastUsedAt),
  };
}
