import { type CredentialUse, noteLastUse } from "#store/access.ts";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { type Database, withRetries } from "#store/database.ts";
import { appendEvents, type EventRow } from "#store/events.ts";
import { addRefusals, type Refused } from "#store/refusals.ts";

/** Rows wait this long for neighbours to share a write with. */
const GROUPING_MS = 250;

/** Waiting rows beyond this number are written at once; SEMANTICS 10 allows a second. */
const WAITING_ROWS_MAX = 200;

/** A flush that has not run by then died with its request; the next row starts another. */
const FLUSH_LOST_MS = 2_000;

/** SEMANTICS 10: refusals that name no connector are written at most once a minute. */
const REFUSALS_EVERY_MS = 60_000;

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
  private scheduledAt = Number.NEGATIVE_INFINITY;
  private refusalsWrittenAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly clock: Clock) {}

  /** Takes a row that is written with the next group. */
  addEvent(db: Database, connectorId: ConnectorId, row: EventRow, waitUntil: WaitUntil): void {
    this.events.push({ connectorId, row });
    this.schedule(db, waitUntil);
  }

  /** Writes rows now, with all that waits; a row that cannot be written is reported, not thrown. */
  async writeEvents(
    db: Database,
    connectorId: ConnectorId,
    rows: readonly EventRow[],
  ): Promise<void> {
    this.events.push(...rows.map((row) => ({ connectorId, row })));
    await this.flush(db);
  }

  /** Notes that a credential was used; written with the next group of rows. */
  addUse(db: Database, use: CredentialUse, waitUntil: WaitUntil): void {
    this.uses.set(use.credentialId, use);
    this.schedule(db, waitUntil);
  }

  /** Counts a refusal that names no connector, by minute, IP prefix and reason. */
  addRefusal(db: Database, refusal: Omit<Refused, "count">, waitUntil: WaitUntil): void {
    const key = JSON.stringify(refusal);
    const count = (this.refusals.get(key)?.count ?? 0) + 1;
    this.refusals.set(key, { ...refusal, count });
    if (this.areRefusalsDue()) this.schedule(db, waitUntil);
  }

  /**
   * Writes all that waits; counted refusals only when they are due, or when all is asked for. Never
   * throws: a log row that cannot be written fails no request.
   */
  async flush(db: Database, extent: "due" | "all" = "due"): Promise<void> {
    const { events, uses } = this;
    this.events = [];
    this.uses = new Map();
    this.scheduledAt = Number.NEGATIVE_INFINITY;
    const refusals = extent === "all" || this.areRefusalsDue() ? this.takeRefusals() : [];
    const statements = [
      ...eventStatements(db, events),
      ...[...uses.values()].map((use) => noteLastUse(db, use)),
      ...addRefusals(db, refusals),
    ];
    if (statements.length === 0) return;
    try {
      await withRetries(this.clock, () => db.batch(statements));
    } catch (error) {
      const kind = error instanceof Error ? error.name : typeof error;
      console.error(JSON.stringify({ message: "log rows lost", rows: events.length, kind }));
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

  private schedule(db: Database, waitUntil: WaitUntil): void {
    const now = this.clock.now();
    const isFull = this.events.length >= WAITING_ROWS_MAX;
    const isUnderWay = Math.abs(now - this.scheduledAt) < FLUSH_LOST_MS;
    if (!isFull && isUnderWay) return;
    this.scheduledAt = now;
    waitUntil(isFull ? this.flush(db) : this.flushLater(db));
  }

  private async flushLater(db: Database): Promise<void> {
    await this.clock.sleep(GROUPING_MS);
    await this.flush(db);
  }
}

function eventStatements(
  db: Database,
  events: readonly { readonly connectorId: ConnectorId; readonly row: EventRow }[],
): readonly D1PreparedStatement[] {
  const byConnector = Map.groupBy(events, ({ connectorId }) => connectorId);
  return [...byConnector].flatMap(([connectorId, rows]) =>
    appendEvents(
      db,
      connectorId,
      rows.map(({ row }) => row),
    ),
  );
}
