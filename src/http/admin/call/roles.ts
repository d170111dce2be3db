/** What a key may do, each more than the ones before it. */
export const KEY_ROLES = ["directory", "feed", "operator", "admin"] as const;
