import { createRemoteJWKSet, customFetch, errors, jwtVerify } from "jose";

/** Who Cloudflare Access let in. */
export interface AccessIdentity {
  /** The e-mail address of a person; undefined for a service token. */
  readonly email: string | undefined;
}

/** What to hold a Cloudflare Access JWT against. */
export interface AccessOptions {
  /** Such as acme.cloudflareaccess.com. */
  readonly teamDomain: string;
  /** The application's audience tag. */
  readonly audience: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

/** Keys rotate every six weeks and old ones stay valid for days; an unknown one is asked for once a minute. */
const REFETCH_EVERY_MS = 60_000;
const KEYS_KEPT_MS = 6 * 3_600_000;

/**
 * Makes a verifier of `Cf-Access-Jwt-Assertion` headers: RS256 by a key of the team, with the
 * application's audience, the team's issuer and an expiry ahead. It gives undefined for any other JWT
 * and throws only when the team's keys cannot be fetched.
 */
export function createAccessVerifier({
  teamDomain,
  audience,
  now,
  fetch,
}: AccessOptions): (jwt: string) => Promise<AccessIdentity | undefined> {
  const issuer = `https://${teamDomain}`;
  const keys = createRemoteJWKSet(new URL(`${issuer}/cdn-cgi/access/certs`), {
    cooldownDuration: REFETCH_EVERY_MS,
    cacheMaxAge: KEYS_KEPT_MS,
    [customFetch]: fetch,
  });
  return async (jwt) => {
    try {
      const { payload } = await jwtVerify(jwt, keys, {
        algorithms: ["RS256"],
        issuer,
        audience,
        requiredClaims: ["exp"],
        currentDate: new Date(now()),
      });
      return { email: typeof payload.email === "string" ? payload.email : undefined };
    } catch (error) {
      if (isForged(error)) return undefined;
      throw error;
    }
  };
}

/** Whether an error says that the JWT is wrong, and not that the keys could not be had. */
function isForged(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout) return false;
  const isKeyAnswerWrong = error instanceof errors.JOSEError && error.code === "ERR_JOSE_GENERIC";
  return error instanceof errors.JOSEError && !isKeyAnswerWrong;
}
