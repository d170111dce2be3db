import type { ResolvedFilter } from "#scim/filter/ast.ts";
import type { UserRecord } from "#scim/ports.ts";
import { EMAILS_PATH } from "./columns.ts";
import type { Database } from "./database.ts";
import { type EmailDriver, emailDriver, hasIndexedTerm } from "./filter-index.ts";
import { compileFilter } from "./filter-sql.ts";
import { Parameters } from "./parameters.ts";
import { type Query, rowsOf, type Scope, scopeKey, scopeText } from "./query.ts";
import { USER_COLUMNS, usersOf } from "./users.ts";

/** A page of users and how many there are in all. */
export interface UserPage {
  readonly total: number;
  readonly users: readonly UserRecord[];
}

/** Up to this offset a page is found by walking the index; beyond it, through the live counts per block. */
const WALKED_OFFSET_MAX = 1_000;

/** SEMANTICS 6: a filter without an indexed term runs over at most this many resources. */
export const SCANNED_USERS_MAX = 100_000;

/** Lists users in the order of their creation, with the exact total from the counter. */
export function userPage(
  db: Database,
  scope: Scope,
  offset: number,
  count: number,
): Query<UserPage> {
  const page = offset <= WALKED_OFFSET_MAX ? WALKED_PAGE : BLOCK_PAGE;
  const text = page.replaceAll("CONNECTOR", scopeText(scope));
  const users = db.prepare(text).bind(scopeKey(scope), count, offset);
  return {
    statements: [liveUsers(db, scope), ...(count > 0 ? [users] : [])],
    read: ([live, rows]) => ({ total: liveOf(live), users: usersOf(rows) }),
  };
}

// ?1 = scope, ?2 = count, ?3 = offset
const WALKED_PAGE = `SELECT ${USER_COLUMNS} FROM users
  WHERE connector_id = CONNECTOR AND deleted_at IS NULL ORDER BY id LIMIT ?2 OFFSET ?3`;

const BLOCK_PAGE = `WITH
  blocks AS (SELECT first_id, sum(live) OVER (ORDER BY first_id) - live AS before
    FROM user_blocks WHERE connector_id = CONNECTOR),
  start AS MATERIALIZED (SELECT first_id, before FROM blocks WHERE before <= ?3
    ORDER BY first_id DESC LIMIT 1)
  SELECT ${USER_COLUMNS} FROM users
  WHERE connector_id = CONNECTOR AND deleted_at IS NULL AND id >= (SELECT first_id FROM start)
  ORDER BY id LIMIT ?2 OFFSET (?3 - (SELECT before FROM start))`;

/**
 * Users that match a filter with an indexed term, in the order of creation. Where more than `limit`
 * rows match, they are not all of them and `isComplete` is false.
 */
export function indexedMatches(
  db: Database,
  scope: Scope,
  filter: ResolvedFilter,
  limit: number,
): Query<{ readonly users: readonly UserRecord[]; readonly isComplete: boolean }> {
  const parameters = new Parameters();
  const driver = emailDriver(filter);
  const source =
    driver === undefined
      ? `users WHERE ${matching(scope, filter, parameters)}`
      : emailSource(scope, filter, driver, parameters);
  const text = `SELECT ${USER_COLUMNS} FROM ${source} LIMIT ${limit + 1}`;
  return {
    statements: [db.prepare(text).bind(...parameters.values())],
    read: ([rows]) => {
      const users = usersOf(rows);
      return { users: inOrder(users), isComplete: users.length <= limit };
    },
  };
}

/** Starts from the addresses: SQLite would take a plain join or an IN the wrong way round, or read more. */
function emailSource(
  scope: Scope,
  filter: ResolvedFilter,
  driver: EmailDriver,
  parameters: Parameters,
): string {
  parameters.bind(scopeKey(scope));
  const type = driver.type === undefined ? "" : ` AND v.type_key = ${parameters.bind(driver.type)}`;
  const condition = compileFilter(filter, "v.connector_id", parameters, driver.term);
  return `user_values AS v CROSS JOIN users ON users.connector_id = v.connector_id AND users.id = v.user_id
    WHERE v.connector_id = ${scopeText(scope)} AND v.path = '${EMAILS_PATH}'
      AND v.value_key = ${parameters.bind(driver.value)}${type}
      AND users.deleted_at IS NULL AND (${condition})`;
}

/** Sorted here, since SQLite's sorter reads every row once more; an address under two types finds a user twice. */
function inOrder(users: readonly UserRecord[]): readonly UserRecord[] {
  const byId = new Map(users.map((user) => [user.id, user]));
  return [...byId.keys()].sort().flatMap((id) => byId.get(id) ?? []);
}

/**
 * A page of the users that match any filter, with their exact number, found in one walk over the
 * connector's users; undefined when there are more than SCANNED_USERS_MAX and no term is indexed.
 */
export function scannedMatches(
  db: Database,
  scope: Scope,
  filter: ResolvedFilter,
  page: { readonly offset: number; readonly count: number },
): Query<UserPage | undefined> {
  const isIndexed = hasIndexedTerm(filter);
  const parameters = new Parameters();
  const condition = matching(scope, filter, parameters);
  const isAllowed = isIndexed ? "1" : `(${LIVE_USERS}) <= ${SCANNED_USERS_MAX}`;
  // The left joins keep one row, and so the total, when the page itself is empty.
  const text = `WITH
    matches AS MATERIALIZED (SELECT users.row_id AS row_id, users.id AS id FROM users
      WHERE ${isAllowed.replaceAll("CONNECTOR", scopeText(scope))} AND ${condition} ORDER BY users.id),
    page AS (SELECT row_id FROM matches ORDER BY id LIMIT ${page.count} OFFSET ${page.offset})
    SELECT (SELECT count(*) FROM matches) AS total, ${USER_COLUMNS}
    FROM (SELECT 1) LEFT JOIN page LEFT JOIN users ON users.row_id = page.row_id ORDER BY users.id`;
  return {
    statements: [liveUsers(db, scope), db.prepare(text).bind(...parameters.values())],
    read: ([live, found]) => {
      if (!isIndexed && liveOf(live) > SCANNED_USERS_MAX) return undefined;
      const total = rowsOf<{ total: number }>(found)[0]?.total ?? 0;
      return { total, users: usersOf(found).filter(({ rowId }) => rowId !== null) };
    },
  };
}

/** The condition on `users`; the scope's key is bound first, as scopeText expects it. */
function matching(scope: Scope, filter: ResolvedFilter, parameters: Parameters): string {
  parameters.bind(scopeKey(scope));
  const connector = scopeText(scope);
  return `users.connector_id = ${connector} AND users.deleted_at IS NULL
    AND (${compileFilter(filter, connector, parameters)})`;
}

const LIVE_USERS =
  "SELECT live FROM counters WHERE connector_id = CONNECTOR AND resource_type = 'User'";

function liveUsers(db: Database, scope: Scope): D1PreparedStatement {
  return db.prepare(LIVE_USERS.replaceAll("CONNECTOR", scopeText(scope))).bind(scopeKey(scope));
}

function liveOf(result: D1Result | undefined): number {
  return rowsOf<{ live: number }>(result)[0]?.live ?? 0;
}
