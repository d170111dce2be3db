import type { ResourceType } from "./attribute.ts";
import type { JsonObject } from "./json.ts";
import type { ConnectorSettings } from "./settings.ts";
import type { StepBudget } from "./step-budget.ts";

/** The names of the resource types that the directory keeps. */
export type TypeName = ResourceType["name"];

/** A user or group as the directory keeps it; times in milliseconds since the epoch. */
export interface ResourceRecord {
  /** The directory's own handle of the row, for guards; undefined until it is stored. */
  readonly rowId: number | undefined;
  readonly type: TypeName;
  readonly id: string;
  readonly version: number;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly deletedAt: number | undefined;
  /** The document with its `schemas`, as JSON text: most answers need no parsing. */
  readonly documentText: string;
  /** The groups that the resource is directly in, as JSON text of `[{value, display}]`. */
  readonly groupsText: string;
  /** Of a user: the application's own id of its account, and when the person first signed in there. */
  readonly accountId?: string | undefined;
  readonly registeredAt?: number | undefined;
  /** Whether an import made the user, and its person is still to come: the first write of a provider claims it. */
  readonly isUnclaimed?: true | undefined;
}

/** A value of a group's `members` as a client names it, with what the directory knows of it. */
export interface NamedMember {
  readonly value: string;
  /** The type of the live resource that the value stands for; undefined where there is none. */
  readonly type: TypeName | undefined;
  readonly display: string | undefined;
  /** Its id: the value itself, or the id of whose externalId the value is. */
  readonly memberId: string | undefined;
  readonly isMember: boolean;
  readonly isParked: boolean;
}

/** A member of a group; the name is there where it was asked for. */
export interface ListedMember {
  readonly value: string;
  readonly type: TypeName;
  readonly display: string | null;
}

/** What a write does to the members of a group, in terms of ids that the directory knows. */
export interface MemberChange {
  readonly added: readonly { readonly id: string; readonly type: TypeName }[];
  readonly removed: readonly string[];
  /** Values that name no resource yet. */
  readonly parked: readonly string[];
  readonly unparked: readonly string[];
  /** Whether the change was decided on the whole list, which must then still be the same. */
  readonly dependsOnList: boolean;
}

/**
 * One decided change; `before` is the row it was decided on, and the commit fails if that row moved
 * on. Only a change of members alone stands on its own: parallel ones must not overtake each other.
 */
export type ResourceChange =
  | { readonly kind: "create"; readonly after: ResourceRecord; readonly members?: MemberChange }
  | {
      readonly kind: "update";
      readonly before: ResourceRecord;
      readonly after: ResourceRecord;
      readonly members?: MemberChange;
    }
  | { readonly kind: "restore"; readonly before: ResourceRecord; readonly after: ResourceRecord }
  | { readonly kind: "delete"; readonly before: ResourceRecord; readonly after: ResourceRecord }
  | {
      readonly kind: "erase";
      readonly before: ResourceRecord;
      readonly after: ResourceRecord;
      /** Whether nothing of a person may be told: who is erased for good, as is his or her right. */
      readonly isForgotten?: true;
    };

/** The attributes whose values are unique, as the indexes know them. */
export type UniqueKey = "name" | "externalId" | "id" | "account";

/** What became of a commit: all of its changes are in, or none. */
export type CommitOutcome =
  | { readonly kind: "committed" }
  | { readonly kind: "uniqueness"; readonly key: UniqueKey }
  | { readonly kind: "versionChanged" }
  | { readonly kind: "membershipCycle" };

/** The keys under which a resource about to be created may already exist. */
export interface CandidateKeys {
  readonly nameKey: string;
  readonly externalId: string | undefined;
}

/** What holds in the caller's connector: its settings, and the resource type with its own attributes. */
export interface ConnectorTerms extends ConnectorSettings {
  readonly type: ResourceType;
}

/**
 * What is remembered of a connector and of what a request names there, to decide on without a look.
 * Any of it may be wrong: only a commit proves it, so nothing else may come of it.
 */
export interface OptimisticBasis<T> {
  readonly terms: ConnectorTerms;
  readonly remembered: T;
  /** Stores a change decided on it; `versionChanged` when anything remembered was wrong. */
  readonly commit: (change: ResourceChange, warnings: readonly string[]) => Promise<CommitOutcome>;
}

/** The resources of one type of one connector, for one caller at one moment. */
export interface Directory {
  /** The standard type: all that can be said before the connector is known. Its `settings` know more. */
  readonly type: ResourceType;
  /** The moment of the request, in milliseconds since the epoch. */
  readonly now: number;
  /** A fresh resource id: a lower-case UUID whose order is the order of creation. */
  readonly newId: () => string;
  /** The connector's settings; the first call of any of these also proves the caller's credential. */
  readonly settings: () => Promise<ConnectorTerms>;
  readonly read: (id: string) => Promise<ResourceRecord | undefined>;
  /** Live resources with that name or externalId, and soft-deleted ones with that externalId. */
  readonly candidates: (keys: CandidateKeys) => Promise<readonly ResourceRecord[]>;
  readonly commit: (
    changes: readonly ResourceChange[],
    warnings: readonly string[],
  ) => Promise<CommitOutcome>;
  /** What is remembered of a live resource, or of nobody having these keys; undefined for nothing. */
  readonly assumeUnchanged?: (id: string) => OptimisticBasis<ResourceRecord> | undefined;
  readonly assumeNobody?: (keys: CandidateKeys) => OptimisticBasis<undefined> | undefined;
  /** What the operations of one request share; left out where it has but one. */
  readonly steps?: StepBudget | undefined;
  /** Waits a little before attempt n is repeated, so that rivals do not meet again. */
  readonly pause: (attempt: number) => Promise<void>;
}

/** What filters want to know of members beside their ids and types. */
export interface ChoiceOptions {
  readonly withNames: boolean;
}

/** What filters on the members of a group choose by. */
export interface MemberChoice {
  /** What the URLs of resources begin with for the caller, without a slash at its end. */
  readonly baseUrl: string;
  /** All members of a group that has many; undefined where they are too many. */
  readonly members: (
    id: string,
    options: ChoiceOptions,
  ) => Promise<readonly ListedMember[] | undefined>;
}

/** What a group's writes need beside the Directory. */
export interface MemberDirectory {
  /**
   * The group and what is known of the named members, in one look; where filters choose, all members
   * come along unless they are many.
   */
  readonly readGroup: (
    id: string | undefined,
    named: readonly string[],
    choosing?: ChoiceOptions,
  ) => Promise<{
    readonly group: ResourceRecord | undefined;
    readonly named: readonly NamedMember[];
    readonly members?: readonly ListedMember[] | undefined;
  }>;
  /** How many values the connector has parked. */
  readonly parkedCount: () => Promise<number>;
  /** The ids of all members of a group, and all its parked values. */
  readonly allMembers: (
    id: string,
  ) => Promise<{ readonly ids: readonly string[]; readonly parked: readonly string[] }>;
  /** What the filters of a PATCH choose by; left out where nobody sends such filters. */
  readonly choice?: MemberChoice;
}

/** The documents of records already asked for: one write looks at the same one several times. */
const documents = new WeakMap<ResourceRecord, JsonObject>();

/** The document of a record without its computed `schemas`; shared, and never to be changed. */
export function documentOf(record: ResourceRecord): JsonObject {
  const known = documents.get(record);
  if (known !== undefined) return known;
  // The text was written by this program from a JsonObject.
  const { schemas: _, ...document } = JSON.parse(record.documentText) as JsonObject;
  documents.set(record, document);
  return document;
}
