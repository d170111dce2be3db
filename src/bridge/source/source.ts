import type { JsonObject } from "#scim/json.ts";
import type { SourceMemory } from "./memory.ts";

/** The lists that a run reads, each to its end before the next; Google's deleted users are one of their own. */
export type Listing = "users" | "deletedUsers" | "groups";

/** One page of raw records as the provider sent them. */
export interface SourcePage {
  readonly records: readonly JsonObject[];
  /** Where the next page is; undefined at the end of the listing. */
  readonly next: string | undefined;
  /** How many records the provider says the whole listing has; undefined where it does not say. */
  readonly total: number | undefined;
  /** Why records of this page are missing: sentences for an administrator. The listing is not whole then. */
  readonly skipped?: readonly string[] | undefined;
  /** At the end: from where a delta run goes on (a link, or the newest stamp seen); undefined for none. */
  readonly deltaFrom: string | undefined;
}

/** A group's own part of a raw record, and its members where the provider sends them along. */
export interface SourceGroup {
  readonly sourceId: string;
  /** "" where the record does not say it: a delta row may leave it out, and another record has none. */
  readonly displayName: string;
  /** It is gone at the provider. */
  readonly isRemoved: boolean;
  /**
   * "listed": the members must be asked for (membersPage). "whole": these are all of them. "partial":
   * these came and went (a delta page; a large group comes on several pages under one id; in a listing
   * without `since` the partial ones of a group are all of its members, and "unchanged" is none).
   */
  readonly members:
    | { readonly kind: "listed" }
    | { readonly kind: "unchanged" }
    | { readonly kind: "whole"; readonly sourceIds: readonly string[] }
    | {
        readonly kind: "partial";
        readonly added: readonly string[];
        readonly removed: readonly string[];
      };
}

/** One page of the source ids of a group's members: users, and groups where the provider nests them. */
export interface MembersPage {
  readonly sourceIds: readonly string[];
  /** Members who cannot be members here; the run says so in an issue of the group. */
  readonly unsupported?: readonly UnsupportedMember[] | undefined;
  readonly next: string | undefined;
}

/** A part of a bridge's scope: an application with whom is assigned to it, or a group with its members. */
export interface ScopePart {
  readonly kind: "application" | "group";
  readonly sourceId: string;
}

/** One page of who belongs to a part of the scope. */
export interface ScopePage {
  /** Source ids of people; what is none does no harm. */
  readonly sourceIds: readonly string[];
  /** Groups whose members belong to it as well: assigned to the application, or nested in the group. */
  readonly groups: readonly {
    readonly sourceId: string;
    /** Whether this part's own pages name all of its members, so that it need not be asked for. */
    readonly isExpanded: boolean;
  }[];
  /** The part is everybody of the directory. */
  readonly isEveryone?: boolean;
  /** How many people and groups the provider says the part has; undefined where it does not say. */
  readonly total?: number | undefined;
  readonly next: string | undefined;
}

/** A member who is neither a user nor a group of the directory that is read. */
export interface UnsupportedMember {
  /** "everyone": all users of the customer at once. "external": an address outside the directory. */
  readonly what: "everyone" | "external" | "other";
  /** The provider's id or address of it; undefined where the record says none. */
  readonly sourceId: string | undefined;
}

/**
 * A provider's directory as a run reads it. Every call is one or few outgoing requests (a token may
 * have to be fetched first) and throws SourceError alone. Pages hold raw records; src/bridge/mapping
 * makes SCIM of them.
 */
