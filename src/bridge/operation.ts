import type { ResourceChange } from "#scim/ports.ts";
import type { Issue } from "./mapped.ts";

/** A user of the provider tied to a user of the directory, as the Durable Object keeps it. */
export interface Link {
  readonly sourceId: string;
  readonly userId: string;
  /** Of the mapped body that was last written; empty where the next look must compare with the directory. */
  readonly hash: string;
  /** Whether the directory's user was active when the Bridge last wrote or read it. */
  readonly isActive: boolean;
  /** Since when the provider has it no more, in milliseconds; undefined while it is there. */
  readonly goneAt: number | undefined;
  /** The manager as the record names him, as long as no linked user answers to that. */
  readonly pendingManager: string | undefined;
}

/** Why a user is to be switched off. */
export type OffReason =
  | "disabled"
  | "missing"
  | "excluded"
  | "guest"
  | "removed:changed"
  | "removed:deleted";

/** Why nothing is done about a record. */
export type IgnoreReason =
  | "inactive-never-seen"
  | "guest"
  | "service-account"
  | "excluded"
  | IssueReason;

type IssueReason = Issue["kind"];

/**
 * What a run does about one record, in listing order. `change` is decided on the resource as it was
 * read and goes to the commit; undefined where the directory already says the same. `link` is what
 * the Durable Object keeps once the change is in.
 */
export type Operation =
  | {
      readonly op: "create";
      readonly sourceId: string;
      readonly change: ResourceChange;
      readonly link: Link;
      readonly issues: readonly Issue[];
    }
  | {
      readonly op: "update" | "reactivate" | "adopt" | "relink";
      readonly sourceId: string;
      readonly change: ResourceChange | undefined;
      readonly link: Link;
      /** The former source id of a relinked user: its link goes. */
      readonly formerSourceId?: string;
      readonly issues: readonly Issue[];
    }
  /** A switch-off waits for the guard at the end of the run; what else changed is written now, in `change`. */
  | {
      readonly op: "deactivate";
      readonly sourceId: string;
      readonly userId: string;
      readonly why: OffReason;
      readonly change: ResourceChange | undefined;
      readonly link: Link;
      readonly issues: readonly Issue[];
    }
  | { readonly op: "unmanage"; readonly sourceId: string; readonly userId: string }
  /** Nothing to write; the link may still learn a hash. */
  | { readonly op: "skip"; readonly sourceId: string; readonly link: Link | undefined }
  | {
      readonly op: "ignore";
      readonly sourceId: string | undefined;
      readonly why: IgnoreReason;
      readonly issue: Issue | undefined;
    }
  /** Its name is held by a user who may yet let go of it: looked at again at the end of the run. */
  | {
      readonly op: "conflict";
      readonly sourceId: string;
      readonly why: "userName-taken" | "externalId-taken";
      readonly issue: Issue;
    };
