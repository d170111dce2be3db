import type { Context, Hono } from "hono";
import { v7 as uuidv7 } from "uuid";
import * as z from "zod";
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

const NAME = z.string().trim().min(1).max(200);

const SETTINGS = z.strictObject({
  strict: z.boolean().optional(),
  reprovision: z.enum(["restore", "conflict"]).optional(),
  deletion: z.enum(["soft", "hard", "deactivate"]).optional(),
  retentionDays: z.int().min(1).max(3_650).optional(),
  unknownMembers: z.enum(["park", "reject"]).optional(),
  unknownExtensions: z.enum(["keep", "drop"]).optional(),
  allowDuplicateGroupNames: z.boolean().optional(),
  uniqueExternalId: z.boolean().optional(),
  userNameFrom: z.enum(["none", "externalId", "email"]).optional(),
  advertisePagination: z.boolean().optional(),
  rateLimit: z.enum(["low", "standard", "high"]).optional(),
  eventRetentionDays: z.int().min(1).max(400).optional(),
  logReads: z.enum(["all", "refused"]).optional(),
  maskPersonalData: z.boolean().optional(),
  staged: z.boolean().optional(),
});

/** The body of POST /connectors. */
export const NEW_CONNECTOR = z.strictObject({
  name: NAME,
  tenant: NAME.optional(),
  preset: z.enum(["okta", "entra", "onelogin", "jumpcloud", "google"]).optional(),
  settings: SETTINGS.optional(),
});

/** The body of PATCH /connectors/{id}. */
export const CHANGED_CONNECTOR = z.strictObject({
  name: NAME.optional(),
  tenant: NAME.nullable().optional(),
  status: z.enum(["active", "disabled"]).optional(),
  settings: SETTINGS.optional(),
});

/** The query of GET /connectors. */
export const LIST_QUERY = z.strictObject({
  tenant: NAME.optional(),
  cursor: z.string().optional(),
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
