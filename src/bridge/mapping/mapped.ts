import type { JsonValue } from "#scim/json.ts";
import type { MappingRule } from "../config/settings.ts";
import type { Slot } from "./slot.ts";

/** What a raw record comes to: mapped by src/bridge/mapping, one file for each provider. */
export type MappedRecord =
  | MappedUser
  /** Out of scope by what it is: a guest, a service account. */
  | {
      readonly kind: "outOfScope";
      readonly sourceId: string;
      readonly why: "guest" | "service-account";
    }
  /** The provider says the user is deleted; `isPermanent` says that it cannot come back. */
  | { readonly kind: "removed"; readonly sourceId: string; readonly isPermanent: boolean }
  /** A record that cannot be used: an issue of the run, never its failure. */
  | {
      readonly kind: "invalid";
      readonly sourceId: string | undefined;
      readonly why: "no-id" | "no-username";
    };

/**
 * A user in SCIM's words, slot by slot. A slot without a value is cleared; one the record says
 * nothing of (`unsaid`, in delta listings alone) keeps what the directory has.
 */
export interface MappedUser {
  readonly kind: "user";
  /** The provider's immutable id, which becomes externalId. */
  readonly sourceId: string;
  /** All that the mapping owns, in its own order; what is not among it is never written. */
  readonly owned: readonly Slot[];
  /** The values by the path of their slot: trimmed, no null, no empty member. */
  readonly values: ReadonlyMap<string, JsonValue>;
  /** The paths of the slots of which the record says nothing. */
  readonly unsaid: ReadonlySet<string>;
  /** The slots that are put together from the name where they have no value of their own. */
  readonly derived: readonly DerivedSlot[];
  /** As the record says it; undefined where it says nothing, or a word that is not known. */
  readonly isActive: boolean | undefined;
  /** When the record was last changed, by the provider's own stamp in milliseconds; undefined for none. */
  readonly stampedAt: number | undefined;
  readonly manager: ManagerReference;
  /** Values that a user gets when it is created, and never again. */
  readonly initial: ReadonlyMap<Slot, JsonValue>;
  /** Values that do not fit their attributes: those keep what the directory has. */
  readonly misfits: readonly RuleMisfit[];
  /** Tells the bridge's own mapping from any other; "" for none. */
  readonly mark: string;
  readonly orgUnit: string | undefined;
}

/** A value of the bridge's own mapping that its attribute does not take. */
export interface RuleMisfit extends MappingRule {
  /** The path of its slot. */
  readonly path: string;
  readonly detail: string;
}

/** A slot that gets the given and the family name. */
export type DerivedSlot = "displayName" | "name.formatted";

/** Whom a record names as manager, as it names him: by id, login, address or free text. */
export type ManagerReference =
  | { readonly kind: "unsaid" }
  | { readonly kind: "none" }
  | { readonly kind: "named"; readonly reference: string };

/** What can be wrong with a record of a run, or with a listing; the most important first. */
export const ISSUE_KINDS = [
  /** Not about a record: more issues were new than the event log takes from one run. */
  "not-all-logged",
  /** The users listing does not add up: its total differs from its rows, or its pages repeat. */
  "listing-incomplete",
  /** It could not be read who is in the bridge's scope. */
  "scope-unread",
  /** The groups could not be read in this run. */
  "groups-unread",
  /** The provider's answer about one user or one group's members is odd: asked again by the next run. */
  "unreadable",
  /** Nobody could be asked for by id in this run. */
  "users-unasked",
  /** The record does not say whether the user is active. */
  "state-unknown",
  "account-of-another",
  /** Several users may be meant, one of them imported and waiting for its person. */
  "several-accounts",
  "match-undecided",
  "rehire-conflict",
  "userName-taken",
  "externalId-taken",
  "no-username",
  "no-id",
  "invalid-value",
  /** The connector's allowedDomains do not name the domain of the userName or the primary e-mail address. */
  "domain-not-allowed",
  /** A value of the bridge's own mapping that its attribute does not take; the rest was written. */
  "value-unfit",
  "group-invalid",
  "group-name-taken",
  /** A member who is neither a user nor a group of the provider's directory. */
  "member-unsupported",
  "member-unresolved",
  "manager-unresolved",
] as const;

/** One of them. */
export type IssueKind = (typeof ISSUE_KINDS)[number];

/** Something a run could not do; the run goes on. */
export interface Issue {
  readonly kind: IssueKind;
  readonly sourceId: string | undefined;
  /** The login as the record names it, or where it says nothing of it as the directory does. */
  readonly userName: string | undefined;
  /** A sentence for an administrator: what was found, and what to change where. */
  readonly detail: string;
}
