import type { ForgottenPerson } from "#store/erasure/forgotten-person.ts";

/** One try of a delivery, as administrators see it; times are ISO 8601. */
export interface TryView {
  readonly id: number;
  /** The `webhook-id` that was sent. */
  readonly eventId: string;
  readonly type: string;
  /** Which of the ten tries it was. */
  readonly attempt: number;
  readonly time: string;
  /** "failed" has another try coming, at `nextTryAt`; a test event has none. */
  readonly outcome: TryOutcome;
  /** Null where no answer came. */
  readonly status: number | null;
  readonly latencyMs: number;
  /** The start of the answer, or why none came. */
  readonly answer: string;
  readonly nextTryAt: string | null;
}

/** What came of a try: "dead" was the last one. */
export type TryOutcome = "delivered" | "failed" | "dead";

/** Where the deliveries of a webhook stand; times are ISO 8601. */
export interface DeliveryOverview {
  /** Events that were taken over and are neither delivered nor dead. */
  readonly waiting: number;
  readonly dead: number;
  readonly lastDeliveredAt: string | null;
  /** Since when every try has failed; null after a success. */
  readonly failingSince: string | null;
  /** Until when nothing is sent, because the receiver asked for it. */
  readonly slowUntil: string | null;
  readonly nextTryAt: string | null;
}

/** Which events are to be delivered once more; moments in milliseconds since the epoch. */
export type Replay =
  | { readonly kind: "event"; readonly seq: number; readonly eventId: string | undefined }
  | { readonly kind: "deadSince"; readonly at: number }
  | { readonly kind: "rewindTo"; readonly at: number };

/** What a replay came to; undefined where the event is not known any more. */
export interface ReplayAnswer {
  /** How many events were put in the queue; null for a rewind, which reads the feed once more. */
  readonly queued: number | null;
}

/** Which tries a list asks for, newest first. */
export interface TryPage {
  readonly limit: number;
  readonly beforeId: number | undefined;
  readonly outcome: TryOutcome | undefined;
}

/**
 * What HTTP and cron ask of a webhook's Durable Object, which is named by the webhook's id. Its
 * configuration stands in D1; the object reads it there.
 */
export interface WebhookCalls {
  /** There may be something to deliver. A hint: nothing is lost without it. */
  readonly poke: (webhookId: string) => Promise<void>;
  /** An administrator changed the webhook or its connector; `isRevived` forgets its failures. */
  readonly configured: (webhookId: string, isRevived: boolean) => Promise<void>;
  /** Sends a test event once, now; undefined where the webhook is deleted. */
  readonly sendTest: (webhookId: string) => Promise<TryView | undefined>;
  readonly replay: (webhookId: string, replay: Replay) => Promise<ReplayAnswer | undefined>;
  readonly tries: (page: TryPage) => Promise<TryView[]>;
  readonly overview: () => Promise<DeliveryOverview>;
  /** A person is erased: forgets what waits, is dead, or was answered, that tells of the person. */
  readonly forgetPerson: (webhookId: string, person: ForgottenPerson) => Promise<void>;
  /** The webhook was deleted: forgets everything. */
  readonly removed: () => Promise<void>;
}
