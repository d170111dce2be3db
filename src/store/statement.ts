import {
  Column,
  type GetColumnData,
  getTableName,
  is,
  Param,
  Placeholder,
  SQL,
  type SQLWrapper,
  StringChunk,
  sql,
  type WithSubquery,
} from "drizzle-orm";
import { CasingCache } from "drizzle-orm/casing";
import { getTableConfig, type SQLiteTable } from "drizzle-orm/sqlite-core";
import { drizzle } from "drizzle-orm/sqlite-proxy";
import type { Database } from "./database.ts";

/** A value that D1 binds to a statement. */
export type Value = string | number | null;

/**
 * Drizzle's query builder, which builds and runs nothing: `build.select(named({...})).from(table)`,
 * `build.insert`, `build.update`, `build.delete`. What it builds becomes a statement of D1 by `prepare`
 * or, built once for each isolate, by `statement`.
 */
export const build = drizzle(() => {
  throw new Error("A query is run as a statement of D1, never by the builder.");
});

/**
 * A selection whose columns bear the names of its members. Where several statements travel in one batch,
 * D1 answers rows as objects: two columns of one name would be one value.
 */
export function named<Fields extends Readonly<Record<string, Column | SQL | SQL.Aliased>>>(
  fields: Fields,
): { readonly [Name in keyof Fields]: SQL.Aliased<DataOf<Fields[Name]>> } {
  const aliased = Object.entries(fields).map(([name, field]) => [name, sql`${field}`.as(name)]);
  // The same members, each as an expression with a name.
  return Object.fromEntries(aliased) as never;
}

type DataOf<Field> = Field extends Column
  ? GetColumnData<Field, "query">
  : Field extends SQL<infer Data> | SQL.Aliased<infer Data>
    ? Data
    : never;

/** The row that a selection of fields gives. */
export type RowOfFields<Fields> = { readonly [Name in keyof Fields]: DataOf<Fields[Name]> };

/** A constant of ours in its own place in the text; what a request says is always bound. */
export function literal<Constant extends string | number>(constant: Constant): SQL<Constant> {
  return sql<Constant>`${constant}`.inlineParams();
}

/** A selection without a table: one row, or none where the condition does not hold. */
export function selectOnly<Fields extends Readonly<Record<string, SQL.Aliased>>>(
  fields: Fields,
  condition?: SQLWrapper,
): SQL<RowOfFields<Fields>> {
  const shown = Object.values(fields).map(
    ({ sql: field, fieldAlias }) => sql`${field} as ${sql.identifier(fieldAlias)}`,
  );
  const where = condition === undefined ? sql.empty() : sql` where ${condition}`;
  return sql`select ${sql.join(shown, sql`, `)}${where}`;
}

/**
 * A part of statements that holds no value, written out on its first use: a long filter has it fifty times,
 * and each time would cost as much as the whole statement of a short one.
 */
export function fixed<Data = unknown>(part: () => SQL<Data>): () => SQL<Data> {
  let known: SQL<Data> | undefined;
  return () => {
    known ??= writtenOut(part());
    return known;
  };
}

function writtenOut<Data>(part: SQL<Data>): SQL<Data> {
  const { text, slots } = compile(part);
  if (slots.length > 0) throw new TypeError("A fixed part of a statement holds a value.");
  return new SQL<Data>([new StringChunk(text)]);
}

/** A table under the name of its alias, read by an index where one is named: SQLite would choose another one. */
export function indexedBy(table: SQLiteTable, aliased: SQLiteTable, index?: string): SQL {
  const named = sql`${table} as ${sql.identifier(getTableName(aliased))}`;
  if (index === undefined) return named;
  if (!getTableConfig(table).indexes.some(({ config }) => config.name === index)) {
    throw new TypeError(`No index is called "${index}".`);
  }
  return sql`${named} indexed by ${sql.identifier(index)}`;
}

/** A query of the builder, or an sql template. */
export type BuiltQuery = SQLWrapper;

/** The row that a query or a statement gives; an sql template says it itself. */
export type RowOf<Query> = Query extends { readonly _: { readonly result: readonly (infer Row)[] } }
  ? Row
  : Query extends SQL<infer Row> | Statement<never, infer Row>
    ? Row
    : never;

/** A statement of D1 with its values, which remembers the rows that it gives. */
export interface Prepared<Row> extends D1PreparedStatement {
  /** Never there: it carries the type alone. */
  readonly rowType?: Row;
}

