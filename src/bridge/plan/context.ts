import type { ResourceType } from "#scim/attribute.ts";
import type { JsonObject } from "#scim/json.ts";
import type { ResourceRecord } from "#scim/ports.ts";
import type { ResourceKey } from "#scim/resource/key.ts";
import type { ConnectorSettings } from "#scim/settings.ts";
import type { BridgeConfig } from "../config/settings.ts";
import type { MappedRecord } from "../mapping/mapped.ts";
import type { Link } from "./operation.ts";

/** A raw record made ready for planning; `hash` tells users apart by what is mapped, and is empty for the rest. */
export interface PreparedRecord<Mapped extends MappedRecord = MappedRecord> {
  readonly sourceId: string | undefined;
  readonly mapped: Mapped;
  readonly hash: string;
  /** The record as it came, rows of the same id in its page merged. */
  readonly raw: JsonObject;
}

/** Whether a listing is complete, or of changes alone: then a property that is absent keeps its value. */
export type ListingMode = "full" | "delta";

/** The links of the Durable Object, looked up in its own storage. */
export interface Links {
  readonly bySource: (sourceId: string) => Link | undefined;
  readonly byUser: (userId: string) => Link | undefined;
}

/** What a plan asks the directory, in one round trip. */
export interface Lookups {
  readonly keys: readonly ResourceKey[];
  /** Folded e-mail addresses, for each of which all live users who have it are wanted. */
  readonly emails: readonly string[];
}

/** Whether the provider has somebody with an id; "unknown" until a complete listing or a look by that id tells. */
export type Presence = "present" | "gone" | "unknown";

/**
 * What is known of the provider's other records when weak evidence is weighed: a userName or an
 * address hands a user over only where everything that would be stronger is known.
 */
export interface Evidence {
  /** Whether every record of the provider was seen. */
  readonly isComplete: boolean;
  readonly standing: (sourceId: string) => Presence;
  /** The records without a link that have the userName, or the address, by source id. */
  readonly named: (nameKey: string) => readonly string[];
  readonly addressed: (emailKey: string) => readonly string[];
  /** The source id whose user this is although no link says so. */
  readonly ownerOf: (userId: string) => string | undefined;
}

/** What the directory answered to Lookups, and the links. */
export interface Known {
  readonly links: Links;
  /** Live users by keyText of their id or name. */
  readonly records: ReadonlyMap<string, ResourceRecord>;
  /** All users by externalId, soft-deleted ones too. */
  readonly byExternalId: ReadonlyMap<string, readonly ResourceRecord[]>;
  /** Live users by folded e-mail address. */
  readonly byEmail: ReadonlyMap<string, readonly ResourceRecord[]>;
  /** What is known of the provider's other records. */
  readonly evidence: Evidence;
}

/**
 * How far a run is. While a listing is read ("page"), links and externalIds decide, and whatever is
 * weaker waits. Once it has shown all it has, "names" are weighed, and when those are settled
 * "addresses". "second" also hands over the users of links whose people are gone.
 */
export type Pass = "page" | "names" | "addresses" | "second";

/** What holds while operations are planned. */
export interface PlanContext {
  readonly now: number;
  readonly newId: () => string;
  /** The connector's User with its own attributes. */
  readonly type: ResourceType;
  /** What a deletion does in this connector. */
  readonly deletion: ConnectorSettings["deletion"];
  readonly config: BridgeConfig;
  /** How far the run is: whatever is uncertain is held back until the pass that can tell. */
  readonly pass: Pass;
  /** Whether the records are answers to looks by id, which no stamp outweighs. */
  readonly isAsked?: boolean;
  /** Whether somebody is in the bridge's scope; everybody is where it is left out. */
  readonly reach?: (sourceId: string) => Reach;
}

/** Whether somebody is in the bridge's scope, as far as that could be read. */
export type Reach = "in" | "out" | "unknown";
