import { v7 as uuidv7 } from "uuid";
import { createToken } from "#credentials/token.ts";
import type { Token, TokenToStore } from "#store/admin/tokens.ts";
import { unfitMember } from "./problem.ts";

/** What an administrator chooses for a new token. */
export interface TokenChoice {
  readonly name?: string | undefined;
  readonly scope: "read" | "read-write";
  /** Milliseconds since the epoch; undefined never expires. */
  readonly expiresAt: number | undefined;
}

/** The token that comes with a new connector. */
export const NO_EXPIRY: TokenChoice = { scope: "read-write", expiresAt: undefined };

/** Makes a token: the secret to show once, and what is stored of it. */
export async function makeToken({
  name,
  scope,
  expiresAt,
}: TokenChoice): Promise<{ readonly secret: string; readonly token: TokenToStore }> {
  const { secret, hash, hint } = await createToken();
  return { secret, token: { id: uuidv7(), hash, hint, name, scope, expiresAt } };
}

/** A token as the admin API shows it; the secret is not among it. */
export function tokenView(token: Token) {
  return {
    id: token.id,
    name: token.name,
    hint: token.hint,
    scope: token.scope,
    createdAt: new Date(token.createdAt).toISOString(),
    expiresAt: isoOrNull(token.expiresAt),
    revokedAt: isoOrNull(token.revokedAt),
    lastUsedAt: isoOrNull(token.lastUsedAt),
  };
}

/** A moment in milliseconds as ISO 8601 text, or null. */
export function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** The end of a new token or key in milliseconds; 400 for one that has passed. */
export function readExpiry(expiresAt: string | undefined, now: number): number | undefined {
  if (expiresAt === undefined) return undefined;
  const expiry = Date.parse(expiresAt);
  if (expiry > now) return expiry;
  throw unfitMember(["expiresAt"], "must lie in the future");
}

/** A token or key that was made to end gets a successor that lives as long as it was to live. */
export function renewedExpiry(
  { createdAt, expiresAt }: Pick<Token, "createdAt" | "expiresAt">,
  now: number,
): number | undefined {
  return expiresAt === null ? undefined : now + (expiresAt - createdAt);
}
