import type { Context, Hono } from "hono";
import { v7 as uuidv7 } from "uuid";
import { isLimited, sightOf } from "#http/admin/call/authorize.ts";
import { decodeIdCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { readInput, readQuery } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import { isKnown, onVersion, tag } from "#http/admin/call/preconditions.ts";
import { noConnector, Problem, unfitParameters } from "#http/admin/call/problem.ts";
import { makeToken, NO_EXPIRY } from "#http/admin/call/token-view.ts";
import type { Trail } from "#http/admin/call/trail.ts";
import { replyOnce } from "#http/admin/first-answers/first-answers.ts";
import { tellBridgeOfEnd } from "#http/admin/objects/bridge-object.ts";
import { tellWebhooks } from "#http/admin/objects/webhook-object.ts";
import type { Sight } from "#http/request/actor.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import type { UsersAtEnd } from "#scim/provision/ending.ts";
import { DEFAULT_SETTINGS, type SomeSettings, withSettings } from "#scim/settings.ts";
import { healthOf, healthQuery, UNUSED } from "#store/activity/health.ts";
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
import { centralDatabase, databaseOf } from "#store/databases.ts";
import { checkCreateOnly } from "./create-only.ts";
import { beginTelling, endingToBegin, moveOf } from "./ending.ts";
import { healthView } from "./health.ts";
import { CONNECTOR_OPERATIONS } from "./operations.ts";
import type { ChosenSettings } from "./schemas.ts";

const {
  approveConnector,
  createConnector: create,
  listConnectors: list,
  getConnector,
  changeConnector: patch,
  deleteConnector: remove,
} = CONNECTOR_OPERATIONS;

/** Registers /connectors of the admin API. */
export function addConnectorRoutes(admin: Hono<AppEnv>, services: Services): void {
  const { clock } = services;
  addCall(admin, create, async (context, trail) => {
    const input = await readInput(context, create);
    const settings = withSettings(DEFAULT_SETTINGS, chosenOf(input.settings));
    checkCreateOnly(settings, NO_ATTRIBUTES);
    const { name, preset } = input;
    const tenant = tenantOfNew(sightOf(context), input.tenant);
    const db = centralDatabase(context.env);
    const call = { operation: create, context, trail, db, input };
    return await replyOnce(services, call, async (keep) => {
      const id = uuidv7();
      const now = clock.now();
      const { secret, token } = await makeToken(NO_EXPIRY);
      const made = { id, name, tenant: tenant ?? null, preset: preset ?? null, settings };
      const shown = { ...made, ...NEVER, createdAt: now, modifiedAt: now };
      const view = { ...connectorView(services, context, shown), ...healthView(UNUSED) };
      const { id: tokenId, hint } = token;
      const answer = {
        location: `/admin/v1/connectors/${id}`,
        version: NEVER.version,
        body: { connector: view, token: { id: tokenId, secret, hint } },
      };
      const after = { name, tenant, preset, settings };
      const audit = trail.row({ connectorId: id, after });
      const at = { now, audit, first: await keep(answer) };
      await createConnector(db, { id, ...after }, token, at);
      return answer;
    });
  });
  addCall(admin, list, async (context) => {
    const { tenant, cursor, limit } = readQuery(context, list);
    const beforeId = decodeIdCursor(cursor);
    const page = { tenant, beforeId, limit, sees: sightOf(context) };
    const found = await listConnectors(centralDatabase(context.env), page);
    return reply(context, list, 200, {
      items: await withHealth(services, context, found),
      nextCursor: encodeCursor(found.length === limit ? found.at(-1)?.id : undefined),
    });
  });
  addCall(admin, getConnector, async (context) => {
    const connector = await findOr404(context, context.req.param("id"));
    if (isKnown(context, connector.version)) return context.body(null, 304);
    return reply(context, getConnector, 200, await shownConnector(services, context, connector));
  });
  const change = async (
    context: Context<AppEnv>,
    { tenant: to, users, ...columns }: Chosen,
    trail: Trail,
  ) => {
    let isMove = false;
    const written = await changeAsSeen(context, async (former, seen) => {
      const move = moveOf(context, former, { to, users });
      const changed = { ...columns, ...(move && { move }) };
      isMove = move !== undefined;
      checkCreateOnly(columns.settings ?? {}, former.attributes);
      const after = {
        ...former,
        ...columns,
        ...(move && { tenant: move.to, ...(users && { users }) }),
        settings: withSettings(former.settings, columns.settings ?? {}),
      };
      const sides = { before: toldOf(former), after: toldOf(after) };
      const audit = trail.row({ connectorId: former.id, ...sides });
      const at = { seen, now: clock.now(), audit };
      const db = databaseOf(context.env, former.number);
      const beside = healthQuery(db, [former.number], at.now);
      return await changeConnector(db, former.number, changed, at, beside);
    });
    if (written === undefined) throw noConnector();
    const { beside, ...changed } = written;
    let connector: Connector = changed;
    if (isMove) {
      await beginTelling(services, context, connector.number);
      connector = await findOr404(context, connector.id);
    }
    tellWebhooks(context, connector.number);
    tag(context, connector.version);
    const health = beside.get(connector.number) ?? UNUSED;
    const view = connectorView(services, context, connector);
    return reply(context, patch, 200, { ...view, ...healthView(health) });
  };
  addCall(admin, patch, async (context, trail) => {
    const { users } = readQuery(context, patch);
    const { settings, ...columns } = defined(await readInput(context, patch));
    if (columns.tenant !== undefined) refuseMove(sightOf(context), columns.tenant);
    else if (users !== undefined) throw unfitParameters(["users"], USERS_OF_A_MOVE);
    const changed = { ...columns, users, ...(settings && { settings: chosenOf(settings) }) };
    return await change(context, changed, trail);
  });
  addCall(admin, approveConnector, (context, trail) => {
    return change(context, { settings: { staged: false } }, trail);
  });
  addCall(admin, remove, async (context, trail) => {
    const { users } = readQuery(context, remove);
    const { outcome, id, number } = await changeAsSeen(context, async (former, seen) => {
      const sides = { before: toldOf(former), after: { users } };
      const audit = trail.row({ connectorId: former.id, ...sides });
      const at = { seen, now: clock.now(), audit };
      const db = databaseOf(context.env, former.number);
      const outcome = await deleteConnector(db, former.number, endingToBegin(context, users), at);
      return outcome === STALE ? STALE : { outcome, ...former };
    });
    if (outcome === "absent") throw noConnector();
    if (outcome.hadBridge) await tellBridgeOfEnd(context, id);
    await beginTelling(services, context, number);
    tellWebhooks(context, number);
    return context.body(null, 204);
  });
}

/**
 * Makes a change of the connector that a path names on the version that was read, so that the trail tells
 * what it was before; where somebody else was faster, on the next one, unless the caller names a version.
 */
async function changeAsSeen<T>(
  context: Context<AppEnv>,
  change: (former: Connector, seen: number | undefined) => Promise<T | typeof STALE>,
): Promise<T> {
  return await onVersion(context, async () => {
    const former = await findOr404(context, context.req.param("id") ?? "");
    return { version: former.version, change: (seen) => change(former, seen) };
  });
}

/** What has not happened yet to a new connector. */
const NEVER = { status: "active", movesAt: null, movesTo: null, version: 1 } as const;

/** The attributes that a new connector declares. */
const NO_ATTRIBUTES = "[]";

/** What an administrator chooses to change of a connector, and what becomes of its users if it moves. */
interface Chosen extends Omit<ConnectorChange, "move"> {
  readonly tenant?: string | null;
  readonly users?: UsersAtEnd | undefined;
}

const USERS_OF_A_MOVE =
  "users: says what becomes of the users when the connector moves; send the tenant that it is to move to, or leave it out.";

/** What the trail tells of a connector. */
function toldOf({
  name,
  tenant,
  preset,
  status,
  settings,
  users,
}: Connector & { readonly users?: UsersAtEnd }) {
  return { name, tenant, preset, status, settings, users };
}

/** The tenant of a new connector: a key of a tenant makes connectors of that one alone; 403 for others. */
function tenantOfNew(sees: Sight, tenant: string | undefined): string | undefined {
  if (sees.connectorId !== null) {
    throw new Problem("outOfSight", "This key sees one connector, and can make no other.");
  }
  if (sees.tenant === null || tenant === sees.tenant) return tenant;
  if (tenant === undefined) return sees.tenant;
  throw new Problem(
    "outOfSight",
    "This key sees one tenant, and makes connectors of that one alone.",
  );
}

/** 403 where a key would move a connector out of what it sees, or into the sight of others. */
function refuseMove(sees: Sight, tenant: string | null): void {
  if (!isLimited(sees) || (sees.tenant !== null && sees.tenant === tenant)) return;
  throw new Problem(
    "outOfSight",
    "Only a key that sees every connector moves one to another tenant.",
  );
}

/** Finds the connector that a path names, or answers 404. */
export async function findOr404(context: Context<AppEnv>, id: string): Promise<Connector> {
  const known = context.get("connector");
  // Once: who looks again wants to see it as it is then.
  context.set("connector", undefined);
  if (known?.id === id) return known;
  const connector = await findConnector(centralDatabase(context.env), id);
  if (connector === undefined) throw noConnector();
  return connector;
}

async function shownConnector(services: Services, context: Context<AppEnv>, connector: Connector) {
  const [shown] = await withHealth(services, context, [connector]);
  if (shown === undefined) throw noConnector();
  return shown;
}

/** Connectors with how they fare, in one round trip for all of a database. */
async function withHealth(
  services: Services,
  context: Context<AppEnv>,
  connectors: readonly Connector[],
) {
  const now = services.clock.now();
  const numbers = connectors.map(({ number }) => number);
  const byDatabase = Map.groupBy(numbers, (number) => databaseOf(context.env, number));
  const found = await Promise.all([...byDatabase].map(([db, each]) => healthOf(db, each, now)));
  const healths = new Map(found.flatMap((each) => [...each]));
  return connectors.flatMap((connector) => {
    const health = healths.get(connector.number);
    const view = connectorView(services, context, connector);
    return health === undefined ? [] : [{ ...view, ...healthView(health) }];
  });
}

/** What is shown of a connector, beside how it fares. */
type ShownConnector = Omit<
  Connector,
  "number" | "attributes" | "attributesVersion" | "tenantAfter" | "version"
>;

function connectorView(services: Services, context: Context<AppEnv>, connector: ShownConnector) {
  const { config } = services;
  const origin = config.publicUrl ?? new URL(context.req.raw.url).origin;
  const [basePath] = config.scimBasePaths;
  const [tokenPath] = config.tokenPaths;
  const { id, name, tenant, preset, status, settings, createdAt, modifiedAt } = connector;
  const { movesAt, movesTo } = connector;
  return {
    id,
    name,
    tenant,
    preset,
    status,
    settings,
    ...(movesAt !== null && {
      moving: { tenant: movesTo, since: new Date(movesAt).toISOString() },
    }),
    scimBaseUrl: `${origin}${basePath}`,
    tokenEndpoint: `${origin}${tokenPath}`,
    createdAt: new Date(createdAt).toISOString(),
    modifiedAt: new Date(modifiedAt).toISOString(),
  };
}

/** The settings that a call names. */
function chosenOf({ brake, ...settings }: ChosenSettings = {}): SomeSettings {
  return { ...defined(settings), ...(brake && { brake: defined(brake) }) };
}

/** The members of an object that are defined: zod's optional members may be undefined ones. */
function defined<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // Only undefined members are left out, which the return type says.
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
