import type { ResourceColumns } from "./columns.ts";
import type { RowSource } from "./row-source.ts";

/** A unique key that an update of a write gives up, takes, or both; undefined stands for neither. */
export interface KeyMove {
  readonly column: "name" | "externalId";
  readonly rowId: number;
  readonly given: string | undefined;
  readonly taken: string | undefined;
}

/** The unique keys that an update moves. */
export function keyMoves(
  rowId: number,
  before: ResourceColumns,
  after: ResourceColumns,
): readonly KeyMove[] {
  const isLive = before.deletedAt === null;
  return [
    { column: "name", rowId, ...moved(isLive ? nameOf(before) : undefined, nameOf(after)) },
    {
      column: "externalId",
      rowId,
      ...moved(externalIdOf(before), externalIdOf(after)),
    },
  ];
}

/**
 * The rows whose key another row of the same write takes: SQLite looks for doubles row by row, so
 * that two users could not swap their names. They let go of it first; none where nothing overlaps.
 */
export function overlaps(
  moves: readonly KeyMove[],
  column: KeyMove["column"],
): readonly { readonly rowId: number }[] {
  const ofColumn = moves.filter((move) => move.column === column);
  const taken = new Set(ofColumn.map((move) => move.taken));
  return ofColumn
    .filter(({ given }) => given !== undefined && taken.has(given))
    .map(({ rowId }) => ({ rowId }));
}

/** Parks the names of rows that get another one in the same batch; no name holds U+0000, and no other row this one. */
export function parkNames({ row, from, only }: RowSource): string {
  return `UPDATE resources SET name_key = char(0) || row_id ${chosen(row, from)} AND ${only}`;
}

/** Parks the externalIds of rows that get another one in the same batch. */
export function parkExternalIds({ row, from, only }: RowSource): string {
  return `UPDATE resources SET external_id = NULL ${chosen(row, from)} AND ${only}`;
}

function chosen(row: string, from: string): string {
  return `WHERE row_id IN (SELECT ${row} ->> 'rowId' ${from}) AND connector_id = ?2`;
}

function moved(before: string | undefined, after: string | undefined) {
  return before === after
    ? { given: undefined, taken: undefined }
    : { given: before, taken: after };
}

function nameOf({ type, nameKey, nameSlot }: ResourceColumns): string {
  return JSON.stringify([type, nameKey, nameSlot]);
}

function externalIdOf({ type, externalId }: ResourceColumns): string | undefined {
  return externalId === null ? undefined : JSON.stringify([type, externalId]);
}
