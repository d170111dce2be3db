import type { ForgottenPerson } from "#store/erasure/forgotten-person.ts";
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
import type { CheckProposal } from "./check/check.ts";
import type { Proposal } from "./check/judge.ts";
import type { BridgeSettings } from "./config/settings.ts";

/**
 * What the admin API and cron ask of a connector's Durable Object, named by the connector's public
 * id. Plain data goes in and out. The configuration itself stands in D1 (`bridges`): the object
 * reads it there when a run starts or when it is told that it changed.
 */
export interface BridgeCalls {
  /** The configuration was written (or is there for the first time): read it, and start when due. */
  readonly configured: (connectorId: string) => Promise<void>;
  /** Cron: starts a run that is due, and sets an alarm that was lost. */
  readonly wake: (connectorId: string) => Promise<void>;
  readonly overview: () => Promise<BridgeOverview>;
  /** Judges a bridge before it is stored, by what needs no provider; changes nothing. */
  readonly judge: (proposal: Proposal) => Promise<BridgeAnswer<null>>;
  /** Tests the connection of a bridge, stored or proposed; writes nothing. */
  readonly check: (proposal: CheckProposal) => Promise<BridgeCheck>;
  readonly sync: (mode: "full" | "delta") => Promise<BridgeAnswer<{ readonly runId: string }>>;
  /**
   * Starts a dry run in slices of its own; its PlanView is read by `plan`. It goes by the settings `proposed`
   * where some are given, and stores them nowhere.
   */
  readonly startPlan: (
    proposed?: Partial<BridgeSettings>,
  ) => Promise<BridgeAnswer<{ readonly runId: string }>>;
  readonly plan: (runId: string) => Promise<PlanView | null>;
  /** Brings one user up to date now, by source id, login or address. */
  readonly syncUser: (key: string) => Promise<BridgeAnswer<readonly PlannedStep[]>>;
  /** Lets it rest, if its row is at the version `seen`; undefined lets it be at any. */
  readonly pause: (seen?: number) => Promise<BridgeAnswer<null>>;
  /** Lets it go on, under the same condition. */
  readonly resume: (seen?: number) => Promise<BridgeAnswer<null>>;
  /** Puts a disabled bridge back to work, with no failures counted. */
  readonly enable: () => Promise<BridgeAnswer<null>>;
  /** Drops links and delta cursors and runs in full: everything is matched anew. */
  readonly resync: () => Promise<BridgeAnswer<{ readonly runId: string }>>;
  /** Newest first. */
  readonly runs: (limit: number, beforeRunId: string | undefined) => Promise<readonly RunView[]>;
  readonly run: (runId: string) => Promise<RunView | null>;
  readonly held: (limit: number, after: string | undefined) => Promise<HeldPage>;
  /**
   * Lets exactly these held switch-offs happen, each confirmed once more, whatever breaks in between;
   * answers the run that does it, or is under way. Refused where it is no longer what was seen.
   */
  readonly approveHeld: (
    choice: HeldChoice,
  ) => Promise<BridgeAnswer<{ readonly runId: string; readonly approved: number }>>;
  readonly rejectHeld: (choice: HeldChoice) => Promise<BridgeAnswer<null>>;
  /** A person is erased: forgets who that was, by the user's id and names. */
  readonly forgetPerson: (person: ForgottenPerson) => Promise<void>;
  /** The bridge was deleted: forgets everything. Users stay as they are. */
  readonly removed: () => Promise<void>;
}
