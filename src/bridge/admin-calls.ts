import { switchBridge } from "#store/admin/bridges.ts";
import { databaseOf } from "#store/databases.ts";
import type {
  BridgeAnswer,
  BridgeOverview,
  HeldChoice,
  HeldItem,
  HeldPage,
  HeldUser,
  PlannedStep,
  PlanView,
  RunView,
} from "./admin-views.ts";
import type { BridgeSettings } from "./config/settings.ts";
import { heldGroupItems } from "./groups/held.ts";
import { userNames } from "./notices/log-notices.ts";
import { SourceError } from "./source/source.ts";
import { NO_CURSORS } from "./state/run.ts";
import { enableBridge } from "./state/state.ts";
import { RunBroken } from "./step/run-context.ts";
import { dropGroupLinks } from "./storage/groups/links.ts";
import { countApprovedGroups, decideHeld } from "./storage/groups/switch-offs.ts";
import { countLinks } from "./storage/links.ts";
import { listRuns, readRun, stepsOf, timeOf, viewOf } from "./storage/runs.ts";
import { approveOffs, clearOffs, countOffs, heldOffs, rejectOffs } from "./storage/switch-offs.ts";
import { clearLinkTables } from "./storage/tables.ts";
import type { BridgeSnapshot, ConnectorSync } from "./sync/connector-sync.ts";
import { chooseHeld, countHeld, heldId, heldUserOf, runsOfHeld } from "./sync/held.ts";
import { clearRun, currentRun } from "./sync/runs.ts";
import { syncOneUser } from "./sync/user.ts";

type Started = BridgeAnswer<{ readonly runId: string }>;

/** What administrators ask of a bridge, answered from its object's storage. */
export class BridgeAdmin {
  constructor(private readonly engine: ConnectorSync) {}

  /** Lets the next run start at once, unless the bridge is disabled. */
  makeDue(): void {
    const now = this.engine.tools().clock.now();
    this.engine.change((memory) => {
      const { standing } = memory;
      const isWaiting = (standing.nextSyncAt ?? 0) > now;
      if (standing.state === "disabled" || !isWaiting) return memory;
      return { ...memory, standing: { ...standing, nextSyncAt: now }, isMirrored: false };
    });
  }

  overview(): BridgeOverview {
    const { sql } = this.engine;
    const memory = this.engine.memory();
    const [last] = listRuns(sql, 1, undefined);
    const { state = "pending", paused = false } = memory?.standing ?? {};
    const nextSyncAt = paused ? undefined : memory?.standing.nextSyncAt;
    return {
      state,
      paused,
      consecutiveFailures: memory?.standing.consecutiveFailures ?? 0,
      nextSyncAt: nextSyncAt === undefined ? null : timeOf(nextSyncAt),
      linkedUsers: countLinks(sql).linked,
      held: countHeld(sql).total,
      approved: countOffs(sql, "approved") + countOffs(sql, "confirmed") + countApprovedGroups(sql),
      lastRun: last === undefined ? null : viewOf(sql, last),
    };
  }

  async start(
    mode: "full" | "delta" | "plan",
    proposed?: Partial<BridgeSettings>,
  ): Promise<Started> {
    const look = await this.lookNow();
    if ("kind" in look) return look;
    return (mode === "plan" ? undefined : atRest(look)) ?? this.begun(look, mode, proposed);
  }

  plan(runId: string): PlanView | null {
    const { sql } = this.engine;
    const run = readRun(sql, runId);
    if (run?.mode !== "plan") return null;
    return { run: viewOf(sql, run), wouldHold: run.held > 0, steps: stepsOf(sql, runId) };
  }

  async syncUser(key: string): Promise<BridgeAnswer<readonly PlannedStep[]>> {
    const look = await this.lookNow();
    if ("kind" in look) return look;
    try {
      const steps = await this.engine.exclusively(() => syncOneUser(this.engine, look, key));
      await this.engine.flush(look.bridge);
      await this.engine.wakeWebhooks(look.bridge);
      if (steps !== undefined) return { kind: "ok", value: steps };
      const detail = "The provider has no user with this id, login or address.";
      return { kind: "refused", status: 404, detail };
    } catch (error) {
      if (error instanceof SourceError) return refused(error.detail);
      if (error instanceof RunBroken) return refused(error.message);
      throw error;
    }
  }

  async pause(seen?: number): Promise<BridgeAnswer<null>> {
    return await this.switched(true, seen);
  }

  async resume(seen?: number): Promise<BridgeAnswer<null>> {
    return await this.switched(false, seen);
  }

  async enable(): Promise<BridgeAnswer<null>> {
    const { clock } = this.engine.tools();
    const look = await this.engine.look(undefined);
    if (look === undefined) return NO_BRIDGE;
    let wasDisabled = false;
    this.engine.change((memory) => {
      wasDisabled = memory.standing.state === "disabled";
      if (!wasDisabled) return memory;
      const standing = enableBridge(memory.standing, clock.now());
      return { ...memory, standing, isMirrored: false };
    });
    if (!wasDisabled) return refused("The bridge is not disabled.");
    await this.engine.flush(look.bridge);
    return { kind: "ok", value: null };
  }

  async resync(): Promise<Started> {
    const look = await this.lookNow();
    if ("kind" in look) return look;
    const rest = atRest(look);
    if (rest !== undefined) return rest;
    const { sql, storage } = this.engine;
    const isFree = storage.transactionSync(() => {
      if (currentRun(sql) !== undefined) return false;
      clearLinkTables(sql);
      dropGroupLinks(sql);
      // What was held together is still weighed together.
      rejectOffs(sql, "all");
      clearOffs(sql, "approved");
      clearRun(sql);
      this.engine.change((memory) => ({
        ...memory,
        delta: NO_CURSORS,
        lastFullAt: undefined,
        resumableRunId: undefined,
      }));
      return true;
    });
    return isFree ? this.begun(look, "full") : refused(UNDER_WAY);
  }

