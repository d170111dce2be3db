import type { Context, Hono } from "hono";
import { v7 as uuidv7 } from "uuid";
import * as z from "zod/mini";
import { decodeIdCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { LIMIT, readInput, readQuery } from "#http/admin/call/input.ts";
import { changedMeanwhile, expectedVersion, isKnown, tag } from "#http/admin/call/preconditions.ts";
import { Problem } from "#http/admin/call/problem.ts";
import { makeToken, NO_EXPIRY } from "#http/admin/call/token-view.ts";
import { tellBridgeOfEnd } from "#http/admin/objects/bridge-object.ts";
import { tellWebhooks } from "#http/admin/objects/webhook-object.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { DEFAULT_SETTINGS } from "#scim/settings.ts";
import {
  type Connector,
  type ConnectorChange,
  changeConnector,
  createConnector,
  deleteConnector,
  findConnector,
  listConnectors,
} from "#store/admin/connectors.ts";
import { STALE } from "#store/admin/versions.ts";

const NAME = z.string().check(z.trim(), z.minLength(1), z.maxLength(200));

const SETTINGS = z.strictObject({
  strict: z.optional(z.boolean()),
  reprovision: z.optional(z.enum(["restore", "conflict"])),
  deletion: z.optional(z.enum(["soft", "hard", "deactivate"])),
  retentionDays: z.optional(z.int().check(z.gte(1), z.lte(3_650))),
  unknownMembers: z.optional(z.enum(["park", "reject"])),
  unknownExtensions: z.optional(z.enum(["keep", "drop"])),
  allowDuplicateGroupNames: z.optional(z.boolean()),
  uniqueExternalId: z.optional(z.boolean()),
  userNameFrom: z.optional(z.enum(["none", "externalId", "email"])),
  advertisePagination: z.optional(z.boolean()),
  rateLimit: z.optional(z.enum(["low", "standard", "high"])),
  eventRetentionDays: z.optional(z.int().check(z.gte(1), z.lte(400))),
  logReads: z.optional(z.enum(["all", "refused"])),
  maskPersonalData: z.optional(z.boolean()),
  staged: z.optional(z.boolean()),
});

/** The body of POST /connectors. */
export const NEW_CONNECTOR = z.strictObject({
  name: NAME,
  tenant: z.optional(NAME),
  preset: z.optional(z.enum(["okta", "entra", "onelogin", "jumpcloud", "google"])),
  settings: z.optional(SETTINGS),
});

/** The body of PATCH /connectors/{id}. */
export const CHANGED_CONNECTOR = z.strictObject({
  name: z.optional(NAME),
  tenant: z.optional(z.nullable(NAME)),
  status: z.optional(z.enum(["active", "disabled"])),
  settings: z.optional(SETTINGS),
});

/** The query of GET /connectors. */
export const LIST_QUERY = z.strictObject({
  tenant: z.optional(NAME),
  cursor: z.optional(z.string()),
  limit: LIMIT,
});

/** Registers /connectors of the admin API. */
export function addConnectorRoutes(admin: Hono<AppEnv>, services: Services): void {
  const { clock } = services;
  admin.post("/connectors", async (context) => {
    const input = await readInput(context, NEW_CONNECTOR);
    const id = uuidv7();
    const now = clock.now();
    const { secret, token } = await makeToken(NO_EXPIRY);
    const settings = { ...DEFAULT_SETTINGS, ...defined(input.settings ?? {}) };
    const { name, tenant, preset } = input;
    await createConnector(context.env.DB, { id, name, tenant, preset, settings }, token, now);
    const connector = await findOr404(context, id);
    const view = connectorView(services, context, connector);
    tag(context, connector.version);
    return context.json(
      { connector: view, token: { id: token.id, secret, hint: token.hint } },
      201,
    );
  });
  admin.get("/connectors", async (context) => {
    const { tenant, cursor, limit } = readQuery(context, LIST_QUERY);
    const beforeId = decodeIdCursor(cursor);
    const found = await listConnectors(context.env.DB, { tenant, beforeId, limit });
    return context.json({
      items: found.map((connector) => connectorView(services, context, connector)),
      nextCursor: encodeCursor(found.length === limit ? found.at(-1)?.id : undefined),
    });
  });
  admin.get("/connectors/:id", async (context) => {
    const connector = await findOr404(context, context.req.param("id"));
    if (isKnown(context, connector.version)) return context.body(null, 304);
    return context.json(connectorView(services, context, connector));
  });
  const change = async (context: Context<AppEnv>, changed: ConnectorChange) => {
    const { number, version } = await findOr404(context, context.req.param("id") ?? "");
    const seen = expectedVersion(context, version);
    const now = clock.now();
    const connector = await changeConnector(context.env.DB, number, changed, { seen, now });
    if (connector === STALE) throw changedMeanwhile();
    if (connector === undefined) throw deleted();
    tellWebhooks(context, number);
    tag(context, connector.version);
    return context.json(connectorView(services, context, connector));
  };
  admin.patch("/connectors/:id", async (context) => {
    const { settings, ...columns } = defined(await readInput(context, CHANGED_CONNECTOR));
    return await change(context, { ...columns, ...(settings && { settings: defined(settings) }) });
  });
  admin.post("/connectors/:id/approve", (context) => {
    return change(context, { settings: { staged: false } });
  });
  admin.delete("/connectors/:id", async (context) => {
    const { id, number, version } = await findOr404(context, context.req.param("id"));
    const seen = expectedVersion(context, version);
    const outcome = await deleteConnector(context.env.DB, number, { seen, now: clock.now() });
    if (outcome === STALE) throw changedMeanwhile();
    if (outcome === "absent") throw deleted();
    if (outcome.hadBridge) await tellBridgeOfEnd(context, id);
    tellWebhooks(context, number);
    return context.body(null, 204);
  });
}

/** Finds the connector that a path names, or answers 404. */
export async function findOr404(context: Context<AppEnv>, id: string): Promise<Connector> {
  const connector = await findConnector(context.env.DB, id);
  if (connector === undefined) throw deleted();
  return connector;
}

/** The 404 for a connector that is not there, or not any more. */
export function deleted(): Problem {
  return new Problem(404, "There is no connector with this id.");
}

function connectorView(services: Services, context: Context<AppEnv>, connector: Connector) {
  const { config } = services;
  const origin = config.publicUrl ?? new URL(context.req.raw.url).origin;
  const [basePath] = config.scimBasePaths;
  const [tokenPath] = config.tokenPaths;
  const { id, name, tenant, preset, status, settings, createdAt, modifiedAt } = connector;
  return {
    id,
    name,
    tenant,
    preset,
    status,
    settings,
    scimBaseUrl: `${origin}${basePath}`,
    tokenEndpoint: `${origin}${tokenPath}`,
    createdAt: new Date(createdAt).toISOString(),
    modifiedAt: new Date(modifiedAt).toISOString(),
  };
}

/** The members of an object that are defined: zod's optional members may be undefined ones. */
function defined<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // Only undefined members are left out, which the return type says.
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
