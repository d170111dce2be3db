import { v7 as uuidv7 } from "uuid";
import type { BridgeOverview, RunView } from "#bridge/admin-views.ts";
import type { BridgeCalls } from "#bridge/calls.ts";
import { judgeProposal } from "#bridge/check/judge.ts";
import { NO_GROUP_COUNTS } from "#bridge/groups/group.ts";

/** The Durable Objects of all bridges as tests of their callers see them: nothing runs in them. */
export interface FakeBridges {
  readonly namespace: Env["BRIDGE"];
  /** What was called, as "connectorId method". */
  readonly calls: readonly (readonly [connectorId: string, method: string, ...unknown[]])[];
  /** From now on every call to that connector's object fails so. */
  readonly fail: (connectorId: string, error: Error) => void;
  /** Replaces methods of that connector's object. */
  readonly change: (connectorId: string, methods: Partial<BridgeCalls>) => void;
}

/** A run that has just begun. */
export function aRun(members: Partial<RunView> = {}): RunView {
  return {
    runId: uuidv7(),
    mode: "full",
    state: "running",
    phase: "users",
    counts: {
      ...NO_GROUP_COUNTS,
      seen: 0,
      created: 0,
      updated: 0,
      deactivated: 0,
      reactivated: 0,
      deleted: 0,
      held: 0,
      skipped: 0,
    },
    issues: [],
    issueCount: 0,
    held: 0,
    error: null,
    waitingFor: null,
    resumesAt: null,
    startedAt: "2026-11-22T08:00:00.000Z",
    finishedAt: null,
    ...members,
  };
}

/** The overview of a bridge that has never run. */
export const NEW_BRIDGE: BridgeOverview = {
  state: "pending",
  paused: false,
  consecutiveFailures: 0,
  nextSyncAt: null,
  linkedUsers: 0,
  held: 0,
  approved: 0,
  lastRun: null,
};

/** Bridges that remember the runs that they are asked for, and start none. */
export function fakeBridges(): FakeBridges {
  const calls: [string, string, ...unknown[]][] = [];
  const failures = new Map<string, Error>();
  const objects = new Map<string, BridgeCalls>();
  const objectOf = (id: string): BridgeCalls => {
    const object = objects.get(id) ?? fakeBridge();
    objects.set(id, object);
    return object;
  };
  const recording = (id: string): BridgeCalls =>
    new Proxy(objectOf(id), {
      get:
        (object, name: keyof BridgeCalls) =>
        async (...given: unknown[]) => {
          calls.push([id, name, ...given]);
          const failure = failures.get(id);
          if (failure !== undefined) throw failure;
          return await Reflect.apply(object[name], object, given);
        },
    });
  return {
    // Whoever calls bridges asks the namespace for nothing else.
    namespace: { getByName: recording } as unknown as Env["BRIDGE"],
    calls,
    fail: (id, error) => failures.set(id, error),
    change: (id, methods) => objects.set(id, { ...objectOf(id), ...methods }),
  };
}

function fakeBridge(): BridgeCalls {
  const runs: RunView[] = [];
  const start = async (mode: RunView["mode"]) => {
    const run = aRun({ mode });
    runs.unshift(run);
    return { kind: "ok", value: { runId: run.runId } } as const;
  };
  const done = async () => ({ kind: "ok", value: null }) as const;
  return {
    configured: async () => {},
    wake: async () => {},
    judge: judgeProposal,
    check: async () => ({ ok: true, checks: [] }),
    removed: async () => {},
    overview: async () => ({ ...NEW_BRIDGE, lastRun: runs[0] ?? null }),
    sync: start,
    startPlan: () => start("plan"),
    plan: async (runId) => {
      const run = runs.find((each) => each.runId === runId);
      return run === undefined ? null : { run, wouldHold: false, steps: [] };
    },
    syncUser: async () => ({ kind: "ok", value: [] }),
    pause: done,
    resume: done,
    enable: done,
    resync: () => start("full"),
    runs: async (limit, before) =>
      runs.filter(({ runId }) => before === undefined || runId < before).slice(0, limit),
    run: async (runId) => runs.find((each) => each.runId === runId) ?? null,
    held: async () => ({
      items: [],
      next: null,
      total: 0,
      totals: { user: 0, group: 0, membership: 0 },
      runId: null,
    }),
    approveHeld: async () => {
      const { value } = await start("approve");
      return { kind: "ok", value: { ...value, approved: 1 } };
    },
    forgetPerson: async () => undefined,
    rejectHeld: done,
  };
}
