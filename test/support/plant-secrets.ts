import { env } from "cloudflare:workers";

/** A webhook that was written past the admin API, and how to read its sealed secrets. */
export interface PlantedWebhook {
  readonly id: string;
  readonly connector: string;
  readonly read: () => Promise<{ readonly secret?: string; readonly formerSecret?: string | null }>;
}

/** Writes a connector's bridge with these sealed credentials; gives a function that reads them back. */
export async function plantBridge(connector: string, credentials: string) {
  const text = `INSERT INTO bridges (connector_id, config, credentials, state, created_at, modified_at)
    SELECT number, '{}', ?2, 'pending', 0, 0 FROM connectors WHERE id = ?1`;
  await env.DB.prepare(text).bind(connector, credentials).run();
  const select = `SELECT credentials FROM bridges JOIN connectors ON number = connector_id
    WHERE connectors.id = ?1`;
  return () => env.DB.prepare(select).bind(connector).first<string>("credentials");
}

/** Writes a webhook of a connector with these sealed secrets. */
export async function plantWebhook(
  connector: string,
  { id, secret, formerSecret }: { id: string; secret: string; formerSecret?: string | undefined },
): Promise<PlantedWebhook> {
  const text = `INSERT INTO webhooks (id, connector_id, url, secret, former_secret, status, position,
      created_at, modified_at)
    SELECT ?2, number, 'https://example.com/', ?3, ?4, 'active', 0, 0, 0 FROM connectors WHERE id = ?1`;
  await env.DB.prepare(text)
    .bind(connector, id, secret, formerSecret ?? null)
    .run();
  const select = "SELECT secret, former_secret AS formerSecret FROM webhooks WHERE id = ?1";
  const read = async () => (await env.DB.prepare(select).bind(id).first()) ?? {};
  return { id, connector, read };
}
