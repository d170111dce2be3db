import type { ResourceType } from "#scim/attribute.ts";
import type { ResourceChange } from "#scim/ports.ts";
import type { ApplicationView } from "#scim/rules/shown.ts";
import type { BrakeSettings } from "#scim/settings.ts";
import type { EventRow } from "#store/event-log/events.ts";

/** A decided change with the event-log row that goes in with it. */
export interface ChangeToCommit {
  readonly change: ResourceChange;
  readonly type: ResourceType;
  readonly event: EventRow;
}

/** The brake of a connector, for a batch of one of its clients. */
export interface Brake extends BrakeSettings {
  readonly credentialId: string;
  /** The op_id of an alert that the batch may raise. */
  readonly newAlertId: () => string;
}

/** What travels in one batch: all of it is stored, or nothing. */
export interface Write {
  readonly changes: readonly ChangeToCommit[];
  /** Statements that are stored in the same batch, right behind the event rows. */
  readonly beside?: readonly D1PreparedStatement[];
  /** The SHA-256 of the caller's token, guarded inside the batch; undefined for the Bridge and for administrators. */
  readonly credentialHash: string | undefined;
  /** Whether it belongs to the end of the directory, in which nobody else writes. */
  readonly isOfEnding?: true;
  readonly at: number;
  /** The connector's option that two groups may have one name. */
  readonly allowDuplicateGroupNames: boolean;
  /** How applications see the connector's resources; left out where that is no other way than the provider. */
  readonly application?: ApplicationView;
  /** The connector's option that an externalId is that of one live resource, guarded inside the batch. */
  readonly uniqueExternalId: boolean;
  /** What the batch goes by where it switches users off; undefined where nothing brakes it. */
  readonly brake?: Brake | undefined;
}
