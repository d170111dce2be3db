import type { Context, Hono } from "hono";
import { v7 as uuidv7 } from "uuid";
import type * as z from "zod";
import { sightOf } from "#http/admin/call/authorize.ts";
import { decodeIdCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { readInput, readQuery } from "#http/admin/call/input.ts";
import { type Answered, addCall, reply } from "#http/admin/call/operation.ts";
import {
  changedMeanwhile,
  expectedVersion,
  onVersion,
  tag,
} from "#http/admin/call/preconditions.ts";
import { Problem } from "#http/admin/call/problem.ts";
import type { Trail } from "#http/admin/call/trail.ts";
import { type Keep, replyOnce } from "#http/admin/first-answers/first-answers.ts";
import {
  noWebhook,
  scopeView,
  tellWebhook,
  webhookView,
} from "#http/admin/objects/webhook-object.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { waitUntil } from "#http/request/wait-until.ts";
import type { AuditRow } from "#store/admin/audit-row.ts";
import { STALE } from "#store/admin/versions.ts";
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  findWebhookSecret,
  listSeenWebhooks,
  listWebhooks as listWebhooksOf,
  rotateWebhookSecret,
  WEBHOOKS_MAX,
  type Webhook,
} from "#store/admin/webhooks.ts";
import { centralDatabase } from "#store/databases.ts";
import { webhookObject } from "#store/placement.ts";
import { addDeliveryRoutes } from "./deliveries.ts";
import { readWebhookUrl } from "./input.ts";
import { OF_ANY, OF_CONNECTOR, WEBHOOK_OPERATIONS, type WebhookOperations } from "./operations.ts";
import {
  type FindPlace,
  foundWebhook,
  placeOfConnector,
  placeOfNew,
  placeOfWebhook,
  type WebhookPlace,
} from "./place.ts";
import type { NEW_WEBHOOK, WEBHOOK_WITH_SECRET } from "./schemas.ts";
import { createWebhookSecret, sealAsFormer, sealWebhookSecret } from "./secret.ts";

const {
  listWebhooks,
  createWebhook: create,
  listAnyWebhooks,
  createAnyWebhook,
} = WEBHOOK_OPERATIONS;

/** Registers the webhooks of the admin API: all of them, and once more those of a connector below it. */
export function addWebhookRoutes(admin: Hono<AppEnv>, services: Services): void {
  addCall(admin, listAnyWebhooks, async (context) => {
    const { cursor, limit } = readQuery(context, listAnyWebhooks);
    const page = { beforeId: decodeIdCursor(cursor), limit, sees: sightOf(context) };
    const found = await listSeenWebhooks(centralDatabase(context.env), page);
    return reply(context, listAnyWebhooks, 200, {
      items: found.map(webhookView),
      nextCursor: encodeCursor(found.length === limit ? found.at(-1)?.id : undefined),
    });
  });
  addCall(admin, createAnyWebhook, async (context, trail) => {
    const whole = await readInput(context, createAnyWebhook);
    const { scope, ...input } = whole;
    const place = await placeOfNew(context, scope);
    const call = { operation: createAnyWebhook, context, trail, db: place.db, input: whole };
    return await replyOnce(services, call, (keep) =>
      made(services, context, { place, input, trail, under: "/admin/v1", keep }),
    );
  });
  addCall(admin, listWebhooks, async (context) => {
    const { db, scope } = await placeOfConnector(context);
    const webhooks = await listWebhooksOf(db, scope);
    return reply(context, listWebhooks, 200, {
      items: webhooks.map(webhookView),
      nextCursor: null,
    });
  });
  addCall(admin, create, async (context, trail) => {
    const place = await placeOfConnector(context);
    const input = await readInput(context, create);
    const under = `/admin/v1/connectors/${place.connector}`;
    const call = { operation: create, context, trail, db: place.db, input };
    return await replyOnce(services, call, (keep) =>
      made(services, context, { place, input, trail, under, keep }),
    );
  });
  for (const [calls, find] of SETS) {
    addCallsOfOne(admin, services, calls, find);
    addDeliveryRoutes(admin, calls, find);
  }
}

