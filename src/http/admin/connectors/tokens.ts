import type { Context, Hono } from "hono";
import { sightOf } from "#http/admin/call/authorize.ts";
import { decodeOffsetCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { readInput, readQuery } from "#http/admin/call/input.ts";
import { addCall, type CallHandler, reply } from "#http/admin/call/operation.ts";
import { noConnector, Problem } from "#http/admin/call/problem.ts";
import {
  isoOrNull,
  makeToken,
  readExpiry,
  renewedExpiry,
  tokenView,
} from "#http/admin/call/token-view.ts";
import { replyOnce } from "#http/admin/first-answers/first-answers.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import {
  createStoredToken,
  findLiveToken,
  listTokens,
  listUnusedTokens,
  revokeToken,
  rotateToken,
  type Token,
  type TokenToStore,
} from "#store/admin/tokens.ts";
import { centralDatabase, databaseOf } from "#store/databases.ts";
import { findOr404 } from "./connectors.ts";
import { CONNECTOR_OPERATIONS } from "./operations.ts";

const {
  createToken,
  rotateToken: rotate,
  listUnusedTokens: listUnused,
  listTokens: list,
  revokeToken: revoke,
} = CONNECTOR_OPERATIONS;

const DAY_MS = 86_400_000;

/** Registers the tokens of a connector in the admin API. */
export function addTokenRoutes(admin: Hono<AppEnv>, services: Services): void {
  const { clock } = services;
  const calls = createTokenCalls(services);
  addCall(admin, createToken, calls.create);
  addCall(admin, rotate, calls.rotate);
  addCall(admin, list, calls.list);
  addCall(admin, listUnused, async (context) => {
    const { unusedDays, cursor, limit } = readQuery(context, listUnused);
    const now = clock.now();
    const offset = decodeOffsetCursor(cursor);
    const since = now - unusedDays * DAY_MS;
    const found = await listUnusedTokens(centralDatabase(context.env), {
      since,
      now,
      offset,
      limit,
      sees: sightOf(context),
    });
    return reply(context, listUnused, 200, {
      items: found.map(({ connectorId, ...token }) => ({ connectorId, ...tokenView(token) })),
      nextCursor: encodeCursor(found.length === limit ? String(offset + limit) : undefined),
    });
  });
  addCall(admin, revoke, async (context, trail) => {
    const { id: connectorId, number } = await findOr404(context, context.req.param("id"));
    const { tokenId } = context.req.param();
    const now = clock.now();
    const outcome = await revokeToken(databaseOf(context.env, number), number, tokenId, {
      now,
      audit: trail.row({ connectorId, id: tokenId, after: { revokedAt: isoOrNull(now) } }),
    });
    if (outcome === undefined) throw new Problem(404, "This connector has no token with that id.");
    return context.body(null, 204);
  });
}

/** What is done with the tokens of the connector that a path names, by administrators and by holders of set-up links. */
export interface TokenCalls {
  readonly create: CallHandler<"/connectors/:id/tokens">;
  readonly list: CallHandler<"/connectors/:id/tokens">;
  readonly rotate: CallHandler<"/connectors/:id/tokens/:tokenId/rotate">;
}

/** The calls that make, list and rotate the tokens of a connector. */
export function createTokenCalls(services: Services): TokenCalls {
  const { clock } = services;
  const create: TokenCalls["create"] = async (context, trail) => {
    const { id: connectorId, number } = await findOr404(context, context.req.param("id"));
    const input = await readInput(context, createToken);
    const db = databaseOf(context.env, number);
    const call = { operation: createToken, context, trail, db, input };
    return await replyOnce(services, call, async (keep) => {
      const now = clock.now();
      const { name, scope } = input;
      const expiry = readExpiry(input.expiresAt, now);
      const { secret, token } = await makeToken({ name, scope, expiresAt: expiry });
      const times = { createdAt: now, ...NEVER, expiresAt: expiry ?? null };
      const answer = {
        location: placeOf(context, connectorId, token.id),
        body: { ...tokenView({ ...token, name: name ?? null, ...times }), secret },
      };
      const audit = trail.row({ connectorId, id: token.id, after: toldOf(token) });
      const at = { now, audit, first: await keep(answer) };
      if ((await createStoredToken(db, number, token, at)) === undefined) throw noConnector();
      return answer;
    });
  };
  const rotateOne: TokenCalls["rotate"] = async (context, trail) => {
    const { id: connectorId, number } = await findOr404(context, context.req.param("id"));
    const { overlapSeconds } = await readInput(context, rotate);
    const now = clock.now();
    const former = await findLiveToken(
      databaseOf(context.env, number),
      number,
      context.req.param("tokenId"),
      now,
    );
    if (former === undefined) throw notLive();
    const { name, scope } = former;
    const expiresAt = renewedExpiry(former, now);
    const { secret, token } = await makeToken({ name: name ?? undefined, scope, expiresAt });
    const endsAt = now + overlapSeconds * 1_000;
    const after = { ...toldOf(token), id: token.id, overlapSeconds };
    const audit = trail.row({
      connectorId,
      id: former.id,
      before: { id: former.id, ...toldOf(former) },
      after,
    });
    const outcome = await rotateToken(databaseOf(context.env, number), number, former.id, token, {
      now,
      endsAt,
      audit,
    });
    if (outcome === undefined) throw notLive();
    const stored = { ...token, name, createdAt: now, ...NEVER, expiresAt: expiresAt ?? null };
    context.header("Location", placeOf(context, connectorId, token.id));
    return reply(context, rotate, 201, { ...tokenView(stored), secret, replaces: former.id });
  };
  const listAll: TokenCalls["list"] = async (context) => {
    const { number } = await findOr404(context, context.req.param("id"));
    const tokens = await listTokens(databaseOf(context.env, number), number);
    return reply(context, list, 200, { items: tokens.map(tokenView), nextCursor: null });
  };
  return { create, rotate: rotateOne, list: listAll };
}

/** Where a token is, below the API that is called: that of administrators, or of holders of set-up links. */
function placeOf({ req }: Context<AppEnv>, connectorId: string, id: string): string {
  const [base = ""] = req.path.split("/connectors/");
  return `${base}/connectors/${connectorId}/tokens/${id}`;
}

/** What the trail tells of a token. */
function toldOf({ name, scope, expiresAt }: Token | TokenToStore) {
  return { name, scope, expiresAt: isoOrNull(expiresAt ?? null) };
}

function notLive(): Problem {
  return new Problem(404, "This connector has no live token with that id.");
}

/** What has not happened yet to a new token. */
const NEVER = { expiresAt: null, revokedAt: null, lastUsedAt: null };
