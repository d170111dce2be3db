import { foldText } from "#scim/text.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Parameters } from "#store/parameters.ts";

/**
 * Whom an administrator looks for: by an id of ours alone, by a text that is an id or (Entra's are of the
 * same form) an externalId, or by a userName, an externalId or a group's name.
 */
export interface EventPerson {
  readonly text: string;
  readonly by: "id" | "idOrExternalId" | "name";
}

/** DESIGN "Storage": so many of a connector's newest changes are looked at for a person's memberships. */
const CHANGES_MAX = 10_000;

/** How a resource's memberships come to be in a log: it joined, left, or waits to arrive. */
export type MembershipChange = "joined" | "left" | "waits";

/** What an event did to a person's membership of a group. */
export interface EventMembership {
  readonly change: MembershipChange;
  readonly groupId: string;
  readonly groupName: string | null;
}

/** Event ids are ordered by time: so those of one millisecond, `ms`, begin, in SQL. */
function idPrefix(ms: string): string {
  const digits = `printf('%012x', ${ms})`;
  return `substr(${digits}, 1, 8) || '-' || substr(${digits}, 9, 4)`;
}

/**
 * CTEs that tell of a person: `people` are the ids it goes by, `related` the events that changed or
 * parked its memberships, with `change` and `group_id`; each is found by an index, but for a bounded
 * look at the newest changes.
 */
export function personTables(
  connectorId: ConnectorId,
  { text, by }: EventPerson,
  parameters: Parameters,
): string {
  const connector = parameters.bind(connectorId);
  const sent = parameters.bind(text);
  const folded = parameters.bind(foldText(text));
  const isIdAlone = by === "id";
  const keys = [
    `id = ${folded}`,
    ...(isIdAlone ? [] : [`name_key = ${folded}`, `external_id = ${sent}`]),
  ];
  const known = keys.map(
    (key) => `SELECT id, external_id FROM resources
      WHERE connector_id = ${connector} AND type = 'User' AND ${key} AND deleted_at IS NULL`,
  );
  // Of parked members the index on values is read first, and then the row: asked for both at once,
  // SQLite would walk over all that the connector has parked.
  return `known AS MATERIALIZED (${known.join(" UNION ")}),
    people AS MATERIALIZED (SELECT id FROM known${by === "name" ? "" : ` UNION SELECT ${folded}`}),
    names AS MATERIALIZED (SELECT id AS value FROM known
      UNION SELECT external_id FROM known WHERE external_id IS NOT NULL
      UNION SELECT ${sent} UNION SELECT ${folded}),
    related AS MATERIALIZED (
      SELECT e.row_id AS row_id, e.op_id AS op_id, 'waits' AS change, p.group_id AS group_id
      FROM names CROSS JOIN parked_members AS w
        ON w.connector_id = ${connector} AND w.value = names.value
      CROSS JOIN parked_members AS p
        ON p.connector_id = ${connector} AND p.group_id = w.group_id AND p.value = w.value
      CROSS JOIN events AS e ON e.connector_id = ${connector} AND e.resource_id = p.group_id
        AND e.op_id >= ${idPrefix("p.parked_at")} AND e.op_id < ${idPrefix("p.parked_at + 1")}
      UNION SELECT e.row_id, e.op_id, iif(c.type = 'group.member_added', 'joined', 'left'), c.group_id
      FROM (SELECT event_id, type, resource_id AS group_id, payload FROM changes
          WHERE connector_id = ${connector} ORDER BY seq DESC LIMIT ${CHANGES_MAX}) AS c
        CROSS JOIN events AS e ON e.connector_id = ${connector} AND e.op_id = c.event_id
      WHERE c.type IN ('group.member_added', 'group.member_removed')
        AND c.payload ->> 'memberId' IN (SELECT id FROM people))`;
}

/** The memberships that the event at hand changed, as JSON text of EventMembership; for statements with personTables. */
export function membershipsColumn(connector: string): string {
  return `(SELECT json_group_array(json_object('change', change, 'groupId', group_id, 'groupName',
      (SELECT doc ->> 'displayName' FROM resources WHERE connector_id = ${connector}
        AND type = 'Group' AND id = related.group_id AND deleted_at IS NULL)))
    FROM related WHERE related.row_id = events.row_id) AS memberships`;
}
