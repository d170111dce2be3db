import type { Context, Hono } from "hono";
import { v7 as uuidv7 } from "uuid";
import { equalSecrets } from "#credentials/equal.ts";
import { OauthError, readTokenRequest, type TokenRequest } from "#credentials/oauth.ts";
import { createToken, hashToken } from "#credentials/token.ts";
import { ScimError } from "#scim/error.ts";
import { findClient, type KnownClient, storeAccessToken } from "#store/oauth-clients.ts";
import { type Answer, jsonAnswer } from "./answer.ts";
import { readFormText } from "./body.ts";
import { answerTo } from "./error-response.ts";
import { eventRow } from "./event-log.ts";
import { FAILURES_HEADERS, hasFailedTooOften } from "./rate-limit.ts";
import { callFacts, countRefusal, waitUntil } from "./request-facts.ts";
import type { AppEnv, Services } from "./services.ts";

/** SEMANTICS 9: Entra asks for 60 to 360 minutes. */
const TOKEN_SECONDS = 3_600;

/** Registers the OAuth 2.0 token endpoint (RFC 6749 §3.2) under each of its paths. */
export function addOauthRoutes(app: Hono<AppEnv>, services: Services): void {
  for (const path of services.config.tokenPaths) {
    app.post(path, (context) => postToken(services, context));
    app.all(path, () => oauthResponse(405, { error: "invalid_request" }, { Allow: "POST" }));
  }
}

async function postToken(services: Services, context: Context<AppEnv>): Promise<Response> {
  let client: KnownClient | undefined;
  try {
    const request = readTokenRequest(
      new URLSearchParams(await readForm(context)),
      context.req.header("Authorization"),
    );
    client = await findClient(context.env.DB, request.clientId);
    const scope = await grant(request, client);
    const answer = await issue(services, context, client, scope);
    return oauthResponse(200, answer);
  } catch (error) {
    return await refuse(services, context, client, error);
  }
}

async function readForm(context: Context<AppEnv>): Promise<string> {
  try {
    return await readFormText(context.req.raw);
  } catch (error) {
    if (error instanceof ScimError) throw new OauthError("invalid_request", error.detail);
    throw error;
  }
}

/** Decides what a request is granted; throws the OauthError that says why nothing. */
async function grant(
  { clientSecret, scope }: TokenRequest,
  client: KnownClient | undefined,
): Promise<"read" | "read-write"> {
  // An unknown client costs the same comparison as a wrong secret.
  const isRight = await equalSecrets(await hashToken(clientSecret), client?.secretHash ?? "");
  if (client === undefined || !isRight || !client.isActive) {
    throw new OauthError(
      "invalid_client",
      "The client is unknown, revoked, or its secret is wrong.",
    );
  }
  if (!client.isConnectorEnabled) {
    throw new OauthError("unauthorized_client", "The connector of this client is disabled.");
  }
  const wanted = scope ?? client.scope;
  const isKnown = wanted === "read" || wanted === "read-write";
  if (!isKnown || (wanted === "read-write" && client.scope === "read")) {
    throw new OauthError("invalid_scope", `This client may ask for: ${client.scope}.`);
  }
  return wanted;
}

async function issue(
  services: Services,
  context: Context<AppEnv>,
  client: KnownClient | undefined,
  scope: "read" | "read-write",
): Promise<object> {
  if (client === undefined) throw new Error("A token was granted to nobody.");
  const { secret, hash, hint } = await createToken();
  const now = services.clock.now();
  const expiresAt = now + TOKEN_SECONDS * 1_000;
  const token = { id: uuidv7(), hash, hint, name: undefined, scope, expiresAt };
  await storeAccessToken(context.env.DB, client, token, now);
  logRequest(services, context, client, jsonAnswer(200, "{}"));
  return { access_token: secret, token_type: "Bearer", expires_in: TOKEN_SECONDS, scope };
}

async function refuse(
  services: Services,
  context: Context<AppEnv>,
  client: KnownClient | undefined,
  error: unknown,
): Promise<Response> {
  if (!(error instanceof OauthError)) {
    const { status, headers } = answerTo(error);
    return oauthResponse(status, { error: "server_error" }, headers);
  }
  const body = { error: error.code, error_description: error.description };
  const isUnknown = error.code === "invalid_client";
  const isStopped =
    isUnknown && (await hasFailedTooOften(context.env, services.config, context.req.raw.headers));
  const status = isStopped ? 429 : isUnknown ? 401 : 400;
  const explanation = isUnknown && client !== undefined ? () => reasonOf(client) : undefined;
  const answer = { ...jsonAnswer(status, { detail: error.description }), explanation };
  if (client !== undefined) logRequest(services, context, client, answer);
  else if (isUnknown) countRefusal(services, context, "client");
  if (isStopped) return oauthResponse(status, body, FAILURES_HEADERS);
  return oauthResponse(status, body, isUnknown ? { "WWW-Authenticate": 'Basic realm="scim"' } : {});
}

/** Why a client that is known was not let in: the log may tell, the answer must not. */
function reasonOf({ id, isActive }: KnownClient): string {
  return isActive
    ? `The secret that came with the client ${id} is not the one it was made with. Put the right secret into the identity provider, or make a new client.`
    : `The client ${id} was revoked. Make a new one and put its id and secret into the identity provider.`;
}

/** Token requests of a known client stand in its connector's event log, without any body. */
function logRequest(
  services: Services,
  context: Context<AppEnv>,
  client: KnownClient,
  answer: Answer,
): void {
  const facts = callFacts(services, context, new URL(context.req.raw.url).pathname, "");
  const row = eventRow(facts, {
    answer: answer.status < 400 ? { ...answer, body: undefined } : answer,
    credentialId: client.id,
    resource: {},
    warnings: [],
    latencyMs: 0,
    requestText: "",
    requestBody: undefined,
    difference: null,
    // The row has neither body nor query, so that there is nothing to mask.
    isMasked: false,
  });
  services.log.addEvent(context.env.DB, client.connectorId, row, waitUntil(context));
}

function oauthResponse(
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      ...headers,
      "Content-Type": "application/json",
      "Cache-Control": "no-store",
      Pragma: "no-cache",
    },
  });
}
