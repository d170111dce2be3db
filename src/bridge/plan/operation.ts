import type { ResourceChange } from "#scim/ports.ts";
import type { OffReason } from "../admin-views.ts";
import type { Issue, IssueKind } from "../mapping/mapped.ts";

/** A user of the provider tied to a user of the directory, as the Durable Object keeps it. */
export interface Link {
  readonly sourceId: string;
  readonly userId: string;
  /** Of the record that was last written; empty where the next look must compare with the directory. */
  readonly hash: string;
  /** Whether the directory's user was active when the Bridge last wrote or read it. */
  readonly isActive: boolean;
  /** Since when the provider has it no more, in milliseconds; undefined while it is there. */
  readonly goneAt: number | undefined;
  /** The manager as the record names him, as long as no linked user answers to that. */
  readonly pendingManager: string | undefined;
  /** The provider's own stamp of the record that was applied last, in milliseconds; undefined for none. */
  readonly stamp?: number | undefined;
}

/** Why nothing is done about a record. */
export type IgnoreReason =
  | "inactive-never-seen"
  | "guest"
  | "service-account"
  | "excluded"
  | "not-in-scope"
  /** It could not be read whether the user is in the scope. */
  | "scope-unknown"
  | IssueKind;

/** Why a record waits, or in the end is an issue. */
export type ConflictReason =
  | "userName-taken"
  | "externalId-taken"
  | "rehire-conflict"
  | "account-of-another"
  | "several-accounts"
  | "match-undecided";

/**
 * What a run does about one record, in listing order. `change` is decided on the resource as it was
 * read and goes to the commit; undefined where the directory already says the same. `link` is what
 * the Durable Object keeps once the change is in. `isStateUnsaid`: the record does not say whether its
 * user is active, so that a switch-off that waits is still to be done. `kept` are the paths that the connector
 * has set at creation alone, where the record says something else.
 */
export type Operation =
  | {
      readonly op: "create" | "update" | "reactivate" | "adopt";
      readonly sourceId: string;
      readonly change: ResourceChange | undefined;
      readonly link: Link;
      readonly issues: readonly Issue[];
      readonly isStateUnsaid?: true;
      readonly kept?: readonly string[];
    }
  | {
      readonly op: "relink";
      readonly sourceId: string;
      readonly change: ResourceChange | undefined;
      readonly link: Link;
      /** The former source id of the user: its link goes. */
      readonly formerSourceId: string;
      readonly issues: readonly Issue[];
      readonly kept?: readonly string[];
    }
  | SwitchOff
  /** The user is let go untouched: its link goes. */
  | {
      readonly op: "unmanage";
      readonly sourceId: string;
      readonly userId: string;
      readonly why: Extract<OffReason, IgnoreReason>;
    }
  /** Nothing to write; the link may still learn something, unless it is the one that was found (`isLinkKept`). */
  | {
      readonly op: "skip";
      readonly sourceId: string;
      readonly link: Link;
      readonly isLinkKept?: true;
      readonly issue?: Issue | undefined;
      readonly isStateUnsaid?: true;
      readonly kept?: readonly string[];
    }
  /** The record is older than the one that was applied last: the provider is asked which holds. */
  | { readonly op: "older"; readonly sourceId: string; readonly userId: string }
  | {
      readonly op: "ignore";
      readonly sourceId: string | undefined;
      readonly why: IgnoreReason;
      readonly issue: Issue | undefined;
    }
  /**
   * Its name or externalId is held by another user, or whose user it is shows only when more is known.
   * While more is to come: the record is kept and looked at again. In the second pass: an issue.
   */
  | {
      readonly op: "conflict";
      readonly sourceId: string;
      readonly why: ConflictReason;
      readonly issue: Issue;
    };

/**
 * A user is to be deactivated, or deleted: it waits for the guard at the end of the run. What else
 * changed is written now (`change`), and `link` is kept now, still active; planSwitchOffs later gives
 * the change and the link of the switch-off itself.
 */
export type SwitchOff = SwitchOffBy<"deactivate"> | SwitchOffBy<"delete">;

interface SwitchOffBy<Op extends string> {
  readonly op: Op;
  readonly sourceId: string;
  readonly userId: string;
  readonly why: OffReason;
  readonly change: ResourceChange | undefined;
  readonly link: Link;
  readonly issues: readonly Issue[];
  readonly kept?: readonly string[];
}
