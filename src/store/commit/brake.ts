/*
 * The brake on push: users whom a connector's clients switch off are counted by pieces of time. What goes beyond
 * the number raises an alert and, where it is held, is not told before an administrator approves of it. All of
 * it stands in the batch of the write, so that it is exact whichever isolates write at once; what becomes of a
 * held user's later changes is decided by triggers (drizzle/0021_brake.sql).
 */
import { and, eq, exists, gt, type SQL, sql } from "drizzle-orm";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { alertEvent } from "#store/event-log/alerts.ts";
import { type EventRow, eventCells } from "#store/event-log/events.ts";
import { doNothing, excluded, insertRows, nameOf, type Rows, rowStatement } from "#store/rows.ts";
import { changes, connectors, counters, events, heldUsers, switchOffs } from "#store/schema.ts";
import {
  type BuiltQuery,
  build,
  type Givens,
  literal,
  named,
  type Prepared,
} from "#store/statement.ts";
import type { Brake } from "#store/write.ts";
import { type BatchOf, isStored } from "./change-statement.ts";

/** An active user whom a change deactivates or deletes. */
export interface PushedOff {
  readonly userId: string;
  readonly rowId: number;
  readonly eventId: string;
}

/** The statements that count switch-offs of a client, before these are stored and told; none for none. */
export function brakeStatements(
  db: Database,
  offs: readonly PushedOff[],
  { brake, at, batch }: { readonly brake: Brake; readonly at: number; readonly batch: BatchOf },
): readonly D1PreparedStatement[] {
  if (offs.length === 0 || brake.mode === "off") return [];
  const { max, percent, minutes, mode } = brake;
  const piece = (minutes * MINUTE_MS) / PIECES;
  const alert = brakeAlert(brake, at);
  const window = {
    connectorId: batch.connectorId,
    opId: batch.afterEvent ?? "",
    since: at - (at % piece),
    after: at - minutes * MINUTE_MS,
    count: offs.length,
    max,
    percent,
    alertId: alert.opId,
  };
  const isConditional = batch.afterEvent !== undefined;
  const facts = { mode, minutes, credentialId: brake.credentialId, at };
  return [
    ...COUNT.bind(db, [{}], window, isConditional),
    ...TELL.bind(db, [facts], window, false),
    ...LOG.bind(db, [alert], window, false),
    ...(mode === "hold"
      ? HOLD.bind(
          db,
          offs.map((off, index) => ({ ...off, nth: index + 1, at })),
          window,
          isConditional,
        )
      : []),
  ];
}

const MINUTE_MS = 60_000;
/** A window is counted in so many pieces: what is older than it is known to a sixtieth. */
const PIECES = 60;

/** What the statements of one batch are given. */
type Window = {
  readonly connectorId: ConnectorId;
  /** The event without which nothing is done; empty where it always is. */
  readonly opId: string;
  /** When the piece of time of this batch begins, and behind which moment its window does. */
  readonly since: number;
  readonly after: number;
  /** How many users the batch switches off. */
  readonly count: number;
  readonly max: number;
  readonly percent: number;
  readonly alertId: string;
};

/** A statement over rows, built once for plain batches and once for those on the condition of their event. */
function windowStatement<Row extends object>(
  query: (rows: Rows<Row>, window: Givens<Window>, only: SQL | undefined) => BuiltQuery,
) {
  const plain = rowStatement<Row, Window>()((rows, window) => query(rows, window, undefined));
  const conditional = rowStatement<Row, Window>()((rows, window) =>
    query(rows, window, isStored(window.connectorId, window.opId)),
  );
  return {
    bind: (
      db: Database,
      rows: readonly Row[],
      window: Window,
      isConditional: boolean,
    ): readonly Prepared<unknown>[] =>
      isConditional ? conditional(db, rows, window) : plain(db, rows, window),
  };
}

/** Adds the batch to its piece of time, which is marked where too many are switched off. */
const COUNT = windowStatement<object>((_, window, only) => {
  const weighed = weigh(window);
  const isOver = isTooMany(sql`${weighed.counted} + ${window.count}`, weighed.counted, {
    weighed,
    window,
  });
  const cells = {
    connectorId: window.connectorId,
    since: window.since,
    count: window.count,
    // What goes on is the same as before: it is told once.
    alertId: sql`iif(${isOver}, coalesce(${weighed.marked}, ${window.alertId}), null)`,
  };
  const { connectorId, since, count, alertId } = switchOffs;
  const onConflict = sql`on conflict (${nameOf(connectorId)}, ${nameOf(since)}) do update
    set ${nameOf(count)} = ${count} + ${excluded(count)},
      ${nameOf(alertId)} = coalesce(${alertId}, ${excluded(alertId)})`;
  return insertRows(switchOffs, cells, { from: sql`${weighed}`, where: only, onConflict });
});

