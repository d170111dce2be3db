import type { Issue } from "./mapping/mapped.ts";

/** Where the pull sync of a connector stands. */
export type BridgeState = "pending" | "syncing" | "active" | "failed" | "disabled";

/** What a run does, in order; "plan" stops before anything is written. */
export type RunPhase =
  | "scope"
  | "users"
  | "switchOff"
  | "confirm"
  | "switchOffConfirmed"
  | "secondPass"
  | "groups"
  | "done";

/** What started a run, and how much it looks at. */
export type RunMode = "full" | "delta" | "plan" | "user" | "approve";

/** How many of what a run met and did. */
export interface RunCounts {
  readonly seen: number;
  readonly created: number;
  readonly updated: number;
  readonly deactivated: number;
  readonly reactivated: number;
  readonly deleted: number;
  readonly held: number;
  readonly skipped: number;
  readonly groupsCreated: number;
  readonly groupsUpdated: number;
  readonly groupsDeleted: number;
  readonly membersAdded: number;
  readonly membersRemoved: number;
}

/** Something that is not solved yet: since when (ISO 8601), and in how many runs it was met. */
export interface IssueView extends Issue {
  readonly since?: string;
  readonly tries?: number;
}

/** One run as administrators see it; times are ISO 8601. */
export interface RunView {
  readonly runId: string;
  readonly mode: RunMode;
  readonly state: "running" | "waiting" | "succeeded" | "failed";
  readonly phase: RunPhase;
  readonly counts: RunCounts;
  /** What is unresolved, the most important first, no kind crowding out the others; `issueCount` is how many. */
  readonly issues: readonly IssueView[];
  readonly issueCount: number;
  /** How many switch-offs the guard holds back. */
  readonly held: number;
  /** Why it failed, in a sentence; null where it did not. */
  readonly error: string | null;
  /** For what it waits, in a sentence, and until when; null while it goes on. */
  readonly waitingFor: string | null;
  readonly resumesAt: string | null;
  readonly startedAt: string;
  readonly finishedAt: string | null;
}

/** The bridge's life as its Durable Object knows it. */
export interface BridgeOverview {
  readonly state: BridgeState;
  readonly paused: boolean;
  readonly consecutiveFailures: number;
  readonly nextSyncAt: string | null;
  readonly linkedUsers: number;
  readonly held: number;
  /** How many switch-offs were approved and are still to be done. */
  readonly approved: number;
  readonly lastRun: RunView | null;
}

/** Why a user is to be switched off. */
export type OffReason =
  | "disabled"
  | "missing"
  | "excluded"
  | "not-in-scope"
  | "guest"
  | "service-account"
  | "removed:changed"
  | "removed:deleted";

/** A switch-off that the guard holds back. */
export interface HeldUser {
  /** By which it is approved or rejected. */
  readonly id: string;
  readonly kind: "user";
  readonly sourceId: string;
  readonly userId: string;
  /** What the user is called here now; null where it was deleted meanwhile. */
  readonly userName: string | null;
  readonly why: OffReason;
  /** Since when it is held (ISO 8601), and by which run first. */
  readonly since: string;
  readonly runId: string;
}

/** What a held group, and a held membership, say of the group. */
interface OfHeldGroup {
  readonly id: string;
  readonly groupSourceId: string;
  readonly groupId: string;
  /** What the group was called here when it was held. */
  readonly displayName: string | null;
  readonly since: string;
  readonly runId: string;
}

/** A group that would go, and that the guard holds back. */
export interface HeldGroup extends OfHeldGroup {
  readonly kind: "group";
  readonly sourceId: string;
  readonly why: "missing";
}

/** A member who would leave a group, and whom the guard holds back. */
export interface HeldMembership extends OfHeldGroup {
  readonly kind: "membership";
  /** The provider's id of the member; null where the bridge does not know it. */
  readonly sourceId: string | null;
  /** The directory's id of the member: a user, or a group. */
  readonly userId: string;
  /** Null where it is no user. */
  readonly userName: string | null;
  readonly why: "left";
}

/** Something that a guard holds back. */
export type HeldItem = HeldUser | HeldGroup | HeldMembership;

/** A page of what the guards hold back: users first. */
export interface HeldPage {
  readonly items: readonly HeldItem[];
  /** Where the next page begins; null at the end. */
  readonly next: string | null;
  /** How many are held in all, and of each kind. */
  readonly total: number;
  readonly totals: Readonly<Record<HeldItem["kind"], number>>;
  /** The newest run that held any of them: with `total`, what an approval names. */
  readonly runId: string | null;
}

/** Which held switch-offs are meant: all that a run held, as many as were seen; or some by their ids. */
export type HeldChoice =
  | { readonly runId: string; readonly count: number }
  | { readonly ids: readonly string[] };

/** What a dry run would do, or did about one user: attribute paths with the values they would get. */
export interface PlannedStep {
  readonly op: string;
  readonly sourceId: string | null;
  readonly userId: string | null;
  readonly why: string | null;
  readonly set: Readonly<Record<string, unknown>>;
  readonly unset: readonly string[];
  /** The attributes that the connector has set at creation alone: they stay, whatever the record says. */
  readonly kept?: readonly string[];
  /** Where it is about a group: what it is called, and how many members would join and leave. */
  readonly group?: PlannedMembers;
}

/** A group as a step of a dry run shows it. */
export interface PlannedMembers {
  /** Null for one that is new. */
  readonly groupId: string | null;
  readonly displayName: string | null;
  readonly membersAdded: number;
  readonly membersRemoved: number;
  /** Whom the guard would hold back. */
  readonly membersHeld: number;
  /** What applications see as its name, where the connector has a prefix. */
  readonly shownAs?: string;
  /** The roles that it gives to its users, where it gives some. */
  readonly roles?: readonly string[];
}

/** A dry run's result once `run.state` is "succeeded"; `steps` are the first of them. */
export interface PlanView {
  readonly run: RunView;
  readonly wouldHold: boolean;
  readonly steps: readonly PlannedStep[];
}

/** One thing that a bridge needs of its provider, and whether it has it. */
export interface CheckStep {
  readonly name: string;
  readonly ok: boolean;
  /** What was found or is wrong, and what is needed for it; never a secret. */
  readonly detail: string;
}

/** What a test of a bridge's connection came to. */
export interface BridgeCheck {
  readonly ok: boolean;
  readonly checks: readonly CheckStep[];
}

/** What a call to a bridge came to, where it can be refused: `detail` says why. */
export type BridgeAnswer<T> =
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "refused"; readonly status: 400 | 404 | 409 | 412; readonly detail: string };
