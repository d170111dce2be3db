import type { Database } from "#store/database.ts";
import { selectRows } from "#store/query.ts";
import { eachChunk } from "#store/row-source.ts";

/** Requests refused before they could name a connector; `minute` counts minutes since the epoch. */
export interface Refused {
  readonly minute: number;
  readonly ipPrefix: string;
  readonly reason: string;
  readonly count: number;
}

/** Statements that add counted refusals to what other isolates counted. */
export function addRefusals(
  db: Database,
  counted: readonly Refused[],
): readonly D1PreparedStatement[] {
  return eachChunk(counted, ({ row, from }, json) =>
    db
      .prepare(
        `INSERT INTO refusals (minute, ip_prefix, reason, count)
         SELECT ${row} ->> 'minute', ${row} ->> 'ipPrefix', ${row} ->> 'reason', ${row} ->> 'count'
         ${from} WHERE true ON CONFLICT DO UPDATE SET count = count + excluded.count`,
      )
      .bind(json),
  );
}

/** Lists refusals, newest minute first, after the first `offset` of them. */
export function listRefusals(
  db: Database,
  page: { readonly offset: number; readonly limit: number },
): Promise<readonly Refused[]> {
  const text = `SELECT minute, ip_prefix AS ipPrefix, reason, count FROM refusals
    ORDER BY minute DESC, ip_prefix, reason LIMIT ${page.limit} OFFSET ${page.offset}`;
  return selectRows<Refused>(db, text);
}
