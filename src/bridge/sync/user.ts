import type { PlannedStep } from "../admin-views.ts";
import type { PreparedRecord, Reach } from "../plan/context.ts";
import { shownStep } from "../plan/planned-step.ts";
import { preparePage } from "../plan/prepare.ts";
import { applyRecords, keepResults, switchOffsIn } from "../run/apply.ts";
import { findInScope } from "../run/scope.ts";
import { keepOffs, switchOffNow } from "../run/switch-off.ts";
import { counted, NO_CURSORS, newRun, type Run } from "../state/run.ts";
import type { RunContext } from "../step/run-context.ts";
import { linksBySource } from "../storage/links.ts";
import { keepIssues, pruneRuns, writeRun } from "../storage/runs.ts";
import type { BridgeSnapshot, ConnectorSync } from "./connector-sync.ts";
import { readingOf } from "./reading.ts";

/**
 * Brings one user up to date now, by source id, login or address: a run of its own with one record,
 * switch-offs included. Gives what it did; undefined where the provider has no such user.
 */
export async function syncOneUser(
  engine: ConnectorSync,
  look: BridgeSnapshot,
  key: string,
): Promise<readonly PlannedStep[] | undefined> {
  const { sql, storage } = engine;
  const { clock, newId } = engine.tools();
  const keep: RunContext["keep"] = (_, save) => storage.transactionSync(save);
  const world = await engine.openRunContext(look, () => undefined, { keep, keepPart: keep });
  const record = await world.source.findUser(key);
  if (record === undefined) return undefined;
  const run: Run = newRun({
    runId: newId(),
    mode: "user",
    isFull: false,
    ...readingOf(look.config),
    since: NO_CURSORS,
    startedAt: clock.now(),
  });
  const prepared = await preparePage([record], look.config, "full");
  const reach = await reachOfOne(world, prepared[0]);
  const scoped: RunContext = { ...world, reach: () => reach };
  const operations = await applyRecords(scoped, run, prepared, "second", true);
  const offs = switchOffsIn(operations);
  const seen = counted(run, { seen: 1 });
  const absorbed = storage.transactionSync(() => keepResults(world, seen, operations, new Map()));
  const done = await switchOffNow(world, run, offs);
  storage.transactionSync(() => {
    const ended = keepIssues(sql, keepOffs(world, absorbed, offs, done), []);
    writeRun(sql, { ...ended, state: "succeeded", phase: "done", finishedAt: clock.now() });
    pruneRuns(sql, ended);
  });
  const links = linksBySource(
    sql,
    operations.flatMap(({ sourceId }) => sourceId ?? []),
  );
  return operations.map((each) => shownStep(each, links.get(each.sourceId ?? "")?.userId ?? null));
}

/** Reads whether the user is in the scope; of who may not sign in any more that is not asked. */
async function reachOfOne(
  { source, config }: RunContext,
  prepared: PreparedRecord | undefined,
): Promise<Reach> {
  const isLeaver = prepared?.mapped.kind === "user" && prepared.mapped.isActive === false;
  const { scope } = config.settings;
  if (scope === undefined || prepared?.sourceId === undefined) return "in";
  return isLeaver ? "unknown" : await findInScope(source, scope, prepared.sourceId);
}
