import { noteSeen, type SeenToStore } from "#store/admin/seen-attributes.ts";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { type Database, withRetries } from "#store/database.ts";
import { centralDatabase, type DatabaseBindings, databaseOf } from "#store/databases.ts";
import { type CredentialUse, noteLastUse } from "#store/directory/access.ts";
import {
  appendEvents,
  countRefused,
  type EventRow,
  type RefusedRow,
} from "#store/event-log/events.ts";
import { addRefusals, type Refused } from "#store/event-log/unknown-callers.ts";

/** Rows wait this long for neighbours to share a write with. */
const GROUPING_MS = 250;

/** Waiting rows beyond this number are written at once; the others wait for a second at most. */
const WAITING_ROWS_MAX = 200;

/** A flush that has not run by then died with its request; the next row starts another. */
const FLUSH_LOST_MS = 2_000;

/** Refusals that name no connector are written at most once a minute. */
const REFUSALS_EVERY_MS = 60_000;

const MINUTE_MS = 60_000;

/** A row of refused callers that is there already is added to at most so often. */
const COUNTS_EVERY_MS = 10_000;

/** When an undeclared attribute was last sent need not be known any better. */
const SEEN_EVERY_MS = 15 * MINUTE_MS;
const SEEN_KNOWN_MAX = 2_000;

/** Keeps the isolate alive until a promise is settled, as ExecutionContext.waitUntil does. */
type WaitUntil = (promise: Promise<void>) => void;

/**
 * The log rows of requests that changed nothing, written after the answer and in groups. They wait
 * in the isolate's memory: a crash may lose the last second of them, never a write's row.
 */
