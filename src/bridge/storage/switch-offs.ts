import {
  and,
  count,
  eq,
  gt,
  inArray,
  isNull,
  ne,
  notExists,
  notInArray,
  or,
  sql,
} from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { objectStatement } from "#store/object-statement.ts";
import {
  cellsOf,
  excluded,
  insertRows,
  isInList,
  jsonEach,
  moveRows,
  nameOf,
} from "#store/rows.ts";
import { build, literal, named } from "#store/statement.ts";
import type { SwitchOff } from "../plan/operation.ts";
import { asksTable, linksTable, type OffStage, offsTable } from "./schema.ts";
import type { ObjectSql } from "./tables.ts";

/** A switch-off as it waits. */
export type WaitingOff = Pick<SwitchOff, "op" | "sourceId" | "userId" | "why">;

/** A switch-off that is held: since when (milliseconds), and by which run first. */
export interface HeldOff extends WaitingOff {
  readonly since: number;
  readonly runId: string;
}

/** A value in the object's storage is at most 2 MB. */
const OFFS_PER_STATEMENT = 1_000;

/** Keeps switch-offs; one of the same user in the same stage is overwritten. */
export function putOffs(sql: ObjectSql, stage: OffStage, offs: readonly WaitingOff[]): void {
  for (let start = 0; start < offs.length; start += OFFS_PER_STATEMENT) {
    const items = offs
      .slice(start, start + OFFS_PER_STATEMENT)
      .map(({ op, sourceId, userId, why }) => ({ op, sourceId, userId, why }));
    PUT.run(sql, { stage, items: JSON.stringify(items) });
  }
}

/** The switch-offs of a stage in the order of their source ids. */
export function listOffs(
  sql: ObjectSql,
  stage: OffStage,
  limit: number,
  after = "",
  runId: string | undefined = undefined,
): readonly WaitingOff[] {
  return LIST.rows(sql, { stage, after, limit, runId: runId ?? null }).map(readOff);
}

/** How many of the held switch-offs each run held first. */
export function heldRuns(sql: ObjectSql): ReadonlyMap<string, number> {
  const rows = HELD_RUNS.rows(sql, {});
  return new Map(rows.map(({ runId, n }) => [runId, n]));
}

/** The source ids of those held users who are named by theirs, or by their user's id. */
export function heldIdsOf(sql: ObjectSql, names: readonly string[]): readonly string[] {
  return HELD_IDS.rows(sql, { names: JSON.stringify(names) }).map(({ sourceId }) => sourceId);
}

/** Those of the users whose switch-off is approved, but not confirmed. */
export function stillApproved(sql: ObjectSql, sourceIds: readonly string[]): readonly string[] {
  return STILL_APPROVED.rows(sql, { sourceIds: JSON.stringify(sourceIds) }).map(
    ({ sourceId }) => sourceId,
  );
}

/** How many switch-offs are in a stage. */
export function countOffs(sql: ObjectSql, stage: OffStage): number {
  return COUNT.rows(sql, { stage })[0]?.n ?? 0;
}

/** How many switch-offs in a stage are of users who are active: those that the guard counts. */
export function countActiveOffs(sql: ObjectSql, stage: OffStage): number {
  return COUNT_ACTIVE.rows(sql, { stage })[0]?.n ?? 0;
}

/** The first switch-offs of the run that are not held already, in the order of their source ids. */
export function newOffs(sql: ObjectSql, limit: number): readonly WaitingOff[] {
  return NEW.rows(sql, { limit }).map(readOff);
}

/** Holds the switch-offs that a run decided; those that are held already stay those of their first run. */
export function holdOffs(sql: ObjectSql, runId: string, now: number): void {
  HOLD.run(sql, { now, runId });
  DROP_WANTED_REJECTED.run(sql, {});
  clearOffs(sql, "run");
}

/** The held switch-offs of these users stay held: a run has seen nothing that says otherwise. */
export function keepHeld(sql: ObjectSql, sourceIds: readonly string[], runId: string): void {
  if (sourceIds.length === 0) return;
  KEEP_HELD.run(sql, { runId, sourceIds: JSON.stringify(sourceIds) });
}

/** Lets go of what no run has wanted since this one began, but for those who are still to be asked for. */
export function dropUnwantedOffs(sql: ObjectSql, runId: string): void {
  DROP_UNWANTED.run(sql, { runId });
  // What was refused and is wanted again is held by now, or was applied.
  DROP_REJECTED.run(sql, {});
}

/** The switch-offs of a run that were approved before are past the guard. */
export function confirmApproved(sql: ObjectSql): void {
  CONFIRM.run(sql, {});
  DROP_CONFIRMED.run(sql, {});
}

/** Whether anything was approved that no run has taken up. */
export function hasNewApproved(sql: ObjectSql): boolean {
  return FIND_NEW_APPROVED.rows(sql, {}).length > 0;
}

/** Notes that a run takes up what was approved. */
export function takeUpApproved(sql: ObjectSql, runId: string): void {
  TAKE_UP.run(sql, { runId });
}

