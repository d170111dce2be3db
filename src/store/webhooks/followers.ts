import {
  and,
  eq,
  exists,
  gt,
  inArray,
  isNotNull,
  isNull,
  ne,
  or,
  type SQL,
  sql,
} from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { changes, connectors, endings, webhooks } from "#store/schema.ts";
import { build, named, prepare, selectRows } from "#store/statement.ts";
import { isFollowed, isFollower, NO_CONNECTOR, type WebhookScope } from "./scope.ts";

/**
 * The statement that has each connector of a scope know its enabled webhooks: the list travels with every
 * look-up of a credential, so that a write knows whom to wake. Only what differs is written.
 */
export function noteFollowers(db: Database, scope: WebhookScope): D1PreparedStatement {
  return noteFollowersOf(db, isFollowed(scope));
}

/** The same for the connectors of which a condition holds. */
export function noteFollowersOf(db: Database, isNoted: SQL | undefined): D1PreparedStatement {
  const enabled = build
    .select(named({ id: webhooks.id }))
    .from(webhooks)
    .where(and(isFollower(), eq(webhooks.status, "active")))
    .orderBy(webhooks.id)
    .as("enabled");
  const ids = build.select(named({ ids: sql`json_group_array(${enabled.id})` })).from(enabled);
  const noted = build
    .update(connectors)
    .set({ webhookIds: sql`${ids}` })
    .where(and(isNoted, isNull(connectors.deletedAt), ne(connectors.webhookIds, sql`${ids}`)));
  return prepare(db, noted);
}

/**
 * The ids of all webhooks that follow a connector, also of disabled ones, and of those that did when it was with
 * another tenant: who may hold events of it, or have to be told of some yet.
 */
export async function listFollowers(
  db: Database,
  connectorId: ConnectorId,
): Promise<readonly string[]> {
  const former = build
    .select(named({ tenant: endings.tenant }))
    .from(endings)
    .where(and(eq(endings.connectorId, connectorId), eq(endings.kind, "moved")));
  const didFollow = and(eq(webhooks.connectorId, NO_CONNECTOR), inArray(webhooks.tenant, former));
  const query = build
    .select(named({ id: webhooks.id }))
    .from(connectors)
    .crossJoin(webhooks)
    .where(and(eq(connectors.number, connectorId), sql`(${or(isFollower(), didFollow)})`));
  return (await selectRows(db, query)).map(({ id }) => id);
}

/** How many webhooks one run of cron wakes; the next minute wakes others. */
const WOKEN_MAX = 100;

/**
 * The webhooks that cron has to wake: those with changes that they were not handed yet and, spread
 * over an hour, every other one once, since an alarm may have got lost.
 */
export async function webhooksToWake(db: Database, now: number): Promise<readonly string[]> {
  const minute = Math.floor(now / 60_000) % 60;
  const digit = (character: SQL) => sql`(instr('0123456789abcdef', ${character}) - 1)`;
  const byte = sql`${digit(sql`substr(${webhooks.id}, -2, 1)`)} * 16 + ${digit(sql`substr(${webhooks.id}, -1)`)}`;
  const mayDeliver = and(
    eq(webhooks.status, "active"),
    eq(connectors.status, "active"),
    eq(sql`coalesce(${connectors.settings} ->> 'staged', 0)`, 0),
  );
  // Those of a deleted connector deliver what waits, and then end.
  const isOfDeleted = isNotNull(connectors.deletedAt);
  const isWide = and(eq(webhooks.status, "active"), eq(webhooks.connectorId, NO_CONNECTOR));
  const query = build
    .select(named({ id: webhooks.id }))
    .from(webhooks)
    .leftJoin(connectors, eq(connectors.number, webhooks.connectorId))
    .where(
      and(
        sql`(${or(isWide, mayDeliver, isOfDeleted)})`,
        sql`(${or(eq(sql`(${byte}) % 60`, minute), isBehind())})`,
      ),
    )
    .orderBy(sql`random()`)
    .limit(WOKEN_MAX);
  return (await selectRows(db, query)).map(({ id }) => id);
}

/** Whether there are changes that a webhook was not handed; of each kind the question that its index answers. */
function isBehind(): SQL {
  const behind = (condition?: SQL) =>
    exists(
      build
        .select(named({ seq: changes.seq }))
        .from(changes)
        .where(and(condition, gt(changes.seq, webhooks.position))),
    );
  const member = alias(connectors, "member");
  const ofTenant = exists(
    build
      .select(named({ number: member.number }))
      .from(member)
      .crossJoin(changes)
      .where(
        and(
          eq(member.tenant, webhooks.tenant),
          eq(changes.connectorId, member.number),
          gt(changes.seq, webhooks.position),
        ),
      ),
  );
  const former = exists(
    build
      .select(named({ id: endings.id }))
      .from(endings)
      .where(
        and(
          eq(endings.tenant, webhooks.tenant),
          eq(endings.kind, "moved"),
          gt(endings.untilSeq, webhooks.position),
        ),
      ),
  );
  const ofOne = behind(eq(changes.connectorId, webhooks.connectorId));
  return sql`(case when ${webhooks.connectorId} <> ${NO_CONNECTOR} then ${ofOne} when ${webhooks.tenant} is null then ${behind()} else (${ofTenant} or ${former}) end)`;
}
