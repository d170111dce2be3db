import { and, eq, notExists, sql } from "drizzle-orm";
import { classifyError } from "#store/d1-error.ts";
import { type Database, withRetries } from "#store/database.ts";
import { type Alert, alertStatements } from "#store/event-log/alerts.ts";
import { insertRows } from "#store/rows.ts";
import { endings, txGuard } from "#store/schema.ts";
import { build, named, prepare } from "#store/statement.ts";
import { isStillOpen, type OpenEnding } from "./open.ts";
import type { EndingTools } from "./slice.ts";

/** So many goes at an end, one a minute, fail in a row before somebody is told: what passes by itself is no alert. */
const FAILURES_TOLD = 5;

/**
 * Counts a go at an end that failed. With the fifth since one came ahead an alert is raised, once. Where somebody else
 * was faster, nothing is counted.
 */
export async function noteFailure(
  db: Database,
  { clock, newId }: EndingTools,
  ending: OpenEnding,
): Promise<void> {
  const failures = ending.failures + 1;
  const isAsRead = and(isStillOpen(ending.id), eq(endings.failures, sql`${ending.failures}`));
  const asRead = build
    .select(named({ id: endings.id }))
    .from(endings)
    .where(isAsRead);
  const counted = build
    .update(endings)
    .set({ failures: sql`${failures}` })
    .where(isAsRead);
  const alert = failingAlert(ending, { eventId: newId(), at: clock.now() });
  const statements = [
    prepare(db, insertRows(txGuard, { versionChanged: sql`1` }, { where: notExists(asRead) })),
    prepare(db, counted),
    ...(failures === FAILURES_TOLD ? alertStatements(db, alert) : []),
  ];
  try {
    await withRetries(clock, () => db.batch(statements));
  } catch (error) {
    if (classifyError(error).kind !== "versionChanged") throw error;
  }
}

/** The alert that says that users are not told of. */
function failingAlert(
  { connectorId, connector, kind, users }: OpenEnding,
  { eventId, at }: Pick<Alert, "eventId" | "at">,
): Alert {
  const happened = kind === "deleted" ? "was deleted" : "moves to another tenant";
  return {
    connectorId,
    connector,
    eventId,
    at,
    kind: "ending.failing",
    facts: { end: kind, users, failures: FAILURES_TOLD },
    explanation: `The connector ${connector} ${happened}, and going on with the end of its directory failed ${FAILURES_TOLD} times in a row: users of it may not be switched off yet, and applications are not told of them. It is tried each minute. Look for "end of a directory failed" in the Worker's log, and switch off by hand in your application whoever must not wait.`,
    credentialId: null,
  };
}
