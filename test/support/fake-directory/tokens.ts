/** An access token that was given out. */
export interface GivenToken {
  readonly expiresAt: number;
  readonly scopes: readonly string[];
  /** The thumbprint of the key that must prove it; undefined for a bearer token. */
  readonly thumbprint?: string;
}

/** The access tokens of a fake provider, by their value. */
export interface Tokens {
  readonly give: (token: GivenToken) => string;
  /** Undefined for a value that was never given out, is over or was revoked. */
  readonly check: (value: string, now: number) => GivenToken | undefined;
  readonly revokeAll: () => void;
}

/** Makes an empty register of access tokens. */
export function createTokens(): Tokens {
  const given = new Map<string, GivenToken>();
  return {
    give: (token) => {
      const value = `fake-access-${crypto.randomUUID()}`;
      given.set(value, token);
      return value;
    },
    check: (value, now) => {
      const token = given.get(value);
      return token !== undefined && token.expiresAt > now ? token : undefined;
    },
    revokeAll: () => given.clear(),
  };
}

/** The value of an Authorization header of a scheme, in any letter case; undefined for another scheme. */
export function readAuthorization(request: Request, scheme: string): string | undefined {
  const header = request.headers.get("Authorization") ?? "";
  const [first, value] = header.split(" ");
  return first?.toLowerCase() === scheme.toLowerCase() ? value : undefined;
}
