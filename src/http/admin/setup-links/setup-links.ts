import type { Hono } from "hono";
import { v7 as uuidv7 } from "uuid";
import { createSetupSecret } from "#credentials/token.ts";
import { decodeIdCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { readInput, readQuery } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import { noConnector, Problem } from "#http/admin/call/problem.ts";
import type { Ability } from "#http/admin/call/roles.ts";
import { isoOrNull } from "#http/admin/call/token-view.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import { replyOnce } from "#http/admin/first-answers/first-answers.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { databaseOf } from "#store/databases.ts";
import {
  createSetupLink,
  listSetupLinks,
  revokeSetupLink,
  type SetupLink,
} from "#store/setup-links/links.ts";
import { SETUP_LINK_OPERATIONS } from "./operations.ts";

const {
  listSetupLinks: list,
  createSetupLink: create,
  revokeSetupLink: revoke,
} = SETUP_LINK_OPERATIONS;

/** Where a set-up link leads; the secret stands behind the #. */
const SETUP_PATH = "/setup";

/** A link is for setting up, not for good. */
const LIFE_MS_MAX = 30 * 86_400_000;

/** Registers the set-up links of a connector in the admin API. */
export function addSetupLinkRoutes(admin: Hono<AppEnv>, services: Services): void {
  const { clock, config } = services;
  addCall(admin, list, async (context) => {
    const { cursor, limit } = readQuery(context, list);
    const { number } = await findOr404(context, context.req.param("id"));
    const page = { beforeId: decodeIdCursor(cursor), limit };
    const found = await listSetupLinks(databaseOf(context.env, number), number, page);
    return reply(context, list, 200, {
      items: found.map(linkView),
      nextCursor: encodeCursor(found.length === limit ? found.at(-1)?.id : undefined),
    });
  });
  addCall(admin, create, async (context, trail) => {
    const { id: connectorId, number } = await findOr404(context, context.req.param("id"));
    const input = await readInput(context, create);
    const db = databaseOf(context.env, number);
    const call = { operation: create, context, trail, db, input };
    return await replyOnce(services, call, async (keep) => {
      const now = clock.now();
      const { name, can, expiresAt } = input;
      const ends = readEnd(expiresAt, now);
      const { secret, hash, hint } = await createSetupSecret();
      const link = { id: uuidv7(), hash, hint, name, can: JSON.stringify(can), expiresAt: ends };
      const stored = { ...link, createdAt: now, revokedAt: null, openedAt: null };
      const origin = config.publicUrl ?? new URL(context.req.raw.url).origin;
      const answer = {
        location: `/admin/v1/connectors/${connectorId}/setup-links/${link.id}`,
        body: { ...linkView(stored), url: `${origin}${SETUP_PATH}#${secret}` },
      };
      const after = { name, can, expiresAt: isoOrNull(ends) };
      const audit = trail.row({ connectorId, id: link.id, after });
      const at = { now, audit, first: await keep(answer) };
      if (!(await createSetupLink(db, number, link, at))) throw noConnector();
      return answer;
    });
  });
  addCall(admin, revoke, async (context, trail) => {
    const { id: connectorId, number } = await findOr404(context, context.req.param("id"));
    const { linkId } = context.req.param();
    const now = clock.now();
    const audit = trail.row({ connectorId, id: linkId, after: { revokedAt: isoOrNull(now) } });
    const db = databaseOf(context.env, number);
    const isThere = await revokeSetupLink(db, number, linkId, { now, audit });
    if (!isThere) throw new Problem(404, "This connector has no set-up link with that id.");
    return context.body(null, 204);
  });
}

function readEnd(expiresAt: string, now: number): number {
  const ends = Date.parse(expiresAt);
  if (ends <= now) throw new Problem(400, "expiresAt: must lie in the future");
  if (ends > now + LIFE_MS_MAX) throw new Problem(400, "expiresAt: must lie within 30 days");
  return ends;
}

function linkView({ id, name, hint, can, createdAt, expiresAt, revokedAt, openedAt }: SetupLink) {
  return {
    id,
    name,
    hint,
    can: readAbilities(can),
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    revokedAt: isoOrNull(revokedAt),
    openedAt: isoOrNull(openedAt),
  };
}

/** What a stored link lets do; this program wrote the list. */
export function readAbilities(can: string): readonly Ability[] {
  return JSON.parse(can);
}
