import { type DeliveryTarget, noteEndpoint } from "#store/changes/delivery-feed.ts";
import { withRetries } from "#store/database.ts";
import { disable } from "./disable.ts";
import { type Endpoint, IDLE_MS_MAX, IDLE_MS_MIN } from "./endpoint.ts";
import { readIntake } from "./intake.ts";
import { type Health, judgeTry } from "./judge.ts";
import { deliveryOf, endedConnector, isEnd, isWanted, messageId } from "./message.ts";
import { type OpenReceiver, openReceiver } from "./receiver.ts";
import { type Sent, send } from "./send.ts";
import { type Delivery, type EndpointState, NOTHING_WAITS } from "./storage/queue.ts";
import { sentColumns } from "./storage/try-log.ts";

/** One alarm works so long, and then goes on in a new one. */
const SLICE_MS = 20_000;

/** A Worker may send 1,000 subrequests in one invocation, and some are questions to D1. */
const TRIES_MAX = 900;

/** A Durable Object may have six outgoing connections. */
const PARALLEL_MAX = 6;

/** So much later, at least and at most, it is looked again whether all is over that comes before the end of a directory. */
const LAST_AGAIN_MS_MIN = 1_000;
const LAST_AGAIN_MS_MAX = 5 * 60_000;

/** More events than these wait in the change feed, not here. */
const WAITING_MAX = 20_000;

/** The position is mirrored to D1 when an endpoint comes to rest, and at least so often. */
const MIRROR_EVERY_MS = 60_000;

/**
 * A bounded piece of an endpoint's work: takes changes over from D1, and sends what is due, six
 * resources at a time and each resource's events one after the other.
 */
export class Slice {
  private readonly startedAt: number;
  private readonly busy = new Set<string>();
  private readonly workers = new Set<Promise<void>>();
  private receiver: OpenReceiver | undefined;
  private takingOver: Promise<boolean> | undefined;
  private fault: { readonly error: unknown } | undefined;
  private target: DeliveryTarget | "unread" | "deleted" = "unread";
  /** How often it was told to read the webhook again: what was asked before does not count. */
  private rereads = 0;
  private hasMore = false;
  private isDone = false;
  private tried = 0;
  private taken = 0;

  constructor(private readonly endpoint: Endpoint) {
    this.startedAt = endpoint.tools.clock.now();
  }

  /** Works, and says when to go on, in milliseconds since the epoch; "deleted": never. */
  async run(): Promise<number | "deleted"> {
    this.startWorkers();
    while (this.workers.size > 0) await Promise.all(this.workers);
    // Whatever comes now is for the next slice: two of them would not know whom the other serves.
    this.isDone = true;
    if (this.fault !== undefined) throw this.fault.error;
    if (this.target === "deleted") return "deleted";
    await this.mirror();
    return this.nextAt();
  }

  /** There may be more to do than was seen: workers that found nothing look again. */
  startWorkers(): void {
    while (!this.isDone && this.workers.size < PARALLEL_MAX) {
      const worker: Promise<void> = this.work()
        .catch((error: unknown) => {
          this.fault ??= { error };
        })
        .finally(() => this.workers.delete(worker));
      this.workers.add(worker);
    }
  }

  /** The webhook was changed: nothing more is sent before it is read again. */
  reread(): void {
    this.rereads += 1;
    this.receiver = undefined;
    this.target = "unread";
  }

  private get now(): number {
    return this.endpoint.tools.clock.now();
  }

  private state(): EndpointState {
    const state = this.endpoint.queue.state();
    if (state === undefined) throw new Error("A slice runs for an endpoint that is known.");
    return state;
  }

  private async work(): Promise<void> {
    while (!this.isOver()) {
      const claimed = this.claim();
      if (claimed !== undefined) await this.deliver(claimed);
      else if (!(await this.refill())) return;
    }
  }

  /** Whether this worker has nothing more to do, whatever waits. */
  private isOver(): boolean {
    if (this.fault !== undefined || this.target === "deleted") return true;
    if (this.tried >= TRIES_MAX || this.now >= this.startedAt + SLICE_MS) return true;
    const { slowdowns, slowUntil } = this.state();
    // A receiver that was overrun gets one request at a time until one of them succeeds.
    return slowUntil > this.now || (slowdowns > 0 && this.busy.size > 0);
  }

  private claim(): Claimed | undefined {
    const { receiver } = this;
    if (receiver === undefined) return undefined;
    const delivery = this.endpoint.queue.due(this.now, this.busy);
    if (delivery === undefined) return undefined;
    if (this.isTooEarly(delivery)) return this.claim();
    this.busy.add(delivery.resource);
    return { delivery, receiver };
  }

  /** Whether a delivery tells the end of a directory, of which others still wait: the end is the last of all. */
  private isTooEarly(delivery: Delivery): boolean {
    if (!isEnd(delivery)) return false;
    const { queue } = this.endpoint;
    const { waiting, dueAt } = queue.waitingBefore(endedConnector(delivery), delivery.seq);
    if (waiting === 0) return false;
    const { now } = this;
    // Before each of them is tried once more, none of it can be over; unless somebody replays one meanwhile.
    const at = Math.min(dueAt ?? now, now + LAST_AGAIN_MS_MAX);
    queue.putOff(delivery, Math.max(at, now + LAST_AGAIN_MS_MIN));
    return true;
  }

  private async deliver({ delivery, receiver }: Claimed): Promise<void> {
    const { fetch, clock, safeUrl, storage } = this.endpoint.tools;
    this.tried += 1;
    // The former delivery of this resource is on disk as delivered: a crash cannot bring it back behind this one.
    await storage.sync();
    const message = { id: messageId(delivery.seq), body: delivery.body };
    const sent = await send({ fetch, now: clock.now, safeUrl }, receiver.at(this.now), message);
    await this.settle(delivery, sent, receiver.target);
  }

