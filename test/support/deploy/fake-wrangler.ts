import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { type FakeAccount, type FakeDatabase, runSql } from "./fake-cloudflare.ts";

const MIGRATIONS_TABLE =
  "CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE)";

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Binding {
  readonly binding: string;
  readonly database_name: string;
  readonly database_id?: string;
  readonly migrations_dir: string;
}

interface Section {
  readonly name: string;
  readonly account_id: string;
  readonly vars: Record<string, string>;
  readonly d1_databases: readonly Binding[];
}

/**
 * wrangler as a deployment calls it, on accounts in memory. It reads its target from the configuration it is given,
 * as the real one does, and each account notes what reached it.
 */
export class FakeWrangler {
  /** The variables of the last upload. */
  uploaded: Record<string, string> = {};

  constructor(readonly accounts: readonly FakeAccount[]) {}

  /** Runs one command. */
  run(args: readonly string[]): Answer {
    try {
      return { code: 0, stdout: this.answer(args), stderr: "" };
    } catch (error) {
      return { code: 1, stdout: "", stderr: error instanceof Error ? error.message : "" };
    }
  }

  private answer(args: readonly string[]): string {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: "string" },
        env: { type: "string" },
        json: { type: "boolean" },
        remote: { type: "boolean" },
        minify: { type: "boolean" },
        "dry-run": { type: "boolean" },
        name: { type: "string" },
        command: { type: "string" },
        jurisdiction: { type: "string" },
        location: { type: "string" },
        "secrets-file": { type: "string" },
      },
    });
    const what = positionals.slice(0, positionals[1] === "migrations" ? 3 : 2).join(" ");
    if (what === "whoami") {
      return JSON.stringify({ accounts: this.accounts.map(({ id, name }) => ({ id, name })) });
    }
    if (values["dry-run"] === true) return "";
    const file = values.config ?? "";
    const section = sectionOf(file, values.env);
    const account = this.accounts.find(({ id }) => id === section.account_id);
    if (account === undefined) throw new Error("Authentication error [code: 10000]");
    const bound = section.d1_databases.find(({ binding }) => binding === "DB");
    const named = values.env === undefined ? "" : ` (env: ${values.env})`;
    const of = { worker: section.name, database: bound?.database_name ?? "" };
    account.calls.push({ what, ...of });
    const database = account.database(bound?.database_id ?? "");
    switch (what) {
      case "secret list": {
        const worker = account.workers.get(section.name);
        if (worker === undefined) throw new Error(`Worker "${section.name}"${named} not found.`);
        return JSON.stringify([...worker.secrets].map((name) => ({ name })));
      }
      case "d1 list":
        return JSON.stringify(
          account.databases.map(({ uuid, name, jurisdiction }) => ({ uuid, name, jurisdiction })),
        );
      case "d1 info":
        return JSON.stringify({
          running_in_region: account.database(positionals[2] ?? "")?.region,
        });
      case "d1 create":
        account.createDatabase(positionals[2] ?? "", values);
        return "";
      case "d1 execute":
        return JSON.stringify([{ results: runSql(known(database), values.command ?? "") }]);
      case "d1 migrations apply":
        applyMigrations(known(database), join(dirname(file), bound?.migrations_dir ?? ""));
        return "";
      case "deploy": {
        known(database);
        const secrets = values["secrets-file"];
        const given = secrets === undefined ? {} : JSON.parse(readFileSync(secrets, "utf8"));
        account.upload(section.name, Object.keys(given));
        this.uploaded = section.vars;
        return "";
      }
      default:
        throw new Error(`There is no command ${what}.`);
    }
  }
}

function sectionOf(file: string, environment: string | undefined): Section {
  const config = JSON.parse(readFileSync(file, "utf8"));
  return environment === undefined ? config : config.env[environment];
}

function known(database: FakeDatabase | undefined): FakeDatabase {
  if (database === undefined)
    throw new Error("The configuration names no database of the account.");
  return database;
}

/** Each migration is a transaction of its own, with its row; those before one that fails stay. */
function applyMigrations(database: FakeDatabase, folder: string): void {
  runSql(database, MIGRATIONS_TABLE);
  const names = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  for (const name of names.sort()) {
    const has = database.sqlite.prepare("SELECT 1 FROM d1_migrations WHERE name = ?").get(name);
    if (has !== undefined) continue;
    const text = readFileSync(join(folder, name), "utf8");
    runSql(database, `${text};\nINSERT INTO d1_migrations (name) VALUES ('${name}');`);
  }
}
