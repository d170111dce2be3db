import { eq, type SQL, sql } from "drizzle-orm";
import type { Database } from "#store/database.ts";
import { excluded } from "#store/rows.ts";
import { sweeps } from "#store/schema.ts";
import { build, named, type Prepared, prepare } from "#store/statement.ts";

/** Where a walk over a table goes on: 0 where it begins. */
export function positionOf(walk: string): SQL<number> {
  const position = build
    .select(named({ position: sweeps.position }))
    .from(sweeps)
    .where(eq(sweeps.name, walk));
  return sql`coalesce(${position}, 0)`;
}

/** The statement that notes where a walk goes on, on a condition for the position it has. */
export function moveWalk(
  db: Database,
  walk: string,
  position: number,
  condition?: SQL,
): Prepared<unknown> {
  const query = build
    .insert(sweeps)
    .values({ name: walk, position })
    .onConflictDoUpdate({
      target: sweeps.name,
      set: { position: excluded(sweeps.position) },
      ...(condition === undefined ? {} : { setWhere: condition }),
    });
  return prepare(db, query);
}
