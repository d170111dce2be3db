/** Who calls the admin API, as a log of what administrators did may name it; no secret is in it. */
export type Actor =
  /** Whoever holds the secret ADMIN_TOKEN. */
  | { readonly kind: "adminToken" }
  /** Somebody whom Cloudflare Access let in; a service token has no address. */
  | { readonly kind: "access"; readonly email: string | undefined }
  /** A key of the admin API. */
  | { readonly kind: "key"; readonly id: string; readonly name: string }
  /** A customer's administrator, who has an account nowhere and was given a set-up link. */
  | { readonly kind: "setupLink"; readonly id: string; readonly name: string };

/** What a caller of the admin API sees: one connector, the connectors of a tenant, or all where both are null. */
export interface Sight {
  /** The connector's public id. */
  readonly connectorId: string | null;
  readonly tenant: string | null;
}

/** What a caller of the admin API may do, and with which connectors. */
export interface Grant {
  readonly role: "directory" | "feed" | "operator" | "admin";
  readonly sees: Sight;
}
