import type { Context, Hono } from "hono";
import { v7 as uuidv7 } from "uuid";
import { equalSecrets } from "#credentials/equal.ts";
import {
  grantedScope,
  OauthError,
  PARAMETERS,
  readTokenRequest,
  type TokenRequest,
} from "#credentials/oauth.ts";
import { deriveToken, hashToken } from "#credentials/token.ts";
import { type DoorReason, eventRow, refusedRow } from "#http/log/event-log.ts";
import { readTokenBody } from "#http/request/body.ts";
import { callFacts, countRefusal } from "#http/request/facts.ts";
import { admitConnector, FAILURES_HEADERS, hasFailedTooOften } from "#http/request/rate-limit.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { waitUntil } from "#http/request/wait-until.ts";
import { type Answer, jsonAnswer } from "#http/response/answer.ts";
import { answerTo, Refusal } from "#http/response/error.ts";
import { ScimError } from "#scim/error.ts";
import { isJsonObject, type JsonValue, parseJson, readMember } from "#scim/json.ts";
import { STANDARD_TYPES } from "#scim/schema/custom.ts";
import { findClient, type KnownClient, storeAccessToken } from "#store/admin/oauth-clients.ts";
import { centralDatabase, databaseOf } from "#store/databases.ts";
import { explainError, LacksMigration } from "#store/migrations.ts";

/** Entra asks that a token hold for 60 to 360 minutes. */
const TOKEN_MS = 3_600_000;

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
    const form = await readForm(context.req.raw);
    const request = readTokenRequest(form, context.req.header("Authorization"));
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const now = services.clock.now();
      client = await findClient(centralDatabase(context.env), request.clientId, {
        now,
        lifeMs: TOKEN_MS,
      });
      const granted = await grant(request, client);
      if (attempt === 0) await admitConnector(context.env, services.config, granted.client);
      const token =
        (await freshToken(granted, request)) ?? (await issue(context, granted, request, now));
      if (token === undefined) continue;
      logRequest(services, context, granted.client, jsonAnswer(200, "{}"));
      return oauthResponse(200, tokenAnswer(token, granted.scope, now));
    }
    throw CHANGING;
  } catch (error) {
    return await refuse(services, context, client, error);
  }
}

/** A client that changed between look and commit is looked at again: then it says what is wrong. */
const ATTEMPTS_MAX = 3;

const CHANGING = ScimError.status(503, "The client is being changed. Repeat the request.");

async function readForm(request: Request): Promise<URLSearchParams> {
  try {
    const { kind, text } = await readTokenBody(request);
    return kind === "form" ? new URLSearchParams(text) : formOfJson(parseJson(text));
  } catch (error) {
    if (error instanceof ScimError) throw new OauthError("invalid_request", error.detail);
    throw error;
  }
}

/** The parameters of a token request that came as a JSON object, as some clients send them. */
function formOfJson(body: JsonValue): URLSearchParams {
  if (!isJsonObject(body)) throw new OauthError("invalid_request", "Send a JSON object.");
  const form = new URLSearchParams();
  for (const name of PARAMETERS) {
    const value = readMember(body, name) ?? null;
    if (value === null) continue;
    if (typeof value !== "string") {
      throw new OauthError("invalid_request", `The parameter "${name}" must be a string.`);
    }
    form.set(name, value);
  }
  return form;
}

/** Who is granted an access token, and what for. */
interface Granted {
  readonly client: KnownClient;
  readonly scope: "read" | "read-write";
}

/** Decides what a request is granted; throws the OauthError that says why nothing. */
async function grant(
  { clientSecret, scope }: TokenRequest,
  client: KnownClient | undefined,
): Promise<Granted> {
  // An unknown client costs the same comparison as a wrong secret.
  const isRight = await equalSecrets(await hashToken(clientSecret), client?.secretHash ?? "");
  if (client === undefined || !isRight || client.revokedAt !== null) {
    throw new OauthError(
      "invalid_client",
      "The client is unknown, revoked, or its secret is wrong.",
    );
  }
  if (!client.isConnectorEnabled) {
    throw new OauthError("unauthorized_client", "The connector of this client is disabled.");
  }
  return { client, scope: grantedScope(scope, client.scope) };
}

/** An access token that is answered. */
interface AccessToken {
  readonly secret: string;
  readonly expiresAt: number;
}

