import { fakeBridges } from "#test/support/bridge/fake-bridge.ts";
import { openGateway, type TestAnswer } from "#test/support/gateway.ts";
import type { Sent } from "./bad-input.ts";
import type { HttpRow, World } from "./table.ts";

/** Section J, 131 to 149: URLs that must not be fetched. The last is the gateway's own. */
const UNSAFE_URLS: readonly (readonly [row: number, url: string])[] = [
  [131, "http://a.com"],
  [132, "https://127.0.0.1"],
  [133, "https://0x7f000001"],
  [134, "https://2130706433"],
  [135, "https://0177.0.0.1"],
  [136, "https://127.1"],
  [137, "https://①②⑦.0.0.1"],
  [138, "https://[::1]"],
  [139, "https://[::ffff:127.0.0.1]"],
  [140, "https://[fe80::1]"],
  [141, "https://169.254.169.254"],
  [142, "https://10.0.0.1"],
  [143, "https://localhost"],
  [144, "https://a.localhost."],
  [145, "https://user:pw@a.com"],
  [146, "data:text/plain,x"],
  [147, "file:///etc/passwd"],
  [148, "https://a.com:22"],
  [149, "https://scim.example.com"],
];

/** A bridge whose object would start runs is not needed where everything is refused. */
const gateway = openGateway({ bindings: { BRIDGE: fakeBridges().namespace } });

type Preparing = (world: World) => Sent | Promise<Sent>;

const OKTA = {
  source: { type: "okta", baseUrl: "https://acme.okta.com" },
  credentials: { apiToken: "t" },
};
const ENTRA = { type: "entra", tenantId: "acme.onmicrosoft.com" };
const GOOGLE = { type: "google", adminEmail: "admin@example.com" };
const CLIENT = { clientId: "c", clientSecret: "s" };
const ACCOUNT = {
  clientEmail: "b@p.iam.gserviceaccount.com",
  privateKey: "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n",
};

/** Every place of the admin API where a URL may stand. */
const PLACES: readonly (readonly [place: string, sent: (url: string) => Preparing])[] = [
  ["the URL of a new webhook", newWebhook],
  ["another URL of a webhook", changedWebhook],
  ["baseUrl of Okta", inSource((baseUrl) => ({ ...OKTA, source: { type: "okta", baseUrl } }))],
  ["another baseUrl of Okta", changedBridge],
  [
    "graphBaseUrl of Entra",
    inSource((graphBaseUrl) => ({ source: { ...ENTRA, graphBaseUrl }, credentials: CLIENT })),
  ],
  [
    "loginBaseUrl of Entra",
    inSource((loginBaseUrl) => ({ source: { ...ENTRA, loginBaseUrl }, credentials: CLIENT })),
  ],
  [
    "apiBaseUrl of Google",
    inSource((apiBaseUrl) => ({ source: { ...GOOGLE, apiBaseUrl }, credentials: ACCOUNT })),
  ],
  [
    "tokenUrl of Google",
    inSource((tokenUrl) => ({ source: { ...GOOGLE, tokenUrl }, credentials: ACCOUNT })),
  ],
  [
    "baseUrl of OneLogin",
    inSource((baseUrl) => ({ source: { type: "onelogin", baseUrl }, credentials: CLIENT })),
  ],
  [
    "baseUrl of JumpCloud",
    inSource((baseUrl) => ({
      source: { type: "jumpcloud", baseUrl },
      credentials: { apiKey: "k" },
    })),
  ],
  [
    "baseUrl of a SCIM service",
    inSource((baseUrl) => ({ source: { type: "scim", baseUrl }, credentials: { token: "t" } })),
  ],
];

/** Section J, 131 to 149, in every place: refused for the URL and nothing else. */
export const URL_ROWS: readonly HttpRow[] = UNSAFE_URLS.flatMap(([row, url]) =>
  PLACES.map(([place, sent]) => ({
    ...{ row, what: `${url} as ${place}`, sent: sent(url), status: 400 },
    ...({ form: "problem", after: namesTheUrl } as const),
  })),
);

/** Section J, 151: an interval that is none, of a new bridge and of one that is there. */
export const INTERVAL_ROWS: readonly HttpRow[] = [0, -1, 1e12].flatMap((intervalSeconds) => {
  const body = { ...OKTA, intervalSeconds };
  const refusal = { row: 151, status: 400, form: "problem" } as const;
  return [
    { ...refusal, what: `${intervalSeconds} s`, sent: inSource(() => body)("") },
    {
      ...refusal,
      what: `a change to ${intervalSeconds} s`,
      sent: (world) => onBridge(world, body),
    },
  ] satisfies HttpRow[];
});

function namesTheUrl(_world: World, { body }: TestAnswer): void {
  if (!/^(url|source\.\w+): /.test(body.detail)) throw new Error(`It was refused: ${body.detail}`);
}

function inSource(bodyOf: (url: string) => object): (url: string) => Preparing {
  return (url) =>
    ({ client }) =>
      toAdmin("PUT", `/connectors/${client.id}/bridge`, bodyOf(url));
}

function newWebhook(url: string): Preparing {
  return ({ client }) => toAdmin("POST", `/connectors/${client.id}/webhooks`, { url });
}

function changedWebhook(url: string): Preparing {
  return async ({ client }) => {
    const path = `/connectors/${client.id}/webhooks`;
    const { body } = await gateway.admin(path, { body: { url: "https://receiver.example" } });
    return toAdmin("PATCH", `${path}/${body.id}`, { url });
  };
}

function changedBridge(url: string): Preparing {
  return (world) => onBridge(world, { ...OKTA, source: { type: "okta", baseUrl: url } });
}

/** A PUT of a bridge that is there. */
async function onBridge({ client }: World, body: object): Promise<Sent> {
  const sent = toAdmin("PUT", `/connectors/${client.id}/bridge`, body);
  const { status } = await gateway.admin(`/connectors/${client.id}/bridge`, {
    ...sent,
    body: OKTA,
  });
  if (status !== 200) throw new Error(`The bridge was not set up: ${status}.`);
  return sent;
}

function toAdmin(method: string, path: string, body: object): Sent {
  return { to: "admin", method, path, body, through: gateway };
}
