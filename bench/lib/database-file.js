import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * What a database holds: the bytes of its file, and of each table with its indexes.
 *
 * @typedef {{ bytes: number, tables: ReadonlyMap<string, number> }} Storage
 */

/** Where miniflare puts a D1 database, and the storage of a Durable Object. */
const DATABASE = /D1DatabaseObject.[0-9a-f]{64}\.sqlite$/;
const BRIDGE = /-ConnectorBridge.[0-9a-f]{64}\.sqlite$/;

/**
 * Reads how large a D1 database is; its server may run meanwhile.
 *
 * @param {string} folder the state folder of its server
 * @returns {Storage}
 */
export function storageOf(folder) {
  return withDatabase(folder, DATABASE, (database) => {
    const rows = database
      .prepare(
        `SELECT s.tbl_name AS name, sum(d.pgsize) AS bytes FROM dbstat AS d
         JOIN sqlite_schema AS s ON s.name = d.name WHERE d.aggregate = 1 GROUP BY s.tbl_name`,
      )
      .all();
    const tables = new Map(rows.map(({ name, bytes }) => [String(name), Number(bytes)]));
    return { bytes: bytesOf(database), tables };
  });
}

/**
 * How large the storage of the one bridge is.
 *
 * @param {string} folder
 */
export function bridgeBytes(folder) {
  return withDatabase(folder, BRIDGE, bytesOf);
}

/**
 * How many rows a table has.
 *
 * @param {string} folder
 * @param {"events" | "changes"} name
 */
export function rowsOf(folder, name) {
  return withDatabase(folder, DATABASE, (database) =>
    Number(database.prepare(`SELECT count(*) AS n FROM ${name}`).get()?.n),
  );
}

/** @param {DatabaseSync} database */
function bytesOf(database) {
  const size = database
    .prepare("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size")
    .get();
  return Number(size?.bytes);
}

/**
 * @template T
 * @param {string} folder
 * @param {RegExp} pattern
 * @param {(database: DatabaseSync) => T} run
 */
function withDatabase(folder, pattern, run) {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const name = names.find((each) => pattern.test(each));
  if (name === undefined) throw new Error(`There is no database in ${folder}.`);
  const database = new DatabaseSync(join(folder, name), { readOnly: true });
  try {
    return run(database);
  } finally {
    database.close();
  }
}
