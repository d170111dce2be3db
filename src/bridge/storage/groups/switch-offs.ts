import {
  and,
  count,
  eq,
  gt,
  inArray,
  isNull,
  ne,
  notInArray,
  or,
  type SQL,
  type SQLWrapper,
  sql,
} from "drizzle-orm";
import { objectStatement } from "#store/object-statement.ts";
import { cellsOf, excluded, insertRows, isInList, jsonEach, nameOf } from "#store/rows.ts";
import { build, literal, named } from "#store/statement.ts";
import { mayWrite, type Run } from "../../state/run.ts";
import { type GroupOffStage, groupLinksTable, groupOffsTable } from "../schema.ts";
import { emptying, type ObjectSql } from "../tables.ts";

/** A group that is to go, or a member who is to leave it. */
export interface GroupOff {
  /** The provider's id of the group. */
  readonly sourceId: string;
  /** The directory's id of the member; "" where the group itself is meant. */
  readonly memberId: string;
  readonly groupId: string;
  /** What the group was called when it was held. */
  readonly name: string;
  readonly stage: GroupOffStage;
  /** Since when (milliseconds), and by which run it was found first. */
  readonly since: number;
  readonly runId: string;
}

/** Keeps what a run wants; what is known already stays at its stage, and is wanted by this run as well. */
export function putGroupOffs(
  sql: ObjectSql,
  run: Run,
  stage: "run" | "held",
  offs: readonly Pick<GroupOff, "sourceId" | "memberId" | "groupId" | "name">[],
  now: number,
): void {
  if (offs.length === 0) return;
  const given = { plan: planOf(run), stage, now, runId: run.runId };
  PUT.run(sql, { ...given, offs: JSON.stringify(offs) });
}

/** The groups that this run wants to go, at some stages. */
export function wantedGroups(
  sql: ObjectSql,
  run: Run,
  stages: readonly GroupOffStage[],
): readonly GroupOff[] {
  const given = { plan: planOf(run), runId: run.runId };
  return WANTED.rows(sql, { ...given, stages: JSON.stringify(stages) });
}

/** Moves the groups that this run wants to go, and that nobody decided on, to another stage. */
export function moveWantedGroups(sql: ObjectSql, run: Run, stage: "held" | "approved"): void {
  MOVE_WANTED.run(sql, { plan: planOf(run), runId: run.runId, stage });
}

/** What tells what is held apart: a group, or a member who is to leave it. */
export type OffKey = Pick<GroupOff, "sourceId" | "memberId">;

/** A page of what is held: the groups, then members of groups. */
export function heldGroupOffs(
  sql: ObjectSql,
  limit: number,
  after: OffKey | undefined,
): readonly GroupOff[] {
  const place = { afterGroup: after?.sourceId ?? null, afterMember: after?.memberId ?? "" };
  return HELD.rows(sql, { ...place, limit });
}

/** How many groups, and how many members of groups, are held. */
export function countHeldGroups(sql: ObjectSql): {
  readonly group: number;
  readonly membership: number;
} {
  return COUNT_HELD.rows(sql, {})[0] ?? { group: 0, membership: 0 };
}

/** How much was approved and is still to be done. */
export function countApprovedGroups(sql: ObjectSql): number {
  return COUNT_APPROVED.rows(sql, {})[0]?.n ?? 0;
}

/** How many of what is held each run held first. */
export function heldGroupRuns(sql: ObjectSql): ReadonlyMap<string, number> {
  const rows = HELD_RUNS.rows(sql, {});
  return new Map(rows.map(({ runId, n }) => [runId, n]));
}

/** Those of the named that are held; where a run is named, those that it held first. */
export function heldKeys(
  sql: ObjectSql,
  which: readonly OffKey[] | { readonly runId: string | undefined },
): readonly OffKey[] {
  return "runId" in which
    ? HELD_OF_RUN.rows(sql, { runId: which.runId ?? null })
    : HELD_AMONG.rows(sql, { keys: JSON.stringify(which) });
}

/**
 * Approves what is held, which then waits to be done, or rejects it until the provider says otherwise. Where
 * others that were held with them stay undecided (groups, or members of the same group), they stay held.
 */
export function decideHeld(
  sql: ObjectSql,
  keys: readonly OffKey[],
  stage: "approved" | "rejected",
): void {
  if (keys.length === 0) return;
  const given = { keys: JSON.stringify(keys) };
  DECIDE.run(sql, { ...given, stage });
  LEAVE.run(sql, given);
}

/** Whether anything was approved that no run has taken up. */
export function hasNewlyApproved(sql: ObjectSql): boolean {
  return FIND_NEWLY_APPROVED.rows(sql, {}).length > 0;
}

/** Notes that a run takes up what was approved. */
export function takeUpGroups(sql: ObjectSql): void {
  TAKE_UP.run(sql, {});
}

