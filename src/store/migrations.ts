import { sqliteTable, text } from "drizzle-orm/sqlite-core";
import journal from "#drizzle/meta/_journal.json" with { type: "json" };
import type { Database } from "./database.ts";
import { build, named, prepare, rowsOf } from "./statement.ts";

/** Where wrangler notes which migrations it has applied. */
const applied = sqliteTable("d1_migrations", { name: text("name").notNull() });

/** The migrations that this version of the Worker was made with, the oldest first. */
const MIGRATIONS = journal.entries.map(({ tag }) => tag);

/** What SQLite says of tables that are older than a statement. */
const TOO_OLD = /no such (table|column)|has no column named/;

/** The tables are older than this Worker: the caller answers 503 and says which migration is missing. */
export class LacksMigration extends Error {
  override readonly name = "LacksMigration";

  constructor(readonly migration: string) {
    super(
      `The database lacks migration ${migration}: run npm run deploy, or npm run setup for a development server.`,
    );
  }
}

/** What a database says of its own state. */
export interface DatabaseState {
  /** The oldest migration of this version that it lacks; undefined where it has all of them. */
  readonly missing: string | undefined;
  /** The region that answered, such as WEUR; a development server's says none. */
  readonly region: string | undefined;
}

/** Asks a database which migrations it has, and where it is. */
export async function stateOf(db: Database): Promise<DatabaseState> {
  try {
    const query = build.select(named({ name: applied.name })).from(applied);
    const result = await prepare(db, query).all();
    const names = new Set(rowsOf<{ readonly name: string }>(result).map(({ name }) => name));
    const missing = MIGRATIONS.find((migration) => !names.has(`${migration}.sql`));
    return { missing, region: result.meta.served_by_region };
  } catch (error) {
    if (!isTooOld(error)) throw error;
    return { missing: MIGRATIONS[0], region: undefined };
  }
}

/**
 * What an error of the database means: `LacksMigration` where it comes of tables that are too old, else the error
 * itself. It asks the database only after such an error, and never fails.
 */
export async function explainError(db: Database, error: unknown): Promise<unknown> {
  if (!isTooOld(error)) return error;
  const { missing } = await stateOf(db).catch(() => ({ missing: undefined }));
  // All are there: the statement itself is wrong, and that is a fault of ours.
  return missing === undefined ? error : new LacksMigration(missing);
}

function isTooOld(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return TOO_OLD.test(error.message) || isTooOld(error.cause);
}
