/** What a key may do, each more than the ones before it. */
export const KEY_ROLES = ["directory", "feed", "operator", "admin"] as const;

/** What a key may do; an operation names the least one that it needs. */
export type Role = (typeof KEY_ROLES)[number];

/** The roles that may do what needs at least this one. */
export function rolesFrom(least: Role): readonly Role[] {
  return KEY_ROLES.slice(KEY_ROLES.indexOf(least));
}

/** What a set-up link may let its holder do with its one connector. */
export const ABILITIES = ["connect", "rotate-token", "bridge-credentials", "log"] as const;

/** One thing that a set-up link lets do. */
export type Ability = (typeof ABILITIES)[number];
