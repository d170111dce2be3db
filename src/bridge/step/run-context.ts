import type { StoredBridge } from "#store/admin/bridges.ts";
import type { Clock } from "#store/clock.ts";
import type { Database } from "#store/database.ts";
import type { BridgeConfig } from "../config/settings.ts";
import type { PlanContext, Reach } from "../plan/context.ts";
import type { Source } from "../source/source.ts";
import type { Run } from "../state/run.ts";
import type { ObjectSql } from "../storage/tables.ts";
import type { BridgeActor } from "./directory.ts";

/** What the steps of a run work with. */
export interface RunContext {
  readonly sql: ObjectSql;
  readonly db: Database;
  readonly clock: Clock;
  readonly newId: () => string;
  /** The connector as it was when the slice began. */
  readonly bridge: StoredBridge;
  readonly config: BridgeConfig;
  readonly source: Source;
  /** Keeps what a step did, and the run as it is then, in one transaction; throws RunReplaced for a run that was. */
  readonly keep: (run: Run, save: () => Run) => Run;
  /** The same for a part of a step: that the step failed before is not forgotten yet. */
  readonly keepPart: RunContext["keep"];
  /** Where it was read for one user whether he is in the scope: what the run knows is not asked then. */
  readonly reach?: (sourceId: string) => Reach;
  /** Told of each commit, so that the connector's webhooks are woken. */
  readonly onCommit: () => void;
}

/** A run cannot go on, for a reason that trying again will not mend; `message` is for an administrator. */
export class RunBroken extends Error {
  override readonly name = "RunBroken";
}

/** What plans need to know of a run's world. */
export function planContext(world: RunContext, pass: PlanContext["pass"]): PlanContext {
  const { bridge, config, newId, clock } = world;
  return {
    now: clock.now(),
    newId,
    type: bridge.types.User,
    deletion: bridge.settings.deletion,
    config,
    pass,
  };
}

/** The run as the directory's actor. */
export function bridgeActor(
  { db, clock, bridge, config, newId }: RunContext,
  run: Run,
): BridgeActor {
  const facts = { runId: run.runId, provider: config.source.type, newId };
  return { db, clock, connector: bridge, run: facts };
}
