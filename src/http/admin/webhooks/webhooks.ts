import type { Context, Hono } from "hono";
import { v7 as uuidv7 } from "uuid";
import { readInput } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import {
  changedMeanwhile,
  expectedVersion,
  onVersion,
  tag,
} from "#http/admin/call/preconditions.ts";
import { Problem } from "#http/admin/call/problem.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import { noWebhook, tellWebhook, webhookView } from "#http/admin/objects/webhook-object.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { waitUntil } from "#http/request/wait-until.ts";
import type { AuditRow } from "#store/admin/audit-row.ts";
import type { Connector } from "#store/admin/connectors.ts";
import { STALE } from "#store/admin/versions.ts";
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  findWebhook,
  findWebhookSecret,
  listWebhooks,
  rotateWebhookSecret,
  WEBHOOKS_MAX,
  type Webhook,
} from "#store/admin/webhooks.ts";
import { databaseOf } from "#store/databases.ts";
import { addDeliveryRoutes } from "./deliveries.ts";
import { readWebhookUrl } from "./input.ts";
import { WEBHOOK_OPERATIONS } from "./operations.ts";
import { createWebhookSecret, sealAsFormer, sealWebhookSecret } from "./secret.ts";

const {
  listWebhooks: list,
  getWebhook,
  createWebhook: create,
  changeWebhook: patch,
  deleteWebhook: remove,
  rotateWebhook,
} = WEBHOOK_OPERATIONS;

/** Registers the webhooks of a connector in the admin API. */
export function addWebhookRoutes(admin: Hono<AppEnv>, services: Services): void {
  addCreation(admin, services);
  addChanges(admin, services);
  addRotation(admin, services);
  addDeliveryRoutes(admin);
  addCall(admin, list, async (context) => {
    const { number } = await findOr404(context, context.req.param("id"));
    const webhooks = await listWebhooks(databaseOf(context.env, number), number);
    return reply(context, list, 200, { items: webhooks.map(webhookView), nextCursor: null });
  });
  addCall(admin, getWebhook, async (context) => {
    const { number } = await findOr404(context, context.req.param("id"));
    const webhook = await findWebhook(
      databaseOf(context.env, number),
      number,
      context.req.param("webhookId"),
    );
    if (webhook === undefined) throw noWebhook();
    tag(context, webhook.version);
    const delivery = await context.env.WEBHOOK.getByName(webhook.id).overview();
    return reply(context, getWebhook, 200, { ...webhookView(webhook), delivery });
  });
}

function addCreation(admin: Hono<AppEnv>, services: Services): void {
  const { clock, config, waker } = services;
  addCall(admin, create, async (context, trail) => {
    const connector = await findOr404(context, context.req.param("id"));
    const { name, eventTypes = null, ...input } = await readInput(context, create);
    const url = readWebhookUrl(services, context, input.url);
    const id = uuidv7();
    const secret = createWebhookSecret();
    const owner = { connector: connector.id, webhookId: id };
    const sealed = await sealWebhookSecret(config.keyRing, secret, owner);
    const now = clock.now();
    const stored = { id, name, url, eventTypes, secret: sealed };
    const audit = trail.row({ connectorId: connector.id, id, after: { name, url, eventTypes } });
    const db = databaseOf(context.env, connector.number);
    if ((await createWebhook(db, connector.number, stored, { now, audit })) === "tooMany") {
      throw new Problem(409, `A connector has at most ${WEBHOOKS_MAX} webhooks; delete one.`);
    }
    // The object begins to look at the feed by itself, also where no cron ever wakes it.
    waker.wake(context.env.WEBHOOK, [id], waitUntil(context));
    const created = { id, name: name ?? null, url, eventTypes, createdAt: now, modifiedAt: now };
    const view = webhookView({ ...created, ...NEVER, status: "active" });
    tag(context, NEVER.version);
    context.header("Location", `/admin/v1/connectors/${connector.id}/webhooks/${id}`);
    return reply(context, create, 201, { ...view, secret });
  });
}

/** What has not happened yet to a new webhook. */
const NEVER = { disabledReason: null, formerSecretUntil: null, version: 1 };

