import { DurableObject } from "cloudflare:workers";
import { parseKeyRing } from "#credentials/key-ring.ts";
import { dropDeletedWebhook } from "#store/changes/delivery-feed.ts";
import type { Clock } from "#store/clock.ts";
import type { ForgottenPerson } from "#store/erasure/forgotten-person.ts";
import { Endpoint } from "./endpoint.ts";
import { replay } from "./replay.ts";
import { Slice } from "./slice.ts";
import { sendTest } from "./test-event.ts";
import type {
  DeliveryOverview,
  Replay,
  ReplayAnswer,
  TryPage,
  TryView,
  WebhookCalls,
} from "./views.ts";

/** If a slice dies with its isolate, the next one begins then; alarms never overlap. */
const DEAD_MAN_MS = 20_000;

/** What has failed, such as a question to D1, is tried again so much later. */
const FAULT_MS = 60_000;

/** An alarm that should have run so long ago has got lost (workerd#3138 and others). */
const STALE_MS = 60_000;

const clock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: () => Math.random(),
};

/** The deliveries of one webhook: what is queued, tried and dead, and the timer of the next try. */
export class WebhookEndpoint extends DurableObject<Env> implements WebhookCalls {
  private readonly endpoint: Endpoint;
  private slice: Slice | undefined;
  /** Whether an alarm is being handled; until it ends it alone sets the next one. */
  private isHandling = false;
  private isPoked = false;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    // Nothing throws here: an alarm whose object cannot be made is lost after a few times.
    const ownHosts = URL.canParse(env.PUBLIC_URL) ? [new URL(env.PUBLIC_URL).hostname] : [];
    this.endpoint = new Endpoint({
      storage: state.storage,
      databases: env,
      clock,
      fetch: (url, init) => fetch(url, init),
      readKeys: () => parseKeyRing(env.ENCRYPTION_KEYS),
      safeUrl: { allowsLoopback: env.ALLOW_INSECURE_URLS === "loopback", ownHosts },
    });
  }

  /** There may be something to deliver. */
  async poke(webhookId: string): Promise<void> {
    if ((await this.endpoint.adopt(webhookId)) !== undefined) await this.wakeSoon();
  }

  /** An administrator changed the webhook or its connector. */
  async configured(webhookId: string, isRevived: boolean): Promise<void> {
    if ((await this.endpoint.adopt(webhookId)) === undefined) return;
    if (isRevived) this.endpoint.forgive();
    this.endpoint.askForHeld();
    this.slice?.reread();
    await this.wakeSoon();
  }

  /** Sends a test event once, now. */
  async sendTest(webhookId: string): Promise<TryView | undefined> {
    await this.endpoint.adopt(webhookId);
    return sendTest(this.endpoint, webhookId);
  }

  /** Puts events in the queue once more; undefined where there is no such event. */
  async replay(webhookId: string, what: Replay): Promise<ReplayAnswer | undefined> {
    const state = await this.endpoint.adopt(webhookId);
    if (state === undefined) return undefined;
    const answer = await replay(this.endpoint, state, what);
    if (answer !== undefined) await this.wakeSoon();
    return answer;
  }

  /** The newest tries. */
  async tries(page: TryPage): Promise<TryView[]> {
    this.endpoint.open();
    return this.endpoint.tries.list(page);
  }

  /** Where the deliveries stand. */
  async overview(): Promise<DeliveryOverview> {
    this.endpoint.open();
    return this.endpoint.overview();
  }

  /** A person is erased: what tells of him or her is forgotten, and what tells of the erasure is due. */
  async forgetPerson(webhookId: string, person: ForgottenPerson): Promise<void> {
    if ((await this.endpoint.adopt(webhookId)) === undefined) return;
    // A page that is on its way from the feed may still name the person.
    this.slice?.reread();
    this.endpoint.queue.forgetPerson(person, clock.now());
    this.endpoint.tries.forgetPerson(person);
    await this.wakeSoon();
  }

  /** The webhook was deleted: forgets everything. */
  async removed(): Promise<void> {
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  /** Works for a while. Never throws: an alarm that does so too often is never called again. */
  override async alarm(): Promise<void> {
    this.isHandling = true;
    const next = await this.guarded(async () => {
      await this.ctx.storage.setAlarm(clock.now() + DEAD_MAN_MS);
      this.isPoked = false;
      return this.work();
    });
    this.slice = undefined;
    this.isHandling = false;
    // Nothing is awaited up to here: a poke came before and is seen, or comes behind and wins.
    const at = this.isPoked && next !== "deleted" ? 0 : next;
    await this.guarded(() => this.wakeAt(at));
  }

  /** What a piece of work answers, or when to try again where it fails. */
  private async guarded<T>(run: () => Promise<T>): Promise<T | number> {
    try {
      return await run();
    } catch (error) {
      const kind = error instanceof Error ? error.name : typeof error;
      console.error(JSON.stringify({ message: "webhook deliveries failed", kind }));
      return clock.now() + FAULT_MS;
    }
  }

  private async work(): Promise<number | "deleted"> {
    this.endpoint.open();
    const state = this.endpoint.queue.state();
    if (state === undefined) return "deleted";
    this.endpoint.tidy();
    this.slice = new Slice(this.endpoint);
    const next = await this.slice.run();
    if (next === "deleted") await dropDeletedWebhook(this.endpoint.database(), state.webhookId);
    return next;
  }

  private async wakeAt(at: number | "deleted"): Promise<void> {
    if (at === "deleted") return this.removed();
    // Never now itself: such an alarm may stay away for a while (workerd#6866).
    await this.ctx.storage.setAlarm(Math.max(at, clock.now() + 1));
  }

  private async wakeSoon(): Promise<void> {
    if (this.isHandling) {
      this.isPoked = true;
      this.slice?.startWorkers();
      return;
    }
    const now = clock.now();
    const at = await this.ctx.storage.getAlarm();
    const isSoon = at !== null && at <= now + 1 && at > now - STALE_MS;
    if (!isSoon) await this.ctx.storage.setAlarm(now + 1);
  }
}
