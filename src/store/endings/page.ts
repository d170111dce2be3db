import { and, count, eq, gt, isNull, lt, lte, sql } from "drizzle-orm";
import type { ResourceRecord } from "#scim/ports.ts";
import type { Database } from "#store/database.ts";
import { recordsOf, resourceFields } from "#store/resources.ts";
import { resources } from "#store/schema.ts";
import { build, named, selectRows } from "#store/statement.ts";
import type { OpenEnding } from "./open.ts";

/** How many users or groups one slice changes at most. */
export const SLICE_ROWS = 500;

/** The bytes of documents after which a slice takes no more of them. */
const SLICE_BYTES = 1024 * 1024;

/** Live users or groups in the order of their ids, and whether they are the last ones. */
interface Page {
  readonly records: readonly ResourceRecord[];
  readonly isLast: boolean;
}

/** Reads what the end of a directory has to look at next. */
export async function nextPage(
  db: Database,
  { connectorId, walked, position }: OpenEnding,
): Promise<Page> {
  const next = build
    // octet_length reads the header of a row, not its text.
    .select(
      named({
        nextRowId: resources.rowId,
        nextId: resources.id,
        bytes: sql<number>`octet_length(${resources.doc})`,
      }),
    )
    .from(resources)
    .where(
      and(
        eq(resources.connectorId, connectorId),
        eq(resources.type, walked),
        gt(resources.id, position),
        isNull(resources.deletedAt),
      ),
    )
    .orderBy(resources.id)
    .limit(SLICE_ROWS + 1)
    .as("next");
  const sized = build
    .select(
      named({
        sizedRowId: next.nextRowId,
        nth: sql<number>`row_number() over (order by ${next.nextId})`,
        found: sql<number>`${count()} over ()`,
        before: sql<number>`sum(${next.bytes}) over (order by ${next.nextId}) - ${next.bytes}`,
      }),
    )
    .from(next)
    .as("sized");
  const query = build
    .select(
      named({
        ...resourceFields(),
        nth: sql<number>`${sized.nth}`,
        found: sql<number>`${sized.found}`,
      }),
    )
    .from(sized)
    .crossJoin(resources)
    .where(
      and(
        eq(resources.rowId, sized.sizedRowId),
        lt(sized.before, SLICE_BYTES),
        lte(sized.nth, SLICE_ROWS),
      ),
    )
    .orderBy(resources.id);
  const rows = await selectRows(db, query);
  const last = rows.at(-1);
  return {
    records: recordsOf(rows.map(({ nth: _, found: __, ...row }) => row)),
    isLast: last === undefined || last.nth === last.found,
  };
}
