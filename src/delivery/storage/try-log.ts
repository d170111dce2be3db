import { and, desc, eq, getTableColumns, lt, lte, sql } from "drizzle-orm";
import TABLE from "#drizzle/webhook/0001_tries.sql";
import { type ForgottenPerson, isMentioned, mentionsOf } from "#store/erasure/forgotten-person.ts";
import { objectStatement } from "#store/object-statement.ts";
import { build, literal, named } from "#store/statement.ts";
import type { Sent } from "../send.ts";
import type { TryOutcome, TryPage, TryView } from "../views.ts";
import { tries } from "./schema.ts";

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

type TryRow = typeof tries.$inferSelect;

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
    const [row] = NOTE.rows(this.storage.sql, { ...attempt, answer });
    if (row === undefined) throw new Error("The try has got no id.");
    const { id } = row;
    DROP_UP_TO.run(this.storage.sql, { id: id - TRIES_MAX });
    return view({ ...attempt, answer, id });
  }

  /** The newest tries before an id. */
  list({ limit, beforeId, outcome }: TryPage): TryView[] {
    const page = {
      beforeId: beforeId ?? Number.MAX_SAFE_INTEGER,
      outcome: outcome ?? null,
      limit,
    };
    return LIST.rows(this.storage.sql, page).map(view);
  }

  /** Drops answers in which a receiver repeated who the person was. */
  forgetPerson(person: ForgottenPerson): void {
    DROP_ANSWERS.run(this.storage.sql, { mentions: JSON.stringify(mentionsOf(person)) });
  }

  /** Forgets tries that are too old to be kept. */
  drop(now: number): void {
    DROP_OLD.run(this.storage.sql, { before: now - KEPT_MS });
  }
}

const NOTE = objectStatement<Pick<TryToLog, keyof TryToLog>>()((given) => {
  const { eventId, type, attempt, time, outcome, status, latencyMs, answer, nextTryAt } = given;
  return build
    .insert(tries)
    .values({ eventId, type, attempt, time, outcome, status, latencyMs, answer, nextTryAt })
    .returning({ id: tries.id });
});

const DROP_UP_TO = objectStatement<{ id: number }>()(({ id }) =>
  build.delete(tries).where(lte(tries.id, id)),
);

const LIST = objectStatement<{ beforeId: number; outcome: TryOutcome | null; limit: number }>()(
  ({ beforeId, outcome, limit }) =>
    build
      .select(named(getTableColumns(tries)))
      .from(tries)
      .where(
        and(lt(tries.id, beforeId), eq(tries.outcome, sql`coalesce(${outcome}, ${tries.outcome})`)),
      )
      .orderBy(desc(tries.id))
      .limit(limit),
);

const DROP_ANSWERS = objectStatement<{ mentions: string }>()(({ mentions }) =>
  build
    .update(tries)
    .set({ answer: literal("") })
    .where(isMentioned(tries.answer, mentions)),
);

const DROP_OLD = objectStatement<{ before: number }>()(({ before }) => {
  const newest = build
    .select({ id: tries.id })
    .from(tries)
    .where(lt(tries.time, before))
    .orderBy(desc(tries.id))
    .limit(1);
  return build.delete(tries).where(lte(tries.id, sql`${newest}`));
});

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
