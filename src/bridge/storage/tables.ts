/** The Durable Object's own SQLite, as its modules take it. */
export type ObjectSql = SqlStorage;

/** Empties what one run gathers for itself, before the next begins; what is unresolved stays. */
export function clearRunTables(sql: ObjectSql): void {
  for (const table of ["seen", "waiting", "claims"]) sql.exec(`DELETE FROM ${table}`);
  clearGroupTables(sql);
  sql.exec("DELETE FROM offs WHERE stage = 'run'");
  // What was confirmed, but not applied, is confirmed anew.
  sql.exec("UPDATE OR REPLACE offs SET stage = 'approved' WHERE stage = 'confirmed'");
  sql.exec("DELETE FROM asks WHERE plan = 1");
  sql.exec("DELETE FROM open_issues WHERE plan = 1");
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
