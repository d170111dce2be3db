import { findBridge, type StoredBridge } from "#store/admin/bridges.ts";
import { centralDatabase, databaseOf } from "#store/databases.ts";
import type { BridgeConfig, BridgeSettings } from "../config/settings.ts";
import { configOf, proposedConfig } from "../config/stored-config.ts";
import { logNotices } from "../notices/log-notices.ts";
import { keepSourceMemory } from "../source/memory.ts";
import type { Run } from "../state/run.ts";
import { isFree } from "../state/run.ts";
import { newStanding, pauseBridge, resumeBridge, type Standing } from "../state/state.ts";
import type { RunContext } from "../step/run-context.ts";
import { type BridgeRecord, readMemory, writeMemory } from "../storage/bridge-record.ts";
import { createGroupTables, createTables } from "../storage/migrations.ts";
import { listNotices } from "../storage/notices.ts";
import type { ObjectSql } from "../storage/tables.ts";
import type { BridgeTools } from "../tools.ts";
import { countHeld } from "./held.ts";
import { mirrorMemory } from "./mirror.ts";
import { openSource } from "./open-source.ts";
import { readingOf } from "./reading.ts";
import { beginRun, currentRun, failingDueAt, hasApproved } from "./runs.ts";

/** No run waits longer than a day: a later moment was set by a clock that was wrong. */
const WAIT_MAX_MS = 25 * 3_600_000;

/** D1 is told again after so long what it did not take. */
const RETELL_MS = 60_000;

/** A bridge as one look at D1 shows it. */
export interface BridgeSnapshot {
  readonly memory: BridgeRecord;
  readonly bridge: StoredBridge;
  readonly config: BridgeConfig;
}

/** The work of one bridge over its object's storage; the object itself only adds calls and the alarm. */
export class ConnectorSync {
  readonly sql: ObjectSql;
  /** The end of the queue of those who write links. */
  private lastWriter: Promise<unknown> = Promise.resolve();
  /** The end of the queue of those who tell D1: what was told last is what it knows. */
  private lastTeller: Promise<unknown> = Promise.resolve();
  /** How many looks at D1 began, and which of those that were heeded began last. */
  private lastLook = 0;
  private lastHeeded = 0;
  private isWaking = false;
  /** The newest version of the bridge's row that a look has shown. */
  newestVersion = 0;
  /** The look after which everything was forgotten last: those before it saw another bridge. */
  private forgottenAt = 0;
  /** Until when nothing is done although something is due: the connector is disabled. */
  private restsUntil = 0;

  /** Access tokens and the like, from slice to slice. */
  private readonly sourceMemory = keepSourceMemory();

  constructor(
    readonly storage: DurableObjectStorage,
    readonly tools: () => BridgeTools,
  ) {
    this.sql = storage.sql;
    this.createTables();
  }

  /** What the object knows; undefined before it was told of its bridge. */
  memory(): BridgeRecord | undefined {
    return readMemory(this.sql);
  }

  /** Learns of its bridge, or wins back from D1 what it lost; undefined where there is none. */
  async look(connectorId: string | undefined): Promise<BridgeSnapshot | undefined> {
    const publicId = this.memory()?.connectorId ?? connectorId;
    if (publicId === undefined) return undefined;
    this.lastLook += 1;
    const began = this.lastLook;
    const bridge = await findBridge(centralDatabase(this.tools().databases), publicId);
    if (bridge === undefined) {
      await this.forget();
      return undefined;
    }
    if (began > this.forgottenAt) this.newestVersion = Math.max(this.newestVersion, bridge.version);
    const memory = this.heed(bridge, began) ?? this.adopt(publicId, bridge);
    return { memory, bridge, config: configOf(bridge) };
  }

  /**
   * Rests or goes on as the row says, which administrators write. Looks may overtake one another: one that
   * began before another that was heeded changes nothing. Whoever writes the row looks behind it.
   */
  private heed({ paused }: StoredBridge, began: number): BridgeRecord | undefined {
    if (began < this.lastHeeded) return this.memory();
    this.lastHeeded = began;
    return this.change((memory) => {
      const { standing } = memory;
      if (paused === standing.paused) return memory;
      const next = paused ? pauseBridge(standing) : resumeBridge(standing);
      return { ...memory, standing: next, isMirrored: false };
    });
  }

  /** Begins a run unless another one is under way; undefined then. */
  begin(
    { config: stored }: BridgeSnapshot,
    mode: "full" | "delta" | "plan" | "approve",
    proposed?: Partial<BridgeSettings>,
  ): Run | undefined {
    const { newId, clock } = this.tools();
    const config = proposedConfig(stored, proposed);
    return this.storage.transactionSync(() => {
      const memory = this.memory();
      if (memory === undefined || memory.runId !== undefined) return undefined;
      const { fullIntervalSeconds } = config.settings;
      const reading = { ...readingOf(config), fullIntervalSeconds };
      const start = { runId: newId(), now: clock.now(), mode, proposed };
      return beginRun(this.sql, memory, { ...start, ...reading });
    });
  }

  /** Changes what the object knows; D1 is told of another standing by the next `flush`. */
  change(changed: (memory: BridgeRecord) => BridgeRecord): BridgeRecord | undefined {
    return this.storage.transactionSync(() => {
      const memory = this.memory();
      if (memory === undefined) return undefined;
      const next = changed(memory);
      writeMemory(this.sql, next);
      return next;
    });
  }

