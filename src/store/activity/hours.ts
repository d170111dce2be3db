import { and, eq, getTableColumns, gte, lt } from "drizzle-orm";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { activity } from "#store/schema.ts";
import { build, named, selectRows } from "#store/statement.ts";
import type { HourCounts } from "./count.ts";

/** The counted hours of a connector from one on and before another, in their order; hours without requests have none. */
export async function hoursOf(
  db: Database,
  connectorId: ConnectorId,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly HourCounts[]> {
  const query = build
    .select(named(getTableColumns(activity)))
    .from(activity)
    .where(
      and(eq(activity.connectorId, connectorId), gte(activity.hour, from), lt(activity.hour, to)),
    )
    .orderBy(activity.hour);
  return await selectRows(db, query);
}
