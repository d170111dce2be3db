import type { BridgeCalls } from "#bridge/admin-views.ts";
import type { WebhookCalls } from "#delivery/views.ts";
import { takeDueBridges } from "#store/admin/bridges.ts";
import { webhooksToWake } from "#store/admin/webhooks.ts";
import type { Clock } from "#store/clock.ts";
import type { Database } from "#store/database.ts";
import { reportUncleanNames } from "#store/upkeep/name-sweep.ts";
import { pruneChanges, pruneEvents, pruneRefusals } from "#store/upkeep/prune.ts";
import { type Resealer, resealSecrets } from "#store/upkeep/reseal.ts";
import { dropAccessTokens, dropParked, purgeDeleted } from "#store/upkeep/sweep.ts";
import { warnOfExpiry } from "#store/upkeep/token-alerts.ts";

/**
 * What the Worker does every minute; newId gives event ids, UUIDv7 like those of requests. Each job is
 * safe to repeat and does a bounded piece of work; one that fails is logged and does not keep the others
 * from running. The keys are asked for inside their job, so that a malformed ring stops that one alone;
 * without openResealer nothing is sealed anew, without bridgeOf and webhookOf none of theirs is
 * woken.
 */
export async function runCron(
  db: Database,
  clock: Clock,
  newId: () => string,
  openResealer?: () => Resealer,
  bridgeOf?: BridgeOf,
  webhookOf?: WebhookOf,
): Promise<void> {
  for (const [name, job] of JOBS) {
    try {
      await job(db, clock, newId, openResealer, bridgeOf, webhookOf);
    } catch (error) {
      const kind = error instanceof Error ? error.name : typeof error;
      console.error(JSON.stringify({ message: "cron job failed", name, kind }));
    }
  }
}

/** Gives the Durable Object of a connector's bridge. */
type BridgeOf = (connectorId: string) => Pick<BridgeCalls, "wake">;

/** Gives the Durable Object of a webhook. */
type WebhookOf = (webhookId: string) => Pick<WebhookCalls, "poke">;

const JOBS = [
  ["wakeBridges", wakeBridges],
  ["wakeWebhooks", wakeWebhooks],
  ["purgeDeleted", purgeDeleted],
  ["dropParked", dropParked],
  ["dropAccessTokens", dropAccessTokens],
  ["warnOfExpiry", warnOfExpiry],
  ["pruneEvents", pruneEvents],
  ["pruneChanges", pruneChanges],
  ["pruneRefusals", pruneRefusals],
  ["resealSecrets", resealWith],
  ["reportUncleanNames", reportUncleanNames],
] as const;

async function resealWith(
  db: Database,
  clock: Clock,
  _newId: () => string,
  openResealer?: () => Resealer,
): Promise<void> {
  if (openResealer !== undefined) await resealSecrets(db, clock, openResealer());
}

/** Each is one subrequest, of which Cloudflare's free plan allows 50 in a run. */
const WOKEN_BRIDGES_MAX = 30;

/** A bridge that could not be woken is tried again so much later. */
const WAKE_AGAIN_MS = 5 * 60_000;

/** Wakes bridges whose time has come: a new one, or one whose alarm was lost. */
async function wakeBridges(
  db: Database,
  clock: Clock,
  _newId: () => string,
  _openResealer?: () => Resealer,
  bridgeOf?: BridgeOf,
): Promise<void> {
  if (bridgeOf === undefined) return;
  const now = clock.now();
  const due = { now, again: now + WAKE_AGAIN_MS, limit: WOKEN_BRIDGES_MAX };
  const ids = await takeDueBridges(db, due);
  await Promise.all(ids.map((id) => wakeBridge(bridgeOf, id)));
}

async function wakeBridge(bridgeOf: BridgeOf, connectorId: string): Promise<void> {
  try {
    await bridgeOf(connectorId).wake(connectorId);
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error;
    console.error(JSON.stringify({ message: "bridge not woken", connectorId, kind }));
  }
}

/** Wakes webhooks that have changes to deliver of which nobody told them, or whose alarm may be lost. */
async function wakeWebhooks(
  db: Database,
  clock: Clock,
  _newId: () => string,
  _openResealer?: () => Resealer,
  _bridgeOf?: BridgeOf,
  webhookOf?: WebhookOf,
): Promise<void> {
  if (webhookOf === undefined) return;
  const ids = await webhooksToWake(db, clock.now());
  await Promise.all(ids.map((id) => wakeWebhook(webhookOf, id)));
}

async function wakeWebhook(webhookOf: WebhookOf, webhookId: string): Promise<void> {
  try {
    await webhookOf(webhookId).poke(webhookId);
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error;
    console.error(JSON.stringify({ message: "webhook not woken", webhookId, kind }));
  }
}
