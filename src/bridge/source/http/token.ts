import { isJsonObject, type JsonObject, readMember } from "#scim/json.ts";
import { type AccessToken, emptySourceMemory } from "../memory.ts";
import { SourceError, type SourceTools } from "../source.ts";
import { type Exchanged, exchange, isAccepted } from "./exchange.ts";
import {
  type Authorizer,
  type ExplainRefusal,
  explainBusy,
  explainRefusal,
  inTrouble,
  throttled,
} from "./http.ts";

/** A request to a token endpoint. */
export interface ProviderTokenRequest {
  readonly provider: string;
  readonly tools: SourceTools;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A form as RFC 6749 wants it, or the JSON object that some providers want. */
  readonly body: URLSearchParams | JsonObject;
  readonly explain?: ExplainRefusal;
  readonly timeoutMs?: number | undefined;
}

/** A token that ends sooner is not used for a new request. */
const TOKEN_LEFT_MS_MIN = 60_000;

/** RFC 6749 §5.1 leaves expires_in optional; a short life costs a request, a long one a 401. */
const EXPIRES_IN_SECONDS_DEFAULT = 600;

/**
 * Fetches an access token. Throws SourceError: 408, 429 and 5xx are trouble of the provider whatever the
 * body says, and so are the errors that OAuth has for it; then `explain` words a refusal; a 400 that it
 * leaves is "unauthorized" (RFC 6749 §5.2), an answer without a token "malformed", the rest is as
 * explainRefusal says.
 */
export async function requestAccessToken(request: ProviderTokenRequest): Promise<AccessToken> {
  const answer = await exchangeToken(request);
  if (isAccepted(answer)) return readAccessToken(request, answer);
  throw tokenRefusal(request, answer);
}

/** Sends a token request and gives whatever answer comes, for a caller that has to look at it. */
export function exchangeToken(request: ProviderTokenRequest): Promise<Exchanged> {
  const { provider, tools, url, headers, body, timeoutMs } = request;
  const isForm = body instanceof URLSearchParams;
  const peer = { provider, tools, timeoutMs, origin: new URL(url).origin };
  return exchange(peer, {
    method: "POST",
    url,
    headers: {
      "Content-Type": isForm ? "application/x-www-form-urlencoded" : "application/json",
      ...headers,
    },
    body: isForm ? body.toString() : JSON.stringify(body),
  });
}

/** Reads the access token of an accepted answer. */
export function readAccessToken(
  { provider, tools }: ProviderTokenRequest,
  { body }: Exchanged,
): AccessToken {
  const answer = isJsonObject(body) ? body : {};
  const value = readMember(answer, "access_token");
  const type = readMember(answer, "token_type");
  // The characters of RFC 6750 §2.1: anything else could not be sent in a header.
  if (typeof value !== "string" || !/^[\x21-\x7e]+$/.test(value)) {
    throw new SourceError(
      { kind: "malformed" },
      `${provider} answered the request for an access token without one. Check the bridge's addresses.`,
    );
  }
  const seconds = Number(readMember(answer, "expires_in") ?? EXPIRES_IN_SECONDS_DEFAULT);
  const lifeMs = (Number.isFinite(seconds) ? seconds : EXPIRES_IN_SECONDS_DEFAULT) * 1_000;
  return {
    value,
    type: typeof type === "string" ? type : "Bearer",
    expiresAt: tools.now() + lifeMs,
  };
}

/** The error of a token endpoint's refusal. */
export function tokenRefusal(request: ProviderTokenRequest, answer: Exchanged): SourceError {
  const { provider, tools, explain } = request;
  const refusal = { ...answer, now: tools.now() };
  const explained =
    explainBusy(provider, refusal) ?? explainTransient(provider, refusal) ?? explain?.(refusal);
  if (explained !== undefined) return explained;
  if (answer.status !== 400) return explainRefusal(provider, refusal);
  return new SourceError(
    { kind: "unauthorized" },
    `${provider} gives no access token for the bridge's credentials (status 400). Check the client and its secret or key, and enter them again.`,
  );
}

/** The errors of RFC 6749 §4.1.2.1 and RFC 8628 §3.5 that pass, at whatever status they come. */
function explainTransient(provider: string, { body }: Exchanged): SourceError | undefined {
  const error = isJsonObject(body) ? readMember(body, "error") : undefined;
  if (error === "slow_down") return throttled(provider, undefined);
  const isPassing = error === "temporarily_unavailable" || error === "server_error";
  return isPassing ? inTrouble(provider, error) : undefined;
}

/** The token that is kept, and how it is had. */
export interface TokenCache {
  /** The kept token, or a new one where that ends in less than a minute. */
  readonly read: () => Promise<AccessToken>;
  readonly forget: () => void;
}

/**
 * Keeps an access token until it ends, in the source's memory under a name; the first is fetched when it
 * is first asked for.
 */
export function createTokenCache(
  { now, memory = emptySourceMemory() }: Pick<SourceTools, "now" | "memory">,
  name: string,
  request: () => Promise<AccessToken>,
): TokenCache {
  const { tokens } = memory;
  return {
    read: async () => {
      const kept = tokens.get(name);
      if (kept !== undefined && kept.expiresAt - now() >= TOKEN_LEFT_MS_MIN) return kept;
      const fresh = await request();
      tokens.set(name, fresh);
      return fresh;
    },
    forget: () => {
      tokens.delete(name);
    },
  };
}

/** An authorizer of bearer tokens (RFC 6750): a 401 costs the token one renewal and the request one more try. */
export function bearerAuthorizer(
  tools: Pick<SourceTools, "now" | "memory">,
  name: string,
  request: () => Promise<AccessToken>,
): Authorizer {
  const cache = createTokenCache(tools, name, request);
  return {
    headersFor: async () => ({ Authorization: `Bearer ${(await cache.read()).value}` }),
    isWorthRetry: (_refusal, attempt) => {
      cache.forget();
      return attempt === 0;
    },
  };
}
