import { and, eq, sql } from "drizzle-orm";
import type { ResourceColumns } from "#store/columns.ts";
import { matchesRow } from "#store/rows.ts";
import { resources } from "#store/schema.ts";
import { build } from "#store/statement.ts";
import { changeStatement } from "./change-statement.ts";

/** A unique name that an update of a write gives up, takes, or both; undefined stands for neither. */
export interface NameMove {
  readonly rowId: number;
  readonly given: string | undefined;
  readonly taken: string | undefined;
}

/** The name that an update moves; none where it keeps its own. */
export function nameMove(
  rowId: number,
  before: ResourceColumns,
  after: ResourceColumns,
): readonly NameMove[] {
  const given = before.deletedAt === null ? nameOf(before) : undefined;
  const taken = nameOf(after);
  return given === taken ? [] : [{ rowId, given, taken }];
}

/**
 * The rows whose name another row of the same write takes: SQLite looks for doubles row by row, so
 * that two users could not swap their names. They let go of it first; none where nothing overlaps.
 */
export function overlaps(moves: readonly NameMove[]): readonly { readonly rowId: number }[] {
  const taken = new Set(moves.map((move) => move.taken));
  return moves
    .filter(({ given }) => given !== undefined && taken.has(given))
    .map(({ rowId }) => ({ rowId }));
}

/** Sets aside the names of rows that get another one in the same batch; no name holds U+0000, and no other row this one. */
export const setNamesAside = changeStatement<{ readonly rowId: number }>()(
  (rows, connectorId, only) =>
    build
      .update(resources)
      .set({ nameKey: sql`char(0) || ${resources.rowId}` })
      .where(
        and(
          matchesRow(rows, [[resources.rowId, "rowId"]]),
          eq(resources.connectorId, connectorId),
          only,
        ),
      ),
);

function nameOf({ type, nameKey, nameSlot }: ResourceColumns): string {
  return JSON.stringify([type, nameKey, nameSlot]);
}