export interface Source {
  /** The listings of a full run's users, in order. */
  readonly userListings: readonly Exclude<Listing, "groups">[];
  /** Whether `listPage` can begin at a `deltaFrom`, and whether such a page leaves out what did not change. */
  readonly delta: { readonly users: boolean; readonly groups: boolean };
  /** How long after it was given a `next` still works, in milliseconds; later the listing starts again. */
  readonly cursorLifeMs: number;
  /**
   * A page of a listing: the first where `cursor` is undefined, and then of what changed since
   * `since` alone where that is given.
   */
  readonly listPage: (
    listing: Listing,
    cursor: string | undefined,
    since: string | undefined,
  ) => Promise<SourcePage>;
  /**
   * The raw record of one user by the provider's id; undefined when the provider says it has none.
   * Every other answer about him is trouble of his record alone, and he stays as he is.
   */
  readonly readUser: (sourceId: string) => Promise<JsonObject | undefined>;
  /** The raw record of one user by id, login or e-mail address, for an administrator who asks for one. */
  readonly findUser: (key: string) => Promise<JsonObject | undefined>;
  /**
   * The raw record of one group by the provider's id; undefined when the provider says it has none. Every
   * other answer is trouble of that record alone, and the group stays as it is.
   */
  readonly findGroup: (sourceId: string) => Promise<JsonObject | undefined>;
  /** Reads a record of the groups listing; undefined for one that is no group to be synced. */
  readonly readGroup: (record: JsonObject) => SourceGroup | undefined;
  /**
   * The members of one group of the listing. An answer that cannot be used, "no such group" among them, is
   * trouble of that record alone: the group keeps its members.
   */
  readonly membersPage: (groupId: string, cursor: string | undefined) => Promise<MembersPage>;
  /**
   * Who belongs to a part of the scope. An answer that cannot be used, "no such group" among them, is trouble
   * of that record alone: the scope is not known whole then.
   */
  readonly scopePage: (part: ScopePart, cursor: string | undefined) => Promise<ScopePage>;
}

/** What the world gives a source. */
export interface SourceTools {
  /** Sends a request; redirects are never followed and bodies never read here. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly now: () => number;
  readonly random: () => number;
  readonly newId: () => string;
  /** Counts one outgoing request against the slice's budget. */
  readonly onRequest: () => void;
  /** What is remembered of the provider between two sources of one bridge; nothing, where it is left out. */
  readonly memory?: SourceMemory;
  /** Properties of a user (at Okta of its profile) that the bridge's own mapping reads besides. */
  readonly extraProperties?: readonly string[];
}

/** Why a provider could not be read: the three kinds of trouble, which a run never confuses. */
export type SourceFailure = RecordFailure | ListingFailure | CredentialsFailure;

/**
 * Trouble of one record: the answer about one user or about the members of one group is odd. An issue of
 * that record, which stays as it is and is asked for again by the next run; the run goes on.
 */
export interface RecordFailure {
  readonly kind: "record";
  /** The provider's id of the user or the group. */
  readonly sourceId: string;
  /** Whether the answer could not be understood, and may be a right one the next time; not a refusal. */
  readonly mayPass: boolean;
}

/** Trouble of a listing, or of the provider as a whole: the run waits, and goes on where it was. */
export type ListingFailure =
  /** Asked to wait; a pause of the same run at the same page, until `retryAt` (milliseconds). */
  | { readonly kind: "throttled"; readonly retryAt: number | undefined }
  /** The delta cursor is too old: the run goes on as a full one. */
  | { readonly kind: "deltaExpired" }
  /** A page cursor is refused: the listing starts again. */
  | { readonly kind: "cursorExpired" }
  /** 5xx, a broken connection, a timeout: worth another try on the same page. */
  | { readonly kind: "unavailable" }
  /** An answer that cannot be trusted: no JSON, too large, a foreign next link, pages that repeat. */
  | { readonly kind: "malformed" }
  /** The credentials are good for users, but groups may not be read: users are synced without them. */
  | { readonly kind: "groupsForbidden" };

/** Trouble of the credentials: the run fails at once, with an alert. */
export type CredentialsFailure =
  /** They are refused. */
  | { readonly kind: "unauthorized" }
  /** They are good, but a scope, a role or a consent is missing to read users. */
  | { readonly kind: "forbidden" };

/** What a failure is the trouble of. */
export type TroubleScope = "record" | "listing" | "credentials";

/** Says what a failure is the trouble of. */
export function scopeOfFailure({ kind }: SourceFailure): TroubleScope {
  return SCOPES[kind];
}

const SCOPES: Readonly<Record<SourceFailure["kind"], TroubleScope>> = {
  record: "record",
  throttled: "listing",
  deltaExpired: "listing",
  cursorExpired: "listing",
  unavailable: "listing",
  malformed: "listing",
  groupsForbidden: "listing",
  unauthorized: "credentials",
  forbidden: "credentials",
};

/** A provider that could not be read; `detail` is a sentence for an administrator and holds no secret. */
export class SourceError extends Error {
  override readonly name = "SourceError";

  /** `isGeneral`: it is about no record in particular, whatever was asked for, such as a token refused. */
  constructor(
    readonly failure: SourceFailure,
    readonly detail: string,
    readonly isGeneral = false,
  ) {
    super(detail);
  }
}
