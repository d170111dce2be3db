import { createServer, type Server } from "node:http";
import { exportJWK } from "jose";
import { Provider } from "oidc-provider";
import { afterEach, expect, test } from "vitest";
import type { SourceConfig, SourceCredentials } from "#bridge/config/settings.ts";
import { createSource } from "#bridge/providers/create.ts";
import { serviceKey } from "#test/support/fake-directory/service-key.ts";
import { expectFailure } from "../fake-fetch.ts";

const TENANT = "0f3c1a52-1111-4222-8333-444455556666";
const CLIENT = {
  client_id: "bridge",
  grant_types: ["client_credentials"],
  redirect_uris: [],
  response_types: [],
};

let server: Server;

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** An authorization server that others wrote, with its token endpoint where the provider has its own. */
async function authorizationServer(tokenPath: string, configuration: object) {
  server = createServer((request, response) => handler(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  const origin = `http://127.0.0.1:${address.port}`;
  const provider = new Provider(origin, {
    routes: { token: tokenPath },
    ttl: { ClientCredentials: 600 },
    jwks: { keys: [{ ...(await serviceKey()).privateKeyJwk, use: "sig" }] },
    ...configuration,
  });
  const handler = provider.callback();
  return { origin, provider };
}

/** A source whose token comes from the server; its API only looks whether the server gave the token out. */
async function readAtServer(
  { provider }: Awaited<ReturnType<typeof authorizationServer>>,
  config: SourceConfig,
  credentials: SourceCredentials,
  empty: unknown,
) {
  const types: string[] = [];
  const api = async (init: RequestInit) => {
    const [type = "", value = ""] = (new Headers(init.headers).get("Authorization") ?? "").split(
      " ",
    );
    const token = await provider.ClientCredentials.find(value);
    if (token === undefined) return new Response("{}", { status: 401 });
    types.push(type);
    return Response.json(empty);
  };
  const source = createSource(config, credentials, {
    fetch: (url, init) => (new URL(url).pathname.endsWith("/token") ? fetch(url, init) : api(init)),
    now: Date.now,
    random: Math.random,
    newId: () => crypto.randomUUID(),
    onRequest: () => {},
  });
  await source.listPage("users", undefined, undefined);
  return types;
}

async function oktaServer(isDpopRequired: boolean) {
  const key = await serviceKey();
  const jwk = { ...(await exportJWK(key.publicKey)), kid: key.kid, alg: "RS256", use: "sig" };
  return authorizationServer("/oauth2/v1/token", {
    scopes: ["okta.users.read"],
    clients: [
      {
        ...CLIENT,
        token_endpoint_auth_method: "private_key_jwt",
        token_endpoint_auth_signing_alg: "RS256",
        jwks: { keys: [jwk] },
        dpop_bound_access_tokens: isDpopRequired,
      },
    ],
    clientAuthMethods: ["private_key_jwt"],
    enabledJWA: { dPoPSigningAlgValues: ["RS256", "ES256"] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32), requireNonce: () => true },
    },
  });
}

test("Okta's source gets a DPoP token by private_key_jwt, with the nonce that is wanted", async () => {
  const running = await oktaServer(true);
  const { privateKeyJwk } = await serviceKey();

  const types = await readAtServer(
    running,
    { type: "okta", baseUrl: running.origin },
    { kind: "okta-service", clientId: "bridge", privateKeyJwk },
    [],
  );

  expect(types).toEqual(["DPoP"]);
});

test("Okta's source with another client's id is unauthorized", async () => {
  const running = await oktaServer(true);
  const { privateKeyJwk } = await serviceKey();

  const reading = readAtServer(
    running,
    { type: "okta", baseUrl: running.origin },
    { kind: "okta-service", clientId: "stranger", privateKeyJwk },
    [],
  );

  await expectFailure(reading, "unauthorized");
});

function entraServer() {
  return authorizationServer(`/${TENANT}/oauth2/v2.0/token`, {
    scopes: ["https://graph.microsoft.com/.default"],
    clients: [
      { ...CLIENT, client_secret: "right", token_endpoint_auth_method: "client_secret_post" },
    ],
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
  });
}

function readEntra(running: Awaited<ReturnType<typeof entraServer>>, clientSecret: string) {
  const config = {
    type: "entra",
    tenantId: TENANT,
    graphBaseUrl: "https://graph.microsoft.com",
    loginBaseUrl: running.origin,
  } as const;
  const empty = { value: [], "@odata.deltaLink": "https://graph.microsoft.com/v1.0/x" };
  const credentials = { kind: "entra", clientId: "bridge", clientSecret } as const;
  return readAtServer(running, config, credentials, empty);
}

test("Entra's source gets a bearer token by its client secret", async () => {
  expect(await readEntra(await entraServer(), "right")).toEqual(["Bearer"]);
});

test("Entra's source with a wrong secret is unauthorized", async () => {
  await expectFailure(readEntra(await entraServer(), "wrong"), "unauthorized");
});
