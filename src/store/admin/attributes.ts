import type { StoredDeclaration } from "#scim/schema/custom.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { jsonPath, UNREAD } from "#store/filter/json-path.ts";
import { rowsOf } from "#store/query.ts";

/**
 * Those of the declared attributes of which a live resource of the connector holds a value that fits: what an
 * extension kept before it was declared, and does not fit, binds nobody. It walks over the resources until it
 * finds one: for an administrator's call now and then.
 */
export async function heldAttributes(
  db: Database,
  connectorId: ConnectorId,
  declarations: readonly StoredDeclaration[],
): Promise<readonly StoredDeclaration[]> {
  if (declarations.length === 0) return [];
  const places = declarations.map(placeOf);
  const result = await db.prepare(SELECT_HELD).bind(connectorId, JSON.stringify(places)).all();
  const held = new Set(rowsOf<{ at: number }>(result).map(({ at }) => at));
  return declarations.filter((_, at) => held.has(at));
}

// ?1 = connector, ?2 = JSON list of {type, path}
const SELECT_HELD = `SELECT place.key AS at FROM json_each(?2) AS place
  WHERE EXISTS (SELECT 1 FROM resources WHERE connector_id = ?1 AND type = place.value ->> 'type'
    AND deleted_at IS NULL AND json_type(folded, place.value ->> 'path') IS NOT NULL)`;

function placeOf({ resourceType, schema, name }: StoredDeclaration) {
  return { type: resourceType, path: jsonPath(schema === undefined ? [name] : [schema, name]) };
}

/** A connector's declarations as they were read: the list as JSON text, and its version. */
export interface SeenAttributes {
  readonly attributes: string;
  readonly attributesVersion: number;
}

/** A new list of declarations in the place of those that were seen. */
export interface AttributesChange {
  readonly seen: SeenAttributes;
  readonly after: readonly StoredDeclaration[];
  /** Declarations that bind no more, and of which no value fits: what is stored of them is to be read anew. */
  readonly released: readonly StoredDeclaration[];
}

/** The version that a connector's declarations have now, and whether marked resources wait for readKept. */
export interface ChangedAttributes {
  readonly version: number;
  readonly hasUnread: boolean;
}

/**
 * Stores a connector's declarations, and marks for readKept what the released ones leave; undefined where they
 * are not those that were seen, or the connector is deleted.
 */
export async function changeAttributes(
  db: Database,
  connectorId: ConnectorId,
  change: AttributesChange,
  now: number,
): Promise<ChangedAttributes | undefined> {
  const { attributes, attributesVersion } = change.seen;
  const after = JSON.stringify(change.after);
  // RETURNING shows the row as it was before its triggers moved the version on.
  const places = JSON.stringify(change.released.map(placeOf));
  const [changed, , unread] = await db.batch([
    db
      .prepare(
        `UPDATE connectors SET attributes = ?4, modified_at = ?5 WHERE number = ?1 AND attributes = ?2
       AND attributes_version = ?3 AND deleted_at IS NULL RETURNING attributes_version + 1 AS version`,
      )
      .bind(connectorId, attributes, attributesVersion, after, now),
    db.prepare(MARK_RELEASED).bind(connectorId, after, attributesVersion + 1, places),
    db.prepare(SELECT_UNREAD).bind(connectorId),
  ]);
  const version = rowsOf<{ readonly version: number }>(changed)[0]?.version;
  return version === undefined ? undefined : { version, hasUnread: rowsOf(unread).length > 0 };
}

// ?1 = connector, ?2 = its declarations now, ?3 = their version, ?4 = JSON list of {type, path}
const MARK_RELEASED = `UPDATE resources SET folded = json_set(folded, '${UNREAD}', 1)
  WHERE connector_id = ?1 AND deleted_at IS NULL AND json_array_length(?4) > 0
    AND EXISTS (SELECT 1 FROM connectors WHERE number = ?1 AND attributes = ?2 AND attributes_version = ?3)
    AND EXISTS (SELECT 1 FROM json_each(?4) AS place WHERE place.value ->> 'type' = resources.type
      AND json_type(resources.doc, place.value ->> 'path') IS NOT NULL)`;

const SELECT_UNREAD = `SELECT 1 FROM resources WHERE connector_id = ?1 AND deleted_at IS NULL
  AND json_type(folded, '${UNREAD}') IS NOT NULL LIMIT 1`;
