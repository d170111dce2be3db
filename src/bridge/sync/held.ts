import type { HeldChoice, HeldPage } from "../admin-views.ts";
import { parseHeldGroupId } from "../groups/held.ts";
import {
  countHeldGroups,
  heldGroupRuns,
  heldKeys,
  type OffKey,
} from "../storage/groups/switch-offs.ts";
import { countOffs, heldIdsOf, heldRuns, listOffs } from "../storage/switch-offs.ts";
import type { ObjectSql } from "../storage/tables.ts";

/** What a choice means: users by their source ids, groups and members; a sentence where it is no longer what was seen. */
export type HeldSelection =
  | {
      readonly kind: "chosen";
      readonly sourceIds: readonly string[];
      readonly groups: readonly OffKey[];
    }
  | { readonly kind: "refused"; readonly detail: string };

/** How the id of a held user begins: those of held groups and memberships begin otherwise. */
const USER_PREFIX = "user:";

/** The id by which a held switch-off is approved or rejected. */
export function heldId(sourceId: string): string {
  return `${USER_PREFIX}${sourceId}`;
}

/** How much is held, of each kind. */
export function countHeld(sql: ObjectSql): Pick<HeldPage, "total" | "totals"> {
  const totals = { user: countOffs(sql, "held"), ...countHeldGroups(sql) };
  return { total: totals.user + totals.group + totals.membership, totals };
}

/** How much each run held first. */
export function runsOfHeld(sql: ObjectSql): ReadonlyMap<string, number> {
  const runs = new Map(heldRuns(sql));
  for (const [runId, n] of heldGroupRuns(sql)) runs.set(runId, (runs.get(runId) ?? 0) + n);
  return runs;
}

/** The source id behind the id of a held user; undefined for what is no user. */
export function heldUserOf(id: string): string | undefined {
  if (id.startsWith(USER_PREFIX)) return id.slice(USER_PREFIX.length);
  return parseHeldGroupId(id) === undefined ? id : undefined;
}

/**
 * Finds what an administrator chose among all that is held. `{runId, count}` means all that the run held
 * first; or, where no other run held anything after it, all there are. `{ids}` are ids of items.
 */
export function chooseHeld(sql: ObjectSql, choice: HeldChoice): HeldSelection {
  const { total } = countHeld(sql);
  if (total === 0) return refused("Nothing is held.");
  return "ids" in choice ? chooseIds(sql, choice.ids) : chooseRun(sql, choice, total);
}

function chooseIds(sql: ObjectSql, ids: readonly string[]): HeldSelection {
  const wanted = [...new Set(ids)];
  const names = wanted.flatMap((id) => heldUserOf(id) ?? []);
  const sourceIds = heldIdsOf(sql, names);
  const keys = wanted.flatMap((id) => parseHeldGroupId(id) ?? []);
  const groups = heldKeys(sql, keys);
  const missing = wanted.length - sourceIds.length - groups.length;
  if (missing <= 0) return { kind: "chosen", sourceIds, groups };
  return refused(
    `${missing} of the ${wanted.length} are held no longer. Read …/held again, and decide anew.`,
  );
}

function chooseRun(
  sql: ObjectSql,
  { runId, count }: Extract<HeldChoice, { readonly runId: string }>,
  total: number,
): HeldSelection {
  const runs = runsOfHeld(sql);
  // The ids of runs are ordered by time: what any of them held is what the newest one left held.
  const sawAll = count === total && [...runs.keys()].every((each) => each <= runId);
  if (sawAll) return chosen(sql, undefined);
  if (runs.get(runId) === count) return chosen(sql, runId);
  const held = [...runs].map(([id, n]) => `${n} by the run ${id}`).join(", ");
  return refused(
    `Held are ${total}: ${held}. You name ${count} of the run ${runId}. Read …/held again, and decide anew.`,
  );
}

function chosen(sql: ObjectSql, runId: string | undefined): HeldSelection {
  const sourceIds = listOffs(sql, "held", countOffs(sql, "held"), "", runId).map(
    ({ sourceId }) => sourceId,
  );
  return { kind: "chosen", sourceIds, groups: heldKeys(sql, { runId }) };
}

function refused(detail: string): HeldSelection {
  return { kind: "refused", detail };
}
