import { and, eq, gt, inArray, isNull, lte, or, sql } from "drizzle-orm";
import { type ResourceTypes, resourceTypesOf } from "#scim/schema/custom.ts";
import type { ConnectorSettings } from "#scim/settings.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { parseSettings } from "#store/directory/access.ts";
import { parseStored } from "#store/json-text.ts";
import { doNothing, insertRows } from "#store/rows.ts";
import { bridges, connectors } from "#store/schema.ts";
import {
  allRows,
  type BuiltQuery,
  build,
  named,
  prepare,
  type RowOf,
  rowsOf,
  selectRows,
  statement,
} from "#store/statement.ts";
import { auditStatements } from "./audit.ts";
import { type AdminChange, batchAt, STALE } from "./versions.ts";

/** What the bridge's Durable Object tells the database for lists and for cron. */
export interface BridgeMirror {
  readonly state: typeof bridges.$inferSelect.state;
  readonly consecutiveFailures: number;
  /** When cron has to wake it, at the latest, in milliseconds; undefined where it waits for an administrator. */
  readonly nextAt: number | undefined;
}

/** The mirror, with what else lists and metrics show of a bridge. */
export interface ShownBridge extends BridgeMirror {
  /** How many switch-offs its guards hold back. */
  readonly held: number;
  /** When its last run that read the provider's listings and succeeded ended; undefined for none. */
  readonly lastSucceededAt: number | undefined;
}

type BridgeRow = RowOf<typeof FIND_BRIDGE>;

/**
 * A bridge with what a run has to know of its connector: configuration as JSON text, the provider's
 * credentials sealed, times in milliseconds. Its version moves on with each configuration, and each time it
 * is paused or resumed.
 */
export interface StoredBridge
  extends Omit<BridgeRow, "attributes" | "settings" | "webhookIds" | "paused" | "nextAt">,
    BridgeMirror {
  /** The connector's settings. */
  readonly settings: ConnectorSettings;
  /** The resource types with the connector's own attributes. */
  readonly types: ResourceTypes;
  /** The ids of the connector's enabled webhooks: whom to wake after a write. */
  readonly webhookIds: readonly string[];
  /** Whether an administrator lets it rest: the object goes by this. */
  readonly paused: boolean;
}

const FIND_BRIDGE = statement<{ publicId: string }>()(({ publicId }) =>
  build
    .select(
      named({
        connectorId: connectors.number,
        /** Nothing is written while the connector moves to another tenant. */
        connectorStatus: sql<
          (typeof connectors.$inferSelect)["status"]
        >`iif(${connectors.movesAt} is null, ${connectors.status}, 'disabled')`,
        settings: connectors.settings,
        attributes: connectors.attributes,
        webhookIds: connectors.webhookIds,
        config: bridges.config,
        credentials: bridges.credentials,
        state: bridges.state,
        paused: bridges.paused,
        consecutiveFailures: bridges.consecutiveFailures,
        nextAt: bridges.nextAt,
        version: bridges.version,
        createdAt: bridges.createdAt,
        modifiedAt: bridges.modifiedAt,
      }),
    )
    .from(connectors)
    .crossJoin(bridges)
    .where(
      and(
        eq(bridges.connectorId, connectors.number),
        eq(connectors.id, publicId),
        isNull(connectors.deletedAt),
      ),
    ),
);

/** Finds the bridge of a live connector by the connector's public id, in one round trip. */
export async function findBridge(
  db: Database,
  publicId: string,
): Promise<StoredBridge | undefined> {
  return (await allRows(FIND_BRIDGE.bind(db, { publicId }))).map(fromRow)[0];
}

/** What an administrator decides of a bridge. */
export interface BridgeToPut {
  readonly config: string;
  /** Sealed; undefined keeps those that are stored, also where they were sealed anew meanwhile. */
  readonly credentials?: string | undefined;
  /** Whether it is to rest; undefined lets a new one begin, and any other stay as it is. */
  readonly paused?: boolean | undefined;
}

/**
 * Stores a bridge and gives its version: in the place of the one at the version `seen`, or where that is
 * undefined, of none; undefined where that is not what is there, or the connector is deleted. One that is
 * there keeps its state. Unless it rests it becomes due at once, so that cron tells its Durable Object
 * should nobody else have done so.
 */
export async function putBridge(
  db: Database,
  connectorId: ConnectorId,
  bridge: BridgeToPut,
  { seen, now, audit }: AdminChange,
): Promise<number | undefined> {
  const written =
    seen === undefined
      ? insertBridge(connectorId, bridge, now)
      : replaceBridge(connectorId, bridge, { seen, now });
  // Its triggers moved the version on, which RETURNING does not show.
  const read = build
    .select(named({ version: bridges.version }))
    .from(bridges)
    .where(eq(bridges.connectorId, connectorId));
  const results = await db.batch([
    prepare(db, written),
    ...auditStatements(db, audit),
    prepare(db, read),
  ]);
  const put = results[0];
  const [row] = rowsOf<RowOf<typeof read>>(results.at(-1));
  return put?.results.length === 1 ? row?.version : undefined;
}

/** What a change of a bridge gives back where it was made. */
const CHANGED = named({ connectorId: bridges.connectorId });

