import type { Sent } from "./send.ts";
import type { TryOutcome, TryPage, TryView } from "./views.ts";

/** A try to be noted; `time` and `nextTryAt` in milliseconds. */
export interface TryToLog {
  readonly eventId: string;
  readonly type: string;
  readonly attempt: number;
  readonly time: number;
  readonly outcome: TryOutcome;
  readonly status: number | null;
  readonly latencyMs: number;
  readonly answer: string;
  readonly nextTryAt: number | null;
}

/** So many tries of an endpoint are kept, for so long. */
const TRIES_MAX = 1_000;
const KEPT_MS = 30 * 86_400_000;

/** The log shows the start of an answer: enough for an error's name. */
const ANSWER_CHARACTERS_MAX = 1_024;

const TABLE = `
CREATE TABLE IF NOT EXISTS tries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, type TEXT NOT NULL, attempt INTEGER NOT NULL,
  time INTEGER NOT NULL, outcome TEXT NOT NULL, status INTEGER, latency_ms INTEGER NOT NULL,
  answer TEXT NOT NULL, next_try_at INTEGER);
`;

type TryRow = TryToLog & { readonly id: number };

/** The newest tries of one endpoint, in its Durable Object's own SQLite. */
export class TryLog {
  constructor(private readonly storage: DurableObjectStorage) {}

  /** Makes the table where it is missing. */
  open(): void {
    this.storage.sql.exec(TABLE);
  }

  /** Notes a try, and gives it as it is shown. */
  note(attempt: TryToLog): TryView {
    const answer = attempt.answer.slice(0, ANSWER_CHARACTERS_MAX);
    const cursor = this.storage.sql.exec<{ id: number }>(
      `INSERT INTO tries (event_id, type, attempt, time, outcome, status, latency_ms, answer, next_try_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
      attempt.eventId,
      attempt.type,
      attempt.attempt,
      attempt.time,
      attempt.outcome,
      attempt.status,
      attempt.latencyMs,
      answer,
      attempt.nextTryAt,
    );
    const { id } = cursor.one();
    this.storage.sql.exec("DELETE FROM tries WHERE id <= ?", id - TRIES_MAX);
    return view({ ...attempt, answer, id });
  }

  /** The newest tries before an id. */
  list({ limit, beforeId, outcome }: TryPage): TryView[] {
    const cursor = this.storage.sql.exec(
      `SELECT id, event_id AS eventId, type, attempt, time, outcome, status, latency_ms AS latencyMs,
         answer, next_try_at AS nextTryAt
       FROM tries WHERE id < ? AND outcome = coalesce(?, outcome) ORDER BY id DESC LIMIT ?`,
      beforeId ?? Number.MAX_SAFE_INTEGER,
      outcome ?? null,
      limit,
    );
    // The statement selects the members of a TryRow.
    return (cursor.toArray() as unknown as TryRow[]).map(view);
  }

  /** Forgets tries that are too old to be kept. */
  drop(now: number): void {
    const text = `DELETE FROM tries WHERE id <= (SELECT id FROM tries WHERE time < ? ORDER BY id DESC LIMIT 1)`;
    this.storage.sql.exec(text, now - KEPT_MS);
  }
}

/** What the log says of the receiver's part in a try. */
export function sentColumns(sent: Sent): Pick<TryToLog, "status" | "latencyMs" | "answer"> {
  const { latencyMs } = sent;
  return sent.kind === "answered"
    ? { status: sent.status, latencyMs, answer: sent.answer }
    : { status: null, latencyMs, answer: sent.reason };
}

function view({ time, nextTryAt, ...row }: TryRow): TryView {
  return {
    ...row,
    time: new Date(time).toISOString(),
    nextTryAt: nextTryAt === null ? null : new Date(nextTryAt).toISOString(),
  };
}
