import {
  and,
  count,
  eq,
  getTableColumns,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  ne,
  notExists,
  type SQL,
  sql,
} from "drizzle-orm";
import TABLES from "#drizzle/webhook/0000_deliveries.sql";
import type { EndpointMirror } from "#store/changes/delivery-feed.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { ForgottenPerson } from "#store/erasure/forgotten-person.ts";
import { type ObjectStatement, objectStatement } from "#store/object-statement.ts";
import { insertRows } from "#store/rows.ts";
import { build, literal, named, selectOnly } from "#store/statement.ts";
import type { Health } from "../judge.ts";
import { deliveries, endpoint } from "./schema.ts";

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

/** How many deliveries wait, and of when the event of the oldest is. */
export type Backlog = Pick<EndpointMirror, "waiting" | "waitingSince">;

export const NOTHING_WAITS: Backlog = { waiting: 0, waitingSince: null };

interface WaitingBefore {
  readonly waiting: number;
  readonly dueAt: number | null;
}

/** What the endpoint remembers beside its deliveries. */
export interface EndpointState extends Health {
  readonly webhookId: string;
  /** The connector that it follows; NO_CONNECTOR where it follows several. */
  readonly connectorId: ConnectorId;
  /** Of one that follows several: their tenant. Null for all, and missing where it follows one. */
  readonly tenant?: string | null;
  /** Everything up to this seq was taken over. */
  readonly position: number;
  /** The position that D1 knows, and since when. */
  readonly mirrored: number;
  readonly mirroredAt: number;
  /** What D1 knows of the backlog; nothing where it was never told. */
  readonly told?: Backlog;
  /** How long it sleeps at most when there is nothing to do. */
  readonly idleMs: number;
}

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
    const [row] = this.rows(STATE, {});
    // Written by the next method.
    return row && (JSON.parse(row.state) as EndpointState);
  }

  /** Remembers changed members of the state. */
  remember(changed: Partial<EndpointState>): void {
    this.run(REMEMBER, { state: JSON.stringify({ ...this.state(), ...changed }) });
  }

  /**
   * Queues events, moves the position and does what belongs to it, all or nothing; what is queued already
   * stays as it is.
   */
  takeOver(
    events: readonly NewDelivery[],
    position: number,
    now: number,
    beside: () => void = () => undefined,
  ): void {
    this.storage.transactionSync(() => {
      beside();
      for (const { seq, resource, type, body } of events) {
        this.run(QUEUE, { seq, resource, type, body });
      }
      for (const resource of new Set(events.map((event) => event.resource)))
        this.promote(resource, now);
      this.remember({ position });
    });
  }

  /** The next delivery that is due, of none of the resources that are being delivered. */
  due(now: number, busy: ReadonlySet<string>): Delivery | undefined {
    // A resource has one due delivery at most, so that a free one is among so many.
    const heads = this.rows(DUE, { now, limit: busy.size + 1 });
    const head = heads.find(({ resource }) => !busy.has(resource));
    if (head === undefined) return undefined;
    return this.rows(DELIVERY, { entry: head.entry })[0];
  }

  /** When the next delivery is due; undefined where none waits. */
  nextDueAt(): number | undefined {
    return this.rows(NEXT_DUE, {})[0]?.at ?? undefined;
  }

  /** A delivery has arrived: the next one of its resource is due. */
  delivered({ entry, resource }: Delivery, now: number): void {
    this.run(DROP, { entry });
    this.promote(resource, now);
  }

  /** A try has failed: the delivery waits until `nextAt`, and its resource with it. */
  failed({ entry, tries }: Delivery, nextAt: number): void {
    this.run(FAILED, { tries: tries + 1, nextAt, entry });
  }

  /** A delivery is not tried now, but at `nextAt`. */
  putOff({ entry, tries }: Delivery, nextAt: number): void {
    this.run(FAILED, { tries, nextAt, entry });
  }

  /**
   * What waits of a connector (its public id) before a seq: how many deliveries, and when the last of those is due that
   * are the next ones of their resources.
   */
  waitingBefore(connector: string, seq: number): WaitingBefore {
    return this.rows(BEFORE, { connector, seq })[0] ?? { waiting: 0, dueAt: null };
  }

  /** The last try has failed: the next one of its resource is due. */
  died({ entry, tries, resource }: Delivery, now: number): void {
    this.run(DIED, { tries: tries + 1, now, entry });
    this.promote(resource, now);
  }

  /** Queues one event once more, whatever became of it; one that waits is tried now. */
  queueAgain({ seq, resource, type, body }: NewDelivery, now: number): void {
    this.storage.transactionSync(() => {
      this.run(QUEUE_AGAIN, { seq, resource, type, body, now });
      this.promote(resource, now);
    });
  }

  /** Queues all that died since a moment, in their order; says how many. */
  reviveDead(since: number, now: number): number {
    return this.storage.transactionSync(() => {
      const revived = this.rows(REVIVE, { since });
      for (const resource of new Set(revived.map((each) => each.resource)))
        this.promote(resource, now);
      return revived.length;
    });
  }

  /** Forgets what was taken over behind a position, and goes on from there; does what belongs to it. */
  rewind(position: number, beside: () => void): void {
    this.storage.transactionSync(() => {
      beside();
      this.run(DROP_BEHIND, { position });
      this.remember({ position });
    });
  }

  /** Gives every waiting delivery its tries anew, from now on: the endpoint was repaired. */
  startAnew(now: number): void {
    this.run(START_ANEW, { now });
  }

  /** Makes due what waits for a moment behind `latest`. */
  hasten(latest: number, now: number): void {
    this.run(HASTEN, { now, latest });
  }

  /** How many deliveries wait, and how many are dead. */
  counts(): { readonly waiting: number; readonly dead: number } {
    return this.rows(COUNTS, {})[0] ?? { waiting: 0, dead: 0 };
  }

  /** What waits. */
  backlog(): Backlog {
    const { waiting } = this.counts();
    const time = this.rows(OLDEST, {})[0]?.time ?? undefined;
    const waitingSince = time === undefined ? null : Date.parse(time);
    return waiting === 0 ? NOTHING_WAITS : { waiting, waitingSince };
  }

  /** Forgets deliveries that died before a moment. */
  dropDead(before: number): void {
    this.run(DROP_DEAD, { before });
  }

  /** Forgets waiting deliveries of events before a moment, in the order of the feed; the next ones are due. */
  dropWaiting(before: number, now: number): void {
    const time = new Date(before).toISOString();
    this.storage.transactionSync(() => {
      for (;;) {
        const dropped = this.rows(DROP_WAITING, { time });
        if (dropped.length === 0) return;
        for (const resource of new Set(dropped.map((each) => each.resource)))
          this.promote(resource, now);
      }
    });
  }

  /** Drops what tells of a person who was erased, but that it was; memberships no longer say the name. */
  forgetPerson({ userId }: ForgottenPerson, now: number): void {
    const resource = `User/${userId}`;
    this.storage.transactionSync(() => {
      this.run(DROP_PERSON, { resource });
      this.run(DROP_DISPLAY, { userId });
      this.promote(resource, now);
    });
  }

  private promote(resource: string, now: number): void {
    this.run(PROMOTE, { resource, now });
  }

  private run<Given>(statement: ObjectStatement<Given, unknown>, given: Given): void {
    statement.run(this.storage.sql, given);
  }

  private rows<Given, Row>(statement: ObjectStatement<Given, Row>, given: Given): readonly Row[] {
    return statement.rows(this.storage.sql, given);
  }
}

