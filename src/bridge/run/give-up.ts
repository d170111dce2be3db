import type { Issue } from "../mapping/mapped.ts";
import { noteIssues } from "../notices/note-issues.ts";
import { enterPhase, mayWrite, type Run } from "../state/run.ts";
import type { RunContext } from "../step/run-context.ts";
import { putAsks } from "../storage/asks.ts";
import { listConflicts } from "../storage/conflicts.ts";
import { clearGroupTables } from "../storage/tables.ts";
import { unaskedIssue } from "./confirm.ts";
import { leaveScope } from "./scope.ts";

/** So many records that were left in doubt are asked for in the next run. */
const ASKS_MAX = 1_000;

/**
 * Leaves a phase that the provider does not let the run finish: an issue says so, what is open stays on its
 * list, and the run goes on behind the phase.
 */
export function giveUpPhase(world: RunContext, run: Run, detail: string): Run {
  const { sql, keep, clock } = world;
  return keep(run, () => {
    switch (run.phase) {
      case "scope":
        return leaveScope(world, run, detail);
      case "groups":
        clearGroupTables(sql);
        // The next run reads the same changes of groups again.
        return enterPhase(
          {
            ...noteIssues(world, run, {
              type: "Group",
              issues: [unreadGroups(detail)],
              settled: [],
            }),
            deltaFrom: { ...run.deltaFrom, groups: undefined },
          },
          "done",
          clock.now(),
        );
      case "secondPass": {
        const left = listConflicts(sql, run.place.after, ASKS_MAX);
        const ids = left.map(({ sourceId }) => sourceId);
        if (mayWrite(run)) putAsks(sql, run, "issue", ids, clock.now());
        return enterPhase(noteUnasked(world, run, detail), "groups", clock.now());
      }
      default:
        return enterPhase(noteUnasked(world, run, detail), "switchOffConfirmed", clock.now());
    }
  });
}

function noteUnasked(world: RunContext, run: Run, detail: string): Run {
  return noteIssues(world, run, { type: "User", issues: [unaskedIssue(detail)], settled: [] });
}

function unreadGroups(detail: string): Issue {
  const said = `The groups could not be read: ${detail} They and their members stay as they are, users are synced all the same, and the next run reads the groups again.`;
  return { kind: "groups-unread", sourceId: undefined, userName: undefined, detail: said };
}
