import type { ResourceType } from "#scim/attribute.ts";
import type { ConnectorSettings } from "#scim/settings.ts";

/** Where a bridge pulls from; the address of a cloud or of a test may stand in for the provider's own. */
export type SourceConfig =
  | { readonly type: "okta"; readonly baseUrl: string }
  | {
      readonly type: "entra";
      readonly tenantId: string;
      readonly graphBaseUrl: string;
      readonly loginBaseUrl: string;
    }
  | {
      readonly type: "google";
      readonly adminEmail: string;
      readonly customer: string;
      readonly apiBaseUrl: string;
      readonly tokenUrl: string;
    }
  | { readonly type: "onelogin"; readonly baseUrl: string }
  | {
      readonly type: "jumpcloud";
      readonly baseUrl: string;
      readonly orgId?: string;
      readonly userNameFrom: "email" | "username";
    }
  | { readonly type: "scim"; readonly baseUrl: string };

/** The providers that a bridge can pull from. */
export type Provider = SourceConfig["type"];

/** What proves a bridge to its provider; which form belongs to which provider is checked where it comes in. */
export type SourceCredentials =
  | { readonly kind: "okta-token"; readonly apiToken: string }
  | { readonly kind: "okta-service"; readonly clientId: string; readonly privateKeyJwk: JsonWebKey }
  | { readonly kind: "entra"; readonly clientId: string; readonly clientSecret: string }
  | { readonly kind: "google"; readonly clientEmail: string; readonly privateKey: string }
  | { readonly kind: "onelogin"; readonly clientId: string; readonly clientSecret: string }
  | { readonly kind: "jumpcloud"; readonly apiKey: string }
  | { readonly kind: "scim"; readonly token: string };

/** What an administrator chose for a bridge; BRIDGE_DEFAULTS says what holds otherwise. */
export interface BridgeSettings {
  /** Seconds from the end of a run to the start of the next: 60 to 86,400. */
  readonly intervalSeconds: number;
  /** Seconds until everybody is looked at again, and not only what changed; "auto" goes by how many are linked. */
  readonly fullIntervalSeconds: number | "auto";
  /** Addresses, globs (`*`, `?`) and org units (`ou:/path`), in any letter case. */
  readonly excluded: readonly string[];
  readonly guard: GuardSettings;
  /** The same for groups that go, and for members who leave one group. */
  readonly groupGuard: GuardSettings;
  readonly membershipGuard: GuardSettings;
  /** Whether an unlinked user may be adopted by its primary e-mail address. */
  readonly matchByEmail: boolean;
  readonly includeGuests: boolean;
  /** Whether a user who is inactive at the source and was never seen is created. */
  readonly createInactive: boolean;
  readonly onMissing: "deactivate" | "ignore" | { readonly deleteAfterDays: number };
  readonly onExcluded: "unmanage" | "deactivate";
  /** Whom alone the bridge provisions; undefined for everybody. */
  readonly scope?: BridgeScope | undefined;
  /** What becomes of users who are in the scope no more: let go as they are, or switched off. */
  readonly onOutOfScope: "unmanage" | "deactivate";
  readonly rehire: "relink" | "conflict";
  /** No groups, all of them, or those with these source ids. */
  readonly groups: "none" | "all" | readonly string[];
  /** What is mapped besides, or in the place of, what the provider's own mapping does. */
  readonly mapping: readonly MappingRule[];
  /** Where a record's login stands; undefined for where the provider's own mapping finds it. */
  readonly userNameFrom?: string | undefined;
  /** What Entra's users get as name.formatted: "given surname", or the ImmutableId. */
  readonly entraFormatted: "name" | "immutableId";
}

/** Whom a bridge provisions: members of any of these groups, or whom an application is assigned to. */
export type BridgeScope = { readonly groups: readonly string[] } | { readonly application: string };

/** One attribute that a bridge maps by an administrator's choice. */
export interface MappingRule {
  /** A place in the provider's records, in the provider's words. */
  readonly from: string;
  /** A core, an enterprise or a declared attribute of the connector's users. */
  readonly to: string;
  /** "create" writes it when a user is created, and never overwrites it. */
  readonly when: "always" | "create";
}

/** When the switch-offs of one run (groups that go, members who leave a group) are held: more than the larger of `max` and `percent`, or all of `minBase`. */
export interface GuardSettings {
  readonly max: number;
  readonly percent: number;
  readonly minBase: number;
}

/** The settings of a bridge that chose nothing. */
export const BRIDGE_DEFAULTS: BridgeSettings = {
  intervalSeconds: 900,
  fullIntervalSeconds: "auto",
  excluded: [],
  guard: { max: 25, percent: 10, minBase: 5 },
  groupGuard: { max: 5, percent: 20, minBase: 5 },
  membershipGuard: { max: 50, percent: 50, minBase: 10 },
  matchByEmail: true,
  includeGuests: false,
  createInactive: false,
  onMissing: "deactivate",
  onExcluded: "unmanage",
  onOutOfScope: "deactivate",
  rehire: "relink",
  groups: "none",
  mapping: [],
  entraFormatted: "name",
};

/** A bridge as it is stored: without its credentials. */
export interface BridgeChoice {
  readonly source: SourceConfig;
  readonly settings: BridgeSettings;
}

/** A bridge as it works: with the attributes that its connector's users can have. */
export interface BridgeConfig extends BridgeChoice {
  readonly type: ResourceType;
  /** What its connector lays down for users, whoever sends them. */
  readonly rules: UserRules;
}

/** The settings of a connector that decide what becomes of a record. */
export type UserRules = Pick<ConnectorSettings, "allowedDomains" | "createOnly">;

/** The rules of a connector that laid down nothing, and of whoever only reads. */
export const NO_RULES: UserRules = { allowedDomains: [], createOnly: [] };

/** Tells one set of rules from any other; "" for none. */
export function markOfRules({ allowedDomains, createOnly }: UserRules): string {
  const isNone = allowedDomains.length + createOnly.length === 0;
  return isNone ? "" : JSON.stringify([allowedDomains.toSorted(), createOnly.toSorted()]);
}