/** Makes the statement of a query that is built for this call; a query of every request takes `statement`. */
export function prepare<Query extends BuiltQuery>(
  db: Database,
  query: Query,
): Prepared<RowOf<Query>> {
  return bindCompiled(db, compile(query), {});
}

/** A query that is built once for each isolate, and then only bound. */
export interface Statement<Given, Row> {
  readonly bind: (db: Database, given: Given) => Prepared<Row>;
}

/** What a statement is given each time, as the query names it while it is built. */
export type Givens<Given> = {
  readonly [Name in keyof Given & string]: Placeholder<Name, Given[Name]>;
};

/**
 * A query that is built on its first use and then only bound: `statement<{ id: string }>()((given) =>
 * build.select(...).where(eq(table.id, given.id)))`. A value that the query uses twice is bound once.
 */
export function statement<Given extends Readonly<Record<string, Value>>>() {
  return <Query extends BuiltQuery>(
    query: (given: Givens<Given>) => Query,
  ): Statement<Given, RowOf<Query>> => {
    const compiled = builtOnce(query);
    return { bind: (db, given) => bindCompiled(db, compiled(), given) };
  };
}

/** Builds a query on its first use. */
export function builtOnce<Given>(query: (given: Givens<Given>) => BuiltQuery): () => Compiled {
  let compiled: Compiled | undefined;
  return () => {
    compiled ??= compile(query(GIVENS as never));
    return compiled;
  };
}

const GIVENS = new Proxy(
  {},
  {
    get: (_, name) => sql.placeholder(String(name)),
    ownKeys: () => {
      throw new TypeError("What a statement is given is taken one by one, not spread.");
    },
  },
);

/** A statement for each shape that its query can have. */
export interface ShapedStatement<Subject, Row> {
  /** `shape` has to tell subjects apart whose queries differ in more than in what is given. */
  readonly bind: (
    db: Database,
    shape: string,
    subject: Subject,
    given: Readonly<Record<string, Value>>,
  ) => Prepared<Row>;
}

/** The row that a shaped statement gives. */
export type RowOfShaped<Made> = Made extends ShapedStatement<never, infer Row> ? Row : never;

/** So many shapes of a statement are kept, each of so many characters at most: D1 takes 100 kB. */
const SHAPES_MAX = 200;
const SHAPE_CHARACTERS_MAX = 50_000;
/** All of them together have no more characters than this. */
const KEPT_CHARACTERS_MAX = 2_000_000;

/**
 * A query that depends on more than values, as that of a filter does: built on the first use of each shape
 * and then only bound. What it is given is named by `sql.placeholder`. The shapes that were used last are kept.
 */
export function shapedStatement<Subject, Query extends BuiltQuery>(
  query: (subject: Subject) => Query,
): ShapedStatement<Subject, RowOf<Query>> {
  const known = new Map<string, Compiled>();
  let characters = 0;
  const forget = (shape: string) => {
    characters -= known.get(shape)?.text.length ?? 0;
    known.delete(shape);
  };
  const keep = (shape: string, compiled: Compiled) => {
    if (compiled.text.length > SHAPE_CHARACTERS_MAX) return;
    known.set(shape, compiled);
    characters += compiled.text.length;
    for (const oldest of known.keys()) {
      if (known.size <= SHAPES_MAX && characters <= KEPT_CHARACTERS_MAX) return;
      forget(oldest);
    }
  };
  return {
    bind: (db, shape, subject, given) => {
      const compiled = known.get(shape) ?? compile(query(subject));
      forget(shape);
      keep(shape, compiled);
      return bindCompiled(db, compiled, given);
    },
  };
}

function bindCompiled(
  db: Database,
  compiled: Compiled,
  given: Readonly<Record<string, Value>>,
): D1PreparedStatement {
  return db.prepare(compiled.text).bind(...valuesOf(compiled, given));
}

/** The rows of one statement's result. */
export function rowsOf<Row>(result: D1Result | undefined): readonly Row[] {
  // D1 types its rows as unknown; the statement that gave them names the Row.
  return (result?.results ?? []) as Row[];
}

/** Runs one statement and gives its rows. */
export async function allRows<Row>(prepared: Prepared<Row>): Promise<readonly Row[]> {
  return rowsOf<Row>(await prepared.all());
}

/** Runs a query that is built for this call, and gives its rows. */
export async function selectRows<Query extends BuiltQuery>(
  db: Database,
  query: Query,
): Promise<readonly RowOf<Query>[]> {
  return await allRows(prepare(db, query));
}