  private async settle(delivery: Delivery, sent: Sent, target: DeliveryTarget): Promise<void> {
    const { queue, tries, tools } = this.endpoint;
    const { now } = this;
    const state = this.state();
    const judged = judgeTry(sent, delivery.tries, state, now, tools.clock.random);
    const { outcome, nextTryAt, health, disabled } = judged;
    // All of it in one turn: SQLite writes it as one, before anything else is sent.
    if (outcome === "delivered") queue.delivered(delivery, now);
    else if (nextTryAt === null) queue.died(delivery, now);
    else queue.failed(delivery, nextTryAt);
    this.busy.delete(delivery.resource);
    if (isNews(state, health, now)) queue.remember(health);
    const { seq, type } = delivery;
    const attempt = { eventId: messageId(seq), type, attempt: delivery.tries + 1 };
    tries.note({ ...attempt, ...sentColumns(sent), time: now, outcome, nextTryAt });
    if (state.slowdowns > 0 && health.slowdowns === 0) this.startWorkers();
    if (disabled !== undefined && this.receiver !== undefined) {
      this.receiver = undefined;
      await disable(this.endpoint, target, disabled);
      this.reread();
    }
  }

  /** Takes the next changes over, once for all workers; says whether it is worth looking again. */
  private refill(): Promise<boolean> {
    this.takingOver ??= this.takeOver().finally(() => {
      this.takingOver = undefined;
    });
    return this.takingOver;
  }

  private async takeOver(): Promise<boolean> {
    const { queue, held, tools } = this.endpoint;
    const state = this.state();
    const wasOpen = this.receiver !== undefined;
    const { rereads } = this;
    const hasRoom = queue.counts().waiting < WAITING_MAX;
    const intake = await readIntake(this.endpoint, state);
    const { target } = intake;
    const receiver = target?.isOpen ? await openReceiver(tools.readKeys(), target) : undefined;
    if (this.rereads !== rereads) return true;
    this.target = target ?? "deleted";
    this.receiver = receiver;
    if (target !== undefined && !target.isOpen) this.endpoint.dropExpired();
    if (target === undefined) return false;
    if (this.isOverWith(target, intake.position === state.position)) {
      this.target = "deleted";
      return false;
    }
    if (!target.isOpen) return false;
    // An administrator rewound the feed meanwhile.
    if (this.state().position !== state.position) return true;
    this.hasMore = hasRoom && intake.hasMore;
    const isNews = intake.position !== state.position || intake.resumed !== undefined;
    if (!hasRoom || !isNews) return !wasOpen;
    const wanted = intake.changes.filter(({ change }) => isWanted(change.type, target));
    queue.takeOver(wanted.map(deliveryOf), intake.position, tools.clock.now(), () => {
      for (const connector of intake.held) held.hold(connector);
      if (intake.resumed) held.moveOn(intake.resumed.connectorId, intake.resumed.position);
    });
    this.taken += intake.changes.length;
    return true;
  }

  /** Whether nothing is left to deliver of a deleted connector, or nothing of it may go out. */
  private isOverWith({ isEnded, isOpen }: DeliveryTarget, isAtEnd: boolean): boolean {
    if (isEnded === null) return false;
    return !isOpen || (isEnded === 1 && isAtEnd && this.endpoint.queue.counts().waiting === 0);
  }

  /** Tells D1 up to where changes were taken over and what waits, when there is time for it. */
  private async mirror(): Promise<void> {
    const { queue, tools } = this.endpoint;
    const { webhookId, position, mirrored, mirroredAt, told } = this.state();
    const isResting = this.tried === 0 && this.taken === 0;
    const isOld = this.now - mirroredAt >= MIRROR_EVERY_MS;
    if (!(isResting || isOld)) return;
    const waiting = queue.backlog();
    const isTold = JSON.stringify(waiting) === JSON.stringify(told ?? NOTHING_WAITS);
    if (position === mirrored && isTold) return;
    const db = this.endpoint.database();
    const mirror = { position, ...waiting };
    await withRetries(tools.clock, () => noteEndpoint(db, webhookId, mirror).run());
    queue.remember({ mirrored: position, mirroredAt: this.now, told: waiting });
  }

  private nextAt(): number {
    const { queue } = this.endpoint;
    const { now } = this;
    const { idleMs: formerMs, slowUntil } = this.state();
    const isResting = this.tried === 0 && this.taken === 0;
    const idleMs = isResting ? Math.min(IDLE_MS_MAX, formerMs * 2) : IDLE_MS_MIN;
    if (idleMs !== formerMs) queue.remember({ idleMs });
    const isClosed = typeof this.target === "object" && !this.target.isOpen;
    const mayHaveMore = this.hasMore || slowUntil > now;
    const dueAt = mayHaveMore ? now : queue.nextDueAt();
    if (isClosed || dueAt === undefined) return now + idleMs;
    return Math.min(now + idleMs, Math.max(dueAt, slowUntil));
  }
}

interface Claimed {
  readonly delivery: Delivery;
  readonly receiver: OpenReceiver;
}

/** Whether the endpoint's health has to be remembered; when it last delivered is kept to the minute. */
function isNews(former: Health, health: Health, now: number): boolean {
  return (
    former.failingSince !== health.failingSince ||
    former.slowdowns !== health.slowdowns ||
    former.slowUntil !== health.slowUntil ||
    (health.lastDeliveredAt === now && now - (former.lastDeliveredAt ?? 0) >= MIRROR_EVERY_MS)
  );
}
