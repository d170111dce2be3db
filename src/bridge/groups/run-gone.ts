import type { JsonObject } from "#scim/json.ts";
import type { Issue } from "../mapping/mapped.ts";
import { judgeGuard } from "../plan/guard.ts";
import { askAgain, ODD_ANSWERS_MAX } from "../source/odd-answers.ts";
import { SourceError } from "../source/source.ts";
import { counted, mayWrite, type Run } from "../state/run.ts";
import { bridgeDirectory } from "../step/directory.ts";
import { bridgeActor, type RunContext } from "../step/run-context.ts";
import { putFormerGroup } from "../storage/groups/former.ts";
import {
  type GroupLink,
  groupLink,
  groupLinks,
  keepGroupLink,
  listedGroups,
} from "../storage/groups/links.ts";
import {
  dropGroupOff,
  type GroupOff,
  groupsAtStage,
  moveWantedGroups,
  putGroupOffs,
  wantedGroups,
} from "../storage/groups/switch-offs.ts";
import { addGroupSteps } from "../storage/runs.ts";
import { type GroupOutcome, NO_GROUP_COUNTS } from "./group.ts";
import { unlistedGroup } from "./issue.ts";
import { nameOfGroup } from "./name.ts";
import { removeGroup } from "./removal.ts";
import { isInScope, keepOutcome, leaveGroups, noteGroup } from "./run-end.ts";
import { plannedRemoval } from "./step.ts";

/** So many groups are removed in one step, and so many requests for them go out. */
const GROUPS_PER_STEP = 10;

/**
 * Asks the provider by id for the groups that a complete listing lacked, and for those whose going was
 * approved: only what the provider itself calls gone may go.
 */
export async function askForMissing(world: RunContext, run: Run): Promise<Run> {
  const { keep, keepPart } = world;
  const after = run.place.after;
  const ids = missingAfter(world, run, after.slice(AFTER_PREFIX)).slice(0, GROUPS_PER_STEP);
  if (ids.length === 0) return keep(run, () => ({ ...run, place: atStep("judge", after) }));
  let current = run;
  let requests = 0;
  for (const sourceId of ids) {
    if (requests + ODD_ANSWERS_MAX > GROUPS_PER_STEP) break;
    const answer = await groupOrTrouble(() => {
      requests += 1;
      return world.source.findGroup(sourceId);
    });
    const before = current;
    current = keepPart(before, () => ({
      ...noteAnswer(world, before, sourceId, answer),
      place: atStep("missing", after.slice(0, AFTER_PREFIX) + sourceId),
    }));
  }
  const done = current;
  return keep(done, () => done);
}

/** Whether the listing was complete is the first character of `place.after` here, and the last id the rest. */
const AFTER_PREFIX = 1;

/** The `place.after` at which the asking begins. */
export function askingFrom(isComplete: boolean): string {
  return isComplete ? "+" : "-";
}

function atStep(step: string, after: string): Run["place"] {
  return { step, at: 0, after };
}

function missingAfter(world: RunContext, run: Run, after: string): readonly string[] {
  const { sql } = world;
  const approved = mayWrite(run) ? groupsAtStage(sql, "approved") : [];
  // A dry run weighs only what nobody has looked at.
  const decided = [
    ...groupsAtStage(sql, "rejected"),
    ...(mayWrite(run) ? [] : groupsAtStage(sql, "left")),
  ];
  const staying = new Set(decided.map(({ sourceId }) => sourceId));
  const wanted = new Set(approved.map(({ sourceId }) => sourceId));
  if (run.place.after.startsWith("+")) {
    const listed = listedGroups(sql);
    for (const { sourceId } of groupLinks(sql)) {
      if (!listed.has(sourceId) && isInScope(world, sourceId)) wanted.add(sourceId);
    }
  }
  // In the order of SQLite and of groupLinks, which is that of the code points.
  return [...wanted].filter((id) => !staying.has(id) && id > after).sort(byText);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}

async function groupOrTrouble(
  find: () => Promise<JsonObject | undefined>,
): Promise<JsonObject | undefined | SourceError> {
  try {
    return await askAgain(find);
  } catch (error) {
    if (error instanceof SourceError && error.failure.kind === "record") return error;
    throw error;
  }
}

