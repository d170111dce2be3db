import { expect, vi } from "vitest";
import { aUser, openGateway } from "#test/support/gateway.ts";
import {
  type Answering,
  clientWithWebhooks,
  endpointOf,
  openReceiver,
  ring,
  steerTime,
} from "#test/support/receiver.ts";
import type { TriedRow } from "./table.ts";

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;

/** Section J, 150: a URL that was safe when it was stored, and leads elsewhere. */
export const REDIRECT_ROWS: readonly TriedRow[] = [
  { row: 150, what: "a webhook that answers 302", run: () => isNotFollowed(302) },
];

/** Section M: what the receivers of webhooks answer. */
export const WEBHOOK_ROWS: readonly TriedRow[] = [
  { row: 176, what: "301", run: () => isNotFollowed(301) },
  { row: 177, what: "410", run: goneDisables },
  { row: 178, what: "429 with Retry-After", run: waitsAsAsked },
  { row: 179, what: "no answer", run: givesUpAfter15Seconds },
  { row: 180, what: "an answer of 50 MB", run: readsNoMoreThan4Kilobytes },
];

const gateway = openGateway();

/** Two users are created, and a webhook whose receiver answers so tells of them as far as it gets. */
async function deliverTo(answering: Answering) {
  const time = steerTime();
  const { client, webhooks } = await clientWithWebhooks(gateway);
  const [webhook = { id: "", path: "" }] = webhooks;
  const { received } = openReceiver(answering);
  await client.post(aUser());
  await client.post(aUser());
  await ring(webhook);
  const { body } = await gateway.admin(`${webhook.path}/deliveries`);
  return { time, webhook, received, tries: body.items };
}

async function isNotFollowed(status: number): Promise<void> {
  const headers = { Location: "http://127.0.0.1/" };

  const { received, tries } = await deliverTo(() => new Response(null, { status, headers }));

  expect(tries[0]).toMatchObject({ outcome: "failed", status });
  expect(new Set(received.map(({ url }) => url))).toEqual(new Set(["https://receiver.example/0"]));
  expect(received.every(({ init }) => init.redirect === "manual")).toBe(true);
}

async function goneDisables(): Promise<void> {
  const { time, webhook, received } = await deliverTo(() => 410);

  const { body } = await gateway.admin(webhook.path);
  expect(body).toMatchObject({ status: "disabled", disabledReason: "gone" });
  await sendsNothingBefore(24 * HOUR_MS, { time, webhook, received });
}

async function waitsAsAsked(): Promise<void> {
  const headers = { "Retry-After": "3600" };

  const { time, webhook, received } = await deliverTo(
    () => new Response(null, { status: 429, headers }),
  );

  const { slowUntil } = await endpointOf(webhook).overview();
  expect(Date.parse(slowUntil ?? "")).toBeGreaterThanOrEqual(time.now() + HOUR_MS);
  await sendsNothingBefore(HOUR_MS - SECOND_MS, { time, webhook, received });
}

async function sendsNothingBefore(
  ms: number,
  { time, webhook, received }: Omit<Awaited<ReturnType<typeof deliverTo>>, "tries">,
): Promise<void> {
  const sent = received.length;
  time.advance(ms);
  await ring(webhook);
  expect(received).toHaveLength(sent);
}

/** The signal of the real timeout is aborted at once, as it will be when the time is over. */
async function givesUpAfter15Seconds(): Promise<void> {
  const over = new DOMException("The operation timed out.", "TimeoutError");
  const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort(over));

  const { webhook, tries } = await deliverTo(({ init }) => Promise.reject(init.signal?.reason));

  expect(new Set(timeout.mock.calls.flat())).toEqual(new Set([15 * SECOND_MS]));
  expect(tries[0]).toMatchObject({ outcome: "failed", status: null });
  expect(tries[0].answer).toBe("There was no answer within 15 seconds.");
  expect((await endpointOf(webhook).overview()).waiting).toBe(2);
}

async function readsNoMoreThan4Kilobytes(): Promise<void> {
  const pulled: number[] = [];
  const endless = (request: number) =>
    new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled[request] = (pulled[request] ?? 0) + 1_024;
        controller.enqueue(new Uint8Array(1_024).fill(120));
        if (pulled[request] >= 50_000_000) controller.close();
      },
    });
  let requests = 0;

  const { tries } = await deliverTo(() => new Response(endless(requests++), { status: 500 }));

  expect(tries[0]).toMatchObject({ outcome: "failed", status: 500, answer: "x".repeat(1_024) });
  // A stream is asked for one chunk ahead of its reader.
  expect(Math.max(...pulled)).toBeLessThanOrEqual(5 * 1_024);
}