/** The calls about one webhook, and how the webhook is found that their paths name. */
const SETS: readonly (readonly [WebhookOperations, FindPlace])[] = [
  [OF_ANY, placeOfWebhook],
  [OF_CONNECTOR, placeOfConnector],
];

interface WebhookToMake {
  readonly place: WebhookPlace;
  readonly input: z.infer<typeof NEW_WEBHOOK>;
  readonly trail: Trail;
  /** The path that its own begins with. */
  readonly under: string;
  readonly keep: Keep<Answered<z.infer<typeof WEBHOOK_WITH_SECRET>>>;
}

/** Makes a webhook. */
async function made(
  services: Services,
  context: Context<AppEnv>,
  { place, input: { name, eventTypes = null, url: text }, trail, under, keep }: WebhookToMake,
) {
  const { clock, config, waker } = services;
  const { scope, connector, db } = place;
  const url = readWebhookUrl(services, context, text);
  const id = uuidv7();
  const secret = createWebhookSecret();
  const sealed = await sealWebhookSecret(config.keyRing, secret, { connector, webhookId: id });
  const now = clock.now();
  const stored = { id, name, url, eventTypes, secret: sealed };
  const after = {
    name,
    url,
    eventTypes,
    ...(connector === null && { scope: scopeView({ ...scope, connector }) }),
  };
  const audit = trail.row({ connectorId: connector ?? undefined, id, after });
  const created = { id, name: name ?? null, url, eventTypes, createdAt: now, modifiedAt: now };
  const view = webhookView({ ...scope, connector, ...created, ...NEVER, status: "active" });
  const answer = {
    location: `${under}/webhooks/${id}`,
    version: NEVER.version,
    body: { ...view, secret },
  };
  const at = { now, audit, first: await keep(answer) };
  if ((await createWebhook(db, scope, stored, at)) === "tooMany") {
    throw new Problem(
      "tooManyWebhooks",
      `${HOLDERS[holderOf(place)]} at most ${WEBHOOKS_MAX} webhooks; delete one.`,
    );
  }
  // The object begins to look at the feed by itself, also where no cron ever wakes it.
  waker.wake(context.env, [id], waitUntil(context));
  return answer;
}

/** What has not happened yet to a new webhook. */
const NEVER = { disabledReason: null, formerSecretUntil: null, version: 1 };

const HOLDERS = {
  connector: "A connector has",
  tenant: "A tenant has",
  everything: "Of everything there are",
} as const;

function holderOf({ scope, connector }: WebhookPlace): keyof typeof HOLDERS {
  if (connector !== null) return "connector";
  return scope.tenant === null ? "everything" : "tenant";
}