/** The groups that are to go, at a stage. */
export function groupsAtStage(sql: ObjectSql, stage: GroupOffStage): readonly GroupOff[] {
  return AT_STAGE.rows(sql, { stage });
}

/** The members who are to leave one group, at whatever stage. */
export function leavingOf(sql: ObjectSql, sourceId: string): readonly GroupOff[] {
  return LEAVING.rows(sql, { sourceId });
}

/** The source ids of the groups from which leaving was approved. */
export function approvedGroups(sql: ObjectSql): readonly string[] {
  return APPROVED_GROUPS.rows(sql, {}).map(({ sourceId }) => sourceId);
}

/** Forgets some of the members who were to leave a group. */
export function dropLeaving(sql: ObjectSql, sourceId: string, memberIds: readonly string[]): void {
  if (memberIds.length === 0) return;
  DROP_LEAVING.run(sql, { sourceId, memberIds: JSON.stringify(memberIds) });
}

/** The group is there: whatever was to become of it is over. */
export function dropGroupOff(sql: ObjectSql, run: Run, sourceIds: readonly string[]): void {
  DROP.run(sql, { plan: planOf(run), sourceIds: JSON.stringify(sourceIds) });
}

/** Forgets what concerns groups that are linked no more, and what an older run left unweighed. */
export function pruneGroupOffs(sql: ObjectSql, run: Run): void {
  DROP_UNLINKED.run(sql, {});
  DROP_UNWEIGHED.run(sql, { runId: run.runId });
}

/** Forgets what a dry run found. */
export function clearPlannedGroupOffs(sql: ObjectSql): void {
  DROP_PLANNED.run(sql, {});
}

/** Forgets all of it. */
export function clearGroupOffs(sql: ObjectSql): void {
  CLEAR(sql);
}

/** A dry run keeps rows of its own. */
function planOf(run: Run): number {
  return mayWrite(run) ? 0 : 1;
}

const { plan, sourceId, memberId, groupId, name, stage, since, runId, wantedBy, takenUp } =
  groupOffsTable;

const allOffs = () =>
  build
    .select(named({ sourceId, memberId, groupId, name, stage, since, runId }))
    .from(groupOffsTable);

const isReal = () => eq(plan, literal(0));
const isGroup = () => eq(memberId, literal(""));
const isMember = () => ne(memberId, literal(""));
const isHeld = () => and(isReal(), sql`${stage} in ('held', 'left')`);
const isAt = (known: GroupOffStage) => eq(stage, literal(known));

type OfRun = { readonly plan: number; readonly runId: string };

const PUT = objectStatement<OfRun & { stage: GroupOffStage; now: number; offs: string }>()(
  (given) => {
    const { table, value } = jsonEach(given.offs);
    const cell = cellsOf<GroupOff>(value);
    const cells = {
      plan: given.plan,
      sourceId: cell("sourceId"),
      memberId: cell("memberId"),
      groupId: cell("groupId"),
      name: cell("name"),
      stage: given.stage,
      since: given.now,
      runId: given.runId,
      wantedBy: given.runId,
    };
    const onConflict = sql`on conflict do update set
      ${nameOf(groupId)} = ${excluded(groupId)}, ${nameOf(wantedBy)} = ${excluded(wantedBy)},
      ${nameOf(name)} = iif(${excluded(name)} = '', ${name}, ${excluded(name)})`;
    return insertRows(groupOffsTable, cells, { from: table, onConflict });
  },
);

const WANTED = objectStatement<OfRun & { stages: string }>()((given) =>
  allOffs()
    .where(
      and(
        eq(plan, given.plan),
        isGroup(),
        eq(wantedBy, given.runId),
        isInList(stage, given.stages),
      ),
    )
    .orderBy(sourceId),
);

const MOVE_WANTED = objectStatement<OfRun & { stage: GroupOffStage }>()((given) =>
  build
    .update(groupOffsTable)
    .set({ stage: sql`${given.stage}` })
    .where(
      and(
        eq(plan, given.plan),
        isGroup(),
        eq(wantedBy, given.runId),
        sql`${stage} in ('run', 'held')`,
      ),
    ),
);

interface HeldPage {
  readonly afterGroup: string | null;
  readonly afterMember: string;
  readonly limit: number;
}

const HELD = objectStatement<Pick<HeldPage, keyof HeldPage>>()((given) => {
  const place = sql`(${memberId} <> '', ${sourceId}, ${memberId})`;
  const after = sql`(${given.afterMember} <> '', ${given.afterGroup}, ${given.afterMember})`;
  return allOffs()
    .where(and(isHeld(), or(isNull(sql`${given.afterGroup}`), gt(place, after))))
    .orderBy(sql`${memberId} <> ''`, sourceId, memberId)
    .limit(given.limit);
});

