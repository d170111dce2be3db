import type { KeyRing } from "#credentials/key-ring.ts";
import type { SafeUrlOptions } from "#credentials/safe-url.ts";
import { type DeliveryTarget, deliveryTarget } from "#store/changes/delivery-feed.ts";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { centralDatabase, type DatabaseBindings, databaseOf } from "#store/databases.ts";
import { runQuery } from "#store/query.ts";
import { isWide } from "#store/webhooks/scope.ts";
import { HEALTHY } from "./judge.ts";
import type { SendTools } from "./send.ts";
import { HeldConnectors } from "./storage/held.ts";
import { DeliveryQueue, type EndpointState } from "./storage/queue.ts";
import { TryLog } from "./storage/try-log.ts";
import type { DeliveryOverview } from "./views.ts";

/** What the deliveries of an endpoint need of the world. */
export interface EndpointTools {
  readonly storage: DurableObjectStorage;
  readonly databases: DatabaseBindings;
  readonly clock: Clock;
  readonly fetch: SendTools["fetch"];
  /** Throws where the ring is malformed. */
  readonly readKeys: () => KeyRing;
  readonly safeUrl: SafeUrlOptions;
}

/** After the last work the feed is looked at so much later, then ever more seldom. */
export const IDLE_MS_MIN = 60_000;
export const IDLE_MS_MAX = 3_600_000;

/** No try waits longer: such a moment was set by a clock that was wrong. */
const WAIT_MAX_MS = 27 * 3_600_000;

/** Dead deliveries can be replayed for as long as the feed keeps its changes, and none waits longer. */
const KEPT_MS = 30 * 86_400_000;

/** Whether held connectors are let go is asked when somebody says so, and so often by itself. */
const HELD_ASKED_EVERY_MS = 60_000;

/** What one endpoint keeps: its state, its queue, the connectors that it passes by, and its log of tries. */
export class Endpoint {
  readonly queue: DeliveryQueue;
  readonly held: HeldConnectors;
  readonly tries: TryLog;
  /** Held connectors that are let go, and have to be caught up with. */
  readonly resuming = new Set<ConnectorId>();
  /** When it was last asked which those are. */
  private heldAskedAt = 0;

  constructor(readonly tools: EndpointTools) {
    this.queue = new DeliveryQueue(tools.storage);
    this.held = new HeldConnectors(tools.storage);
    this.tries = new TryLog(tools.storage);
    this.open();
  }

  /** Makes the tables where they are missing. */
  open(): void {
    this.queue.open();
    this.held.open();
    this.tries.open();
  }

  /** The state, which at the very first is taken from D1; undefined where the webhook is deleted. */
  async adopt(webhookId: string): Promise<EndpointState | undefined> {
    this.open();
    const known = this.queue.state();
    if (known !== undefined) return known;
    const target = await this.readTarget(webhookId);
    if (target === undefined) return undefined;
    const { connectorId, position } = target;
    const scope = isWide(target) ? { connectorId, tenant: target.tenant } : { connectorId };
    // Somebody else may have come first while D1 was asked.
    if (this.queue.state() === undefined) {
      const mirror = { mirrored: position, mirroredAt: this.tools.clock.now() };
      const idleMs = IDLE_MS_MIN;
      this.queue.remember({ webhookId, ...scope, position, ...mirror, idleMs, ...HEALTHY });
    }
    return this.queue.state();
  }

  /** Reads the webhook and its connector as they are now. */
  readTarget(webhookId: string): Promise<DeliveryTarget | undefined> {
    const db = this.database();
    return runQuery(db, deliveryTarget(db, webhookId), this.tools.clock);
  }

  /** The database of the one connector that it follows; the central one for several, and before it is known. */
  database(): Database {
    const { databases } = this.tools;
    const known = this.queue.state();
    return known === undefined || known.tenant !== undefined
      ? centralDatabase(databases)
      : databaseOf(databases, known.connectorId);
  }

  /** Asks with the next work which held connectors are let go. */
  askForHeld(): void {
    this.heldAskedAt = 0;
  }

  /** Whether it is time to ask which held connectors are let go; it is asked then. */
  isTimeForHeld(): boolean {
    const now = this.tools.clock.now();
    const isTime = Math.abs(now - this.heldAskedAt) >= HELD_ASKED_EVERY_MS;
    if (isTime) this.heldAskedAt = now;
    return isTime;
  }

  /** Where the deliveries stand. */
  overview(): DeliveryOverview {
    const { failingSince, lastDeliveredAt, slowUntil } = this.queue.state() ?? HEALTHY;
    const isSlowed = slowUntil > this.tools.clock.now();
    return {
      ...this.queue.counts(),
      lastDeliveredAt: isoOrNull(lastDeliveredAt),
      failingSince: isoOrNull(failingSince),
      slowUntil: isSlowed ? isoOrNull(slowUntil) : null,
      nextTryAt: isoOrNull(this.queue.nextDueAt() ?? null),
    };
  }

  /** Forgets what failures there were: an administrator says that the endpoint was repaired. */
  forgive(): void {
    if (this.queue.state() === undefined) return;
    this.queue.remember(HEALTHY);
    this.queue.startAnew(this.tools.clock.now());
  }

  /** Forgets what waits although the feed does not keep it any more: nothing goes out that would end it. */
  dropExpired(): void {
    const now = this.tools.clock.now();
    this.queue.dropWaiting(now - KEPT_MS, now);
  }

  /** Forgets what is too old to be kept. */
  tidy(): void {
    const now = this.tools.clock.now();
    this.queue.hasten(now + WAIT_MAX_MS, now);
    if ((this.queue.state()?.slowUntil ?? 0) > now + WAIT_MAX_MS)
      this.queue.remember({ slowUntil: 0 });
    this.queue.dropDead(now - KEPT_MS);
    this.tries.drop(now);
  }
}

function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
