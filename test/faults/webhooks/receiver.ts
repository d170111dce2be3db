import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";
import type { ChangeEvent } from "../../../packages/client/src/events.ts";

/** A delivery that a receiver accepted. */
export interface Accepted {
  /** Its `webhook-id`. */
  readonly id: string;
  readonly event: ChangeEvent;
}

/** How a receiver fails a try; undefined: it does not. */
export type Failure = "500" | "503" | "reset" | undefined;

/** What a receiver does beside taking deliveries. */
export interface ReceiverOptions {
  /** Which first tries fail: of each resource in the order they appear, its events in their order. */
  readonly failures: readonly (readonly Failure[])[];
  /** Is told of each acceptance, and awaited, before the sender gets its 2xx. */
  readonly onAccepted: () => Promise<void> | void;
}

/** An application's end of a webhook, behind a port of this machine. */
export interface WebhookReceiver {
  readonly url: string;
  /** Everything that was answered with 2xx, in the order of the answers. */
  readonly accepted: readonly Accepted[];
  /** How many tries were failed on purpose. */
  readonly failed: () => number;
  /** How many tries had no good signature. */
  readonly unsigned: () => number;
  /** Says with which secret to verify. */
  readonly trust: (secret: string) => void;
  readonly close: () => Promise<void>;
}

/** Opens a receiver that verifies with the library of Standard Webhooks. */
export async function openWebhookReceiver(options: ReceiverOptions): Promise<WebhookReceiver> {
  const judge = new Judge(options);
  const server = createServer((request, response) => void judge.answer(request, response));
  // Otherwise Node closes an idle connection after five seconds, just when a second try takes it.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("There is no port.");
  return {
    url: `http://127.0.0.1:${address.port}/events`,
    accepted: judge.accepted,
    failed: () => judge.failed,
    unsigned: () => judge.unsigned,
    trust: (secret) => {
      judge.webhook = new Webhook(secret);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Whose order an event keeps: a membership's event is one of its group. */
export function resourceOf(event: ChangeEvent): string {
  if ("groupId" in event) return event.groupId;
  return "resourceId" in event ? event.resourceId : "";
}

class Judge {
  readonly accepted: Accepted[] = [];
  failed = 0;
  unsigned = 0;
  webhook: Webhook | undefined;
  private readonly seen = new Set<string>();
  /** Of each resource which one it is, and how many of its events were seen. */
  private readonly resources = new Map<string, { readonly row: number; count: number }>();

  constructor(private readonly options: ReceiverOptions) {}

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const event = this.verified(request, body);
    const id = String(request.headers["webhook-id"]);
    const failure = event === undefined ? "500" : this.failureOf(id, event);
    if (failure === "reset") {
      response.socket?.resetAndDestroy();
      return;
    }
    if (event !== undefined && failure === undefined) {
      this.accepted.push({ id, event });
      await this.options.onAccepted();
    }
    response.writeHead(failure === undefined ? 204 : Number(failure)).end();
  }

  private verified({ headers }: IncomingMessage, body: string): ChangeEvent | undefined {
    try {
      const entries = Object.entries(headers).map(([name, value]) => [name, String(value)]);
      // What was signed by the gateway is an event of its feed.
      return this.webhook?.verify(body, Object.fromEntries(entries)) as ChangeEvent | undefined;
    } catch {
      this.unsigned += 1;
      return undefined;
    }
  }

  private failureOf(id: string, event: ChangeEvent): Failure {
    if (this.seen.has(id)) return undefined;
    this.seen.add(id);
    const name = resourceOf(event);
    const resource = this.resources.get(name) ?? { row: this.resources.size, count: 0 };
    this.resources.set(name, resource);
    const failure = this.options.failures[resource.row]?.[resource.count];
    resource.count += 1;
    if (failure !== undefined) this.failed += 1;
    return failure;
  }
}
