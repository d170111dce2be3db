import { eq, type SQL, sql } from "drizzle-orm";
import type { ResourceRecord } from "#scim/ports.ts";
import type { Clock } from "./clock.ts";
import type { ConnectorId } from "./connector-id.ts";
import { type Database, withRetries } from "./database.ts";
import { credentials } from "./schema.ts";
import {
  type BuiltQuery,
  build,
  type Givens,
  named,
  type Prepared,
  type RowOf,
  rowsOf,
  selectOnly,
  statement,
  type Value,
} from "./statement.ts";

/** Statements to run in one batch, and how to read the answer from their results. */
export interface Query<T> {
  readonly statements: readonly D1PreparedStatement[];
  readonly read: (results: readonly D1Result[]) => T;
  /** In the scope of a token: the same in the one row that tells what the token stands for. */
  readonly withCredential?: WithCredential<T>;
}

/**
 * A look-up of at most a few resources as an expression beside the columns of a credential: one
 * statement less than a batch of both, which D1 answers faster.
 */
export interface WithCredential<T> {
  readonly expression: FoundExpression;
  readonly given: Readonly<Record<string, Value>>;
  readonly read: (records: readonly ResourceRecord[]) => T;
}

/**
 * Makes a foundList (resources.ts); its connector is that of the table `credentials`. A function of its own
 * for each kind of look-up: the statement around it is built once for each.
 */
export type FoundExpression = (given: never) => SQL<string>;

/** Puts an expression together with what it is given. */
export function withCredentialOf<Given extends Readonly<Record<string, Value>>, T>(
  expression: (given: Givens<Given>) => SQL<string>,
  given: Given,
  read: WithCredential<T>["read"],
): WithCredential<T> {
  return { expression, given, read };
}

/**
 * Whose rows a query may see: a connector that is already known, or the one that a token's hash
 * names. The second lets credential and query travel in one round trip.
 */
export type Scope =
  | { readonly kind: "connector"; readonly connectorId: ConnectorId }
  | { readonly kind: "token"; readonly hash: string };

/** The connector of a scope as the statements over its rows name it. */
export interface ScopeTerms {
  /** Its number. */
  readonly number: SQL<ConnectorId>;
  /** Its number as a table of one row, to join with; it is read less often than the expression would be. */
  readonly source: { readonly table: SQL; readonly number: SQL<ConnectorId> };
}

/** The terms of a kind of scope; the statement is to be given the scopeKey as `scope`. */
export function scopeTerms(kind: Scope["kind"]): ScopeTerms {
  const key = sql.placeholder("scope");
  if (kind === "connector") {
    const number = sql<ConnectorId>`${key}`;
    return { number, source: sourceOf(selectOnly(named({ number }))) };
  }
  const ofToken = build
    .select(named({ number: credentials.connectorId }))
    .from(credentials)
    .where(eq(credentials.hash, key));
  return { number: sql`${ofToken}`, source: sourceOf(ofToken.getSQL()) };
}

function sourceOf(select: SQL): ScopeTerms["source"] {
  const name = sql.identifier("scope");
  return { table: sql`(${select}) as ${name}`, number: sql`${name}.${sql.identifier("number")}` };
}

/** A statement that is built once for each kind of scope, on its first use. */
export interface ScopedStatement<Given, Row> {
  readonly bind: (db: Database, scope: Scope, given: Given) => Prepared<Row>;
}

/** The row that a scoped statement gives. */
export type RowOfScoped<Made> = Made extends ScopedStatement<never, infer Row> ? Row : never;

/**
 * A statement over the rows of one connector: `scopedStatement<{ id: string }>()((scope, given) =>
 * build.select(...).where(and(eq(table.connectorId, scope.number), eq(table.id, given.id))))`.
 */
export function scopedStatement<Given extends Readonly<Record<string, Value>>>() {
  return <Query extends BuiltQuery>(
    query: (scope: ScopeTerms, given: Givens<Given>) => Query,
  ): ScopedStatement<Given, RowOf<Query>> => {
    const ofKind = (kind: Scope["kind"]) =>
      statement<Given & { readonly scope: Value }>()((given) => query(scopeTerms(kind), given));
    const kinds = { connector: ofKind("connector"), token: ofKind("token") };
    return {
      bind: (db, scope, given) => kinds[scope.kind].bind(db, { ...given, scope: scopeKey(scope) }),
    };
  };
}

/** One statement as a query. */
export function queryOf<Row, T>(
  prepared: Prepared<Row>,
  read: (rows: readonly Row[]) => T,
): Query<T> {
  return { statements: [prepared], read: ([result]) => read(rowsOf<Row>(result)) };
}

/** The value that the terms of a scope are given. */
export function scopeKey(scope: Scope): ConnectorId | string {
  return scope.kind === "connector" ? scope.connectorId : scope.hash;
}

/** Runs a query in one D1 round trip. */
export async function runQuery<T>(db: Database, query: Query<T>, clock: Clock): Promise<T> {
  return query.read(await withRetries(clock, () => db.batch([...query.statements])));
}

/** Two queries as one, in one round trip. */
export function bothQueries<A, B>(a: Query<A>, b: Query<B>): Query<readonly [A, B]> {
  const cut = a.statements.length;
  return {
    statements: [...a.statements, ...b.statements],
    read: (results) => [a.read(results.slice(0, cut)), b.read(results.slice(cut))],
  };
}
