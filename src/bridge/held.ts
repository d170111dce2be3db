import type { ObjectSql } from "./storage.ts";
import { countOffs, heldIdsOf, heldRuns, listOffs } from "./storage-offs.ts";
import type { HeldChoice } from "./views.ts";

/** The source ids of the switch-offs that a choice means; a sentence where it is no longer what was seen. */
export type Chosen =
  | { readonly kind: "chosen"; readonly sourceIds: readonly string[] }
  | { readonly kind: "refused"; readonly detail: string };

/** How the id of a held user begins: those of held groups and memberships begin otherwise. */
const USER_PREFIX = "user:";

/** The id by which a held switch-off is approved or rejected. */
export function heldId(sourceId: string): string {
  return `${USER_PREFIX}${sourceId}`;
}

/**
 * Finds what an administrator chose among the held switch-offs. `{runId, count}` means all that the run held
 * first; or, where no other run held anything after it, all there are. `{ids}` are ids of items.
 */
export function chooseHeld(sql: ObjectSql, choice: HeldChoice): Chosen {
  const total = countOffs(sql, "held");
  if (total === 0) return refused("No switch-offs are held.");
  return "ids" in choice ? chooseIds(sql, choice.ids) : chooseRun(sql, choice, total);
}

function chooseIds(sql: ObjectSql, ids: readonly string[]): Chosen {
  const wanted = [...new Set(ids)];
  const names = wanted.map((id) =>
    id.startsWith(USER_PREFIX) ? id.slice(USER_PREFIX.length) : id,
  );
  const sourceIds = heldIdsOf(sql, names);
  const missing = wanted.length - sourceIds.length;
  if (missing <= 0) return { kind: "chosen", sourceIds };
  return refused(
    `${missing} of the ${wanted.length} are held no longer. Read …/bridge/held again, and decide anew.`,
  );
}

function chooseRun(
  sql: ObjectSql,
  { runId, count }: Extract<HeldChoice, { readonly runId: string }>,
  total: number,
): Chosen {
  const runs = heldRuns(sql);
  // The ids of runs are ordered by time: what any of them held is what the newest one left held.
  const sawAll = count === total && [...runs.keys()].every((each) => each <= runId);
  if (sawAll) return chosen(sql, undefined);
  if (runs.get(runId) === count) return chosen(sql, runId);
  const held = [...runs].map(([id, n]) => `${n} by the run ${id}`).join(", ");
  return refused(
    `Held are ${total}: ${held}. You name ${count} of the run ${runId}. Read …/bridge/held again, and decide anew.`,
  );
}

function chosen(sql: ObjectSql, runId: string | undefined): Chosen {
  const sourceIds = listOffs(sql, "held", countOffs(sql, "held"), "", runId).map(
    ({ sourceId }) => sourceId,
  );
  return { kind: "chosen", sourceIds };
}

function refused(detail: string): Chosen {
  return { kind: "refused", detail };
}
