import type { BridgeCalls } from "#bridge/calls.ts";
import type { WebhookCalls } from "#delivery/views.ts";
import { pruneAudit } from "#store/admin/audit.ts";
import { takeDueBridges } from "#store/admin/bridges.ts";
import { pruneSessions } from "#store/admin/sessions.ts";
import type { Clock } from "#store/clock.ts";
import type { Database } from "#store/database.ts";
import { allDatabases, type DatabaseBindings } from "#store/databases.ts";
import { continueEndings, dropEndings } from "#store/endings/run.ts";
import type { Erasure } from "#store/erasure/erasures.ts";
import { pruneFirstAnswers } from "#store/first-answers/first-answers.ts";
import { pruneSetupLinks } from "#store/setup-links/links.ts";
import { goOnErasing } from "#store/upkeep/go-on-erasing.ts";
import { warnOfKeyExpiry } from "#store/upkeep/key-alerts.ts";
import { reportUncleanNames } from "#store/upkeep/name-sweep.ts";
import { pruneChanges, pruneEvents, pruneRefusals } from "#store/upkeep/prune.ts";
import { dropAccessTokens, dropParked, purgeDeleted } from "#store/upkeep/purge.ts";
import { type Resealer, resealSecrets } from "#store/upkeep/reseal.ts";
import { pruneActivity, rollUpActivity } from "#store/upkeep/roll-up.ts";
import { tellWaitingRoles } from "#store/upkeep/tell-roles.ts";
import { warnOfExpiry } from "#store/upkeep/token-alerts.ts";
import { webhooksToWake } from "#store/webhooks/followers.ts";

/** What the jobs of cron need of the world. */
export interface CronTools {
  readonly databases: DatabaseBindings;
  readonly clock: Clock;
  /** Gives event ids, UUIDv7 like those of requests. */
  readonly newId: () => string;
  /** Opens the ring of keys; throws where it is malformed. Left out, nothing is sealed anew. */
  readonly openResealer?: () => Resealer;
  /** For how many days the trail of administrators' actions is kept; throws where that is malformed. Left out, all stays. */
  readonly auditDays?: () => number;
  /** Gives the Durable Object of a connector's bridge; left out, none is woken. */
  readonly bridgeOf?: (connectorId: string) => Pick<BridgeCalls, "wake">;
  /** Has the Durable Objects forget a person; left out, nobody is erased further. */
  readonly forgetPerson?: (erasure: Erasure) => Promise<void>;
  /** Gives the Durable Object of a webhook; left out, none is woken. */
  readonly webhookOf?: (webhookId: string) => Pick<WebhookCalls, "poke">;
}

/** What a job needs to do its piece of work in one database. */
interface Work extends Omit<CronTools, "databases"> {
  readonly db: Database;
}

/**
 * What the Worker does every minute. Each job is safe to repeat and does a bounded piece of work in each
 * database; one that fails is logged and does not keep the others from running. The keys are asked for
 * inside their job, so that a malformed ring stops that one alone.
 */
export async function runCron({ databases, ...tools }: CronTools): Promise<void> {
  for (const db of allDatabases(databases)) {
    for (const [name, job] of JOBS) await runJob(name, () => job({ ...tools, db }));
  }
}

async function runJob(name: string, job: () => Promise<void>): Promise<void> {
  try {
    await job();
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error;
    console.error(JSON.stringify({ message: "cron job failed", name, kind }));
  }
}

const JOBS: readonly (readonly [name: string, job: (work: Work) => Promise<void>])[] = [
  ["wakeBridges", wakeBridges],
  ["continueEndings", ({ db, clock, newId }) => continueEndings(db, { clock, newId })],
  ["dropEndings", ({ db, clock }) => dropEndings(db, clock)],
  // Before webhooks are woken, so that these tell of it at once.
  ["tellWaitingRoles", ({ db, clock }) => tellWaitingRoles(db, clock)],
  ["wakeWebhooks", wakeWebhooks],
  ["goOnErasing", goOnErasingPeople],
  // Before what it counts is pruned.
  ["rollUpActivity", ({ db, clock }) => rollUpActivity(db, clock)],
  ["purgeDeleted", ({ db, clock }) => purgeDeleted(db, clock)],
  ["dropParked", ({ db, clock }) => dropParked(db, clock)],
  ["dropAccessTokens", ({ db, clock }) => dropAccessTokens(db, clock)],
  ["warnOfExpiry", ({ db, clock, newId }) => warnOfExpiry(db, clock, newId)],
  ["warnOfKeyExpiry", ({ db, clock, newId }) => warnOfKeyExpiry(db, clock, newId)],
  ["pruneEvents", ({ db, clock }) => pruneEvents(db, clock)],
  ["pruneChanges", ({ db, clock }) => pruneChanges(db, clock)],
  ["pruneRefusals", ({ db, clock }) => pruneRefusals(db, clock)],
  ["pruneActivity", ({ db, clock }) => pruneActivity(db, clock)],
  ["pruneAudit", pruneTrail],
  ["pruneFirstAnswers", ({ db, clock }) => pruneFirstAnswers(db, clock)],
  ["pruneSessions", ({ db, clock }) => pruneSessions(db, clock)],
  ["pruneSetupLinks", ({ db, clock }) => pruneSetupLinks(db, clock)],
  ["resealSecrets", reseal],
  ["reportUncleanNames", ({ db, clock }) => reportUncleanNames(db, clock)],
];

async function pruneTrail({ db, clock, auditDays }: Work): Promise<void> {
  if (auditDays !== undefined) await pruneAudit(db, clock, auditDays());
}

async function goOnErasingPeople({ db, clock, forgetPerson }: Work): Promise<void> {
  if (forgetPerson !== undefined) await goOnErasing(db, clock, forgetPerson);
}

async function reseal({ db, clock, openResealer }: Work): Promise<void> {
  if (openResealer !== undefined) await resealSecrets(db, clock, openResealer());
}

/** Each is one subrequest, of which Cloudflare's free plan allows 50 in a run. */
const WOKEN_BRIDGES_MAX = 30;

/** A bridge that could not be woken is tried again so much later. */
const WAKE_AGAIN_MS = 5 * 60_000;

/** Wakes bridges whose time has come: a new one, or one whose alarm was lost. */
async function wakeBridges({ db, clock, bridgeOf }: Work): Promise<void> {
  if (bridgeOf === undefined) return;
  const now = clock.now();
  const due = { now, again: now + WAKE_AGAIN_MS, limit: WOKEN_BRIDGES_MAX };
  const ids = await takeDueBridges(db, due);
  await Promise.all(ids.map((id) => wakeBridge(bridgeOf, id)));
}

async function wakeBridge(
  bridgeOf: NonNullable<CronTools["bridgeOf"]>,
  connectorId: string,
): Promise<void> {
  try {
    await bridgeOf(connectorId).wake(connectorId);
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error;
    console.error(JSON.stringify({ message: "bridge not woken", connectorId, kind }));
  }
}

/** Wakes webhooks that have changes to deliver of which nobody told them, or whose alarm may be lost. */
async function wakeWebhooks({ db, clock, webhookOf }: Work): Promise<void> {
  if (webhookOf === undefined) return;
  const ids = await webhooksToWake(db, clock.now());
  await Promise.all(ids.map((id) => wakeWebhook(webhookOf, id)));
}

async function wakeWebhook(
  webhookOf: NonNullable<CronTools["webhookOf"]>,
  webhookId: string,
): Promise<void> {
  try {
    await webhookOf(webhookId).poke(webhookId);
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error;
    console.error(JSON.stringify({ message: "webhook not woken", webhookId, kind }));
  }
}