interface AlertFacts {
  readonly mode: Brake["mode"];
  readonly minutes: number;
  readonly credentialId: string;
  readonly at: number;
}

/** Tells of the alert, where the batch has raised it. */
const TELL = windowStatement<AlertFacts>(({ cell }, window) => {
  const weighed = weigh(window);
  const before = sql`${weighed.counted} - ${window.count}`;
  const part = sql`cast(${window.percent} * (${weighed.active} + ${before}) / 100 as integer)`;
  const payload = sql`json_object('alert', ${literal(ALERT)}, 'mode', ${cell("mode")},
    'switchOffs', ${weighed.counted}, 'limit', max(${window.max}, ${part}),
    'minutes', ${cell("minutes")}, 'credentialId', ${cell("credentialId")})`;
  const connector = build
    .select(named({ id: connectors.id }))
    .from(connectors)
    .where(eq(connectors.number, window.connectorId));
  const cells = {
    eventId: window.alertId,
    connectorId: window.connectorId,
    resourceType: literal("Connector"),
    resourceId: sql`${connector}`,
    version: literal(0),
    type: literal("connector.alert"),
    at: cell("at"),
    payload,
  };
  return insertRows(changes, cells, { from: sql`${weighed}`, where: isRaised(window) });
});

/** Puts the alert into the event log, where the batch has raised it. */
const LOG = windowStatement<EventRow>((rows, window) =>
  insertRows(events, eventCells(rows, window.connectorId), {
    from: rows.from,
    where: isRaised(window),
  }),
);

/** Holds those who are beyond the number. */
const HOLD = windowStatement<PushedOff & { readonly nth: number; readonly at: number }>(
  ({ cell, from }, window, only) => {
    const weighed = weigh(window);
    const before = sql`${weighed.counted} - ${window.count}`;
    const isOver = isTooMany(sql`${before} + ${cell("nth")}`, before, { weighed, window });
    const cells = {
      connectorId: window.connectorId,
      userId: cell("userId"),
      rowId: cell("rowId"),
      since: cell("at"),
      heldBy: cell("eventId"),
      eventId: cell("eventId"),
      at: cell("at"),
    };
    return insertRows(heldUsers, cells, {
      from: from === undefined ? sql`${weighed}` : sql`${from} cross join ${weighed}`,
      where: and(isOver, only),
      onConflict: doNothing,
    });
  },
);

/** A table of one row: how many the window has so far, its mark, and how many users are active. */
function weigh({ connectorId, after }: Givens<Window>) {
  const active = build
    .select(named({ active: sql`${counters.live} - ${counters.inactive}` }))
    .from(counters)
    .where(and(eq(counters.connectorId, connectorId), eq(counters.type, literal("User"))));
  return build
    .select(
      named({
        counted: sql<number>`coalesce(sum(${switchOffs.count}), 0)`,
        marked: sql<string | null>`max(${switchOffs.alertId})`,
        active: sql<number>`coalesce(${active}, 0)`,
      }),
    )
    .from(switchOffs)
    .where(and(eq(switchOffs.connectorId, connectorId), gt(switchOffs.since, after)))
    .as("weighed");
}

/**
 * Whether so many are more than the larger of `max` and `percent` of those who were active before any of the
 * window, of whom `before` were switched off by earlier batches; in hundredths, so that no fraction is rounded.
 */
function isTooMany(
  switchedOff: SQL,
  before: SQL | SQL.Aliased,
  {
    weighed,
    window,
  }: { readonly weighed: ReturnType<typeof weigh>; readonly window: Givens<Window> },
): SQL {
  return sql`(${switchedOff} > ${window.max}
    and (${switchedOff}) * 100 > ${window.percent} * (${weighed.active} + ${before}))`;
}

/** That the batch has marked its piece of time with its own alert. */
function isRaised({ connectorId, since, alertId }: Givens<Window>): SQL {
  const marked = build
    .select(named({ one: literal(1) }))
    .from(switchOffs)
    .where(
      and(
        eq(switchOffs.connectorId, connectorId),
        eq(switchOffs.since, since),
        eq(switchOffs.alertId, alertId),
      ),
    );
  return exists(marked);
}

const ALERT = "brake.reached";

function brakeAlert({ max, percent, minutes, mode, credentialId, newAlertId }: Brake, at: number) {
  const what = `Within ${minutes} minutes, clients of this connector deactivated or deleted more users than its brake allows: more than ${max}, and more than ${percent} % of those who were active.`;
  const next =
    mode === "hold"
      ? "Those beyond that are held: applications are not told before an administrator approves of it (GET …/held)."
      : 'Applications were told of all of them. If the client was wrong, correct it there, or activate the users; with the mode "hold", those beyond the number wait for an administrator.';
  return alertEvent({
    eventId: newAlertId(),
    at,
    kind: ALERT,
    explanation: `${what} ${next}`,
    credentialId,
  });
}
