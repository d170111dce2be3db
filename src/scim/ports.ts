import type { JsonObject } from "./json.ts";
import type { ConnectorSettings } from "./settings.ts";

/** A user as the directory keeps it; times in milliseconds since the epoch. */
export interface UserRecord {
  /** The directory's own handle of the row, for guards; undefined until it is stored. */
  readonly rowId: number | undefined;
  readonly id: string;
  readonly version: number;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly deletedAt: number | undefined;
  /** The document with its `schemas`, as JSON text: most answers need no parsing. */
  readonly documentText: string;
}

/** One decided change; `before` is the row it was decided on, and the commit fails if that row moved on. */
export type UserChange =
  | { readonly kind: "create"; readonly after: UserRecord }
  | { readonly kind: "update"; readonly before: UserRecord; readonly after: UserRecord }
  | { readonly kind: "restore"; readonly before: UserRecord; readonly after: UserRecord }
  | { readonly kind: "delete"; readonly before: UserRecord; readonly after: UserRecord }
  | { readonly kind: "erase"; readonly before: UserRecord };

/** What became of a commit: all of its changes are in, or none. */
export type CommitOutcome =
  | { readonly kind: "committed" }
  | { readonly kind: "uniqueness"; readonly attribute: "userName" | "externalId" | "id" }
  | { readonly kind: "versionChanged" };

/** The keys under which a user about to be created may already exist. */
export interface CandidateKeys {
  readonly userNameKey: string;
  readonly externalId: string | undefined;
}

/** The users of one connector, for one caller at one moment. */
export interface UserDirectory {
  /** The moment of the request, in milliseconds since the epoch. */
  readonly now: number;
  /** A fresh resource id: a lower-case UUID whose order is the order of creation. */
  readonly newId: () => string;
  /** The connector's settings; the first call of any of these also proves the caller's credential. */
  readonly settings: () => Promise<ConnectorSettings>;
  readonly read: (id: string) => Promise<UserRecord | undefined>;
  /** Live users with that userName or externalId, and soft-deleted ones with that externalId. */
  readonly candidates: (keys: CandidateKeys) => Promise<readonly UserRecord[]>;
  readonly commit: (
    changes: readonly UserChange[],
    warnings: readonly string[],
  ) => Promise<CommitOutcome>;
  /** Waits a little before attempt n is repeated, so that rivals do not meet again. */
  readonly pause: (attempt: number) => Promise<void>;
}

/** The document of a record without its computed `schemas`. */
export function documentOf(record: UserRecord): JsonObject {
  // The text was written by this program from a JsonObject.
  const { schemas: _, ...document } = JSON.parse(record.documentText) as JsonObject;
  return document;
}
