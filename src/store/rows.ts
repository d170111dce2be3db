import {
  Column,
  type GetColumnData,
  getTableColumns,
  is,
  type SQL,
  type SQLWrapper,
  sql,
} from "drizzle-orm";
import type { SQLiteTable, SQLiteUpdateSetSource } from "drizzle-orm/sqlite-core";
import type { Database } from "./database.ts";
import {
  type BuiltQuery,
  build,
  type Givens,
  literal,
  type Prepared,
  type RowOf,
  type Statement,
  statement,
  type Value,
} from "./statement.ts";

/**
 * How a set-based statement reads its rows from one JSON parameter: a single row directly, several
 * through json_each. So D1's limit of 100 parameters is never met.
 */
export interface Rows<Row> {
  /** A member of the row, as an expression. */
  readonly cell: <Name extends keyof Row & string>(name: Name) => SQL<Row[Name]>;
  /** The table that yields the rows; undefined for a single one, which then costs no row read. */
  readonly from: SQL | undefined;
}

/** A statement over any number of rows, built once for each isolate. */
export type RowStatement<Row, Given, Result> = (
  db: Database,
  rows: readonly Row[],
  given: Given,
) => readonly Prepared<Result>[];

/**
 * A query over rows that are given as JSON, built on its first use: `rowStatement<{ id: string }, { connectorId:
 * number }>()((rows, given) => build.delete(table).where(...))`. It makes one statement for each chunk of rows that
 * fits into a parameter, and none for no rows.
 */
export function rowStatement<Row extends object, Given extends Readonly<Record<string, Value>>>() {
  return <Query extends BuiltQuery>(
    query: (rows: Rows<Row>, given: Givens<Given & Json>) => Query,
  ): RowStatement<Row, Given, RowOf<Query>> => {
    type Bound = Statement<Given & Json, RowOf<Query>>;
    const single: Bound = statement<Given & Json>()((given) =>
      query({ cell: cellsOf(sql`${given.json}`), from: undefined }, given),
    );
    const several: Bound = statement<Given & Json>()((given) => {
      const { table, value } = jsonEach(sql`${given.json}`);
      return query({ cell: cellsOf(value), from: table }, given);
    });
    return (db, rows, given) =>
      chunksOf(rows.map((row) => JSON.stringify(row))).map((chunk) => {
        const [only, ...others] = chunk;
        return only !== undefined && others.length === 0
          ? single.bind(db, { ...given, json: only })
          : several.bind(db, { ...given, json: listText(chunk) });
      });
  };
}

type Json = { readonly json: string };

/** The members of a row that is JSON, as expressions. */
export function cellsOf<Row>(row: SQL): Rows<Row>["cell"] {
  return (name) => sql`(${row} ->> ${literal(name)})`;
}

/** SQLite's json_each over a JSON list, or over what a path finds in JSON, and the columns of its rows. */
export function jsonEach<Item extends Value = string>(
  json: SQLWrapper,
  alias = "j",
  path?: SQLWrapper,
) {
  const name = sql.identifier(alias);
  const place = path === undefined ? json : sql`${json}, ${path}`;
  return {
    table: sql`json_each(${place}) as ${name}`,
    key: sql<number>`${name}.key`,
    value: sql<Item>`${name}.value`,
    /** The JSON type of the value, as json_type names it. */
    type: sql<string>`${name}.type`,
  };
}

/** The condition that an expression is one of the values of a JSON list. */
export function isInList(value: SQLWrapper, list: SQLWrapper): SQL {
  const each = jsonEach(list);
  return sql`${value} in (select ${each.value} from ${each.table})`;
}

/** What a row is to hold: an expression for each column of the table that has to be given. */
export type Cells<Table extends SQLiteTable> = {
  readonly [Name in keyof Table["$inferInsert"]]: SQLWrapper;
};

/** Where the rows of an insert come from, and which of them are taken. */
export interface InsertedRows<Returned extends Returning> {
  /** Tables; none for a single row. */
  readonly from?: SQLWrapper | undefined;
  readonly where?: SQLWrapper | undefined;
  /** Whether a row takes the place of those that are there already, with all their columns. */
  readonly isReplacing?: boolean;
  /** What is done about rows that are there already; `doNothing` is the usual one. */
  readonly onConflict?: SQLWrapper | undefined;
  /** What the rows give back, by name. */
  readonly returning?: Returned;
}

type Returning = Readonly<Record<string, SQL.Aliased>>;

/** The row that a RETURNING gives. */
type Row<Returned extends Returning> = {
  readonly [Name in keyof Returned]: Returned[Name] extends SQL.Aliased<infer Data> ? Data : never;
};

/** INSERT with SELECT, of the columns that have a cell; rows are taken on the condition `where`. */
export function insertRows<
  Table extends SQLiteTable,
  Returned extends Returning = Readonly<Record<string, never>>,
