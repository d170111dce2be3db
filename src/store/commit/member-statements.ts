import { matchesRow, type RowSource } from "#store/row-source.ts";

// Each statement takes its rows {groupId, id | value} as ?1 (see row-source.ts) and the connector as ?2.

/** Adds members that are still there; who is in the group already is passed over, and raises no change. */
export function insertMembers({ row, from }: RowSource): string {
  const source = from === "" ? "FROM" : `${from} CROSS JOIN`;
  return `INSERT INTO group_members (connector_id, group_id, member_id, member_type)
    SELECT ?2, ${row} ->> 'groupId', member.id, member.type ${source} resources AS member
    WHERE member.connector_id = ?2 AND member.type = ${row} ->> 'type' AND member.id = ${row} ->> 'id'
      AND member.deleted_at IS NULL
    ON CONFLICT DO NOTHING`;
}

/** Removes members; who is not in the group is passed over. */
export function deleteMembers(source: RowSource): string {
  const condition = matchesRow(source, ["group_id", "member_id"], ["groupId", "id"]);
  return `DELETE FROM group_members WHERE connector_id = ?2 AND ${condition}`;
}

/** Parks values that name no resource yet. */
export function insertParked({ row, from }: RowSource): string {
  return `INSERT INTO parked_members (connector_id, group_id, value, parked_at)
    SELECT ?2, ${row} ->> 'groupId', ${row} ->> 'value', ${row} ->> 'at' ${from} WHERE true
    ON CONFLICT DO NOTHING`;
}

/** Forgets parked values. */
export function deleteParked(source: RowSource): string {
  const condition = matchesRow(source, ["group_id", "value"], ["groupId", "value"]);
  return `DELETE FROM parked_members WHERE connector_id = ?2 AND ${condition}`;
}

/** SEMANTICS 7: nesting is followed so deep; whatever lies deeper counts as a cycle. */
const NESTING_DEPTH_MAX = 32;

/**
 * Aborts the batch (CHECK no_membership_cycle) when a group has become a member of itself, directly
 * or through others, or lies too deep. ?1 = the group's id as a row, ?2 = connector.
 */
export function guardCycles({ row, from }: RowSource): string {
  return `INSERT INTO tx_guard (member_of_itself) SELECT 1 ${from} WHERE EXISTS (
    WITH RECURSIVE above(id, depth) AS (
      SELECT group_id, 1 FROM group_members WHERE connector_id = ?2 AND member_id = ${row} ->> 'groupId'
      UNION
      SELECT m.group_id, above.depth + 1 FROM above CROSS JOIN group_members AS m
        ON m.connector_id = ?2 AND m.member_id = above.id WHERE above.depth <= ${NESTING_DEPTH_MAX})
    SELECT 1 FROM above WHERE id = ${row} ->> 'groupId' OR depth > ${NESTING_DEPTH_MAX})`;
}
