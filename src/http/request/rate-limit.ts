import type { Config } from "#http/config.ts";
import { Refusal } from "#http/response/error.ts";
import { ScimError } from "#scim/error.ts";
import type { ConnectorSettings } from "#scim/settings.ts";
import type { Access } from "#store/directory/access.ts";
import { clientIp, ipPrefix } from "./client-ip.ts";

/** The rate limits of the Worker: a binding counts per key, and its limit stands in wrangler.toml. */
export type RateLimitBindings = Pick<
  Env,
  "RATE_LIMIT_LOW" | "RATE_LIMIT_STANDARD" | "RATE_LIMIT_HIGH" | "RATE_LIMIT_FAILURES"
>;

/** The periods of the bindings in wrangler.toml: after one of them, a caller is let in again. */
const CONNECTOR_PERIOD_SECONDS = 10;
const FAILURES_PERIOD_SECONDS = 60;

/** The headers of a refusal for too many failed authentications. */
export const FAILURES_HEADERS = { "Retry-After": String(FAILURES_PERIOD_SECONDS) } as const;

/** Counts a request of a connector whose token is good, and throws the 429 once they are too many. */
export async function admitConnector(
  env: RateLimitBindings,
  { isRateLimited }: Config,
  { connectorId, settings }: Pick<Access, "connectorId" | "settings">,
): Promise<void> {
  if (!isRateLimited) return;
  const limit = limitOf(env, settings.rateLimit);
  const { success } = await limit.limit({ key: String(connectorId) });
  if (success) return;
  const detail = `This connector sends more requests than its limit "${settings.rateLimit}" allows. Repeat the request in ${CONNECTOR_PERIOD_SECONDS} seconds, or let an administrator raise settings.rateLimit.`;
  throw tooMany(detail, CONNECTOR_PERIOD_SECONDS);
}

/**
 * Counts a failed authentication and tells whether its address has failed too often. To be asked only
 * once the credentials were found bad: a stranger's failures must not shut out who shares the address.
 */
export async function hasFailedTooOften(
  env: RateLimitBindings,
  { isRateLimited }: Config,
  headers: Headers,
): Promise<boolean> {
  if (!isRateLimited) return false;
  const { success } = await env.RATE_LIMIT_FAILURES.limit({ key: addressKey(clientIp(headers)) });
  return !success;
}

/** The headers of a refusal for too many calls by a set-up link. */
export const SETUP_HEADERS = { "Retry-After": String(CONNECTOR_PERIOD_SECONDS) } as const;

/** Counts a call by a set-up link and tells whether that link makes too many: each may store something. */
export async function hasSetUpTooMuch(
  env: RateLimitBindings,
  { isRateLimited }: Config,
  linkId: string,
): Promise<boolean> {
  if (!isRateLimited) return false;
  const { success } = await env.RATE_LIMIT_LOW.limit({ key: `setup ${linkId}` });
  return !success;
}

/** The 429 in place of a 401, which still says what is wrong with the credentials. */
export function tooManyFailures(detail: string): Refusal {
  return tooMany(
    `Too many requests with bad credentials came from this address. ${detail}`,
    FAILURES_PERIOD_SECONDS,
  );
}

function limitOf(env: RateLimitBindings, tier: ConnectorSettings["rateLimit"]): RateLimit {
  switch (tier) {
    case "low":
      return env.RATE_LIMIT_LOW;
    case "standard":
      return env.RATE_LIMIT_STANDARD;
    case "high":
      return env.RATE_LIMIT_HIGH;
  }
}

/** One host: an IPv4 address, or the /48 of an IPv6 one, whose owner has addresses without end. */
function addressKey(address: string | undefined): string {
  return address?.includes(".") ? address : ipPrefix(address);
}

function tooMany(detail: string, retryAfterSeconds: number): Refusal {
  return new Refusal(ScimError.status(429, detail), { "Retry-After": String(retryAfterSeconds) });
}
