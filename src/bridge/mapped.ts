import type { JsonObject } from "#scim/json.ts";

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
  | { readonly kind: "invalid"; readonly sourceId: string | undefined; readonly why: IssueKind };

/** A user in SCIM's words, canonical: NFC, trimmed, no null or empty member, keys in a fixed order. */
export interface MappedUser {
  readonly kind: "user";
  /** The provider's immutable id, which becomes externalId. */
  readonly sourceId: string;
  /** The mapped attributes, with externalId, userName and active, without manager. */
  readonly attributes: JsonObject;
  /** The paths (`a`, `a.b`, `URN:attr`) of which a delta row says nothing: they keep their values. */
  readonly unsaid: ReadonlySet<string>;
  /** Whom the record names as manager, as it names him: id, login, address or free text. */
  readonly manager: string | undefined;
  readonly orgUnit: string | undefined;
}

/** What can be wrong with a record of a run. */
export type IssueKind =
  | "no-id"
  | "no-username"
  | "invalid-value"
  | "userName-taken"
  | "externalId-taken"
  | "manager-unresolved"
  | "member-unresolved"
  | "rehire-conflict"
  | "group-invalid"
  | "group-name-taken";

/** Something a run could not do; the run goes on. */
export interface Issue {
  readonly kind: IssueKind;
  readonly sourceId: string | undefined;
  /** A sentence for an administrator: what was found, and what to change where. */
  readonly detail: string;
}