type Event = Pick<NewDelivery, keyof NewDelivery>;
type Now = { readonly now: number };

/** Of a delivery that has all its tries before it. */
const UNTRIED = { tries: literal(0), deadAt: sql`null` };

const STATE = objectStatement()(() => build.select({ state: endpoint.state }).from(endpoint));

const REMEMBER = objectStatement<{ state: string }>()(({ state }) =>
  insertRows(endpoint, { one: literal(1), state }, { isReplacing: true }),
);

const QUEUE = objectStatement<Event>()(({ seq, resource, type, body }) =>
  build.insert(deliveries).values({ seq, resource, type, body }).onConflictDoNothing(),
);

const QUEUE_AGAIN = objectStatement<Event & Now>()(({ seq, resource, type, body, now }) => {
  const nextAt = sql`iif(${deliveries.nextAt} is null, null, ${now})`;
  const set = { ...UNTRIED, nextAt };
  return build
    .insert(deliveries)
    .values({ seq, resource, type, body })
    .onConflictDoUpdate({ target: deliveries.seq, set });
});

const DUE = objectStatement<Now & { limit: number }>()(({ now, limit }) =>
  build
    .select({ entry: deliveries.entry, resource: deliveries.resource })
    .from(deliveries)
    .where(lte(deliveries.nextAt, now))
    .orderBy(deliveries.nextAt, deliveries.seq)
    .limit(limit),
);

const DELIVERY = objectStatement<{ entry: number }>()(({ entry }) => {
  const { nextAt: _, deadAt: __, ...shown } = getTableColumns(deliveries);
  return build.select(shown).from(deliveries).where(eq(deliveries.entry, entry));
});

const NEXT_DUE = objectStatement()(() =>
  build
    .select(named({ at: sql<number | null>`min(${deliveries.nextAt})` }))
    .from(deliveries)
    .where(isNotNull(deliveries.nextAt)),
);