function addCallsOfOne(
  admin: Hono<AppEnv>,
  services: Services,
  { get, change, remove, rotate }: WebhookOperations,
  find: FindPlace,
): void {
  const { clock } = services;
  addCall(admin, get, async (context) => {
    const webhook = await foundWebhook(context, await find(context));
    tag(context, webhook.version);
    const delivery = await webhookObject(context.env, webhook.id).overview();
    return reply(context, get, 200, { ...webhookView(webhook), delivery });
  });
  addCall(admin, change, async (context, trail) => {
    const place = await find(context);
    const webhookId = context.req.param("webhookId") ?? "";
    const { url: text, name, eventTypes, status } = await readInput(context, change);
    const changed = {
      ...(text !== undefined && { url: readWebhookUrl(services, context, text) }),
      ...(name !== undefined && { name }),
      ...(eventTypes !== undefined && { eventTypes }),
      ...(status !== undefined && { status }),
    };
    const webhook = await changeAsSeen(context, place, async (former, seen) => {
      const sides = { before: toldOf(former), after: toldOf({ ...former, ...changed }) };
      const about = { connectorId: place.connector ?? undefined, id: former.id };
      const audit = trail.row({ ...about, ...sides });
      const at = { seen, now: clock.now(), audit };
      return await changeWebhook(place.db, place.scope, former.id, changed, at);
    });
    if (webhook === undefined) throw noWebhook();
    const isRevived = status === "active";
    await tellWebhook(context.env, webhookId, (stub) => stub.configured(webhookId, isRevived));
    tag(context, webhook.version);
    return reply(context, change, 200, webhookView(webhook));
  });
  addCall(admin, remove, async (context, trail) => {
    const place = await find(context);
    const webhookId = context.req.param("webhookId") ?? "";
    const deleted = await changeAsSeen(context, place, async (former, seen) => {
      const about = { connectorId: place.connector ?? undefined, id: former.id };
      const audit = trail.row({ ...about, before: toldOf(former) });
      return await deleteWebhook(place.db, place.scope, former.id, { seen, audit });
    });
    if (deleted === "absent") throw noWebhook();
    await tellWebhook(context.env, webhookId, (stub) => stub.removed());
    return context.body(null, 204);
  });
  addCall(admin, rotate, async (context, trail) => {
    const place = await find(context);
    const webhookId = context.req.param("webhookId") ?? "";
    const { overlapSeconds } = await readInput(context, rotate);
    const about = { connectorId: place.connector ?? undefined, id: webhookId };
    const { webhook, secret } = await rotated(services, context, place, {
      overlapSeconds,
      audit: trail.row({ ...about, after: { overlapSeconds } }),
    });
    await tellWebhook(context.env, webhookId, (stub) => stub.configured(webhookId, false));
    tag(context, webhook.version);
    return reply(context, rotate, 200, { ...webhookView(webhook), secret });
  });
}

/** Makes a change of the webhook that a path names on the version that was read: see onVersion. */
async function changeAsSeen<T>(
  context: Context<AppEnv>,
  place: WebhookPlace,
  change: (former: Webhook, seen: number | undefined) => Promise<T | typeof STALE>,
): Promise<T> {
  return await onVersion(context, async () => {
    const former = await foundWebhook(context, place);
    return { version: former.version, change: (seen) => change(former, seen) };
  });
}

/** What the trail tells of a webhook: never its secrets. */
function toldOf({ name, url, eventTypes, status }: Webhook) {
  return { name, url, eventTypes, status };
}

/** How often a rotation begins anew because cron sealed the secret anew meanwhile. */
const ROTATION_TRIES_MAX = 3;

async function rotated(
  { clock, config }: Services,
  context: Context<AppEnv>,
  { db, scope, connector }: WebhookPlace,
  { overlapSeconds, audit }: { readonly overlapSeconds: number; readonly audit: AuditRow },
): Promise<{ readonly webhook: Webhook; readonly secret: string }> {
  const webhookId = context.req.param("webhookId") ?? "";
  const owner = { connector, webhookId };
  const secret = createWebhookSecret();
  let first: number | undefined;
  for (let tries = 1; tries <= ROTATION_TRIES_MAX; tries += 1) {
    const stored = await findWebhookSecret(db, scope, webhookId);
    if (stored === undefined) throw noWebhook();
    const seen = expectedVersion(context, stored.version);
    first ??= stored.version;
    // A second rotation would end the secret that receivers still know.
    if (stored.version !== first) break;
    const now = clock.now();
    const rotation = {
      seen: stored.secret,
      secret: await sealWebhookSecret(config.keyRing, secret, owner),
      former: await sealAsFormer(config.keyRing, stored.secret, owner),
      formerUntil: now + overlapSeconds * 1_000,
    };
    const webhook = await rotateWebhookSecret(db, scope, webhookId, rotation, {
      seen,
      now,
      audit,
    });
    if (webhook === STALE) throw changedMeanwhile();
    if (webhook !== undefined) return { webhook, secret };
  }
  throw new Problem(409, "The secret was changed at the same moment. Repeat the call.");
}