/** Approves held switch-offs: they happen once the provider was asked for each. */
export function approveOffs(sql: ObjectSql, sourceIds: readonly string[]): void {
  APPROVE.run(sql, { sourceIds: JSON.stringify(sourceIds) });
}

/** Rejects held switch-offs, some or all: they happen only where a later run wants them and the guard agrees. */
export function rejectOffs(sql: ObjectSql, sourceIds: readonly string[] | "all"): void {
  REJECT.run(sql, { sourceIds: sourceIds === "all" ? null : JSON.stringify(sourceIds) });
}

/**
 * How many users were switched off by approval, as long as this run wants others who were held with them: those
 * whom an administrator left held, or rejected. Without this, who is left would be few enough to pass.
 */
export function countDoneBefore(sql: ObjectSql): number {
  if (FIND_UNDECIDED.rows(sql, {}).length === 0) {
    clearOffs(sql, "done");
    return 0;
  }
  if (FIND_WANTED.rows(sql, {}).length === 0) return 0;
  return COUNT_DONE.rows(sql, {})[0]?.n ?? 0;
}

/** Whom no more is wanted of, here or at the provider: those whose link is gone. */
export function dropLinklessOffs(sql: ObjectSql): void {
  DROP_LINKLESS.run(sql, {});
}

/** A page of the held switch-offs, in the order of their source ids. */
export function heldOffs(sql: ObjectSql, limit: number, after = ""): readonly HeldOff[] {
  return HELD.rows(sql, { after, limit }).map(({ off, ...row }) => ({
    ...readOff({ off }),
    ...row,
  }));
}

/** Drops all switch-offs of a stage. */
export function clearOffs(sql: ObjectSql, stage: OffStage): void {
  CLEAR.run(sql, { stage });
}

/** Drops the switch-offs of some users that may still happen. */
export function dropOffs(sql: ObjectSql, sourceIds: readonly string[]): void {
  if (sourceIds.length === 0) return;
  const stages = JSON.stringify(OPEN_STAGES);
  DROP.run(sql, { stages, sourceIds: JSON.stringify(sourceIds) });
}

function readOff({ off }: { readonly off: string }): WaitingOff {
  // Written by putOffs.
  return JSON.parse(off) as WaitingOff;
}

/** Those that may still happen. */
const OPEN_STAGES: readonly OffStage[] = ["run", "held", "approved", "confirmed", "rejected"];

const { stage, sourceId, off, since, runId, wantedBy } = offsTable;

const isAt = (known: OffStage) => eq(stage, literal(known));
const isUndecided = () => sql`${stage} in ('held', 'rejected')`;

/** Another look at the switch-offs of a stage, for a condition on their people. */
const idsAt = (known: OffStage) => build.select({ sourceId }).from(offsTable).where(isAt(known));

type Listed = { readonly sourceIds: string };
type OfStage = { readonly stage: OffStage };

const PUT = objectStatement<OfStage & { items: string }>()((given) => {
  const { table, value } = jsonEach(given.items);
  const cells = {
    stage: given.stage,
    sourceId: cellsOf<WaitingOff>(value)("sourceId"),
    off: value,
  };
  return insertRows(offsTable, cells, { isReplacing: true, from: table });
});

const LIST = objectStatement<OfStage & { after: string; runId: string | null; limit: number }>()(
  (given) =>
    build
      .select({ off })
      .from(offsTable)
      .where(
        and(
          eq(stage, given.stage),
          gt(sourceId, given.after),
          or(isNull(sql`${given.runId}`), eq(runId, sql`${given.runId}`)),
        ),
      )
      .orderBy(sourceId)
      .limit(given.limit),
);

const HELD_RUNS = objectStatement()(() =>
  build
    .select(named({ runId, n: count() }))
    .from(offsTable)
    .where(isAt("held"))
    .groupBy(runId),
);

const HELD_IDS = objectStatement<{ names: string }>()(({ names }) =>
  build
    .select(named({ sourceId }))
    .from(offsTable)
    .where(
      and(isAt("held"), or(isInList(sourceId, names), isInList(sql`${off} ->> 'userId'`, names))),
    ),
);

const STILL_APPROVED = objectStatement<Listed>()(({ sourceIds }) => {
  const own = alias(offsTable, "own");
  const wanted = build
    .select({ stage })
    .from(offsTable)
    .where(and(isAt("run"), eq(sourceId, own.sourceId)));
  return build
    .select(named({ sourceId: own.sourceId }))
    .from(own)
    .where(
      and(eq(own.stage, literal("approved")), isInList(own.sourceId, sourceIds), notExists(wanted)),
    );
});

const COUNT = objectStatement<OfStage>()((given) =>
  build
    .select(named({ n: count() }))
    .from(offsTable)
    .where(eq(stage, given.stage)),
);

const COUNT_ACTIVE = objectStatement<OfStage>()((given) =>
  build
    .select(named({ n: count() }))
    .from(offsTable)
    .crossJoin(linksTable)
    .where(
      and(
        eq(linksTable.sourceId, sourceId),
        eq(stage, given.stage),
        eq(linksTable.active, literal(1)),
      ),
    ),
);

