/** The Durable Object's own SQLite, as its modules take it. */
export type ObjectSql = SqlStorage;

/** Creates the tables that are not there yet; all that they hold can be won back by one full run. */
export function createTables(sql: ObjectSql): void {
  for (const statement of TABLES) sql.exec(statement);
}

/** Empties what one run gathers for itself, before the next begins; held switch-offs stay. */
export function clearRunTables(sql: ObjectSql): void {
  for (const table of ["seen", "waiting", "claims"]) sql.exec(`DELETE FROM ${table}`);
  clearGroupTables(sql);
  sql.exec("DELETE FROM offs WHERE stage IN ('missing', 'run')");
}

/** Empties what the listing of groups gathered, before it begins anew. */
export function clearGroupTables(sql: ObjectSql): void {
  for (const table of ["cursors", "group_queue", "group_parts"]) sql.exec(`DELETE FROM ${table}`);
}

/** The rows of a query, typed as the columns that it selects. */
export function rowsIn<Row>(
  sql: ObjectSql,
  text: string,
  ...values: readonly (string | number | null)[]
): readonly Row[] {
  // SqlStorage knows rows as columns of any type; the caller's text stands beside the Row it names.
  return sql.exec(text, ...values).toArray() as Row[];
}

const TABLES = [
  "CREATE TABLE IF NOT EXISTS memory (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
  // `n` is short and dense, so that a bitmap can say which links a listing has shown.
  `CREATE TABLE IF NOT EXISTS links (n INTEGER PRIMARY KEY, source_id TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL, hash TEXT NOT NULL, active INTEGER NOT NULL, gone_at INTEGER, pending_manager TEXT)`,
  "CREATE INDEX IF NOT EXISTS links_user ON links (user_id)",
  "CREATE INDEX IF NOT EXISTS links_active ON links (active) WHERE active = 1",
  "CREATE INDEX IF NOT EXISTS links_manager ON links (n) WHERE pending_manager IS NOT NULL",
  "CREATE TABLE IF NOT EXISTS seen (chunk INTEGER PRIMARY KEY, bits BLOB NOT NULL)",
  "CREATE TABLE IF NOT EXISTS cursors (hash TEXT PRIMARY KEY) WITHOUT ROWID",
  `CREATE TABLE IF NOT EXISTS offs (stage TEXT NOT NULL, source_id TEXT NOT NULL, off TEXT NOT NULL,
    PRIMARY KEY (stage, source_id)) WITHOUT ROWID`,
  // Former name of `waiting`; what was in it is listed again in the next run.
  "DROP TABLE IF EXISTS conflicts",
  `CREATE TABLE IF NOT EXISTS waiting (source_id TEXT PRIMARY KEY, record TEXT NOT NULL, name_key TEXT,
    email_key TEXT, settled INTEGER NOT NULL) WITHOUT ROWID`,
  "CREATE INDEX IF NOT EXISTS waiting_name ON waiting (name_key)",
  "CREATE INDEX IF NOT EXISTS waiting_email ON waiting (email_key)",
  // One row a page, since a run without anything new may find thousands of claims.
  `CREATE TABLE IF NOT EXISTS released (user_id TEXT PRIMARY KEY, source_id TEXT NOT NULL)
    WITHOUT ROWID`,
  "CREATE TABLE IF NOT EXISTS claims (n INTEGER PRIMARY KEY, items TEXT NOT NULL)",
  `CREATE TABLE IF NOT EXISTS group_queue (source_id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL,
    tries INTEGER NOT NULL, cursor TEXT) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS group_parts (source_id TEXT NOT NULL, n INTEGER NOT NULL, added INTEGER NOT NULL,
    ids TEXT NOT NULL, PRIMARY KEY (source_id, n))`,
  "CREATE TABLE IF NOT EXISTS runs (run_id TEXT PRIMARY KEY, run TEXT NOT NULL)",
  `CREATE TABLE IF NOT EXISTS issues (run_id TEXT NOT NULL, at INTEGER NOT NULL, item TEXT NOT NULL,
    PRIMARY KEY (run_id, at)) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS known_issues (type TEXT NOT NULL, subject TEXT NOT NULL, kind TEXT NOT NULL,
    detail TEXT NOT NULL, run_id TEXT NOT NULL, PRIMARY KEY (type, subject, kind, detail)) WITHOUT ROWID`,
  "CREATE TABLE IF NOT EXISTS notices (op_id TEXT PRIMARY KEY, notice TEXT NOT NULL) WITHOUT ROWID",
  `CREATE TABLE IF NOT EXISTS steps (run_id TEXT NOT NULL, at INTEGER NOT NULL, item TEXT NOT NULL,
    PRIMARY KEY (run_id, at)) WITHOUT ROWID`,
] as const;