export class DeferredLog {
  private events: { readonly connectorId: ConnectorId; readonly row: EventRow }[] = [];
  private uses = new Map<string, CredentialUse>();
  private refusals = new Map<string, Refused>();
  private refused = new Map<string, Refusing>();
  /** The keys that were written in `knownMinute`: their rows are there. */
  private seen: { readonly connectorId: ConnectorId; readonly row: SeenToStore }[] = [];
  /** When the undeclared attributes of late were taken to be written. */
  private seenAt = new Map<string, number>();
  private known = new Set<string>();
  private knownMinute = Number.NEGATIVE_INFINITY;
  private countsScheduledAt = Number.NEGATIVE_INFINITY;
  private scheduledAt = Number.NEGATIVE_INFINITY;
  private refusalsWrittenAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly clock: Clock) {}

  /** Takes rows that are written with the next group. */
  addEvents(
    databases: DatabaseBindings,
    connectorId: ConnectorId,
    rows: readonly EventRow[],
    waitUntil: WaitUntil,
  ): void {
    this.events.push(...rows.map((row) => ({ connectorId, row })));
    this.schedule(databases, waitUntil);
  }

  /** Writes rows now, with all that waits; a row that cannot be written is reported, not thrown. */
  async writeEvents(
    databases: DatabaseBindings,
    connectorId: ConnectorId,
    rows: readonly EventRow[],
  ): Promise<void> {
    this.events.push(...rows.map((row) => ({ connectorId, row })));
    await this.flush(databases);
  }

  /** Notes that a credential was used; written with the next group of rows. */
  addUse(databases: DatabaseBindings, use: CredentialUse, waitUntil: WaitUntil): void {
    this.uses.set(use.credentialId, use);
    this.schedule(databases, waitUntil);
  }

  /**
   * Notes undeclared attributes that a client sent, each at most every quarter of an hour; written with the
   * next group of rows.
   */
  addSeen(
    databases: DatabaseBindings,
    connectorId: ConnectorId,
    rows: readonly SeenToStore[],
    waitUntil: WaitUntil,
  ): void {
    if (this.seenAt.size > SEEN_KNOWN_MAX) this.seenAt.clear();
    const due = rows.filter((row) => {
      const key = JSON.stringify([connectorId, row.resourceType, row.seen]);
      const isDue = Math.abs(row.at - (this.seenAt.get(key) ?? 0)) >= SEEN_EVERY_MS;
      if (isDue) this.seenAt.set(key, row.at);
      return isDue;
    });
    if (due.length === 0) return;
    this.seen.push(...due.map((row) => ({ connectorId, row })));
    this.schedule(databases, waitUntil);
  }

  /** Counts a refusal that names no connector, by minute, IP prefix and reason. */
  addRefusal(
    databases: DatabaseBindings,
    refusal: Omit<Refused, "count">,
    waitUntil: WaitUntil,
  ): void {
    const key = JSON.stringify(refusal);
    const count = (this.refusals.get(key)?.count ?? 0) + 1;
    this.refusals.set(key, { ...refusal, count });
    if (this.areRefusalsDue()) this.schedule(databases, waitUntil);
  }

  /**
   * Counts a request of a caller who was not let in. The first of its minute, credential and reason is
   * written like any row; what follows is added up here, so that a flood of them costs the database nothing.
   */
  addRefused(
    databases: DatabaseBindings,
    connectorId: ConnectorId,
    row: RefusedRow,
    waitUntil: WaitUntil,
  ): void {
    const key = `${connectorId} ${row.refusalKey}`;
    const waiting = this.refused.get(key);
    const count = (waiting?.row.count ?? 0) + row.count;
    this.refused.set(key, { connectorId, row: { ...(waiting?.row ?? row), count } });
    const minute = Math.floor(row.at / MINUTE_MS);
    if (minute !== this.knownMinute) this.known.clear();
    this.knownMinute = minute;
    if (this.known.has(key)) this.scheduleCounts(databases, waitUntil);
    else this.schedule(databases, waitUntil);
  }

  /**
   * Writes all that waits; counted refusals only when they are due, or when all is asked for. Never
   * throws: a log row that cannot be written fails no request.
   */
  async flush(databases: DatabaseBindings, extent: Extent = "due"): Promise<void> {
    const { events, uses, seen } = this;
    this.events = [];
    this.seen = [];
    this.uses = new Map();
    this.scheduledAt = Number.NEGATIVE_INFINITY;
    const refused = this.takeRefused(extent);
    const refusals = extent === "all" || this.areRefusalsDue() ? this.takeRefusals() : [];
    const central = centralDatabase(databases);
    const statements: readonly ForDatabase[] = [
      ...grouped(databases, events, appendEvents),
      ...[...uses.values()].map((use) => noteUse(databaseOf(databases, use.connectorId), use)),
      { db: central, statements: addRefusals(central, refusals) },
      ...grouped(databases, seen, noteSeen),
      ...grouped(databases, refused, countRefused),
    ];
    const batches = Map.groupBy(statements, ({ db }) => db);
    const writing = [...batches].map(([db, each]) =>
      this.write(
        db,
        each.flatMap((part) => part.statements),
        events.length,
      ),
    );
    await Promise.all(writing);
  }

  private async write(
    db: Database,
    statements: D1PreparedStatement[],
    rows: number,
  ): Promise<void> {
    if (statements.length === 0) return;
    try {
      await withRetries(this.clock, () => db.batch(statements));
    } catch (error) {
      const kind = error instanceof Error ? error.name : typeof error;
      console.error(JSON.stringify({ message: "log rows lost", rows, kind }));
    }
  }

  private areRefusalsDue(): boolean {
    return Math.abs(this.clock.now() - this.refusalsWrittenAt) >= REFUSALS_EVERY_MS;
  }

  private takeRefusals(): readonly Refused[] {
    const taken = [...this.refusals.values()];
    this.refusals = new Map();
    if (taken.length > 0) this.refusalsWrittenAt = this.clock.now();
    return taken;
  }

  /** The rows that nobody has written yet; with "counts" or "all" also what was added to others. */
  private takeRefused(extent: Extent): readonly Refusing[] {
    const taken = [...this.refused].filter(([key]) => extent !== "due" || !this.known.has(key));
    for (const [key] of taken) {
      this.refused.delete(key);
      this.known.add(key);
    }
    return taken.map(([, each]) => each);
  }

  private scheduleCounts(databases: DatabaseBindings, waitUntil: WaitUntil): void {
    const now = this.clock.now();
    if (Math.abs(now - this.countsScheduledAt) < COUNTS_EVERY_MS + FLUSH_LOST_MS) return;
    this.countsScheduledAt = now;
    waitUntil(this.flushCounts(databases));
  }

  private async flushCounts(databases: DatabaseBindings): Promise<void> {
    await this.clock.sleep(COUNTS_EVERY_MS);
    this.countsScheduledAt = Number.NEGATIVE_INFINITY;
    await this.flush(databases, "counts");
  }

  private schedule(databases: DatabaseBindings, waitUntil: WaitUntil): void {
    const now = this.clock.now();
    const isFull = this.events.length >= WAITING_ROWS_MAX;
    const isUnderWay = Math.abs(now - this.scheduledAt) < FLUSH_LOST_MS;
    if (!isFull && isUnderWay) return;
    this.scheduledAt = now;
    waitUntil(isFull ? this.flush(databases) : this.flushLater(databases));
  }

  private async flushLater(databases: DatabaseBindings): Promise<void> {
    await this.clock.sleep(GROUPING_MS);
    await this.flush(databases);
  }
}

/** What a flush writes: what is due, that and the counts of refused callers, or all there is. */
type Extent = "due" | "counts" | "all";

/** A row of refused callers that waits, with how many they are. */
interface Refusing {
  readonly connectorId: ConnectorId;
  readonly row: RefusedRow;
}

/** Statements of a flush, and where they go. */
interface ForDatabase {
  readonly db: Database;
  readonly statements: readonly D1PreparedStatement[];
}

function noteUse(db: Database, use: CredentialUse): ForDatabase {
  return { db, statements: [noteLastUse(db, use)] };
}

function grouped<Row>(
  databases: DatabaseBindings,
  waiting: readonly { readonly connectorId: ConnectorId; readonly row: Row }[],
  statements: (
    db: Database,
    connectorId: ConnectorId,
    rows: readonly Row[],
  ) => readonly D1PreparedStatement[],
): readonly ForDatabase[] {
  const byConnector = Map.groupBy(waiting, ({ connectorId }) => connectorId);
  return [...byConnector].map(([connectorId, each]) => {
    const db = databaseOf(databases, connectorId);
    const rows = each.map(({ row }) => row);
    return { db, statements: statements(db, connectorId, rows) };
  });
}
