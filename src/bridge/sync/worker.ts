import type { BridgeConfig } from "../config/settings.ts";
import { proposedConfig } from "../config/stored-config.ts";
import { type Failed, type RunStore, runSlice } from "../run/slice.ts";
import { isFree, type Run } from "../state/run.ts";
import { isDue } from "../state/state.ts";
import { RunBroken, type RunContext } from "../step/run-context.ts";
import { RunReplaced } from "../step/run-replaced.ts";
import { writeRun } from "../storage/runs.ts";
import type { BridgeSnapshot, ConnectorSync } from "./connector-sync.ts";
import { originOf, readingOf, scopeOf } from "./reading.ts";
import {
  beginAnew,
  clearListing,
  currentRun,
  failRun,
  finishRun,
  hasApproved,
  raiseFailing,
} from "./runs.ts";

/** A connector that is disabled is looked at again so often, should cron not tell of it. */
const DISABLED_LOOK_MS = 15 * 60_000;

/** Does what is due of a bridge, for a while. */
export async function workOnBridge(engine: ConnectorSync): Promise<void> {
  const look = await engine.look(undefined);
  if (look === undefined) return;
  const { clock, newId } = engine.tools();
  if (look.bridge.connectorStatus === "disabled") {
    engine.restUntil(clock.now() + DISABLED_LOOK_MS);
    return;
  }
  await workAtRun(engine, look);
  engine.storage.transactionSync(() => raiseFailing(engine.sql, clock.now(), newId));
  await engine.flush(look.bridge);
}

/** Does one slice of the run under way, or of one that is due; nothing where neither is. */
async function workAtRun(engine: ConnectorSync, look: BridgeSnapshot): Promise<void> {
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
  await engine.wakeWebhooks(look.bridge);
}

/** The bridge as a dry run is to take it, which may go by other settings than those that are stored. */
function asProposed(look: BridgeSnapshot, run: Run | undefined): BridgeSnapshot {
  return { ...look, config: proposedConfig(look.config, run?.proposed) };
}

function readyRun(engine: ConnectorSync, look: BridgeSnapshot): Run | undefined {
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
  if (hasApproved(engine.sql, memory.standing)) return engine.begin(look, "approve");
  return isDue(memory.standing, now) ? engine.begin(look, "delta") : undefined;
}

async function workAt(engine: ConnectorSync, look: BridgeSnapshot, runId: string): Promise<void> {
  let requests = 0;
  const store = storeOf(engine, runId);
  try {
    const onRequest = () => {
      requests += 1;
    };
    const world = await engine.openRunContext(look, onRequest, keepersOf(engine, runId));
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
function isStopped(engine: ConnectorSync, { bridge }: BridgeSnapshot): boolean {
  const standing = engine.memory()?.standing;
  const run = currentRun(engine.sql);
  const isChanged = engine.newestVersion > bridge.version;
  return standing === undefined || run === undefined || isChanged || !isFree(standing, run);
}

/** Keeps steps of the run with that id, as long as it is the one under way. */
function keepersOf(engine: ConnectorSync, runId: string): Pick<RunContext, "keep" | "keepPart"> {
  const keepPart: RunContext["keep"] = (run, save) =>
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

function storeOf(engine: ConnectorSync, runId: string): RunStore {
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

function finish(engine: ConnectorSync, config: BridgeConfig, run: Run): void {
  engine.storage.transactionSync(() => {
    const memory = engine.memory();
    if (memory?.runId !== run.runId) throw new RunReplaced();
    finishRun(engine.sql, memory, run, endingOf(engine, config));
  });
  logEnd(run, "succeeded");
}

function fail(engine: ConnectorSync, config: BridgeConfig, run: Run, verdict: Failed): void {
  const { random } = engine.tools().clock;
  engine.storage.transactionSync(() => {
    const memory = engine.memory();
    if (memory?.runId !== run.runId) throw new RunReplaced();
    failRun(engine.sql, memory, run, verdict, { ...endingOf(engine, config), random });
  });
  logEnd(run, "failed");
}

function endingOf(engine: ConnectorSync, config: BridgeConfig) {
  const { clock, newId } = engine.tools();
  const intervalMs = config.settings.intervalSeconds * 1_000;
  return { now: clock.now(), intervalMs, newId, scope: scopeOf(config) };
}

function logEnd({ runId, mode, counts, held }: Run, state: string): void {
  const facts = { message: "bridge run", runId, mode, state, counts, held };
  console.info(JSON.stringify(facts));
}