const NEW = objectStatement<{ limit: number }>()(({ limit }) => {
  const known = alias(offsTable, "known");
  const held = build
    .select({ stage: known.stage })
    .from(known)
    .where(and(eq(known.stage, literal("held")), eq(known.sourceId, sourceId)));
  return build
    .select({ off })
    .from(offsTable)
    .where(and(isAt("run"), notExists(held)))
    .orderBy(sourceId)
    .limit(limit);
});

const HOLD = objectStatement<{ now: number; runId: string }>()((given) => {
  const cells = {
    ...{ stage: literal("held"), sourceId, off, since: given.now },
    ...{ runId: given.runId, wantedBy: given.runId },
  };
  const onConflict = sql`on conflict (${nameOf(stage)}, ${nameOf(sourceId)}) do update set
    ${nameOf(off)} = ${excluded(off)}, ${nameOf(wantedBy)} = ${given.runId}`;
  return insertRows(offsTable, cells, { from: sql`${offsTable}`, where: isAt("run"), onConflict });
});

const DROP_WANTED_REJECTED = objectStatement()(() =>
  build.delete(offsTable).where(and(isAt("rejected"), inArray(sourceId, idsAt("run")))),
);

const KEEP_HELD = objectStatement<Listed & { runId: string }>()((given) =>
  build
    .update(offsTable)
    .set({ wantedBy: sql`${given.runId}` })
    .where(and(isAt("held"), isInList(sourceId, given.sourceIds))),
);

const isNotAsked = () =>
  notInArray(
    sourceId,
    build
      .select({ sourceId: asksTable.sourceId })
      .from(asksTable)
      .where(eq(asksTable.plan, literal(0))),
  );

const DROP_UNWANTED = objectStatement<{ runId: string }>()((given) =>
  build.delete(offsTable).where(and(isAt("held"), ne(wantedBy, given.runId), isNotAsked())),
);

const DROP_REJECTED = objectStatement()(() =>
  build.delete(offsTable).where(and(isAt("rejected"), isNotAsked())),
);

const CONFIRM = objectStatement()(() =>
  moveRows(
    offsTable,
    { stage: literal("confirmed") },
    and(isAt("run"), inArray(sourceId, idsAt("approved"))),
  ),
);

const DROP_CONFIRMED = objectStatement()(() =>
  build.delete(offsTable).where(and(isAt("approved"), inArray(sourceId, idsAt("confirmed")))),
);

const FIND_NEW_APPROVED = objectStatement()(() =>
  build
    .select({ stage })
    .from(offsTable)
    .where(and(isAt("approved"), eq(wantedBy, literal(""))))
    .limit(1),
);

const TAKE_UP = objectStatement<{ runId: string }>()((given) =>
  build
    .update(offsTable)
    .set({ wantedBy: sql`${given.runId}` })
    .where(isAt("approved")),
);

const APPROVE = objectStatement<Listed>()(({ sourceIds }) =>
  moveRows(
    offsTable,
    { stage: literal("approved"), wantedBy: literal("") },
    and(isAt("held"), isInList(sourceId, sourceIds)),
  ),
);

const REJECT = objectStatement<{ sourceIds: string | null }>()(({ sourceIds }) =>
  moveRows(
    offsTable,
    { stage: literal("rejected") },
    and(isAt("held"), or(isNull(sql`${sourceIds}`), isInList(sourceId, sourceIds))),
  ),
);

const FIND_UNDECIDED = objectStatement()(() =>
  build.select({ stage }).from(offsTable).where(isUndecided()).limit(1),
);

const FIND_WANTED = objectStatement()(() =>
  build
    .select({ stage })
    .from(offsTable)
    .where(and(isUndecided(), inArray(sourceId, idsAt("run"))))
    .limit(1),
);

const COUNT_DONE = objectStatement()(() =>
  build
    .select(named({ n: count() }))
    .from(offsTable)
    .leftJoin(linksTable, eq(linksTable.sourceId, sourceId))
    .where(and(isAt("done"), sql`coalesce(${linksTable.active}, 0) = 0`)),
);

const DROP_LINKLESS = objectStatement()(() => {
  const linked = build.select({ sourceId: linksTable.sourceId }).from(linksTable);
  return build.delete(offsTable).where(notInArray(sourceId, linked));
});

const HELD = objectStatement<{ after: string; limit: number }>()(({ after, limit }) =>
  build
    .select(named({ off, since, runId }))
    .from(offsTable)
    .where(and(isAt("held"), gt(sourceId, after)))
    .orderBy(sourceId)
    .limit(limit),
);

const CLEAR = objectStatement<OfStage>()((given) =>
  build.delete(offsTable).where(eq(stage, given.stage)),
);

const DROP = objectStatement<Listed & { stages: string }>()(({ stages, sourceIds }) =>
  build.delete(offsTable).where(and(isInList(stage, stages), isInList(sourceId, sourceIds))),
);
