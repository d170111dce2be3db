/** What happens when a connector's clients switch many users off at once. */
export interface BrakeSettings {
  /** So many in the window may always be switched off; beyond it, and beyond `percent`, they are too many. */
  readonly max: number;
  /** The same as a part of the users who were active before. */
  readonly percent: number;
  /** How long the window is. */
  readonly minutes: number;
  /** What is done: nothing, an alert, or an alert and what is too many waits for an administrator. */
  readonly mode: "off" | "alert" | "hold";
}

/** What an administrator chose for a connector where the gateway leaves a choice. */
export interface ConnectorSettings {
  /** true gives the RFC's answer wherever the lenient one differs. */
  readonly strict: boolean;
  /** What a POST for an inactive user of the same identity does. */
  readonly reprovision: "restore" | "conflict";
  /** What DELETE does: keep the row for restore, erase it, or only deactivate. */
  readonly deletion: "soft" | "hard" | "deactivate";
  /** How many days a soft-deleted user can be restored; then cron erases it. */
  readonly retentionDays: number;
  /** What a group's member that names no resource does: wait for it, or refuse the request. */
  readonly unknownMembers: "park" | "reject";
  /** What is done with attributes of extensions that nobody declared: kept as they came, or left out. */
  readonly unknownExtensions: "keep" | "drop";
  /** Whether two groups may have one displayName. */
  readonly allowDuplicateGroupNames: boolean;
  /** Whether two live users, or two groups, may not have one externalId (RFC 7643 §3.1 lets them). */
  readonly uniqueExternalId: boolean;
  /** What a userName that a client leaves out is made of; `none` refuses such a user. */
  readonly userNameFrom: "none" | "externalId" | "email";
  /** Whether ServiceProviderConfig has what RFC 9865 and RFC 9967 add: scim2-tester 0.2.8 breaks on it. */
  readonly advertisePagination: boolean;
  /** How many days a row of the event log is kept; then cron prunes it. */
  readonly eventRetentionDays: number;
  /** Which reads leave a row in the event log: all of them, or refused ones alone. */
  readonly logReads: "all" | "refused";
  /** Whether the event log is kept without what tells about a person (docs/operations/capacity.md). */
  readonly maskPersonalData: boolean;
  /** How many requests it may send: 100, 1,000 or 10,000 in ten seconds. */
  readonly rateLimit: "low" | "standard" | "high";
  /** Whether its changes are recorded but not delivered yet. */
  readonly staged: boolean;
  /** The domains that users may be in, in lower-case ASCII; any where there is none. */
  readonly allowedDomains: readonly string[];
  /** Paths of attributes of users that clients set at creation, and leave alone later on. */
  readonly createOnly: readonly string[];
  /** What happens when its clients deactivate or delete many users at once. */
  readonly brake: BrakeSettings;
  /** What stands before the displayName of each group for applications; the provider does not see it. */
  readonly groupNamePrefix: string;
  /** Which groups give which roles to their users. */
  readonly roles: readonly RoleRule[];
}

/** A role for the users of a group, which is named by its displayName or its id. */
export interface RoleRule {
  readonly group: string;
  readonly role: string;
}

/** Settings of which some are left out, as they are chosen and stored. */
export interface SomeSettings extends Partial<Omit<ConnectorSettings, "brake">> {
  readonly brake?: Partial<BrakeSettings>;
}

/** The settings of a connector that chose nothing. */
export const DEFAULT_SETTINGS: ConnectorSettings = {
  strict: false,
  reprovision: "restore",
  deletion: "soft",
  retentionDays: 30,
  unknownMembers: "park",
  unknownExtensions: "keep",
  allowDuplicateGroupNames: false,
  uniqueExternalId: false,
  userNameFrom: "none",
  advertisePagination: true,
  eventRetentionDays: 30,
  logReads: "all",
  maskPersonalData: false,
  rateLimit: "standard",
  staged: false,
  allowedDomains: [],
  createOnly: [],
  brake: { max: 25, percent: 10, minutes: 60, mode: "alert" },
  groupNamePrefix: "",
  roles: [],
};

/** Settings with some of them chosen anew. */
export function withSettings(settings: ConnectorSettings, chosen: SomeSettings): ConnectorSettings {
  return { ...settings, ...chosen, brake: { ...settings.brake, ...chosen.brake } };
}
