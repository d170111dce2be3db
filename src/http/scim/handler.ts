import type { Context } from "hono";
import { routePath } from "hono/route";
import { IsolateCache } from "#http/isolate-cache.ts";
import { readCredential } from "#http/request/authenticate.ts";
import { callFacts, countRefusal } from "#http/request/facts.ts";
import { admitConnector, hasFailedTooOften, tooManyFailures } from "#http/request/rate-limit.ts";
import { scanInTurn } from "#http/request/scan-turns.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { waitUntil } from "#http/request/wait-until.ts";
import { type Answer, toResponse } from "#http/response/answer.ts";
import { answerTo, Refusal } from "#http/response/error.ts";
import type { ScimCall } from "#http/scim/call/call.ts";
import { CallLog } from "#http/scim/call/call-log.ts";
import { Caller } from "#http/scim/call/caller.ts";
import { ScimError } from "#scim/error.ts";
import { centralDatabase } from "#store/databases.ts";
import type { Access } from "#store/directory/access.ts";
import { explainError } from "#store/migrations.ts";

/** A SCIM request handler's inner part: from the call to its answer, or a thrown refusal. */
export type ScimOperation = (call: ScimCall, context: Context<AppEnv>) => Promise<Answer>;

/**
 * Makes a Hono handler of an operation: reads the token, runs the operation, turns what it throws
 * into a SCIM error, and sees to it that the request has its row in the event log.
 */
export function scimHandler(
  services: Services,
  basePath: string,
  intent: "read" | "write",
  operation: ScimOperation,
): (context: Context<AppEnv>) => Promise<Response> {
  return async (context) => {
    const { headers } = context.req.raw;
    const credential = await readCredential(headers.get("Authorization") ?? undefined);
    if (credential.kind !== "token") {
      countRefusal(services, context, credential.kind);
      return toResponse(await answerRefused(services, context, credential.refusal));
    }
    const call = openCall(services, context, basePath, { tokenHash: credential.hash, intent });
    const answer = await answerOf(services, call, context, operation);
    await logCall(services, context, call, answer, intent);
    noteUndeclared(services, context, call);
    return toResponse(answer);
  };
}

/** A request as its operation gets it: nobody has looked yet whether its token is good. */
function openCall(
  services: Services,
  context: Context<AppEnv>,
  basePath: string,
  bearer: { readonly tokenHash: string; readonly intent: "read" | "write" },
): ScimCall {
  const { clock, config, waker } = services;
  const request = context.req.raw;
  const { pathname, search } = new URL(request.url);
  const baseUrl = scimBaseUrl(services, request.url, basePath);
  const facts = callFacts(services, context, `${pathname}${search}`, baseUrl);
  const tools: ScimCall["tools"] = {
    databases: context.env,
    clock,
    cache: config.writesOptimistically ? services.cache : new IsolateCache(clock),
    signer: config.cursorSigner,
    admit: (access) => admitConnector(context.env, config, access),
    inTurn: ({ connectorId }, scan) => scanInTurn(services, context, connectorId, scan),
    wake: ({ webhookIds }) => waker.wake(context.env, webhookIds, waitUntil(context)),
  };
  const caller = new Caller(tools, { ...bearer, at: facts.startedAt });
  return { request, facts, caller, log: new CallLog(facts, caller, clock), tools };
}

/** The base URL of a SCIM path, with the public origin if one is configured; no header can change it. */
export function scimBaseUrl(services: Services, requestUrl: string, basePath: string): string {
  return `${services.config.publicUrl ?? new URL(requestUrl).origin}${basePath}`;
}

async function answerOf(
  services: Services,
  call: ScimCall,
  context: Context<AppEnv>,
  operation: ScimOperation,
): Promise<Answer> {
  try {
    return await operation(call, context);
  } catch (error) {
    const isEarly = call.caller.access === undefined && error instanceof ScimError;
    return isEarly
      ? await answerKnownCaller(services, call, context, error)
      : await answerRefused(services, context, error);
  }
}

/** A request that failed before its token was looked at: a bad token is the first thing to say. */
async function answerKnownCaller(
  services: Services,
  call: ScimCall,
  context: Context<AppEnv>,
  error: ScimError,
): Promise<Answer> {
  try {
    await call.caller.granted();
    return answerTo(error);
  } catch (refusal) {
    return await answerRefused(services, context, refusal);
  }
}

/** The answer to what a request ended in; a 401 becomes a 429 when its address has failed too often. */
async function answerRefused(
  { config }: Services,
  context: Context<AppEnv>,
  error: unknown,
): Promise<Answer> {
  const isUnauthorized = error instanceof Refusal && error.error.status === 401;
  return isUnauthorized && (await hasFailedTooOften(context.env, config, context.req.raw.headers))
    ? answerTo(tooManyFailures(error.message))
    : answerTo(await explainError(centralDatabase(context.env), error));
}

async function logCall(
  services: Services,
  context: Context<AppEnv>,
  call: ScimCall,
  answer: Answer,
  intent: "read" | "write",
): Promise<void> {
  const { caller, log } = call;
  const { access, doorReason } = caller;
  if (access === undefined) {
    if (answer.status === 401 || answer.status === 429) countRefusal(services, context, "unknown");
    return;
  }
  // A flood is what the limits are for: it leaves no row at all.
  if (answer.status === 429) return;
  const { connectorId } = access;
  // In a Bulk, an operation may be refused so and the others not: the request itself was let in.
  if (doorReason !== undefined && answer.status >= 400) {
    const row = log.refusedRow(answer, routeOf(context), doorReason, access);
    services.log.addRefused(context.env, connectorId, row, waitUntil(context));
    return;
  }
  if (caller.isGranted) noteUse(services, context, caller, access);
  const isQuietRead = intent === "read" && answer.status < 400;
  if (log.isStored || (isQuietRead && access.settings.logReads === "refused")) return;
  const rows = log.rows(answer);
  // A refused write is what an administrator looks for: its row is there before the answer is.
  const isDeferred = intent === "read" || answer.status >= 500;
  if (isDeferred) services.log.addEvents(context.env, connectorId, rows, waitUntil(context));
  else await services.log.writeEvents(context.env, connectorId, rows);
}

/** The path of the route that a request met, as we wrote it: it holds nothing of the caller's. */
function routeOf(context: Context<AppEnv>): string {
  return routePath(context).replace(/:(\w+)/g, "{$1}");
}

/** Bodies are looked at with the row of their request, which is there by now. */
function noteUndeclared(
  services: Services,
  context: Context<AppEnv>,
  { log: { undeclared }, caller: { connectorId, isGranted } }: ScimCall,
): void {
  if (undeclared.length === 0 || connectorId === undefined || !isGranted) return;
  services.log.addSeen(context.env, connectorId, undeclared, waitUntil(context));
}

/** When a token was last used is written at most every five minutes. */
const LAST_USED_EVERY_MS = 5 * 60_000;

function noteUse(
  services: Services,
  context: Context<AppEnv>,
  caller: Caller,
  { connectorId, credentialId, lastUsedAt }: Access,
): void {
  const at = services.clock.now();
  if (at - (lastUsedAt ?? 0) < LAST_USED_EVERY_MS) return;
  services.log.addUse(context.env, { connectorId, credentialId, at }, waitUntil(context));
  caller.keepUse(at);
}