/**
 * A query that reads tables which the statement makes for itself, each once however often it is read:
 * `const found = build.$with("found").as(...)`, then `withTables([found], build.select(...).from(found))`.
 * Their columns are known by their names alone: a name that no other table of the query has.
 */
export function withTables<Query extends BuiltQuery>(
  tables: readonly WithSubquery[],
  query: Query,
): SQL<RowOf<Query>> {
  checkNames(query);
  const made = tables.map(({ _: { alias, sql: rows } }) => {
    return sql`${sql.identifier(alias)} as materialized (${rows})`;
  });
  return sql`with ${sql.join(made, sql`, `)} ${query.getSQL()}`;
}

/** The rows of several queries, each once; the columns bear the names that the first query gives them. */
export function unionOf<Query extends BuiltQuery>(queries: readonly Query[]): SQL<RowOf<Query>> {
  for (const query of queries) checkNames(query);
  return sql.join(
    queries.map((query) => query.getSQL()),
    sql` union `,
  ) as SQL<RowOf<Query>>;
}

/** A column of a table that is joined by LEFT JOIN: it is null where no row is joined. */
export function optional<Source extends Column>(
  column: Source,
): SQL<GetColumnData<Source, "query"> | null> {
  return sql`${column}`;
}

/** A query as text, and what is bound at ?1, ?2 and so on. */
export interface Compiled {
  readonly text: string;
  readonly slots: readonly Slot[];
}

/** A value, or the name of one that is given when the statement is bound. */
type Slot = { readonly value: Value } | { readonly name: string };

/** Writes a query out; each value has one place however often it is used: D1 takes at most 100. */
export function compile(query: BuiltQuery): Compiled {
  checkNames(query);
  const places = new Map<string, { readonly at: number; readonly slot: Slot }>();
  const { sql: written } = query.getSQL().toQuery({
    casing: CASING,
    escapeName,
    escapeString,
    escapeParam: (_, param) => {
      const slot = slotOf(param);
      const key = JSON.stringify(slot);
      const place = places.get(key) ?? { at: places.size + 1, slot };
      places.set(key, place);
      return `?${place.at}`;
    },
  });
  const text = written.replaceAll(BOUND_LIMIT, "$& + 0");
  return { text, slots: [...places.values()].map(({ slot }) => slot) };
}

/**
 * The number of a LIMIT, bound. SQLite plans by its value and so prepares the statement a second time when it
 * is bound, which takes longer than to run it; of an expression it knows no value.
 */
const BOUND_LIMIT = / (?:limit|offset) \?\d+/g;

const CASING = new CasingCache();
const escapeName = (name: string) => `"${name.replaceAll('"', '""')}"`;
const escapeString = (text: string) => `'${text.replaceAll("'", "''")}'`;

function slotOf(param: unknown): Slot {
  const inner = is(param, Param) ? param.value : param;
  if (is(inner, Placeholder)) return { name: inner.name };
  if (typeof inner === "string" || typeof inner === "number" || inner === null)
    return { value: inner };
  throw new TypeError(`A statement of D1 cannot hold a ${typeof inner}.`);
}

/** What is bound to a query: its own values, and those that are given; throws where one is not. */
export function valuesOf<Bound>(
  { slots }: Compiled,
  given: Readonly<Record<string, Bound>>,
): readonly (Value | Bound)[] {
  return slots.map((slot) => {
    if ("value" in slot) return slot.value;
    const value = given[slot.name];
    if (value === undefined) throw new TypeError(`The statement lacks its "${slot.name}".`);
    return value;
  });
}

/** Throws for a selection whose columns do not bear the names of its members (drizzle-orm #6038). */
function checkNames(query: BuiltQuery): void {
  for (const [name, field] of selectionOf(query)) {
    if (is(field, SQL.Aliased) && field.fieldAlias === name) continue;
    if (is(field, Column) && field.name === name) continue;
    throw new TypeError(`The selection names its column "${name}" otherwise: wrap it in named().`);
  }
}

/** What a SELECT or a RETURNING of the builder gives; nothing for an sql template, which names its own. */
function selectionOf(query: BuiltQuery): readonly (readonly [string, unknown])[] {
  const inner = "_" in query ? query._ : undefined;
  const fields = isObject(inner) ? inner.selectedFields : undefined;
  if (isObject(fields)) return Object.entries(fields);
  const config = "config" in query ? query.config : undefined;
  const returning = isObject(config) ? config.returning : undefined;
  if (!Array.isArray(returning)) return [];
  return returning.map(({ path, field }: { path: readonly string[]; field: unknown }) => [
    path.join("."),
    field,
  ]);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
