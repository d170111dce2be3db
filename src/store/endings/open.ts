import { and, eq, isNull, notExists, sql } from "drizzle-orm";
import { type ResourceTypes, resourceTypesOf } from "#scim/schema/custom.ts";
import type { ConnectorSettings } from "#scim/settings.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { parseSettings } from "#store/directory/access.ts";
import { insertRows } from "#store/rows.ts";
import { connectors, endings, txGuard } from "#store/schema.ts";
import { build, named, type Prepared, prepare, type RowOf, selectRows } from "#store/statement.ts";

/** The end of a directory that is under way, with what its events need to know of its connector. */
export interface OpenEnding extends Omit<OpenRow, "settings" | "attributes"> {
  readonly settings: ConnectorSettings;
  readonly types: ResourceTypes;
}

type OpenRow = RowOf<ReturnType<typeof selectOpen>>;

function selectOpen() {
  return build
    .select(
      named({
        id: endings.id,
        connectorId: endings.connectorId,
        kind: endings.kind,
        users: endings.users,
        tenant: endings.tenant,
        actor: endings.actor,
        eventId: endings.eventId,
        walked: endings.walked,
        position: endings.position,
        told: endings.told,
        failures: endings.failures,
        /** The connector's public id. */
        connector: connectors.id,
        movesTo: connectors.movesTo,
        settings: connectors.settings,
        attributes: connectors.attributes,
      }),
    )
    .from(endings)
    .crossJoin(connectors);
}

/** Reads ends that are under way: that of one connector, or any. */
export async function openEndings(
  db: Database,
  {
    connectorId,
    limit,
  }: { readonly connectorId?: ConnectorId | undefined; readonly limit: number },
): Promise<readonly OpenEnding[]> {
  const query = selectOpen()
    .where(
      and(
        isNull(endings.untilSeq),
        eq(connectors.number, endings.connectorId),
        connectorId === undefined ? undefined : eq(endings.connectorId, connectorId),
      ),
    )
    // One that fails must not stand in the way of the others each time.
    .orderBy(sql`random()`)
    .limit(limit);
  return (await selectRows(db, query)).map(fromRow);
}

function fromRow({ settings, attributes, ...columns }: OpenRow): OpenEnding {
  const parsed = parseSettings(settings);
  return { ...columns, settings: parsed, types: resourceTypesOf(attributes, parsed) };
}

/** The condition that an end is still under way. */
export function isStillOpen(id: number) {
  return and(eq(endings.id, id), isNull(endings.untilSeq));
}

/** The statement that aborts its batch (CHECK version_unchanged) where an end is no longer under way. */
export function guardOpen(db: Database, id: number): Prepared<unknown> {
  const open = build
    .select(named({ id: endings.id }))
    .from(endings)
    .where(isStillOpen(id));
  return prepare(db, insertRows(txGuard, { versionChanged: sql`1` }, { where: notExists(open) }));
}
