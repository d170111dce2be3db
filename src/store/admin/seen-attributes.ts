import type { TypeName } from "#scim/ports.ts";
import type { SeenName, SeenType } from "#scim/resource/undeclared-names.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { withoutSecrets } from "#store/event-log/redact-text.ts";
import { selectRows } from "#store/query.ts";

/** An undeclared attribute, or a part of one, as it was last sent; the time in milliseconds. */
export interface SeenAttribute extends Omit<SeenName, "type" | "multiValued"> {
  readonly resourceType: TypeName;
  /** Every type that was sent, in the order of SEEN_TYPES. */
  readonly types: readonly SeenType[];
  readonly multiValued: boolean;
  readonly lastSeenAt: number;
}

/** What is kept of what one connector's clients sent. */
export const SEEN_MAX = 200;
export const SEEN_DAYS = 90;

const DAY_MS = 86_400_000;
const SEEN_TYPES: readonly SeenType[] = ["string", "integer", "decimal", "boolean", "complex"];
const MULTI_VALUED = 1 << SEEN_TYPES.length;

/** A name as it goes into the table. */
export interface SeenToStore {
  readonly resourceType: TypeName;
  readonly seen: SeenName;
  readonly at: number;
}

/**
 * Statements that note attributes which clients of a connector sent: new ones while there are fewer than
 * SEEN_MAX, of the others what types they had and when. What nobody sent for SEEN_DAYS goes first.
 */
export function noteSeen(
  db: Database,
  connectorId: ConnectorId,
  rows: readonly SeenToStore[],
): readonly D1PreparedStatement[] {
  const newest = Math.max(...rows.map(({ at }) => at));
  const json = JSON.stringify(
    rows.filter(isFreeOfSecrets).map(({ resourceType, seen, at }) => ({
      resourceType,
      schema: seen.schema ?? "",
      name: seen.part === undefined ? seen.name : `${seen.name}.${seen.part}`,
      types: (1 << SEEN_TYPES.indexOf(seen.type)) | (seen.multiValued ? MULTI_VALUED : 0),
      at,
    })),
  );
  return [
    db
      .prepare("DELETE FROM seen_attributes WHERE connector_id = ?1 AND last_at < ?2")
      .bind(connectorId, newest - SEEN_DAYS * DAY_MS),
    db.prepare(NOTE).bind(connectorId, json),
  ];
}

/** A client may send a token where a name belongs. */
function isFreeOfSecrets({ seen: { schema = "", name, part = "" } }: SeenToStore): boolean {
  return [schema, name, part].every((text) => withoutSecrets(text) === text);
}

// ?1 = connector, ?2 = JSON list of rows. The first spelling stays.
const NOTE = `INSERT INTO seen_attributes (connector_id, place, resource_type, schema, name, types, last_at)
  SELECT ?1, lower((row.value ->> 'resourceType') || ' ' || (row.value ->> 'schema') || ' ' || (row.value ->> 'name')),
    row.value ->> 'resourceType', row.value ->> 'schema', row.value ->> 'name', row.value ->> 'types', row.value ->> 'at'
  FROM json_each(?2) AS row
  WHERE row.key + (SELECT count(*) FROM seen_attributes WHERE connector_id = ?1) < ${SEEN_MAX}
    OR EXISTS (SELECT 1 FROM seen_attributes AS known WHERE known.connector_id = ?1 AND known.place
      = lower((row.value ->> 'resourceType') || ' ' || (row.value ->> 'schema') || ' ' || (row.value ->> 'name')))
  ON CONFLICT DO UPDATE SET types = types | excluded.types, last_at = max(last_at, excluded.last_at)`;

interface SeenRow {
  readonly resourceType: TypeName;
  readonly schema: string;
  readonly name: string;
  readonly types: number;
  readonly lastSeenAt: number;
}

/** The undeclared attributes that a connector's clients sent within SEEN_DAYS, by name. */
export async function listSeen(
  db: Database,
  connectorId: ConnectorId,
  now: number,
): Promise<readonly SeenAttribute[]> {
  const rows = await selectRows<SeenRow>(
    db,
    `SELECT resource_type AS resourceType, schema, name, types, last_at AS lastSeenAt FROM seen_attributes
     WHERE connector_id = ?1 AND last_at >= ?2 ORDER BY place LIMIT ${SEEN_MAX}`,
    connectorId,
    now - SEEN_DAYS * DAY_MS,
  );
  return rows.map(({ schema, name, types, ...row }) => {
    const [attribute = name, part] = name.split(".", 2);
    return {
      ...row,
      schema: schema === "" ? undefined : schema,
      name: attribute,
      part,
      types: SEEN_TYPES.filter((_, bit) => (types & (1 << bit)) !== 0),
      multiValued: (types & MULTI_VALUED) !== 0,
    };
  });
}
