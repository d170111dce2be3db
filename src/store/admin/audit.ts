import { and, desc, eq, gt, gte, inArray, lt, sql } from "drizzle-orm";
import type { Clock } from "#store/clock.ts";
import { type Database, withRetries } from "#store/database.ts";
import { firstIdAt } from "#store/event-log/list.ts";
import { jsonText } from "#store/json-text.ts";
import { changedRows, insertRows } from "#store/rows.ts";
import { audit } from "#store/schema.ts";
import { build, named, prepare, type RowOf, selectRows } from "#store/statement.ts";
import type { AuditRow } from "./audit-row.ts";

/** How an admin call ended; pending where nobody could note it. */
export type Outcome = typeof audit.$inferSelect.outcome;

/**
 * The statement that stores a row of the trail with the change that it tells of. It belongs right behind
 * the statement that makes the change: where that one changed no row, it stores none. An empty list for
 * a change that no administrator made.
 */
export function auditStatements(
  db: Database,
  row: AuditRow | undefined,
): readonly D1PreparedStatement[] {
  if (row === undefined) return [];
  const hasChanged = gt(changedRows, 0);
  return [prepare(db, insertRows(audit, cellsFor(row, "succeeded"), { where: hasChanged }))];
}

/** Stores the row of a call that a Durable Object will carry out, before it is asked. */
export async function beginAudit(db: Database, row: AuditRow): Promise<void> {
  await prepare(db, insertRows(audit, cellsFor(row, "pending"))).run();
}

/** Notes how a call ended that was begun, and the id of what it made. */
export async function endAudit(
  db: Database,
  id: string,
  { outcome, subjectId }: { readonly outcome: Outcome; readonly subjectId: string | undefined },
): Promise<void> {
  const query = build.update(audit).set({ outcome, subjectId }).where(eq(audit.id, id));
  await prepare(db, query).run();
}

/** Takes the row of a call back that was refused after it was begun: it changed nothing. */
export async function withdrawAudit(db: Database, id: string): Promise<void> {
  await prepare(db, build.delete(audit).where(eq(audit.id, id))).run();
}

function cellsFor(row: AuditRow, outcome: Outcome) {
  return {
    id: sql`${row.id}`,
    operation: sql`${row.operation}`,
    connectorId: sql`${row.connectorId ?? null}`,
    subject: sql`${row.subject}`,
    subjectId: sql`${row.subjectId ?? null}`,
    actorKind: sql`${row.actorKind}`,
    actor: sql`${row.actor}`,
    actorName: sql`${row.actorName ?? null}`,
    difference: sql`${jsonText(row.difference)}`,
    clientIp: sql`${row.clientIp ?? null}`,
    userAgent: sql`${row.userAgent ?? null}`,
    outcome: sql`${outcome}`,
  };
}

/** Which rows of the trail are wanted; times in milliseconds, `to` is not among them. */
export interface AuditFilter {
  readonly connectorId?: string | undefined;
  readonly actor?: string | undefined;
  readonly operation?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** A row of the trail as it is stored. */
export type StoredAudit = RowOf<ReturnType<typeof selectAudit>>;

/** A page of the trail, and below which id it goes on. */
export interface AuditPage {
  readonly items: readonly StoredAudit[];
  readonly beforeId: string | undefined;
}

/** Lists what administrators did, newest first, below an id. */
export async function listAudit(
  db: Database,
  filter: AuditFilter,
  page: { readonly beforeId: string | undefined; readonly limit: number },
): Promise<AuditPage> {
  const items = await selectRows(db, selectAudit(filter, page));
  return { items, beforeId: items.length === page.limit ? items.at(-1)?.id : undefined };
}

function selectAudit(
  { connectorId, actor, operation, from, to }: AuditFilter,
  { beforeId, limit }: { readonly beforeId: string | undefined; readonly limit: number },
) {
  return build
    .select(
      named({
        id: audit.id,
        operation: audit.operation,
        connectorId: audit.connectorId,
        subject: audit.subject,
        subjectId: audit.subjectId,
        actorKind: audit.actorKind,
        actor: audit.actor,
        actorName: audit.actorName,
        difference: audit.difference,
        clientIp: audit.clientIp,
        userAgent: audit.userAgent,
        outcome: audit.outcome,
      }),
    )
    .from(audit)
    .where(
      and(
        connectorId === undefined ? undefined : eq(audit.connectorId, connectorId),
        actor === undefined ? undefined : eq(audit.actor, actor),
        operation === undefined ? undefined : eq(audit.operation, operation),
        beforeId === undefined ? undefined : lt(audit.id, beforeId),
        from === undefined ? undefined : gte(audit.id, firstIdAt(from)),
        to === undefined ? undefined : lt(audit.id, firstIdAt(to)),
      ),
    )
    .orderBy(desc(audit.id))
    .limit(limit);
}

/** One step deletes so many rows, and one run of cron takes so many steps. */
const PRUNED_ROWS = 500;
const STEPS_MAX = 4;
const DAY_MS = 86_400_000;

/** Deletes rows of the trail that are older than so many days, those of deleted connectors too. */
export async function pruneAudit(db: Database, clock: Clock, days: number): Promise<void> {
  const oldest = build
    .select(named({ id: audit.id }))
    .from(audit)
    .where(lt(audit.id, firstIdAt(clock.now() - days * DAY_MS)))
    .orderBy(audit.id)
    .limit(PRUNED_ROWS);
  const pruned = prepare(db, build.delete(audit).where(inArray(audit.id, oldest)));
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const { meta } = await withRetries(clock, () => pruned.run());
    if (meta.changes === 0) return;
  }
}
