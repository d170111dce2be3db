import { DatabaseSync } from "node:sqlite";
import { verifyWebhook, WebhookError } from "../src/webhooks.ts";
import { openCopy, type Sql } from "./copy.ts";
import { catchUp, type Source } from "./sync.ts";

/** What a receiver is told. */
export interface ReceiverOptions extends Source {
  /** The SQLite file of the copy. */
  readonly file: string;
  /** The secrets of the webhook, if it has one. */
  readonly secrets?: readonly string[];
}

/** A receiver that keeps a copy of directories in a SQLite file. */
export interface Receiver {
  /** Brings the copy up to date; `wait` holds the call for so many seconds until something comes. */
  readonly catchUp: (wait?: number, signal?: AbortSignal) => Promise<void>;
  /** Takes a delivery and gives the status to answer. */
  readonly takeDelivery: (headers: Headers, body: string) => Promise<number>;
  readonly database: DatabaseSync;
  readonly close: () => void;
}

/** Opens the copy in its file, as it was left. */
export function openReceiver({ file, secrets = [], ...source }: ReceiverOptions): Receiver {
  const database = openDatabase(file);
  const copy = openCopy(sqlOf(database));
  // One run at a time: two of them would read the same page twice.
  let running = Promise.resolve();
  const run = (wait = 0, signal?: AbortSignal) => {
    const next = running.then(() => catchUp(source, copy, { wait, ...(signal && { signal }) }));
    running = next.catch(() => undefined);
    return next;
  };
  return {
    catchUp: run,
    database,
    close: () => database.close(),
    takeDelivery: async (headers, body) => {
      try {
        await verifyWebhook(headers, body, { secrets });
      } catch (error) {
        if (error instanceof WebhookError) return 400;
        throw error;
      }
      // Deliveries may come twice, or two resources' in another order: the feed has the true one.
      await run();
      return 204;
    },
  };
}

/** Whoever else reads the file neither waits for the receiver nor keeps it from writing. */
function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 5_000 });
  database.exec("PRAGMA journal_mode = WAL");
  return database;
}

function sqlOf(database: DatabaseSync): Sql {
  return {
    all: (text, ...values) => database.prepare(text).all(...values),
    transaction: (work) => {
      database.exec("BEGIN IMMEDIATE");
      try {
        work();
        database.exec("COMMIT");
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
  };
}