  runs(limit: number, beforeRunId: string | undefined): readonly RunView[] {
    const { sql } = this.engine;
    return listRuns(sql, limit, beforeRunId).map((run) => viewOf(sql, run));
  }

  run(runId: string): RunView | null {
    const { sql } = this.engine;
    const run = readRun(sql, runId);
    return run === undefined ? null : viewOf(sql, run);
  }

  async held(limit: number, after: string | undefined): Promise<HeldPage> {
    const { sql } = this.engine;
    const afterUser = after === undefined ? "" : heldUserOf(after);
    const offs = afterUser === undefined ? [] : heldOffs(sql, limit, afterUser);
    const room = limit - offs.length;
    const groups = room === 0 ? [] : heldGroupItems(sql, room, after);
    const runId = [...runsOfHeld(sql).keys()].sort().at(-1) ?? null;
    const page = { ...countHeld(sql), runId };
    const isAny = offs.length + groups.length > 0;
    const look = isAny ? await this.engine.look(undefined) : undefined;
    if (look === undefined) return { ...page, items: [], next: null };
    const ids = [...offs, ...groups].flatMap((each) => ("userId" in each ? each.userId : []));
    const names = await userNames(this.engine.tools(), look.bridge, ids);
    const nameOf = (id: string) => names.get(id) ?? null;
    const users = offs.map(({ sourceId, userId, why, since, runId: heldBy }): HeldUser => {
      const facts = { sourceId, userId, userName: nameOf(userId), why, since: timeOf(since) };
      return { id: heldId(sourceId), kind: "user", ...facts, runId: heldBy };
    });
    const others = groups.map(
      (each): HeldItem =>
        each.kind === "group" ? each : { ...each, userName: nameOf(each.userId) },
    );
    const items = [...users, ...others];
    return { ...page, items, next: items.length < limit ? null : (items.at(-1)?.id ?? null) };
  }

  async approveHeld(
    choice: HeldChoice,
  ): Promise<BridgeAnswer<{ readonly runId: string; readonly approved: number }>> {
    const look = await this.lookNow();
    if ("kind" in look) return look;
    const rest = atRest(look);
    if (rest !== undefined) return rest;
    const { sql, storage } = this.engine;
    return storage.transactionSync(() => {
      const chosen = chooseHeld(sql, choice);
      if (chosen.kind === "refused") return refused(chosen.detail);
      approveOffs(sql, chosen.sourceIds);
      decideHeld(sql, chosen.groups, "approved");
      // A run under way asks for them too, or a run of their own follows it.
      const run = this.engine.begin(look, "approve") ?? currentRun(sql);
      if (run === undefined) throw new Error("Neither did a run begin, nor is one under way.");
      const approved = chosen.sourceIds.length + chosen.groups.length;
      return { kind: "ok", value: { runId: run.runId, approved } };
    });
  }

  async rejectHeld(choice: HeldChoice): Promise<BridgeAnswer<null>> {
    const { sql, storage } = this.engine;
    return storage.transactionSync(() => {
      const chosen = chooseHeld(sql, choice);
      if (chosen.kind === "refused") return refused(chosen.detail);
      rejectOffs(sql, chosen.sourceIds);
      decideHeld(sql, chosen.groups, "rejected");
      this.engine.change((memory) => ({ ...memory, isMirrored: false }));
      return { kind: "ok", value: null };
    });
  }

  private begun(
    look: BridgeSnapshot,
    mode: "full" | "delta" | "plan" | "approve",
    proposed?: Partial<BridgeSettings>,
  ): Started {
    const run = this.engine.begin(look, mode, proposed);
    return run === undefined ? refused(UNDER_WAY) : { kind: "ok", value: { runId: run.runId } };
  }

  private async lookNow(): Promise<BridgeSnapshot | Extract<Started, { kind: "refused" }>> {
    const look = await this.engine.look(undefined);
    if (look === undefined) return NO_BRIDGE;
    return look.bridge.connectorStatus === "disabled"
      ? { kind: "refused", status: 409, detail: "The connector is disabled." }
      : look;
  }

  /** Pauses or resumes it in D1, which decides what came last, and heeds what stands there then. */
  private async switched(paused: boolean, seen: number | undefined): Promise<BridgeAnswer<null>> {
    const known = await this.engine.look(undefined);
    if (known === undefined) return NO_BRIDGE;
    const { connectorId } = known.bridge;
    const db = databaseOf(this.engine.tools().databases, connectorId);
    const isDone = await switchBridge(db, connectorId, paused, seen);
    const look = await this.engine.look(undefined);
    if (look === undefined) return NO_BRIDGE;
    if (!isDone) {
      const detail = "The bridge was changed since you read it: read it again, and decide anew.";
      return { kind: "refused", status: 412, detail };
    }
    await this.engine.flush(look.bridge);
    return { kind: "ok", value: null };
  }
}

const NO_BRIDGE = {
  kind: "refused",
  status: 404,
  detail: "This connector has no bridge.",
} as const;

/** Why a bridge begins no run that writes; undefined where it does. */
function atRest({ memory }: BridgeSnapshot): ReturnType<typeof refused> | undefined {
  const { paused, state } = memory.standing;
  if (paused) return refused("The bridge is paused: resume it first.");
  if (state !== "disabled") return undefined;
  return refused("The bridge is disabled after ten failures: enable it first.");
}

const UNDER_WAY = "A run is under way: wait for its end.";

function refused(detail: string): Extract<Started, { kind: "refused" }> {
  return { kind: "refused", status: 409, detail };
}
