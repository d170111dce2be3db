import type { StoredDeclaration } from "#scim/schema/custom.ts";
import type { ConnectorId } from "./connector-id.ts";
import type { Database } from "./database.ts";
import { jsonPath } from "./json-path.ts";
import { rowsOf, selectRows } from "./query.ts";

/**
 * Those of the declared attributes of which a live resource of the connector holds a value. It walks
 * over the resources until it finds one: for an administrator's call now and then.
 */
export async function heldAttributes(
  db: Database,
  connectorId: ConnectorId,
  declarations: readonly StoredDeclaration[],
): Promise<readonly StoredDeclaration[]> {
  if (declarations.length === 0) return [];
  const places = declarations.map(({ resourceType, schema, name }) => ({
    type: resourceType,
    path: jsonPath(schema === undefined ? [name] : [schema, name]),
  }));
  const result = await db.prepare(SELECT_HELD).bind(connectorId, JSON.stringify(places)).all();
  const held = new Set(rowsOf<{ at: number }>(result).map(({ at }) => at));
  return declarations.filter((_, at) => held.has(at));
}

// ?1 = connector, ?2 = JSON list of {type, path}
const SELECT_HELD = `SELECT place.key AS at FROM json_each(?2) AS place
  WHERE EXISTS (SELECT 1 FROM resources WHERE connector_id = ?1 AND type = place.value ->> 'type'
    AND deleted_at IS NULL AND json_type(doc, place.value ->> 'path') IS NOT NULL)`;

/** A connector's declarations as they were read: the list as JSON text, and its version. */
export interface SeenAttributes {
  readonly attributes: string;
  readonly attributesVersion: number;
}

/**
 * Stores a connector's declarations and gives the version they then have; undefined where they are not
 * those that were seen, or the connector is deleted.
 */
export async function changeAttributes(
  db: Database,
  connectorId: ConnectorId,
  change: { readonly seen: SeenAttributes; readonly after: readonly StoredDeclaration[] },
  now: number,
): Promise<number | undefined> {
  const { attributes, attributesVersion } = change.seen;
  const after = JSON.stringify(change.after);
  // RETURNING shows the row as it was before its triggers moved the version on.
  const rows = await selectRows<{ readonly version: number }>(
    db,
    `UPDATE connectors SET attributes = ?4, modified_at = ?5 WHERE number = ?1 AND attributes = ?2
       AND attributes_version = ?3 AND deleted_at IS NULL RETURNING attributes_version + 1 AS version`,
    ...[connectorId, attributes, attributesVersion, after, now],
  );
  return rows[0]?.version;
}
