import { DurableObject } from "cloudflare:workers";
import type { ForgottenPerson } from "#store/erasure/forgotten-person.ts";
import { BridgeAdmin } from "./admin-calls.ts";
import type {
  BridgeAnswer,
  BridgeCheck,
  BridgeOverview,
  HeldChoice,
  HeldPage,
  PlannedStep,
  PlanView,
  RunView,
} from "./admin-views.ts";
import type { BridgeCalls } from "./calls.ts";
import { type CheckProposal, checkConnection } from "./check/check.ts";
import { judgeProposal, type Proposal } from "./check/judge.ts";
import type { BridgeSettings } from "./config/settings.ts";
import { forgetPerson } from "./storage/forget.ts";
import { ConnectorSync } from "./sync/connector-sync.ts";
import { workOnBridge } from "./sync/worker.ts";
import { toolsOf } from "./worker-tools.ts";

/**
 * If a slice dies with its isolate, the next one begins then. A slice that takes longer loses nothing:
 * an alarm waits for the one before it to end.
 */
const DEAD_MAN_MS = 30_000;

/** An alarm that stands this little behind what is wanted is on its way. */
const GRACE_MS = 1_000;

/** The pull sync of one connector: its state, links, cursor and timer. */
export class ConnectorBridge extends DurableObject<Env> implements BridgeCalls {
  /** Where objects get their clock, database and sources from; tests put something else here. */
  static tools = toolsOf;

  private readonly engine: ConnectorSync;
  private readonly desk: BridgeAdmin;
  private isWorking = false;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.engine = new ConnectorSync(state.storage, () => ConnectorBridge.tools(env));
    this.desk = new BridgeAdmin(this.engine);
  }

  /** Works for a while, and sets the next alarm. Never throws: a throwing alarm dies for good in the end. */
  override async alarm(): Promise<void> {
    const { storage } = this.ctx;
    const { clock } = this.engine.tools();
    this.isWorking = true;
    try {
      await storage.setAlarm(clock.now() + DEAD_MAN_MS);
      await workOnBridge(this.engine);
      await this.arm();
    } catch (error) {
      const name = error instanceof Error ? error.name : typeof error;
      console.error(JSON.stringify({ message: "bridge alarm failed", name }));
    } finally {
      this.isWorking = false;
    }
  }

  async configured(connectorId: string): Promise<void> {
    if ((await this.engine.look(connectorId)) === undefined) return;
    this.desk.makeDue();
    // A run under way looks at once whether the change concerns it.
    await this.ctx.storage.setAlarm(this.engine.tools().clock.now() + 1);
  }

  async wake(connectorId: string): Promise<void> {
    if (this.engine.memory() === undefined) await this.engine.look(connectorId);
    this.engine.wakeUp();
    await this.revive();
  }

  async overview(): Promise<BridgeOverview> {
    await this.revive();
    return this.desk.overview();
  }

  async judge(proposal: Proposal): Promise<BridgeAnswer<null>> {
    return await judgeProposal(proposal);
  }

  async check(proposal: CheckProposal): Promise<BridgeCheck> {
    return await checkConnection(this.engine.tools(), proposal);
  }

  async sync(mode: "full" | "delta"): Promise<BridgeAnswer<{ readonly runId: string }>> {
    return await this.answered(this.desk.start(mode));
  }

  async startPlan(
    proposed?: Partial<BridgeSettings>,
  ): Promise<BridgeAnswer<{ readonly runId: string }>> {
    return await this.answered(this.desk.start("plan", proposed));
  }

  async plan(runId: string): Promise<PlanView | null> {
    return this.desk.plan(runId);
  }

  async syncUser(key: string): Promise<BridgeAnswer<readonly PlannedStep[]>> {
    return await this.answered(this.desk.syncUser(key));
  }

  async pause(seen?: number): Promise<BridgeAnswer<null>> {
    return await this.answered(this.desk.pause(seen));
  }

  async resume(seen?: number): Promise<BridgeAnswer<null>> {
    return await this.answered(this.desk.resume(seen));
  }

  async enable(): Promise<BridgeAnswer<null>> {
    return await this.answered(this.desk.enable());
  }

  async resync(): Promise<BridgeAnswer<{ readonly runId: string }>> {
    return await this.answered(this.desk.resync());
  }

  async runs(limit: number, beforeRunId: string | undefined): Promise<readonly RunView[]> {
    await this.revive();
    return this.desk.runs(limit, beforeRunId);
  }

  async run(runId: string): Promise<RunView | null> {
    await this.revive();
    return this.desk.run(runId);
  }

  async held(limit: number, after: string | undefined): Promise<HeldPage> {
    return await this.desk.held(limit, after);
  }

  async approveHeld(
    choice: HeldChoice,
  ): Promise<BridgeAnswer<{ readonly runId: string; readonly approved: number }>> {
    return await this.answered(this.desk.approveHeld(choice));
  }

  async rejectHeld(choice: HeldChoice): Promise<BridgeAnswer<null>> {
    return await this.answered(this.desk.rejectHeld(choice));
  }

  async forgetPerson(person: ForgottenPerson): Promise<void> {
    const forgotten = this.engine.exclusively(async () => {
      this.ctx.storage.transactionSync(() => {
        forgetPerson(this.engine.sql, person);
        this.engine.change((memory) => ({ ...memory, isMirrored: false }));
      });
    });
    await this.answered(forgotten);
  }

  async removed(): Promise<void> {
    await this.engine.forget();
  }

  /** Sets an alarm that was lost, or that still waits for the dead man of a slice that is gone. */
  private async revive(): Promise<void> {
    const wanted = this.engine.nextAt();
    if (wanted === undefined || this.isWorking) return;
    const alarm = await this.ctx.storage.getAlarm();
    const now = this.engine.tools().clock.now();
    const isLate = alarm === null || alarm > Math.max(wanted, now) + GRACE_MS;
    if (isLate || alarm < now - DEAD_MAN_MS) await this.arm();
  }

  /** Sets the alarm for what the call left to be done. */
  private async answered<T>(call: Promise<T>): Promise<T> {
    const answer = await call;
    await this.arm();
    return answer;
  }

  private async arm(): Promise<void> {
    const at = this.engine.nextAt();
    const { clock } = this.engine.tools();
    // workerd#6866: an alarm for this very moment may fire late.
    if (at === undefined) await this.ctx.storage.deleteAlarm();
    else await this.ctx.storage.setAlarm(Math.max(clock.now() + 1, at));
  }
}
