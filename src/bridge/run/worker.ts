import { originOf, proposedConfig, readingOf, scopeOf } from "./bridge-config.ts";
import { beginAnew, clearListing, currentRun, failRun, finishRun } from "./bridge-runs.ts";
import type { Engine, Look } from "./engine.ts";
import { mayWrite, type Run } from "./run.ts";
import type { BridgeConfig } from "./settings.ts";
import { isDue, type Standing } from "./state.ts";
import { hasNewlyApproved } from "./storage-group-offs.ts";
import { hasNewApproved } from "./storage-offs.ts";
import { writeRun } from "./storage-runs.ts";
import { type Failed, type RunStore, runSlice } from "./sync.ts";
import { RunBroken, RunReplaced, type World } from "./world.ts";

/** Does one slice of the run under way, or of one that is due; nothing where neither is. */
export async function workAtRun(engine: Engine, look: Look): Promise<void> {
  const run = readyRun(engine, look);
  if (run === undefined) return;
  await engine.flush(look.bridge);
  try {
    await workAt(engine, asProposed(look, run), run.runId);
  } catch (error) {
    // Somebody ended the run, or the whole bridge, while it waited.
    if (error instanceof RunReplaced) return;
    throw error;
  }
  await engine.pokeWebhooks(look.bridge);
}

/** Whether a run may go on: a paused bridge does nothing but dry runs, which write nothing. */
export function isFree(standing: Standing, run: Run): boolean {
  return !standing.paused || !mayWrite(run);
}

/** Whether switch-offs were approved that no run has asked for yet. */
export function hasApproved({ sql }: Engine, { paused, state }: Standing): boolean {
  return !paused && state !== "disabled" && (hasNewApproved(sql) || hasNewlyApproved(sql));
}

/** The bridge as a dry run is to take it, which may go by other settings than those that are stored. */
function asProposed(look: Look, run: Run | undefined): Look {
  return { ...look, config: proposedConfig(look.config, run?.proposed) };
}

function readyRun(engine: Engine, look: Look): Run | undefined {
  const { sql, storage } = engine;
  const { memory } = look;
  const now = engine.tools().clock.now();
  const under = currentRun(sql);
  const { config } = asProposed(look, under);
  if (under !== undefined && under.origin !== originOf(config)) {
    const anew = { ...readingOf(config), now };
    storage.transactionSync(() => beginAnew(sql, under, anew));
  }
  const run = currentRun(sql);
  if (run !== undefined)
    return isFree(memory.standing, run) && (run.resumeAt ?? 0) <= now ? run : undefined;
  if (hasApproved(engine, memory.standing)) return engine.begin(look, "approve");
  return isDue(memory.standing, now) ? engine.begin(look, "delta") : undefined;
}

async function workAt(engine: Engine, look: Look, runId: string): Promise<void> {
  let requests = 0;
  const store = storeOf(engine, runId);
  try {
    const onRequest = () => {
      requests += 1;
    };
    const world = await engine.openWorld(look, onRequest, keepersOf(engine, runId));
    const end = await runSlice(world, store, {
      requests: () => requests,
      isStopped: () => isStopped(engine, look),
      exclusively: (step) => engine.exclusively(step),
    });
    if (end.kind === "finished") finish(engine, look.config, end.run);
    if (end.kind === "failed") fail(engine, look.config, end.run, end.verdict);
  } catch (error) {
    if (!(error instanceof RunBroken)) throw error;
    const verdict = {
      kind: "fail",
      isResumable: false,
      isUnauthorized: false,
      retryAt: undefined,
    } as const;
    fail(engine, look.config, store.current(), { ...verdict, detail: error.message });
  }
}

/** Whether somebody paused the bridge, or changed its configuration: the next slice goes by the new one. */
function isStopped(engine: Engine, { bridge }: Look): boolean {
  const standing = engine.memory()?.standing;
  const run = currentRun(engine.sql);
  const isChanged = engine.newestVersion > bridge.version;
  return standing === undefined || run === undefined || isChanged || !isFree(standing, run);
}

/** Keeps steps of the run with that id, as long as it is the one under way. */
function keepersOf(engine: Engine, runId: string): Pick<World, "keep" | "keepPart"> {
  const keepPart: World["keep"] = (run, save) =>
    engine.storage.transactionSync(() => {
      if (engine.memory()?.runId !== runId || run.runId !== runId) throw new RunReplaced();
      const next = save();
      writeRun(engine.sql, next);
      return next;
    });
  const calm = {
    state: "running",
    tries: 0,
    pauses: 0,
    resumeAt: undefined,
    waitingFor: undefined,
    troubledSince: undefined,
  } as const;
  return { keepPart, keep: (run, save) => keepPart(run, () => ({ ...save(), ...calm })) };
}

function storeOf(engine: Engine, runId: string): RunStore {
  const current = () => {
    const run = currentRun(engine.sql);
    if (run?.runId !== runId) throw new RunReplaced();
    return run;
  };
  return {
    current,
    postpone: (run, isRestarted) =>
      engine.storage.transactionSync(() => {
        current();
        if (isRestarted) clearListing(engine.sql, run);
        writeRun(engine.sql, run);
      }),
  };
}

function finish(engine: Engine, config: BridgeConfig, run: Run): void {
  engine.storage.transactionSync(() => {
    const memory = engine.memory();
    if (memory?.runId !== run.runId) throw new RunReplaced();
    finishRun(engine.sql, memory, run, endingOf(engine, config));
  });
  logEnd(run, "succeeded");
}

function fail(engine: Engine, config: BridgeConfig, run: Run, verdict: Failed): void {
  const { random } = engine.tools().clock;
  engine.storage.transactionSync(() => {
    const memory = engine.memory();
    if (memory?.runId !== run.runId) throw new RunReplaced();
    failRun(engine.sql, memory, run, verdict, { ...endingOf(engine, config), random });
  });
  logEnd(run, "failed");
}

function endingOf(engine: Engine, config: BridgeConfig) {
  const { clock, newId } = engine.tools();
  const intervalMs = config.settings.intervalSeconds * 1_000;
  return { now: clock.now(), intervalMs, newId, scope: scopeOf(config) };
}

function logEnd({ runId, mode, counts, held }: Run, state: string): void {
  const facts = { message: "bridge run", runId, mode, state, counts, held };
  console.info(JSON.stringify(facts));
}
