// node example/main.ts: keeps copy.db in step with a connector's directory. Variables: GATEWAY
// (the origin), ADMIN_TOKEN, CONNECTOR (its id); DATABASE (copy.db); WEBHOOK_SECRET and PORT to be
// woken by webhooks, or else the feed is followed by long polling.
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { openReceiver, type Receiver } from "./receiver.ts";

const { DATABASE = "copy.db", WEBHOOK_SECRET = "", PORT = "8790" } = process.env;
const hasWebhook = WEBHOOK_SECRET !== "";
const receiver = openReceiver({
  gateway: { origin: variable("GATEWAY"), token: variable("ADMIN_TOKEN") },
  connector: variable("CONNECTOR"),
  file: DATABASE,
  secrets: hasWebhook ? [WEBHOOK_SECRET] : [],
});

if (hasWebhook) listen(receiver, Number(PORT));
// With webhooks a look now and then is enough: a delivery that was given up comes in that way.
await follow(receiver, hasWebhook ? 60_000 : 0);

async function follow({ catchUp }: Receiver, pauseMs: number): Promise<never> {
  for (;;) {
    try {
      await catchUp(pauseMs === 0 ? 25 : 0);
      await setTimeout(pauseMs);
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      await setTimeout(5_000);
    }
  }
}

function listen({ takeDelivery }: Receiver, port: number): void {
  createServer(async (request, response) => {
    try {
      const headers = new Headers();
      for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
      response.statusCode = await takeDelivery(headers, await text(request));
    } catch (error) {
      // The gateway tries again later.
      console.error(error instanceof Error ? error.message : error);
      response.statusCode = 503;
    }
    response.end();
  }).listen(port);
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`Set ${name}.`);
  return value;
}