function addChanges(admin: Hono<AppEnv>, services: Services): void {
  const { clock } = services;
  addCall(admin, patch, async (context, trail) => {
    const connector = await findOr404(context, context.req.param("id"));
    const { webhookId } = context.req.param();
    const { url: text, name, eventTypes, status } = await readInput(context, patch);
    const change = {
      ...(text !== undefined && { url: readWebhookUrl(services, context, text) }),
      ...(name !== undefined && { name }),
      ...(eventTypes !== undefined && { eventTypes }),
      ...(status !== undefined && { status }),
    };
    const webhook = await changeAsSeen(context, connector, async (former, seen) => {
      const sides = { before: toldOf(former), after: toldOf({ ...former, ...change }) };
      const audit = trail.row({ connectorId: connector.id, id: former.id, ...sides });
      const at = { seen, now: clock.now(), audit };
      const db = databaseOf(context.env, connector.number);
      return await changeWebhook(db, connector.number, former.id, change, at);
    });
    if (webhook === undefined) throw noWebhook();
    const isRevived = status === "active";
    await tellWebhook(context.env, webhookId, (stub) => stub.configured(webhookId, isRevived));
    tag(context, webhook.version);
    return reply(context, patch, 200, webhookView(webhook));
  });
  addCall(admin, remove, async (context, trail) => {
    const connector = await findOr404(context, context.req.param("id"));
    const { webhookId } = context.req.param();
    const deleted = await changeAsSeen(context, connector, async (former, seen) => {
      const audit = trail.row({ connectorId: connector.id, id: former.id, before: toldOf(former) });
      const db = databaseOf(context.env, connector.number);
      return await deleteWebhook(db, connector.number, former.id, { seen, audit });
    });
    if (deleted === "absent") throw noWebhook();
    await tellWebhook(context.env, webhookId, (stub) => stub.removed());
    return context.body(null, 204);
  });
}

/** Makes a change of the webhook that a path names on the version that was read: see onVersion. */
async function changeAsSeen<T>(
  context: Context<AppEnv>,
  { number }: Connector,
  change: (former: Webhook, seen: number | undefined) => Promise<T | typeof STALE>,
): Promise<T> {
  const webhookId = context.req.param("webhookId") ?? "";
  return await onVersion(context, async () => {
    const former = await findWebhook(databaseOf(context.env, number), number, webhookId);
    if (former === undefined) throw noWebhook();
    return { version: former.version, change: (seen) => change(former, seen) };
  });
}

/** What the trail tells of a webhook: never its secrets. */
function toldOf({ name, url, eventTypes, status }: Webhook) {
  return { name, url, eventTypes, status };
}

/** How often a rotation begins anew because cron sealed the secret anew meanwhile. */
const ROTATION_TRIES_MAX = 3;

function addRotation(admin: Hono<AppEnv>, services: Services): void {
  addCall(admin, rotateWebhook, async (context, trail) => {
    const connector = await findOr404(context, context.req.param("id"));
    const { webhookId } = context.req.param();
    const { overlapSeconds } = await readInput(context, rotateWebhook);
    const { webhook, secret } = await rotated(services, context, connector, {
      overlapSeconds,
      audit: trail.row({ connectorId: connector.id, id: webhookId, after: { overlapSeconds } }),
    });
    await tellWebhook(context.env, webhookId, (stub) => stub.configured(webhookId, false));
    tag(context, webhook.version);
    return reply(context, rotateWebhook, 200, { ...webhookView(webhook), secret });
  });
}

async function rotated(
  { clock, config }: Services,
  context: Context<AppEnv>,
  { number, id: connector }: Connector,
  { overlapSeconds, audit }: { readonly overlapSeconds: number; readonly audit: AuditRow },
): Promise<{ readonly webhook: Webhook; readonly secret: string }> {
  const db = databaseOf(context.env, number);
  const webhookId = context.req.param("webhookId") ?? "";
  const owner = { connector, webhookId };
  const secret = createWebhookSecret();
  let first: number | undefined;
  for (let tries = 1; tries <= ROTATION_TRIES_MAX; tries += 1) {
    const stored = await findWebhookSecret(db, number, webhookId);
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
    const webhook = await rotateWebhookSecret(db, number, webhookId, rotation, {
      seen,
      now,
      audit,
    });
    if (webhook === STALE) throw changedMeanwhile();
    if (webhook !== undefined) return { webhook, secret };
  }
  throw new Problem(409, "The secret was changed at the same moment. Repeat the call.");
}