/** The client's token of this scope that has over half its life before it, if it can be made anew. */
async function freshToken(
  { client, scope }: Granted,
  { clientSecret }: TokenRequest,
): Promise<AccessToken | undefined> {
  for (const { id, hash, expiresAt } of client.freshTokens.filter((each) => each.scope === scope)) {
    const token = await deriveToken(clientSecret, id);
    if (token.hash === hash) return { secret: token.secret, expiresAt };
  }
  return undefined;
}

/** Stores one more token; undefined when the client or its connector does not hold any more. */
async function issue(
  context: Context<AppEnv>,
  { client, scope }: Granted,
  { clientSecret }: TokenRequest,
  now: number,
): Promise<AccessToken | undefined> {
  const id = uuidv7({ msecs: now });
  const { secret, hash, hint } = await deriveToken(clientSecret, id);
  const expiresAt = now + TOKEN_MS;
  const token = { id, hash, hint, name: undefined, scope, expiresAt };
  const outcome = await storeAccessToken(
    databaseOf(context.env, client.connectorId),
    client,
    token,
    now,
  );
  return outcome === undefined ? undefined : { secret, expiresAt };
}

function tokenAnswer({ secret, expiresAt }: AccessToken, scope: string, now: number): object {
  const expires_in = Math.floor((expiresAt - now) / 1_000);
  return { access_token: secret, token_type: "Bearer", expires_in, scope };
}

async function refuse(
  services: Services,
  context: Context<AppEnv>,
  client: KnownClient | undefined,
  error: unknown,
): Promise<Response> {
  if (!(error instanceof OauthError)) {
    const known = await explainError(centralDatabase(context.env), error);
    const { status, headers } = answerTo(known);
    if (!(known instanceof Refusal || known instanceof LacksMigration))
      return oauthResponse(status, { error: "server_error" }, headers);
    const body = { error: "temporarily_unavailable", error_description: known.message };
    return oauthResponse(status, body, headers);
  }
  const body = { error: error.code, error_description: error.description };
  const isUnknown = error.code === "invalid_client";
  const isStopped =
    isUnknown && (await hasFailedTooOften(context.env, services.config, context.req.raw.headers));
  const status = isStopped ? 429 : isUnknown ? 401 : 400;
  const explanation = isUnknown && client !== undefined ? () => reasonOf(client) : undefined;
  const answer = { ...jsonAnswer(status, { detail: error.description }), explanation };
  const reason = client && doorReason(client, error.code);
  // A flood is what the limits are for: it leaves no row at all.
  if (client !== undefined && !isStopped) logRequest(services, context, client, answer, reason);
  else if (isUnknown) countRefusal(services, context, "client");
  if (isStopped) return oauthResponse(status, body, FAILURES_HEADERS);
  return oauthResponse(status, body, isUnknown ? { "WWW-Authenticate": 'Basic realm="scim"' } : {});
}

/** Why a client that is known was not let in; undefined for a good one whose request makes no sense. */
function doorReason(client: KnownClient, code: OauthError["code"]): DoorReason | undefined {
  if (code === "unauthorized_client") return "disabled";
  if (code !== "invalid_client") return undefined;
  return client.revokedAt === null ? "wrong secret" : "client revoked";
}

/** Why a client that is known was not let in: the log may tell, the answer must not. */
function reasonOf({ id, revokedAt }: KnownClient): string {
  return revokedAt === null
    ? `The secret that came with the client ${id} is not the one it was made with. Put the right secret into the identity provider, or make a new client.`
    : `The client ${id} was revoked at ${new Date(revokedAt).toISOString()}. Make a new one and put its id and secret into the identity provider.`;
}

/** Token requests of a known client stand in its connector's event log, without any body. */
function logRequest(
  services: Services,
  context: Context<AppEnv>,
  client: KnownClient,
  answer: Answer,
  reason?: DoorReason,
): void {
  const { connectorId, id, settings } = client;
  const facts = callFacts(services, context, new URL(context.req.raw.url).pathname, "");
  const call = { answer, credentialId: id, isMasked: settings.maskPersonalData };
  if (reason !== undefined) {
    services.log.addRefused(
      context.env,
      connectorId,
      refusedRow(facts, call, reason),
      waitUntil(context),
    );
    return;
  }
  const row = eventRow(facts, {
    ...call,
    answer: answer.status < 400 ? { ...answer, body: undefined } : answer,
    resource: {},
    warnings: [],
    latencyMs: 0,
    requestText: "",
    requestBody: undefined,
    types: STANDARD_TYPES,
    difference: null,
  });
  services.log.addEvents(context.env, connectorId, [row], waitUntil(context));
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