const COUNT_HELD = objectStatement()(() => {
  const counted = (condition: SQL) => sql<number>`count(*) filter (where ${condition})`;
  return build
    .select(named({ group: counted(isGroup()), membership: counted(isMember()) }))
    .from(groupOffsTable)
    .where(isHeld());
});

const COUNT_APPROVED = objectStatement()(() =>
  build
    .select(named({ n: count() }))
    .from(groupOffsTable)
    .where(and(isReal(), isAt("approved"))),
);

const HELD_RUNS = objectStatement()(() =>
  build
    .select(named({ runId, n: count() }))
    .from(groupOffsTable)
    .where(isHeld())
    .groupBy(runId),
);

const heldIds = (condition: SQL) =>
  build.select(named({ sourceId, memberId })).from(groupOffsTable).where(and(isHeld(), condition));

const HELD_OF_RUN = objectStatement<{ runId: string | null }>()((given) =>
  heldIds(eq(runId, sql`coalesce(${given.runId}, ${runId})`)),
);

/** The condition that what is to go is among some keys. */
function isAmongKeys(keys: SQLWrapper): SQL {
  const { table, value } = jsonEach(keys);
  const cell = cellsOf<OffKey>(value);
  const ids = named({ sourceId: cell("sourceId"), memberId: cell("memberId") });
  return inArray(sql`(${sourceId}, ${memberId})`, build.select(ids).from(table));
}

type Keys = { readonly keys: string };

const HELD_AMONG = objectStatement<Keys>()(({ keys }) => heldIds(isAmongKeys(keys)));

const DECIDE = objectStatement<Keys & { stage: GroupOffStage }>()((given) =>
  build
    .update(groupOffsTable)
    .set({ stage: sql`${given.stage}`, takenUp: literal(0) })
    .where(and(isHeld(), isAmongKeys(given.keys))),
);

/** What is weighed together: all groups, or the members of one. */
const weighed = (group: SQLWrapper, member: SQLWrapper) => ({
  isGroup: sql`${member} = ''`,
  group: sql`iif(${member} = '', '', ${group})`,
});

const LEAVE = objectStatement<Keys>()(({ keys }) => {
  const { table, value } = jsonEach(keys);
  const cell = cellsOf<OffKey>(value);
  const decided = named(weighed(cell("sourceId"), cell("memberId")));
  const own = weighed(sourceId, memberId);
  return build
    .update(groupOffsTable)
    .set({ stage: literal("left") })
    .where(
      and(
        isReal(),
        isAt("held"),
        inArray(sql`(${own.isGroup}, ${own.group})`, build.select(decided).from(table)),
      ),
    );
});

const FIND_NEWLY_APPROVED = objectStatement()(() =>
  build
    .select({ stage })
    .from(groupOffsTable)
    .where(and(isAt("approved"), eq(takenUp, literal(0))))
    .limit(1),
);

const TAKE_UP = objectStatement()(() =>
  build
    .update(groupOffsTable)
    .set({ takenUp: literal(1) })
    .where(eq(takenUp, literal(0))),
);

const AT_STAGE = objectStatement<{ stage: GroupOffStage }>()((given) =>
  allOffs()
    .where(and(isReal(), isGroup(), eq(stage, given.stage)))
    .orderBy(sourceId),
);

const LEAVING = objectStatement<{ sourceId: string }>()((given) =>
  allOffs().where(and(isReal(), eq(sourceId, given.sourceId), isMember())),
);

const APPROVED_GROUPS = objectStatement()(() =>
  build
    .selectDistinct(named({ sourceId }))
    .from(groupOffsTable)
    .where(and(isReal(), isAt("approved"), isMember())),
);

const DROP_LEAVING = objectStatement<{ sourceId: string; memberIds: string }>()((given) =>
  build
    .delete(groupOffsTable)
    .where(
      and(isReal(), eq(sourceId, given.sourceId), isMember(), isInList(memberId, given.memberIds)),
    ),
);

const DROP = objectStatement<{ plan: number; sourceIds: string }>()((given) =>
  build
    .delete(groupOffsTable)
    .where(and(eq(plan, given.plan), isGroup(), isInList(sourceId, given.sourceIds))),
);

const DROP_UNLINKED = objectStatement()(() => {
  const linked = build.select({ sourceId: groupLinksTable.sourceId }).from(groupLinksTable);
  return build.delete(groupOffsTable).where(notInArray(sourceId, linked));
});

const DROP_UNWEIGHED = objectStatement<{ runId: string }>()((given) =>
  build.delete(groupOffsTable).where(and(isAt("run"), ne(wantedBy, given.runId))),
);

const DROP_PLANNED = objectStatement()(() =>
  build.delete(groupOffsTable).where(eq(plan, literal(1))),
);

const CLEAR = emptying(groupOffsTable);
