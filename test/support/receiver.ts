import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { vi } from "vitest";
import type { openGateway, TestClient } from "./gateway.ts";

/** A request as a receiver got it. */
export interface Received {
  readonly url: string;
  readonly id: string;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read members of bodies they just described
  readonly body: any;
  readonly init: RequestInit;
}

/** What a receiver says to a request; a status stands for an empty answer. */
export type Answering = (received: Received) => number | Response | Promise<Response>;

/** Takes the place of the network: every outgoing request goes to `answering`, and is kept. */
export function openReceiver(answering: Answering = () => 204) {
  const received: Received[] = [];
  const state = { answering };
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init = {}) => {
    const request = receivedOf(String(input), init);
    received.push(request);
    const answer = await state.answering(request);
    return typeof answer === "number" ? new Response(null, { status: answer }) : answer;
  });
  return {
    /** Everything that came, oldest first. */
    received,
    /** Answers otherwise from now on. */
    answer: (next: Answering) => {
      state.answering = next;
    },
  };
}

function receivedOf(url: string, init: RequestInit): Received {
  const headers = new Headers(init.headers);
  const text = String(init.body);
  return { url, id: headers.get("webhook-id") ?? "", headers, text, body: JSON.parse(text), init };
}

/** Verifies a request as an application does, with the library of Standard Webhooks; throws if it is not good. */
export function verify(secret: string, { text, headers }: Received): unknown {
  return new Webhook(secret).verify(text, Object.fromEntries(headers));
}

/** A clock in the hands of the test: a day ahead, so that no alarm rings by itself. */
export function steerTime() {
  let now = Date.now() + 86_400_000;
  vi.spyOn(Date, "now").mockImplementation(() => now);
  return {
    now: () => now,
    advance: (ms: number) => {
      now += ms;
    },
    /** Moves to a moment, unless it is over. */
    reach: (at: number) => {
      now = Math.max(now, at);
    },
  };
}

/** The time of a test. */
export type SteeredTime = ReturnType<typeof steerTime>;

/** A webhook made for one test. */
export interface TestWebhook {
  readonly id: string;
  readonly secret: string;
  readonly path: string;
}

/** A client of a connector with as many webhooks as asked for. */
export async function clientWithWebhooks(
  gateway: ReturnType<typeof openGateway>,
  inputs: readonly object[] = [{}],
  connector: object = {},
): Promise<{ readonly client: TestClient; readonly webhooks: readonly TestWebhook[] }> {
  const client = await gateway.client(connector);
  const webhooks: TestWebhook[] = [];
  for (const [at, input] of inputs.entries()) {
    const body = { url: `https://receiver.example/${at}`, ...input };
    const { body: made } = await gateway.admin(`/connectors/${client.id}/webhooks`, { body });
    const path = `/connectors/${client.id}/webhooks/${made.id}`;
    webhooks.push({ id: made.id, secret: made.secret, path });
  }
  return { client, webhooks };
}

/** The Durable Object of a webhook. */
export function endpointOf({ id }: { readonly id: string }) {
  return env.WEBHOOK.getByName(id);
}

/** When the alarm of a webhook is set to; null where it is not. */
export function alarmOf(webhook: { readonly id: string }): Promise<number | null> {
  return runInDurableObject(endpointOf(webhook), (_, state) => state.storage.getAlarm());
}

/** Lets a webhook's alarm ring now, whenever it is set to. */
export async function ring(webhook: { readonly id: string }): Promise<boolean> {
  return runDurableObjectAlarm(endpointOf(webhook));
}

/** Rings alarms in their order, moving time on, until nothing waits any more and everything is taken over. */
export async function drain(
  time: SteeredTime,
  webhooks: readonly { readonly id: string }[],
): Promise<void> {
  for (const webhook of webhooks) {
    // The first ring takes over what is there; the queue tells the rest.
    await ring(webhook);
    for (let rings = 0; await isWaiting(webhook, time.now()); rings += 1) {
      if (rings > 2_000) throw new Error("The queue does not get empty.");
      time.reach((await alarmOf(webhook)) ?? 0);
      await ring(webhook);
    }
  }
}

async function isWaiting(webhook: { readonly id: string }, now: number): Promise<boolean> {
  const { waiting } = await endpointOf(webhook).overview();
  return waiting > 0 || ((await alarmOf(webhook)) ?? Number.POSITIVE_INFINITY) <= now + 1;
}
