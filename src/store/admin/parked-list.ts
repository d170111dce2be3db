import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { selectRows } from "#store/query.ts";

/** A member value that waits for its resource; the time in milliseconds. */
export interface ParkedMember {
  readonly groupId: string;
  readonly groupName: string | null;
  readonly value: string;
  readonly parkedAt: number;
}

/** Lists what a connector has parked, by group and value, after the first `offset` of them. */
export function listParked(
  db: Database,
  connectorId: ConnectorId,
  page: { readonly offset: number; readonly limit: number },
): Promise<readonly ParkedMember[]> {
  const text = `SELECT p.group_id AS groupId, g.doc ->> 'displayName' AS groupName, p.value AS value,
      p.parked_at AS parkedAt
    FROM parked_members AS p LEFT JOIN resources AS g ON g.connector_id = p.connector_id
      AND g.type = 'Group' AND g.id = p.group_id AND g.deleted_at IS NULL
    WHERE p.connector_id = ?1 ORDER BY p.group_id, p.value LIMIT ${page.limit} OFFSET ${page.offset}`;
  return selectRows<ParkedMember>(db, text, connectorId);
}
