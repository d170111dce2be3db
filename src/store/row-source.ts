/**
 * How a set-based statement reads its rows from one JSON parameter, `?1`: a single row directly,
 * several through json_each. One text serves both, and D1's limit of 100 parameters is never met.
 */
export interface RowSource {
  /** The SQL expression of one row's JSON object. */
  readonly row: string;
  /** The FROM clause that yields the rows; empty for a single one, which then costs no row read. */
  readonly from: string;
  /** The condition under which statements that change a resource do so at all. */
  readonly only: string;
}

/**
 * The condition that columns hold the values of one of the rows; `members` are the JSON names, in the
 * order of the columns. A single row is compared directly, which reads less than an IN.
 */
export function matchesRow(
  { row, from }: RowSource,
  columns: readonly string[],
  members: readonly string[],
): string {
  const values = members.map((member) => `${row} ->> '${member}'`);
  if (from === "") return columns.map((column, at) => `${column} = ${values[at]}`).join(" AND ");
  return `(${columns.join(", ")}) IN (SELECT ${values.join(", ")} ${from})`;
}

const SINGLE: RowSource = { row: "?1", from: "", only: "true" };
const SEVERAL: RowSource = { row: "j.value", from: "FROM json_each(?1) AS j", only: "true" };

/**
 * The same rows, on the condition that the batch has stored the event whose op_id is `?3`; `?2` is the
 * connector. So the statements after a conditional one share its condition.
 */
export function afterEvent(source: RowSource): RowSource {
  const only = "EXISTS (SELECT 1 FROM events WHERE connector_id = ?2 AND op_id = ?3)";
  return { ...source, only };
}

/** A D1 value is at most 2 MB, and a character may take three bytes (DESIGN "Storage"). */
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
      : statement(SEVERAL, listText(chunk));
  });
}

/** JSON lists of the given texts, each list small enough for one parameter; none for no texts. */
export function jsonLists(texts: readonly string[]): readonly string[] {
  return chunksOf(texts.map((text) => JSON.stringify(text))).map(listText);
}

function listText(jsonTexts: readonly string[]): string {
  return `[${jsonTexts.join(",")}]`;
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
    characters += text.length + 1;
  }
  return chunks;
}
