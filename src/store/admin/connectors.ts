import { and, desc, eq, gte, inArray, isNull, lt, type SQL, sql } from "drizzle-orm";
import type { ConnectorSettings, SomeSettings } from "#scim/settings.ts";
import { isReadable, isUnstaged } from "#store/changes/feed.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { parseSettings } from "#store/directory/access.ts";
import { beginEnding, type EndingToBegin, giveUpMove } from "#store/endings/begin.ts";
import { firstAnswerStatements } from "#store/first-answers/first-answers.ts";
import { jsonText } from "#store/json-text.ts";
import type { Query } from "#store/query.ts";
import { insertRoleRules, replaceRoleRules } from "#store/roles/rules.ts";
import { bridges, connectors, resources } from "#store/schema.ts";
import { build, named, prepare, type RowOf, rowsOf, selectRows } from "#store/statement.ts";
import { noteFollowersOf } from "#store/webhooks/followers.ts";
import { auditStatements } from "./audit.ts";
import { type ConnectorLimits, isWithin } from "./connector-limits.ts";
import { type Creating, insertToken, type TokenToStore } from "./tokens.ts";
import { type AdminChange, batchAt, STALE } from "./versions.ts";

const SHOWN = {
  number: connectors.number,
  id: connectors.id,
  name: connectors.name,
  tenant: connectors.tenant,
  preset: connectors.preset,
  status: connectors.status,
  settings: connectors.settings,
  attributes: connectors.attributes,
  version: connectors.version,
  attributesVersion: connectors.attributesVersion,
  /** Since when it moves to another tenant, and to which. */
  movesAt: connectors.movesAt,
  movesTo: connectors.movesTo,
  /** Its changes behind this seq are its tenant's. */
  tenantAfter: connectors.tenantAfter,
  createdAt: connectors.createdAt,
  modifiedAt: connectors.modifiedAt,
};

type ConnectorRow = RowOf<ReturnType<typeof selectConnectors>>;

/** A connector as administrators see it, with the attributes it declares as JSON text; times in milliseconds. */
export interface Connector extends Omit<ConnectorRow, "settings"> {
  readonly settings: ConnectorSettings;
}

/** What an administrator chooses for a new connector. */
export interface ConnectorToCreate {
  readonly id: string;
  readonly name: string;
  readonly tenant: string | undefined;
  readonly preset: string | undefined;
  readonly settings: ConnectorSettings;
}

/** Stores a connector together with its first token. */
export async function createConnector(
  db: Database,
  { id, name, tenant, preset, settings }: ConnectorToCreate,
  token: TokenToStore,
  { now, audit, first }: Pick<Creating, "now"> & Partial<Creating>,
): Promise<void> {
  const connector = build.insert(connectors).values({
    id,
    name,
    tenant,
    preset,
    settings: jsonText(settings),
    status: "active",
    createdAt: now,
    modifiedAt: now,
  });
  await db.batch([
    prepare(db, connector),
    ...auditStatements(db, audit),
    ...firstAnswerStatements(db, first),
    ...insertRoleRules(db, id, settings.roles),
    insertToken(db, { publicId: id }, token, now),
    noteFollowersOf(db, eq(connectors.id, id)),
  ]);
}

/** The live connectors of which a condition holds. */
function selectConnectors(condition: SQL | undefined) {
  return build
    .select(named(SHOWN))
    .from(connectors)
    .where(and(isNull(connectors.deletedAt), condition));
}

/** Finds a connector by its public id. */
export async function findConnector(db: Database, id: string): Promise<Connector | undefined> {
  const rows = await selectRows(db, selectConnectors(eq(connectors.id, id)));
  return rows.map(fromRow)[0];
}

/** Finds a connector by its public id, also a deleted one as long as what it told can be read. */
export async function findToldConnector(db: Database, id: string): Promise<Connector | undefined> {
  const query = build
    .select(named(SHOWN))
    .from(connectors)
    .where(and(eq(connectors.id, id), isReadable()));
  return (await selectRows(db, query)).map(fromRow)[0];
}

/** Lists connectors, newest first; ids are ordered by time, so `beforeId` is where the last page ended. */
export async function listConnectors(
  db: Database,
  page: {
    readonly tenant: string | undefined;
    readonly beforeId: string | undefined;
    readonly limit: number;
    readonly sees: ConnectorLimits;
  },
): Promise<readonly Connector[]> {
  const { tenant, beforeId, limit, sees } = page;
  const isOnPage = and(
    tenant === undefined ? undefined : eq(connectors.tenant, tenant),
    beforeId === undefined ? undefined : lt(connectors.id, beforeId),
    isWithin(sees),
  );
  const query = selectConnectors(isOnPage).orderBy(desc(connectors.id)).limit(limit);
  return (await selectRows(db, query)).map(fromRow);
}

/**
 * The connector with an id, or the first one behind it, and the one after that, of those that a caller sees and
 * that are not staged, in the order of ids.
 */
export async function connectorsFrom(
  db: Database,
  id: string,
  { tenant, sees }: { readonly tenant: string | undefined; readonly sees: ConnectorLimits },
): Promise<readonly Connector[]> {
  const isBehind = and(
    gte(connectors.id, id),
    tenant === undefined ? undefined : eq(connectors.tenant, tenant),
    isWithin(sees),
    isUnstaged(),
  );
  const query = selectConnectors(isBehind).orderBy(connectors.id).limit(2);
  return (await selectRows(db, query)).map(fromRow);
}

