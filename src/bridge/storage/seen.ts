import { eq, sql } from "drizzle-orm";
import { objectStatement } from "#store/object-statement.ts";
import { insertRows } from "#store/rows.ts";
import { build, named } from "#store/statement.ts";
import { linksByNumber, type StoredLink } from "./links.ts";
import { linksTable, seenTable } from "./schema.ts";
import type { ObjectSql } from "./tables.ts";

/** Bits in one stored piece: 4 KB, so that a page of an ordered listing rewrites one or two of them. */
const CHUNK_BITS = 32_768;

/** Notes that a listing showed the links with these numbers; gives how many of them it had not shown before. */
export function markSeen(sql: ObjectSql, numbers: readonly number[]): number {
  let fresh = 0;
  for (const [chunk, members] of Map.groupBy(numbers, (n) => Math.floor(n / CHUNK_BITS))) {
    const bits = readChunk(sql, chunk);
    const before = fresh;
    for (const n of members) {
      const at = n - chunk * CHUNK_BITS;
      if (isSet(bits, at)) continue;
      bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
      fresh += 1;
    }
    if (fresh > before) WRITE.run(sql, { chunk, bits });
  }
  return fresh;
}

/** How many steps `unseenLinks` takes to look through all links. */
export function chunkCount(sql: ObjectSql): number {
  const [row] = LAST.rows(sql, {});
  const last = row?.last ?? null;
  return last === null ? 0 : Math.floor(last / CHUNK_BITS) + 1;
}

/** The links of one chunk that no listing showed, those among them that were known to be gone. */
export function unseenLinks(sql: ObjectSql, chunk: number): readonly StoredLink[] {
  const bits = readChunk(sql, chunk);
  const first = chunk * CHUNK_BITS;
  const unseen = Array.from({ length: CHUNK_BITS }, (_, at) => at)
    .filter((at) => !isSet(bits, at))
    .map((at) => first + at);
  const [row] = LAST.rows(sql, {});
  const last = row?.last ?? -1;
  const numbers = unseen.filter((n) => n <= last);
  return [...linksByNumber(sql, numbers).values()];
}

function isSet(bits: Uint8Array, at: number): boolean {
  return ((bits[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;
}

function readChunk(sql: ObjectSql, chunk: number): Uint8Array {
  const [row] = READ.rows(sql, { chunk });
  return row === undefined ? new Uint8Array(CHUNK_BITS / 8) : new Uint8Array(row.bits);
}

const WRITE = objectStatement<{ chunk: number; bits: Uint8Array }>()(({ chunk, bits }) =>
  insertRows(seenTable, { chunk, bits }, { isReplacing: true }),
);

const READ = objectStatement<{ chunk: number }>()(({ chunk }) =>
  build.select({ bits: seenTable.bits }).from(seenTable).where(eq(seenTable.chunk, chunk)),
);

const LAST = objectStatement()(() =>
  build.select(named({ last: sql<number | null>`max(${linksTable.n})` })).from(linksTable),
);