function noteAnswer(
  world: RunContext,
  run: Run,
  sourceId: string,
  answer: JsonObject | undefined | SourceError,
): Run {
  const { sql, clock } = world;
  if (answer instanceof SourceError) {
    const { detail } = answer;
    const issue: Issue = { kind: "unreadable", sourceId, userName: undefined, detail };
    return noteGroup(world, run, { sourceId }, [issue], false);
  }
  if (answer !== undefined) {
    dropGroupOff(sql, run, [sourceId]);
    return noteGroup(world, run, { sourceId }, [unlistedGroup(sourceId)], true);
  }
  const link = groupLink(sql, sourceId);
  if (link === undefined) return run;
  const off = { sourceId, memberId: "", groupId: link.groupId, name: "" };
  putGroupOffs(sql, run, "run", [off], clock.now());
  return run;
}

/** Weighs the groups that would go, all of a run together. */
export async function judgeGone(world: RunContext, run: Run): Promise<Run> {
  const { sql, config, keep, clock } = world;
  const offs = wantedGroups(sql, run, ["run", "held"]);
  const links = groupLinks(sql).filter(({ sourceId }) => isInScope(world, sourceId));
  const count = { switchOffs: offs.length, activeLinked: links.length };
  const verdict = judgeGuard(count, config.settings.groupGuard);
  if (verdict === "pass") {
    return keep(run, () => {
      moveWantedGroups(sql, run, "approved");
      return { ...run, place: atStep("remove", run.place.after) };
    });
  }
  const named = await withNames(world, run, offs);
  return keep(run, () => {
    putGroupOffs(sql, run, "held", named, clock.now());
    moveWantedGroups(sql, run, "held");
    const held = offs.length;
    const isHeldNews = run.isHeldNews || offs.some(({ stage }) => stage === "run");
    const steps = named.map((off) => plannedRemoval(off, "held", true));
    const next = { ...counted(run, { held }), held: run.held + held, isHeldNews };
    const shown = mayWrite(run) ? next : addGroupSteps(sql, next, steps);
    return { ...shown, place: atStep("remove", run.place.after) };
  });
}

/** The groups with what they are called here, for those who are to decide. */
async function withNames(
  world: RunContext,
  run: Run,
  offs: readonly GroupOff[],
): Promise<readonly GroupOff[]> {
  const directory = bridgeDirectory(bridgeActor(world, run), "Group");
  const named: GroupOff[] = [];
  for (const off of offs) {
    const name = off.name || ((await nameOfGroup(directory, off.groupId)) ?? "");
    named.push({ ...off, name });
  }
  return named;
}

/** Removes the groups that were let through, a few in each step. */
export async function removeGone(world: RunContext, run: Run): Promise<Run> {
  const { sql, keep, keepPart, clock } = world;
  const going = wantedGroups(sql, run, ["approved"]);
  if (!mayWrite(run)) {
    return keep(run, () => {
      const isMade = ({ sourceId }: GroupOff) => groupLink(sql, sourceId)?.isCreated === true;
      const steps = going.map((off) => plannedRemoval(off, "missing", isMade(off)));
      const letGo = run.place.after.startsWith("+") ? outOfScope(world) : [];
      const more = letGo.map((link) =>
        plannedRemoval({ ...link, name: "" }, "not-in-scope", false),
      );
      const next = counted(run, { groupsDeleted: going.filter(isMade).length });
      return leaveGroups(world, addGroupSteps(sql, next, [...steps, ...more]));
    });
  }
  if (going.length === 0) {
    return keep(run, () => {
      if (run.place.after.startsWith("+")) dropOutOfScope(world);
      return leaveGroups(world, run);
    });
  }
  const directory = bridgeDirectory(bridgeActor(world, run), "Group");
  let current = run;
  for (const { sourceId } of going.slice(0, GROUPS_PER_STEP)) {
    const link = groupLink(sql, sourceId);
    const outcome: GroupOutcome =
      link === undefined
        ? { link, isComplete: true, counts: NO_GROUP_COUNTS, issues: [] }
        : await removeGroup(directory, link);
    const before = current;
    current = keepPart(before, () => {
      if (outcome.former !== undefined) putFormerGroup(sql, sourceId, outcome.former, clock.now());
      dropGroupOff(sql, before, [sourceId]);
      return keepOutcome(world, before, { sourceId }, outcome);
    });
  }
  const done = current;
  return keep(done, () => done);
}

/** A group that is chosen no more is let go, once a complete listing was read. */
function dropOutOfScope(world: RunContext): void {
  for (const { sourceId } of outOfScope(world)) keepGroupLink(world.sql, sourceId, undefined);
}

function outOfScope(world: RunContext): readonly GroupLink[] {
  return groupLinks(world.sql).filter(({ sourceId }) => !isInScope(world, sourceId));
}
