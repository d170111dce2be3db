import { DatabaseSync } from "node:sqlite";

/** One of the databases of an account. */
export interface FakeDatabase {
  readonly uuid: string;
  readonly name: string;
  readonly jurisdiction: string | null;
  readonly region: string;
  readonly sqlite: DatabaseSync;
}

/** One write, or one question, that reached the account. */
export interface FakeCall {
  readonly what: string;
  readonly worker?: string;
  readonly database?: string;
}

/** What Cloudflare keeps of one account: Workers with their secrets, databases with true SQLite in them. */
export class FakeAccount {
  readonly databases: FakeDatabase[] = [];
  readonly workers = new Map<string, { readonly secrets: Set<string>; uploads: number }>();
  readonly calls: FakeCall[] = [];

  constructor(
    readonly id: string,
    readonly name: string,
  ) {}

  /** Makes a database, in a jurisdiction or near a place. */
  createDatabase(name: string, where: { jurisdiction?: string; location?: string } = {}) {
    const database: FakeDatabase = {
      uuid: `0f1e2d3c-4b5a-6978-8796-${String(this.databases.length + 1).padStart(12, "0")}`,
      name,
      jurisdiction: where.jurisdiction ?? null,
      region: (where.location ?? "enam").toUpperCase(),
      sqlite: new DatabaseSync(":memory:"),
    };
    this.databases.push(database);
    return database;
  }

  /** Makes a Worker that has secrets. */
  createWorker(name: string, secrets: readonly string[]): void {
    this.workers.set(name, { secrets: new Set(secrets), uploads: 1 });
  }

  /** Stores one upload of a Worker. */
  upload(name: string, secrets: readonly string[]): void {
    const worker = this.workers.get(name) ?? { secrets: new Set<string>(), uploads: 0 };
    for (const secret of secrets) worker.secrets.add(secret);
    worker.uploads += 1;
    this.workers.set(name, worker);
  }

  /** The database of an id or a name. */
  database(nameOrId: string): FakeDatabase | undefined {
    return this.databases.find(({ uuid, name }) => uuid === nameOrId || name === nameOrId);
  }
}

/** Runs statements as D1 does: all of them or none. Throws what SQLite says. */
export function runSql({ sqlite }: FakeDatabase, sql: string): unknown[] {
  if (/^\s*(SELECT|PRAGMA)\b/i.test(sql)) return sqlite.prepare(sql).all();
  sqlite.exec("BEGIN");
  try {
    sqlite.exec(sql);
    sqlite.exec("COMMIT");
    return [];
  } catch (error) {
    sqlite.exec("ROLLBACK");
    throw error;
  }
}

/** The migrations that a database has, by name. */
export function migrationsOf(database: FakeDatabase): unknown[] {
  return runSql(database, "SELECT name FROM d1_migrations ORDER BY id").map(
    (row) => Object.values(Object(row))[0],
  );
}