>(
  table: Table,
  cells: Cells<Table>,
  { isReplacing = false, from, where, onConflict, returning }: InsertedRows<Returned> = {},
): SQL<Row<Returned>> {
  const columns: Readonly<Record<string, Column>> = getTableColumns(table);
  const given = Object.entries<SQLWrapper>(cells).flatMap(([name, cell]) => {
    const column = columns[name];
    return column === undefined ? [] : [{ name: nameOf(column), cell }];
  });
  const parts = [
    sql`${isReplacing ? sql`insert or replace` : sql`insert`} into ${table} (${listed(given.map(({ name }) => name))})`,
    sql`select ${listed(given.map(({ cell }) => cell))}`,
    ...(from === undefined ? [] : [sql`from ${from}`]),
    // Without a WHERE, SQLite takes ON CONFLICT for a join.
    sql`where ${where ?? sql`true`}`,
    ...(onConflict === undefined ? [] : [onConflict]),
    ...(returning === undefined ? [] : [sql`returning ${listed(returnedOf(returning))}`]),
  ];
  return sql.join(parts, sql` `) as SQL<Row<Returned>>;
}

/** UPDATE of the rows of a table that fulfil a condition, which names the rows that are given. */
export function updateRows<Table extends SQLiteTable>(
  table: Table,
  assignments: SQLiteUpdateSetSource<Table>,
  { from, where }: { readonly from: SQL | undefined; readonly where: SQL | undefined },
): BuiltQuery {
  const update = build.update(table).set(assignments);
  return (from === undefined ? update : update.from(from)).where(where);
}

/** UPDATE of rows that take the place of those that have their new keys already. */
export function moveRows<Table extends SQLiteTable>(
  table: Table,
  cells: Partial<Cells<Table>>,
  where: SQLWrapper | undefined,
): SQL {
  const columns: Readonly<Record<string, Column>> = getTableColumns(table);
  const assigned = Object.entries<SQLWrapper | undefined>(cells).flatMap(([name, cell]) => {
    const column = columns[name];
    return column === undefined ? [] : [sql`${nameOf(column)} = ${cell}`];
  });
  return sql`update or replace ${table} set ${listed(assigned)} where ${where ?? sql`true`}`;
}

function returnedOf(returning: Returning): readonly SQLWrapper[] {
  return Object.values(returning).map(
    ({ sql: field, fieldAlias }) => sql`${unqualified(field)} as ${sql.identifier(fieldAlias)}`,
  );
}

/** RETURNING knows its columns by their names alone. */
function unqualified({ queryChunks }: SQL): SQL {
  return sql.join(queryChunks.map((chunk) => (is(chunk, Column) ? nameOf(chunk) : chunk)));
}

function listed(items: readonly SQLWrapper[]): SQL {
  return sql.join([...items], sql`, `);
}

/** Passes rows over that are there already. */
export const doNothing = sql`on conflict do nothing`;

/** Overwrites some columns of the row that has the same key already. */
export function overwriting(key: Column, columns: readonly Column[]): SQL {
  const assigned = columns.map((column) => sql`${nameOf(column)} = ${excluded(column)}`);
  return sql`on conflict (${nameOf(key)}) do update set ${listed(assigned)}`;
}

/** How many rows the statement before this one in its batch inserted, changed or deleted; not what triggers did. */
export const changedRows = sql<number>`changes()`;

/** The name of a column by itself, as a list of columns wants it. */
export function nameOf(column: Column): SQL {
  return sql`${sql.identifier(column.name)}`;
}

/** In ON CONFLICT DO UPDATE, the value that the refused row has in a column. */
export function excluded<Source extends Column>(
  column: Source,
): SQL<GetColumnData<Source, "query">> {
  return sql`excluded.${nameOf(column)}`;
}

/** The number by which SQLite orders the rows of a table whose own key is no integer. */
export function rowIdOf(table: SQLiteTable): SQL<number> {
  return sql`${table}.rowid`;
}

/**
 * The condition that columns hold the values of one of the rows. A single row is compared directly, which
 * reads less than an IN.
 */
export function matchesRow<Row>(
  { cell, from }: Rows<Row>,
  pairs: readonly (readonly [Column, keyof Row & string])[],
): SQL {
  if (from === undefined) {
    const terms = pairs.map(([column, name]) => sql`${column} = ${cell(name)}`);
    return sql.join(terms, sql` and `);
  }
  const columns = listed(pairs.map(([column]) => column));
  const values = listed(pairs.map(([, name]) => cell(name)));
  return sql`(${columns}) in (select ${values} from ${from})`;
}

/** A D1 value is at most 2 MB, and a character may take three bytes. */
const PARAMETER_CHARACTERS_MAX = 500_000;

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