  /** Does nothing before then: the connector is disabled. */
  restUntil(at: number): void {
    this.restsUntil = at;
  }

  /** Lets what is due happen, should the connector have been disabled. */
  wakeUp(): void {
    this.restsUntil = 0;
    const now = this.tools().clock.now();
    const isTooFar = (at = 0) => at > now + WAIT_MAX_MS;
    this.change((memory) => {
      const { standing } = memory;
      if (!isTooFar(standing.nextSyncAt)) return memory;
      return { ...memory, standing: { ...standing, nextSyncAt: now }, isMirrored: false };
    });
  }

  /** When the alarm has to fire next; undefined where nothing is to be done before somebody calls. */
  nextAt(): number | undefined {
    const memory = this.memory();
    if (memory === undefined) return undefined;
    const wanted = [
      this.workAt(memory),
      this.retellAt(memory),
      failingDueAt(this.sql, memory),
    ].filter((at) => at !== undefined);
    return wanted.length === 0 ? undefined : Math.max(Math.min(...wanted), this.restsUntil);
  }

  /** When a run goes on, or is due. */
  private workAt({ standing }: BridgeRecord): number | undefined {
    const { clock } = this.tools();
    const run = currentRun(this.sql);
    if (run !== undefined && isFree(standing, run)) return run.resumeAt ?? clock.now();
    if (run === undefined && hasApproved(this.sql, standing)) return clock.now();
    const isAtRest = standing.paused || standing.state === "disabled";
    return isAtRest ? undefined : standing.nextSyncAt;
  }

  /** When D1 is told what it does not know yet, however long a run waits; undefined where it knows all. */
  private retellAt({ alerts, isMirrored }: BridgeRecord): number | undefined {
    const isTold = isMirrored && alerts.length === 0 && listNotices(this.sql, 1).length === 0;
    return isTold ? undefined : this.tools().clock.now() + RETELL_MS;
  }

  /** Tells D1 of the standing, of alerts and of notices, where it does not know yet, one after the other. */
  async flush(bridge: StoredBridge): Promise<void> {
    const turn = this.lastTeller.then(() => this.tell(bridge));
    this.lastTeller = turn.catch(() => undefined);
    await turn;
  }

  private async tell(bridge: StoredBridge): Promise<void> {
    await logNotices(this.sql, this.tools(), bridge);
    const memory = this.memory();
    if (memory === undefined || (memory.isMirrored && memory.alerts.length === 0)) return;
    const held = countHeld(this.sql).total;
    await mirrorMemory(this.tools(), bridge, memory, held);
    const told = new Set(memory.alerts.map(({ eventId }) => eventId));
    this.change((now) => ({
      ...now,
      alerts: now.alerts.filter(({ eventId }) => !told.has(eventId)),
      isMirrored:
        JSON.stringify(now.standing) === JSON.stringify(memory.standing) &&
        countHeld(this.sql).total === held,
    }));
  }

  /** Runs a step with no other step in between: a run's pages and an administrator's single user. */
  async exclusively<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.lastWriter.then(step);
    this.lastWriter = turn.catch(() => undefined);
    return await turn;
  }

  /** Forgets everything: the bridge was deleted. */
  async forget(): Promise<void> {
    await this.storage.deleteAlarm();
    await this.storage.deleteAll();
    this.createTables();
    // The next bridge of this connector counts its versions anew: each would look like one that is stale.
    this.newestVersion = 0;
    this.forgottenAt = this.lastLook;
  }

  /** What a run works with. */
  async openRunContext(
    look: BridgeSnapshot,
    onRequest: () => void,
    keepers: Pick<RunContext, "keep" | "keepPart">,
  ): Promise<RunContext> {
    const tools = this.tools();
    const { memory, bridge, config } = look;
    return {
      sql: this.sql,
      db: databaseOf(tools.databases, bridge.connectorId),
      clock: tools.clock,
      newId: tools.newId,
      bridge,
      config,
      source: await openSource(
        tools,
        memory.connectorId,
        bridge,
        onRequest,
        this.sourceMemory,
        config,
      ),
      ...keepers,
      onCommit: () => {
        this.isWaking = true;
      },
    };
  }

  /** Tells the connector's webhooks of what was committed since; a hint, so that nothing waits for it. */
  async wakeWebhooks({ webhookIds }: StoredBridge): Promise<void> {
    if (!this.isWaking) return;
    this.isWaking = false;
    const { wakeWebhook } = this.tools();
    await Promise.allSettled(webhookIds.map((id) => wakeWebhook(id)));
  }

  /** What D1's mirror still knows keeps a paused or disabled bridge from starting by itself. */
  private adopt(connectorId: string, bridge: StoredBridge): BridgeRecord {
    const { state, paused, consecutiveFailures } = bridge;
    const fresh = newStanding(this.tools().clock.now());
    const standing: Standing = {
      ...fresh,
      paused,
      consecutiveFailures,
      ...(state === "disabled" && { state, nextSyncAt: undefined }),
    };
    const memory: BridgeRecord = {
      connectorId,
      standing,
      runId: undefined,
      delta: { users: undefined, groups: undefined },
      lastFullAt: undefined,
      scope: undefined,
      alerts: [],
      isMirrored: true,
    };
    writeMemory(this.sql, memory);
    return memory;
  }

  private createTables(): void {
    this.storage.transactionSync(() => {
      createTables(this.sql);
      createGroupTables(this.sql);
    });
  }
}
