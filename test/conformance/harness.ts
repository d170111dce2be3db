import { createTestHarness } from "wrangler";
import * as z from "zod";
import type { ExchangeFile } from "./exchange.ts";

/** The built Worker, listening on loopback with an empty database. */
export interface Server {
  readonly origin: string;
  readonly createConnector: (file: ConnectorFile) => Promise<Connector>;
  readonly stop: () => Promise<void>;
}

/** What an administrator sets up for the client of a file. */
export type ConnectorFile = Pick<ExchangeFile, "name" | "settings" | "attributes">;

/** What an administrator pastes into an identity provider. */
export interface Connector {
  readonly scimBaseUrl: string;
  readonly token: string;
}

/** Builds the Worker as `wrangler deploy` would, applies the migrations and starts it. */
export async function startServer(): Promise<Server> {
  // miniflare would ask the network for a sample of request.cf; tests touch loopback only.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
  const worker = { configPath: "./wrangler.toml", vars: VARS, secrets: SECRETS };
  const harness = createTestHarness({ workers: [worker] });
  const { url } = await harness.listen();
  await harness.getWorker().applyD1Migrations("DB");
  return {
    origin: url.origin,
    createConnector: (file) => createConnector(url.origin, file),
    stop: () => harness.close(),
  };
}

const ADMIN_TOKEN = "test-admin-token-of-32-characters";
const SECRETS = { ADMIN_TOKEN, ENCRYPTION_KEYS: `test:${"A".repeat(43)}` };

// Every variable of wrangler.toml is pinned: otherwise the developer's own .dev.vars leaks into the tests.
const VARS = {
  SCIM_BASE_PATHS: "/scim/v2,/api/connect/v1/scim/2.0,/scim,/api/scim/v2",
  TOKEN_PATHS: "/oauth/token,/api/oauth/token",
  PUBLIC_URL: "",
  ACCESS_TEAM_DOMAIN: "",
  ACCESS_AUD: "",
  ACCESS_ADMIN_EMAILS: "",
  RATE_LIMITS: "off",
  ALLOW_INSECURE_URLS: "",
};

const created = z.object({
  connector: z.object({ id: z.string(), scimBaseUrl: z.url() }),
  token: z.object({ secret: z.string().min(1) }),
});

async function createConnector(
  origin: string,
  { name, settings, attributes }: ConnectorFile,
): Promise<Connector> {
  const { connector, token } = created.parse(
    await askAdmin(`${origin}/admin/v1/connectors`, "POST", { name, settings }),
  );
  if (attributes.length > 0) {
    const url = `${origin}/admin/v1/connectors/${connector.id}/attributes`;
    await askAdmin(url, "PUT", { attributes });
  }
  return { scimBaseUrl: connector.scimBaseUrl, token: token.secret };
}

async function askAdmin(url: string, method: string, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (response.ok) return await response.json();
  throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
}
