/**
 * How a set-based statement reads its rows from one JSON parameter, `?1`: a single row directly,
 * several through json_each. One text serves both, and D1's limit of 100 parameters is never met.
 */
export interface RowSource {
  /** The SQL expression of one row's JSON object. */
  readonly row: string;
  /** The FROM clause that yields the rows; empty for a single one, which then costs no row read. */
  readonly from: string;
}

const SINGLE: RowSource = { row: "?1", from: "" };
const SEVERAL: RowSource = { row: "j.value", from: "FROM json_each(?1) AS j" };

/** A D1 value is at most 2 MB; half of that leaves room for multi-byte text (DESIGN "Storage"). */
const PARAMETER_CHARACTERS_MAX = 500_000;

/** Makes one statement for each chunk of rows that fits into a parameter; none for no rows. */
export function eachChunk(
  rows: readonly object[],
  statement: (source: RowSource, json: string) => D1PreparedStatement,
): readonly D1PreparedStatement[] {
  return chunksOf(rows.map((row) => JSON.stringify(row))).map((chunk) => {
    const [only, ...others] = chunk;
    return only !== undefined && others.length === 0
      ? statement(SINGLE, only)
      : statement(SEVERAL, `[${chunk.join(",")}]`);
  });
}

function chunksOf(texts: readonly string[]): readonly (readonly string[])[] {
  const chunks: string[][] = [];
  let characters = Number.POSITIVE_INFINITY;
  for (const text of texts) {
    if (characters + text.length > PARAMETER_CHARACTERS_MAX) {
      chunks.push([]);
      characters = 0;
    }
    chunks.at(-1)?.push(text);
    characters += text.length;
  }
  return chunks;
}
