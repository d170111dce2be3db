import type { ConnectorId } from "#store/connector-id.ts";
import type { Health } from "./judge.ts";

/** An event that is to be delivered. */
export interface NewDelivery {
  /** Its place in the change feed, by which it is known here: taking it over twice does nothing. */
  readonly seq: number;
  /** Whose events stay in order, as `User/01a2…`. */
  readonly resource: string;
  readonly type: string;
  readonly body: string;
}

/** A delivery as it waits; `entry` is another one when the same event is queued anew by a rewind. */
export interface Delivery extends NewDelivery {
  readonly entry: number;
  /** How many tries it has had. */
  readonly tries: number;
}

/** What the endpoint remembers beside its deliveries. */
export interface EndpointState extends Health {
  readonly webhookId: string;
  readonly connectorId: ConnectorId;
  /** Everything up to this seq was taken over. */
  readonly position: number;
  /** The position that D1 knows, and since when. */
  readonly mirrored: number;
  readonly mirroredAt: number;
  /** How long it sleeps at most when there is nothing to do. */
  readonly idleMs: number;
}

const TABLES = `
CREATE TABLE IF NOT EXISTS endpoint (
  one INTEGER PRIMARY KEY CHECK (one = 1), state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
  entry INTEGER PRIMARY KEY AUTOINCREMENT, seq INTEGER NOT NULL UNIQUE, resource TEXT NOT NULL,
  type TEXT NOT NULL, body TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER, dead_at INTEGER);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (next_at, seq) WHERE next_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS deliveries_head ON deliveries (resource) WHERE next_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (resource, seq) WHERE dead_at IS NULL;
CREATE INDEX IF NOT EXISTS deliveries_dead ON deliveries (dead_at) WHERE dead_at IS NOT NULL;
`;

/** Bodies are looked at in steps: one may hold half a megabyte. */
const DROPPED_AT_ONCE = 100;

/**
 * The queue of one endpoint, in its Durable Object's own SQLite. Of each resource the oldest waiting
 * delivery alone has a `next_at`; the others get theirs one after the other, as it leaves the queue.
 */
export class DeliveryQueue {
  constructor(private readonly storage: DurableObjectStorage) {}

  /** Makes the tables where they are missing: at first, and after everything was forgotten. */
  open(): void {
    this.storage.sql.exec(TABLES);
  }

  /** What the endpoint remembers; undefined before its first work. */
  state(): EndpointState | undefined {
    const [row] = this.rows<{ readonly state: string }>("SELECT state FROM endpoint");
    // Written by the next method.
    return row && (JSON.parse(row.state) as EndpointState);
  }

  /** Remembers changed members of the state. */
  remember(changed: Partial<EndpointState>): void {
    const state = JSON.stringify({ ...this.state(), ...changed });
    this.run("INSERT OR REPLACE INTO endpoint (one, state) VALUES (1, ?)", state);
  }