/** What an administrator changes of a connector; absent members stay as they are. */
export interface ConnectorChange {
  readonly name?: string;
  /** The tenant that it is to move to: it stays with its own until its users were told of. */
  readonly move?: EndingToBegin & { readonly to: string | null };
  readonly status?: "active" | "disabled";
  /** Merged into the settings as they are when it is stored; a setting is a plain value, never null. */
  readonly settings?: SomeSettings;
}

/**
 * Changes a connector, if it is at the version `seen`, and gives it as it is then: undefined where it
 * is deleted, STALE where it is at another version. Nothing that was read before is written back, so that
 * changes at the same time all hold. What `beside` asks is read in the same batch.
 */
export async function changeConnector<Beside>(
  db: Database,
  connectorId: ConnectorId,
  { name, move, status, settings }: ConnectorChange,
  { seen, now, audit }: AdminChange,
  beside: Query<Beside>,
): Promise<(Connector & { readonly beside: Beside }) | typeof STALE | undefined> {
  const isConnector = eq(connectors.number, connectorId);
  const changed = build
    .update(connectors)
    .set({
      name,
      status,
      ...(move && { movesAt: now, movesTo: move.to }),
      settings: sql`json_patch(${connectors.settings}, ${JSON.stringify(settings ?? {})})`,
      modifiedAt: now,
    })
    .where(
      and(
        isConnector,
        isNull(connectors.deletedAt),
        // One move at a time: the call that began it is answered first.
        move && isNull(connectors.movesAt),
      ),
    );
  const isUnique = settings?.allowDuplicateGroupNames === false;
  const results = await batchAt(db, { table: connectors, isRow: isConnector }, seen, [
    prepare(db, changed),
    ...(move ? [beginEnding(db, connectorId, "moved", move, now)] : []),
    ...auditStatements(db, audit),
    ...(isUnique ? [claimGroupNames(db, connectorId)] : []),
    ...(settings?.roles === undefined
      ? []
      : replaceRoleRules(db, connectorId, settings.roles, {
          eventId: audit?.id ?? `roles-${now}`,
          at: now,
        })),
    prepare(db, selectConnectors(isConnector)),
    ...beside.statements,
  ]);
  if (results === STALE) return STALE;
  const end = results.length - beside.statements.length;
  const [connector] = rowsOf<ConnectorRow>(results[end - 1]).map(fromRow);
  return connector && { ...connector, beside: beside.read(results.slice(end)) };
}

/**
 * Deletes a connector, if it is at the version `seen`, and its bridge with the provider's credentials, and begins the end
 * of its directory, unless nobody is to be told: its tokens die with the next request, its users are kept for thirty
 * days. "absent" where it is deleted.
 */
export async function deleteConnector(
  db: Database,
  connectorId: ConnectorId,
  ending: EndingToBegin | undefined,
  { seen, now, audit }: AdminChange,
): Promise<{ readonly hadBridge: boolean } | "absent" | typeof STALE> {
  const isConnector = eq(connectors.number, connectorId);
  const deletedBridge = build
    .delete(bridges)
    .where(eq(bridges.connectorId, connectorId))
    .returning(named({ connectorId: bridges.connectorId }));
  const deleted = build
    .update(connectors)
    .set({ deletedAt: now, modifiedAt: now, movesAt: null, movesTo: null })
    .where(and(isConnector, isNull(connectors.deletedAt)))
    .returning(named({ number: connectors.number }));
  const row = { table: connectors, isRow: isConnector };
  const statements = [
    prepare(db, deletedBridge),
    giveUpMove(db, connectorId),
    prepare(db, deleted),
    ...(ending ? [beginEnding(db, connectorId, "deleted", ending, now)] : []),
    ...auditStatements(db, audit),
  ];
  const results = await batchAt(db, row, seen, statements);
  if (results === STALE) return STALE;
  const [bridge, , connector] = results;
  if (connector?.results.length !== 1) return "absent";
  return { hadBridge: bridge?.results.length === 1 };
}

function fromRow({ settings, ...columns }: ConnectorRow): Connector {
  return { ...columns, settings: parseSettings(settings) };
}

/**
 * The statement that makes group names unique where doubles were allowed before: of each name one
 * group holds it; the doubles that are there stay until they are renamed.
 */
function claimGroupNames(db: Database, connectorId: ConnectorId): D1PreparedStatement {
  // Beside min(), SQLite takes the row id of the same row.
  const unclaimed = build
    .select(named({ rowId: resources.rowId, oldest: sql`min(${resources.id})` }))
    .from(resources)
    .where(
      and(
        eq(resources.connectorId, connectorId),
        eq(resources.type, "Group"),
        isNull(resources.deletedAt),
      ),
    )
    .groupBy(resources.nameKey)
    .having(sql`sum(${resources.nameSlot} = '') = 0`)
    .as("unclaimed");
  const holders = build.select(named({ rowId: unclaimed.rowId })).from(unclaimed);
  const claimed = build
    .update(resources)
    .set({ nameSlot: "" })
    .where(inArray(resources.rowId, holders));
  return prepare(db, claimed);
}
