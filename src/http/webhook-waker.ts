import type { Clock } from "#store/clock.ts";
import { type ObjectBindings, webhookObject } from "#store/placement.ts";

/** Where the objects of webhooks are. */
type Webhooks = Omit<ObjectBindings, "BRIDGE">;

/** Keeps the isolate alive until a promise is settled, as ExecutionContext.waitUntil does. */
type WaitUntil = (promise: Promise<void>) => void;

/** What is known of a poke that is under way. */
interface Poke {
  readonly since: number;
  /** Something else was written meanwhile: one more poke follows. */
  isAgain: boolean;
}

/** A poke that was not answered by then died with its request. */
const POKE_LOST_MS = 5_000;

/**
 * Tells webhooks that there is something to deliver, after the answer and once for many writes: of
 * each webhook one poke is under way, and one more follows it. A poke is a hint alone; a webhook
 * looks at the feed by itself as well, only later.
 */
export class WebhookWaker {
  private readonly pokes = new Map<string, Poke>();

  constructor(private readonly clock: Clock) {}

  /** Wakes webhooks by their ids. */
  wake(webhooks: Webhooks, ids: readonly string[], waitUntil: WaitUntil): void {
    const now = this.clock.now();
    for (const id of ids) {
      const known = this.pokes.get(id);
      if (known !== undefined && Math.abs(now - known.since) < POKE_LOST_MS) known.isAgain = true;
      else waitUntil(this.poke(webhooks, id));
    }
  }

  private async poke(webhooks: Webhooks, id: string): Promise<void> {
    let poke: Poke;
    do {
      poke = { since: this.clock.now(), isAgain: false };
      this.pokes.set(id, poke);
      await pokeOnce(webhooks, id);
      // If it took so long that another request has begun anew, that one sees to the rest.
    } while (poke.isAgain && this.pokes.get(id) === poke);
    if (this.pokes.get(id) === poke) this.pokes.delete(id);
  }
}

async function pokeOnce(webhooks: Webhooks, id: string): Promise<void> {
  try {
    // A stub that has failed once is of no use any more: each poke takes a new one.
    await webhookObject(webhooks, id).poke(id);
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error;
    console.error(JSON.stringify({ message: "webhook not woken", id, kind }));
  }
}