  /** Queues events and moves the position, all or nothing; what is queued already stays as it is. */
  takeOver(events: readonly NewDelivery[], position: number, now: number): void {
    this.storage.transactionSync(() => {
      for (const { seq, resource, type, body } of events) {
        this.run(
          `INSERT INTO deliveries (seq, resource, type, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
          seq,
          resource,
          type,
          body,
        );
      }
      for (const resource of new Set(events.map((event) => event.resource)))
        this.promote(resource, now);
      this.remember({ position });
    });
  }

  /** The next delivery that is due, of none of the resources that are being delivered. */
  due(now: number, busy: ReadonlySet<string>): Delivery | undefined {
    const heads = this.rows<{ readonly entry: number; readonly resource: string }>(
      // A resource has one due delivery at most, so that a free one is among so many.
      "SELECT entry, resource FROM deliveries WHERE next_at <= ? ORDER BY next_at, seq LIMIT ?",
      now,
      busy.size + 1,
    );
    const head = heads.find(({ resource }) => !busy.has(resource));
    if (head === undefined) return undefined;
    const text = "SELECT entry, seq, resource, type, body, tries FROM deliveries WHERE entry = ?";
    return this.rows<Delivery>(text, head.entry)[0];
  }

  /** When the next delivery is due; undefined where none waits. */
  nextDueAt(): number | undefined {
    const text = "SELECT min(next_at) AS at FROM deliveries WHERE next_at IS NOT NULL";
    return this.rows<{ readonly at: number | null }>(text)[0]?.at ?? undefined;
  }

  /** A delivery has arrived: the next one of its resource is due. */
  delivered({ entry, resource }: Delivery, now: number): void {
    this.run("DELETE FROM deliveries WHERE entry = ?", entry);
    this.promote(resource, now);
  }

  /** A try has failed: the delivery waits until `nextAt`, and its resource with it. */
  failed({ entry, tries }: Delivery, nextAt: number): void {
    const text = "UPDATE deliveries SET tries = ?, next_at = ? WHERE entry = ?";
    this.run(text, tries + 1, nextAt, entry);
  }

  /** The last try has failed: the next one of its resource is due. */
  died({ entry, tries, resource }: Delivery, now: number): void {
    const text = "UPDATE deliveries SET tries = ?, next_at = NULL, dead_at = ? WHERE entry = ?";
    this.run(text, tries + 1, now, entry);
    this.promote(resource, now);
  }

  /** Queues one event once more, whatever became of it; one that waits is tried now. */
  queueAgain({ seq, resource, type, body }: NewDelivery, now: number): void {
    this.storage.transactionSync(() => {
      this.run(
        `INSERT INTO deliveries (seq, resource, type, body) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET tries = 0, dead_at = NULL, next_at = iif(next_at IS NULL, NULL, ?)`,
        seq,
        resource,
        type,
        body,
        now,
      );
      this.promote(resource, now);
    });
  }

  /** Queues all that died since a moment, in their order; says how many. */
  reviveDead(since: number, now: number): number {
    return this.storage.transactionSync(() => {
      const revived = this.rows<{ readonly resource: string }>(
        "UPDATE deliveries SET tries = 0, dead_at = NULL WHERE dead_at >= ? RETURNING resource",
        since,
      );
      for (const resource of new Set(revived.map((each) => each.resource)))
        this.promote(resource, now);
      return revived.length;
    });
  }

  /** Forgets what was taken over behind a position, and goes on from there. */
  rewind(position: number): void {
    this.storage.transactionSync(() => {
      this.run("DELETE FROM deliveries WHERE seq > ?", position);
      this.remember({ position });
    });
  }

  /** Gives every waiting delivery its tries anew, from now on: the endpoint was repaired. */
  startAnew(now: number): void {
    this.run("UPDATE deliveries SET tries = 0, next_at = ? WHERE next_at IS NOT NULL", now);
  }

  /** Makes due what waits for a moment behind `latest`. */
  hasten(latest: number, now: number): void {
    this.run("UPDATE deliveries SET next_at = ? WHERE next_at > ?", now, latest);
  }

  /** How many deliveries wait, and how many are dead. */
  counts(): { readonly waiting: number; readonly dead: number } {
    const [row] = this.rows<{ readonly waiting: number; readonly dead: number }>(
      `SELECT (SELECT count(*) FROM deliveries WHERE dead_at IS NULL) AS waiting,
         (SELECT count(*) FROM deliveries WHERE dead_at IS NOT NULL) AS dead`,
    );
    return row ?? { waiting: 0, dead: 0 };
  }

  /** Forgets deliveries that died before a moment. */
  dropDead(before: number): void {
    this.run("DELETE FROM deliveries WHERE dead_at < ?", before);
  }

  /** Forgets waiting deliveries of events before a moment, in the order of the feed; the next ones are due. */
  dropWaiting(before: number, now: number): void {
    const time = new Date(before).toISOString();
    const text = `DELETE FROM deliveries WHERE entry IN (SELECT entry FROM
        (SELECT entry, body FROM deliveries WHERE dead_at IS NULL ORDER BY seq LIMIT ${DROPPED_AT_ONCE})
      WHERE body ->> '$.time' < ?) RETURNING resource`;
    this.storage.transactionSync(() => {
      for (;;) {
        const dropped = this.rows<{ readonly resource: string }>(text, time);
        if (dropped.length === 0) return;
        for (const resource of new Set(dropped.map((each) => each.resource)))
          this.promote(resource, now);
      }
    });
  }

  private promote(resource: string, now: number): void {
    this.run(
      `UPDATE deliveries SET next_at = ?2 WHERE entry = (SELECT entry FROM deliveries
           WHERE resource = ?1 AND dead_at IS NULL ORDER BY seq LIMIT 1)
         AND NOT EXISTS (SELECT 1 FROM deliveries WHERE resource = ?1 AND next_at IS NOT NULL)`,
      resource,
      now,
    );
  }

  private run(text: string, ...values: readonly SqlStorageValue[]): void {
    this.storage.sql.exec(text, ...values);
  }

  private rows<Row>(text: string, ...values: readonly SqlStorageValue[]): readonly Row[] {
    // The statement beside each call selects the columns that the Row names.
    return this.storage.sql.exec(text, ...values).toArray() as unknown as Row[];
  }
}
