// node example/main.ts: keeps copy.db in step with the directories that a key sees. Variables: GATEWAY
// (the origin), KEY (with the role feed); CONNECTOR (an id) or TENANT to follow these alone; DATABASE (copy.db);
// WEBHOOK_SECRET and PORT to be woken by webhooks, or else the feed is followed by long polling.
import { setTimeout } from "node:timers/promises";
import { listen } from "./listen.ts";
import { openReceiver, type Receiver } from "./receiver.ts";

const { DATABASE = "copy.db", WEBHOOK_SECRET = "", PORT = "8790" } = process.env;
const { CONNECTOR, TENANT } = process.env;
const hasWebhook = WEBHOOK_SECRET !== "";
const receiver = openReceiver({
  gateway: { origin: variable("GATEWAY"), key: variable("KEY") },
  connector: CONNECTOR || undefined,
  tenant: TENANT || undefined,
  file: DATABASE,
  secrets: hasWebhook ? [WEBHOOK_SECRET] : [],
});

if (hasWebhook) await listen(receiver.takeDelivery, Number(PORT));
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

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`Set ${name}.`);
  return value;
}
