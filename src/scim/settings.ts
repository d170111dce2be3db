/** What an administrator chose for a connector where SEMANTICS leaves a choice. */
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
  /** Whether two groups may have one displayName. */
  readonly allowDuplicateGroupNames: boolean;
}

/** The settings of a connector that chose nothing. */
export const DEFAULT_SETTINGS: ConnectorSettings = {
  strict: false,
  reprovision: "restore",
  deletion: "soft",
  retentionDays: 30,
  unknownMembers: "park",
  allowDuplicateGroupNames: false,
};
