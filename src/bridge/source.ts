import type { JsonObject } from "#scim/json.ts";

/** The lists that a run reads, each to its end before the next; Google's deleted users are one of their own. */
export type Listing = "users" | "deletedUsers" | "groups";

/** One page of raw records as the provider sent them. */
export interface SourcePage {
  readonly records: readonly JsonObject[];
  /** Where the next page is; undefined at the end of the listing. */
  readonly next: string | undefined;
  /** How many records the provider says the whole listing has; undefined where it does not say. */
  readonly total: number | undefined;
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
  readonly next: string | undefined;
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
  /** The raw record of one user by the provider's id; undefined when the provider says it has none. */
  readonly readUser: (sourceId: string) => Promise<JsonObject | undefined>;
  /** The raw record of one user by id, login or e-mail address, for an administrator who asks for one. */
  readonly findUser: (key: string) => Promise<JsonObject | undefined>;
  /** Reads a record of the groups listing; undefined for one that is no group to be synced. */
  readonly readGroup: (record: JsonObject) => SourceGroup | undefined;
  readonly membersPage: (groupId: string, cursor: string | undefined) => Promise<MembersPage>;
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
}

/** Why a provider could not be read; `detail` is a sentence for an administrator and holds no secret. */
export type SourceFailure =
  /** Asked to wait; a pause of the same run at the same page, until `retryAt` (milliseconds). */
  | { readonly kind: "throttled"; readonly retryAt: number | undefined }
  /** The credentials are refused: an alert at once. */
  | { readonly kind: "unauthorized" }
  /** The credentials are good, but a scope, a role or a consent is missing. */
  | { readonly kind: "forbidden" }
  /** The delta cursor is too old: the run goes on as a full one. */
  | { readonly kind: "deltaExpired" }
  /** A page cursor is refused: the listing starts again. */
  | { readonly kind: "cursorExpired" }
  /** 5xx, a broken connection, a timeout: worth another try on the same page. */
  | { readonly kind: "unavailable" }
  /** An answer that cannot be trusted: no JSON, too large, a foreign next link, pages that repeat. */
  | { readonly kind: "malformed" };

/** A provider that could not be read. */
export class SourceError extends Error {
  override readonly name = "SourceError";

  constructor(
    readonly failure: SourceFailure,
    readonly detail: string,
  ) {
    super(detail);
  }
}
