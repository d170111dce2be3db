import { mirrorBridge, type StoredBridge } from "#store/admin/bridges.ts";
import { databaseOf } from "#store/databases.ts";
import { alertStatements } from "#store/event-log/alerts.ts";
import type { BridgeRecord } from "../storage/bridge-record.ts";
import type { BridgeTools } from "../tools.ts";

/** A run under way is looked after by cron from then on. */
const RUN_GRACE_MS = 2 * 60_000;

/** Tells D1 what lists and cron go by, with how much is held, and raises the alerts that wait; safe to repeat. */
export async function mirrorMemory(
  { databases, clock }: BridgeTools,
  { connectorId }: Pick<StoredBridge, "connectorId">,
  { standing, runId, alerts, isMirrored, lastSucceededAt, connectorId: connector }: BridgeRecord,
  held: number,
): Promise<void> {
  const db = databaseOf(databases, connectorId);
  if (!isMirrored) {
    const { state, paused, consecutiveFailures } = standing;
    const isAtRest = paused || state === "disabled";
    const wakeAt = runId === undefined ? standing.nextSyncAt : clock.now() + RUN_GRACE_MS;
    const nextAt = isAtRest ? undefined : wakeAt;
    await mirrorBridge(db, connectorId, {
      state,
      consecutiveFailures,
      nextAt,
      held,
      lastSucceededAt,
    });
  }
  if (alerts.length === 0) return;
  await db.batch(
    alerts.flatMap((alert) =>
      alertStatements(db, { ...alert, connectorId, connector, credentialId: null }),
    ),
  );
}
