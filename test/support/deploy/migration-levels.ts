import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";

/** How many migrations there are; a level is how many of them, from the first on, a database has. */
export const NEWEST_LEVEL = env.TEST_MIGRATIONS.length;

/** Empties the database of everything, and applies the migrations up to a level. */
export async function migrateAnew(level: number): Promise<void> {
  // Without foreign keys a table is dropped without deleting its rows, so that no trigger fires.
  const drops = (await tableNames()).map((name) => env.DB.prepare(`DROP TABLE "${name}"`));
  if (drops.length > 0) await env.DB.batch(drops);
  await migrateTo(level);
}

/** Applies the migrations that the database lacks, up to a level. */
export async function migrateTo(level: number): Promise<void> {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS.slice(0, level));
}

/**
 * Adds what a later version could add, while this one still runs: to every table columns with an index
 * and triggers for each kind of write, and a table of its own that these fill.
 */
export async function migrateLater(): Promise<void> {
  const tables = await ownTables();
  const texts = [
    "CREATE TABLE later_log (number INTEGER PRIMARY KEY, what TEXT NOT NULL, at TEXT DEFAULT 'now')",
    ...tables.flatMap((table) => [
      `ALTER TABLE "${table}" ADD COLUMN later_text TEXT NOT NULL DEFAULT 'later'`,
      `ALTER TABLE "${table}" ADD COLUMN later_number INTEGER`,
      `CREATE INDEX "later_${table}" ON "${table}" (later_text, later_number)`,
      ...["INSERT", "UPDATE", "DELETE"].map(
        (write) => `CREATE TRIGGER "later_${table}_${write}" AFTER ${write} ON "${table}" BEGIN
          INSERT INTO later_log (what) VALUES ('${write} ${table}'); END`,
      ),
    ]),
  ];
  await env.DB.batch(texts.map((text) => env.DB.prepare(text)));
}

/** The rows of every table, as they are at this level: by table, each row as JSON. */
export async function rowsByTable(
  columnsOf?: ReadonlyMap<string, readonly string[]>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const tables = columnsOf === undefined ? await ownTables() : [...columnsOf.keys()];
  const entries = tables.map(async (table): Promise<[string, string[]]> => {
    const columns = columnsOf?.get(table)?.map((name) => `"${name}"`) ?? ["*"];
    const text = `SELECT ${columns.join(", ")} FROM "${table}"`;
    const { results } = await env.DB.prepare(text).all();
    return [table, results.map((row) => JSON.stringify(row)).sort()];
  });
  return new Map(await Promise.all(entries));
}

/** The columns of every table, as they are at this level. */
export async function columnsByTable(): Promise<ReadonlyMap<string, readonly string[]>> {
  const { results } = await env.DB.prepare(
    `SELECT t.name AS "table", c.name AS name FROM (${SELECT_TABLES}) AS t
     CROSS JOIN pragma_table_info(t.name) AS c WHERE t.name <> 'd1_migrations' ORDER BY 1, c.cid`,
  ).all<{ table: string; name: string }>();
  const columns = Map.groupBy(results, ({ table }) => table);
  return new Map([...columns].map(([table, rows]) => [table, rows.map(({ name }) => name)]));
}

const SELECT_TABLES = `SELECT name FROM sqlite_schema WHERE type = 'table'
  AND substr(name, 1, 4) <> '_cf_' AND substr(name, 1, 7) <> 'sqlite_'`;

async function tableNames(): Promise<readonly string[]> {
  const { results } = await env.DB.prepare(SELECT_TABLES).all<{ name: string }>();
  return results.map(({ name }) => name);
}

/** The tables but the one in which the migrations that were applied are noted. */
async function ownTables(): Promise<readonly string[]> {
  return (await tableNames()).filter((name) => name !== "d1_migrations");
}