function insertBridge(
  connectorId: ConnectorId,
  { config, credentials, paused = false }: BridgeToPut,
  now: number,
): BuiltQuery {
  const cells = {
    connectorId: sql`${connectorId}`,
    config: sql`${config}`,
    credentials: sql`${credentials ?? null}`,
    state: sql`'pending'`,
    paused: sql`${Number(paused)}`,
    nextAt: sql`${paused ? null : now}`,
    createdAt: sql`${now}`,
    modifiedAt: sql`${now}`,
  };
  return insertRows(bridges, cells, {
    from: connectors,
    where: and(eq(connectors.number, connectorId), isNull(connectors.deletedAt)),
    onConflict: doNothing,
    returning: CHANGED,
  });
}

function replaceBridge(
  connectorId: ConnectorId,
  { config, credentials, paused }: BridgeToPut,
  { seen, now }: { readonly seen: number; readonly now: number },
): BuiltQuery {
  const isPaused = paused === undefined ? undefined : Number(paused);
  const rests = sql`(${isPaused ?? bridges.paused} or ${bridges.state} = 'disabled')`;
  return build
    .update(bridges)
    .set({
      config,
      credentials,
      paused: isPaused,
      nextAt: sql`iif(${rests}, null, ${now})`,
      modifiedAt: now,
    })
    .where(and(eq(bridges.connectorId, connectorId), eq(bridges.version, seen)))
    .returning(CHANGED);
}

/** Pauses or resumes a bridge that is at the version `seen`; false where it is at another, or gone. */
export async function switchBridge(
  db: Database,
  connectorId: ConnectorId,
  paused: boolean,
  seen: number | undefined,
): Promise<boolean> {
  const query = build
    .update(bridges)
    .set({ paused: Number(paused) })
    .where(
      and(
        eq(bridges.connectorId, connectorId),
        seen === undefined ? undefined : eq(bridges.version, seen),
      ),
    )
    .returning(CHANGED);
  return (await selectRows(db, query)).length === 1;
}

/**
 * Deletes a bridge with its credentials, if it is at the version `seen`; "absent" where there is none.
 * Users stay as they are.
 */
export async function deleteBridge(
  db: Database,
  connectorId: ConnectorId,
  { seen, audit }: Omit<AdminChange, "now">,
): Promise<"deleted" | "absent" | typeof STALE> {
  const isRow = eq(bridges.connectorId, connectorId);
  const deleted = build.delete(bridges).where(isRow).returning(CHANGED);
  const results = await batchAt(db, { table: bridges, isRow }, seen, [
    prepare(db, deleted),
    ...auditStatements(db, audit),
  ]);
  if (results === STALE) return STALE;
  return results[0]?.results.length === 1 ? "deleted" : "absent";
}

/** Stores what the Durable Object knows; a bridge that was deleted meanwhile stays deleted. */
export async function mirrorBridge(
  db: Database,
  connectorId: ConnectorId,
  { state, consecutiveFailures, nextAt, held, lastSucceededAt }: ShownBridge,
): Promise<void> {
  const times = { nextAt: nextAt ?? null, lastSucceededAt: lastSucceededAt ?? null };
  const given = { connectorId, state, consecutiveFailures, held, ...times };
  await MIRROR_BRIDGE.bind(db, given).run();
}

const MIRROR_BRIDGE = statement<{
  connectorId: ConnectorId;
  state: BridgeMirror["state"];
  consecutiveFailures: number;
  nextAt: number | null;
  held: number;
  lastSucceededAt: number | null;
}>()(({ connectorId, state, consecutiveFailures, nextAt, held, lastSucceededAt }) =>
  build
    .update(bridges)
    .set({
      state: sql`${state}`,
      consecutiveFailures: sql`${consecutiveFailures}`,
      nextAt: sql`${nextAt}`,
      held: sql`${held}`,
      // An object that lost its storage knows of no run yet.
      lastSucceededAt: sql`coalesce(${lastSucceededAt}, ${bridges.lastSucceededAt})`,
    })
    .where(eq(bridges.connectorId, connectorId)),
);

/** No bridge waits longer than a day: a later moment was set by a clock that was wrong. */
const NEXT_MAX_MS = 25 * 3_600_000;

/**
 * Takes bridges whose time has come, longest waiting first, and gives their connectors' public ids.
 * Each is put off until `again`, which its Durable Object overwrites when it is woken: one that
 * cannot be woken does not stand in the others' way, and two crons do not wake one bridge.
 */
export async function takeDueBridges(
  db: Database,
  { now, again, limit }: { readonly now: number; readonly again: number; readonly limit: number },
): Promise<readonly string[]> {
  const due = build
    .select(named({ connectorId: bridges.connectorId }))
    .from(bridges)
    .crossJoin(connectors)
    .where(
      and(
        eq(connectors.number, bridges.connectorId),
        or(lte(bridges.nextAt, now), gt(bridges.nextAt, now + NEXT_MAX_MS)),
        isNull(connectors.deletedAt),
        eq(connectors.status, "active"),
      ),
    )
    .orderBy(bridges.nextAt)
    .limit(limit);
  const publicId = build
    .select(named({ id: connectors.id }))
    .from(connectors)
    .where(eq(connectors.number, bridges.connectorId));
  const taken = build
    .update(bridges)
    .set({ nextAt: again })
    .where(inArray(bridges.connectorId, due))
    .returning(named({ id: sql<string>`${publicId}` }));
  return (await selectRows(db, taken)).map(({ id }) => id);
}

function fromRow({ attributes, ...row }: BridgeRow): StoredBridge {
  const settings = parseSettings(row.settings);
  return {
    ...row,
    settings,
    types: resourceTypesOf(attributes, settings),
    webhookIds: parseStored(row.webhookIds),
    paused: row.paused === 1,
    nextAt: row.nextAt ?? undefined,
  };
}