const DROP = objectStatement<{ entry: number }>()(({ entry }) =>
  build.delete(deliveries).where(eq(deliveries.entry, entry)),
);

const FAILED = objectStatement<{ tries: number; nextAt: number; entry: number }>()((given) =>
  build
    .update(deliveries)
    .set({ tries: sql`${given.tries}`, nextAt: sql`${given.nextAt}` })
    .where(eq(deliveries.entry, given.entry)),
);

const DIED = objectStatement<Now & { tries: number; entry: number }>()((given) =>
  build
    .update(deliveries)
    .set({ tries: sql`${given.tries}`, nextAt: sql`null`, deadAt: sql`${given.now}` })
    .where(eq(deliveries.entry, given.entry)),
);

const REVIVE = objectStatement<{ since: number }>()(({ since }) =>
  build
    .update(deliveries)
    .set(UNTRIED)
    .where(gte(deliveries.deadAt, since))
    .returning({ resource: deliveries.resource }),
);

const DROP_BEHIND = objectStatement<{ position: number }>()(({ position }) =>
  build.delete(deliveries).where(gt(deliveries.seq, position)),
);

const START_ANEW = objectStatement<Now>()(({ now }) =>
  build
    .update(deliveries)
    .set({ tries: literal(0), nextAt: sql`${now}` })
    .where(isNotNull(deliveries.nextAt)),
);

const HASTEN = objectStatement<Now & { latest: number }>()(({ now, latest }) =>
  build
    .update(deliveries)
    .set({ nextAt: sql`${now}` })
    .where(gt(deliveries.nextAt, latest)),
);

const OLDEST = objectStatement()(() =>
  build
    .select(named({ time: sql<string | null>`${deliveries.body} ->> '$.time'` }))
    .from(deliveries)
    .where(isNull(deliveries.deadAt))
    .orderBy(deliveries.seq)
    .limit(1),
);

const COUNTS = objectStatement()(() => {
  const counted = (condition: SQL) =>
    sql<number>`${build.select({ n: count() }).from(deliveries).where(condition)}`;
  const { deadAt } = deliveries;
  return selectOnly(named({ waiting: counted(isNull(deadAt)), dead: counted(isNotNull(deadAt)) }));
});

const BEFORE = objectStatement<{ connector: string; seq: number }>()(({ connector, seq }) =>
  build
    .select(named({ waiting: count(), dueAt: sql<number | null>`max(${deliveries.nextAt})` }))
    .from(deliveries)
    .where(
      and(
        isNull(deliveries.deadAt),
        lt(deliveries.seq, seq),
        eq(sql`${deliveries.body} ->> '$.connector'`, connector),
      ),
    ),
);

const DROP_DEAD = objectStatement<{ before: number }>()(({ before }) =>
  build.delete(deliveries).where(lt(deliveries.deadAt, before)),
);

const DROP_WAITING = objectStatement<{ time: string }>()(({ time }) => {
  const oldest = build
    .select({ entry: deliveries.entry, body: deliveries.body })
    .from(deliveries)
    .where(isNull(deliveries.deadAt))
    .orderBy(deliveries.seq)
    .limit(DROPPED_AT_ONCE)
    .as("oldest");
  const expired = build
    .select({ entry: oldest.entry })
    .from(oldest)
    .where(lt(sql`${oldest.body} ->> '$.time'`, time));
  return build
    .delete(deliveries)
    .where(inArray(deliveries.entry, expired))
    .returning({ resource: deliveries.resource });
});

const DROP_PERSON = objectStatement<{ resource: string }>()(({ resource }) =>
  build
    .delete(deliveries)
    .where(and(eq(deliveries.resource, resource), ne(deliveries.type, literal("user.erased")))),
);

const DROP_DISPLAY = objectStatement<{ userId: string }>()(({ userId }) =>
  build
    .update(deliveries)
    .set({ body: sql`json_set(${deliveries.body}, '$.memberDisplay', null)` })
    .where(eq(sql`${deliveries.body} ->> '$.memberId'`, userId)),
);

const PROMOTE = objectStatement<Now & { resource: string }>()(({ resource, now }) => {
  const isOfResource = eq(deliveries.resource, resource);
  const oldest = build
    .select({ entry: deliveries.entry })
    .from(deliveries)
    .where(and(isOfResource, isNull(deliveries.deadAt)))
    .orderBy(deliveries.seq)
    .limit(1);
  const head = build
    .select({ entry: deliveries.entry })
    .from(deliveries)
    .where(and(isOfResource, isNotNull(deliveries.nextAt)));
  return build
    .update(deliveries)
    .set({ nextAt: sql`${now}` })
    .where(and(eq(deliveries.entry, sql`${oldest}`), notExists(head)));
});
