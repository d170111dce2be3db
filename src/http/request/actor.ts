/** Who calls the admin API, as a log of what administrators did may name it; no secret is in it. */
export type Actor =
  /** Whoever holds the secret ADMIN_TOKEN. */
  | { readonly kind: "adminToken" }
  /** Somebody whom Cloudflare Access let in; a service token has no address. */
  | { readonly kind: "access"; readonly email: string | undefined }
  /** A key of the admin API. */
  | { readonly kind: "key"; readonly id: string; readonly name: string };
