import type { Context, Hono } from "hono";
import { v7 as uuidv7 } from "uuid";
import * as z from "zod";
import { DEFAULT_SETTINGS } from "#scim/settings.ts";
import {
  type Connector,
  changeConnector,
  createConnector,
  deleteConnector,
  findConnector,
  listConnectors,
} from "#store/connectors.ts";
import type { AppEnv, Services } from "../services.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { LIMIT, readInput, readQuery } from "./input.ts";
import { Problem } from "./problem.ts";
import { makeToken, NO_EXPIRY } from "./token-view.ts";

const NAME = z.string().trim().min(1).max(200);
const TENANT = z.string().trim().min(1).max(200);

const SETTINGS = z.strictObject({
  strict: z.boolean().optional(),
  reprovision: z.enum(["restore", "conflict"]).optional(),
  deletion: z.enum(["soft", "hard", "deactivate"]).optional(),
  unknownMembers: z.enum(["park", "reject"]).optional(),
  allowDuplicateGroupNames: z.boolean().optional(),
});

const NEW_CONNECTOR = z.strictObject({
  name: NAME,
  tenant: TENANT.optional(),
  preset: z.enum(["okta", "entra", "onelogin", "jumpcloud", "google"]).optional(),
  settings: SETTINGS.optional(),
});

const CHANGED_CONNECTOR = z.strictObject({
  name: NAME.optional(),
  tenant: TENANT.nullable().optional(),
  status: z.enum(["active", "disabled"]).optional(),
  settings: SETTINGS.optional(),
});

const LIST_QUERY = z.strictObject({
  tenant: TENANT.optional(),
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
    return context.json(
      { connector: view, token: { id: token.id, secret, hint: token.hint } },
      201,
    );
  });
  admin.get("/connectors", async (context) => {
    const { tenant, cursor, limit } = readQuery(context, LIST_QUERY);
    const beforeId = decodeCursor(cursor);
    const found = await listConnectors(context.env.DB, { tenant, beforeId, limit });
    return context.json({
      items: found.map((connector) => connectorView(services, context, connector)),
      nextCursor: encodeCursor(found.length === limit ? found.at(-1)?.id : undefined),
    });
  });
  admin.get("/connectors/:id", async (context) => {
    const connector = await findOr404(context, context.req.param("id"));
    return context.json(connectorView(services, context, connector));
  });
  admin.patch("/connectors/:id", async (context) => {
    const { settings, ...columns } = defined(await readInput(context, CHANGED_CONNECTOR));
    const { id, number, settings: former } = await findOr404(context, context.req.param("id"));
    const merged = settings && { settings: { ...former, ...defined(settings) } };
    await changeConnector(context.env.DB, number, { ...columns, ...merged }, clock.now());
    return context.json(connectorView(services, context, await findOr404(context, id)));
  });
  admin.delete("/connectors/:id", async (context) => {
    const { number } = await findOr404(context, context.req.param("id"));
    await deleteConnector(context.env.DB, number, clock.now());
    return context.body(null, 204);
  });
}

/** Finds the connector that a path names, or answers 404. */
export async function findOr404(context: Context<AppEnv>, id: string): Promise<Connector> {
  const connector = await findConnector(context.env.DB, id);
  if (connector === undefined) throw new Problem(404, "There is no connector with this id.");
  return connector;
}

function connectorView(services: Services, context: Context<AppEnv>, connector: Connector) {
  const { config } = services;
  const origin = config.publicUrl ?? new URL(context.req.raw.url).origin;
  const [basePath] = config.scimBasePaths;
  const { number: _, createdAt, modifiedAt, ...shown } = connector;
  return {
    ...shown,
    scimBaseUrl: `${origin}${basePath}`,
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
