import type { ResourceRecord } from "#scim/ports.ts";
import type { Clock } from "./clock.ts";
import type { ConnectorId } from "./connector-id.ts";
import { type Database, withRetries } from "./database.ts";
import type { Bound } from "./parameters.ts";

/** Statements to run in one batch, and how to read the answer from their results. */
export interface Query<T> {
  readonly statements: readonly D1PreparedStatement[];
  readonly read: (results: readonly D1Result[]) => T;
  /** In the scope of a token: the same in the one row that tells what the token stands for. */
  readonly beside?: Beside<T>;
}

/**
 * A look-up of at most a few resources as an SQL expression beside the columns of a credential: one
 * statement less than a batch of both, which D1 answers faster.
 */
export interface Beside<T> {
  /** An objectList (resources.ts); `c.connector_id` is the token's connector, ?1 its hash. */
  readonly expression: string;
  /** The values from ?2 on. */
  readonly values: readonly Bound[];
  readonly read: (records: readonly ResourceRecord[]) => T;
}

/**
 * Whose rows a query may see: a connector that is already known, or the one that a token's hash
 * names. The second lets credential and query travel in one round trip.
 */
export type Scope =
  | { readonly kind: "connector"; readonly connectorId: ConnectorId }
  | { readonly kind: "token"; readonly hash: string };

/** The SQL expression of the scope's connector number, to be used with `?1` bound to scopeKey(scope). */
export function scopeText(scope: Scope): string {
  return scope.kind === "connector"
    ? "?1"
    : "(SELECT connector_id FROM credentials WHERE hash = ?1)";
}

/** A SELECT of the scope's connector as `number`, to join with; it reads less often than scopeText would. */
export function scopeSource(scope: Scope): string {
  return scope.kind === "connector"
    ? "SELECT ?1 AS number"
    : "SELECT connector_id AS number FROM credentials WHERE hash = ?1";
}

/** The value that scopeText expects as `?1`. */
export function scopeKey(scope: Scope): ConnectorId | string {
  return scope.kind === "connector" ? scope.connectorId : scope.hash;
}

/** Runs a query in one D1 round trip. */
export async function runQuery<T>(db: Database, query: Query<T>, clock: Clock): Promise<T> {
  return query.read(await withRetries(clock, () => db.batch([...query.statements])));
}

/** The rows of one statement's result, typed as the columns that the statement selects. */
export function rowsOf<Row>(result: D1Result | undefined): readonly Row[] {
  // D1 types its rows as unknown; the caller's statement stands beside the Row it names.
  return (result?.results ?? []) as Row[];
}

/** Two queries as one, in one round trip. */
export function bothQueries<A, B>(a: Query<A>, b: Query<B>): Query<readonly [A, B]> {
  const cut = a.statements.length;
  return {
    statements: [...a.statements, ...b.statements],
    read: (results) => [a.read(results.slice(0, cut)), b.read(results.slice(cut))],
  };
}

/** Runs one SELECT and gives its rows, typed as the columns that it selects. */
export async function selectRows<Row>(
  db: Database,
  text: string,
  ...values: readonly (string | number | null)[]
): Promise<readonly Row[]> {
  return rowsOf<Row>(
    await db
      .prepare(text)
      .bind(...values)
      .all(),
  );
}
