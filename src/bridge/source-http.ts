import { isJsonObject, type JsonObject, type JsonValue } from "#scim/json.ts";
import { readRetryAfter } from "./retry-after.ts";
import { SourceError, type SourceTools } from "./source.ts";
import { type Exchanged, exchange, type OutgoingRequest, type Peer } from "./source-exchange.ts";

/** The JSON of an accepted answer, and its headers. */
export interface SourceAnswer {
  readonly body: JsonObject | readonly JsonValue[];
  readonly headers: Headers;
}

/** An answer outside 2xx. */
export interface Refusal extends Exchanged {
  readonly now: number;
}

/** Reads a refusal that a provider words in its own way; undefined leaves it to the common rules. */
export type ExplainRefusal = (refusal: Refusal) => SourceError | undefined;

/** Proves the requests to the provider. */
export interface Authorizer {
  /** The headers of one request; it may have to fetch an access token first. */
  readonly headersFor: (request: {
    method: string;
    url: string;
  }) => Promise<Record<string, string>>;
  /**
   * Is told of a 401 (`attempt` counts from 0), and says whether other headers are worth another try:
   * a new token, or a proof with the nonce that was asked for.
   */
  readonly isWorthRetry: (refusal: Refusal, attempt: number) => boolean;
}

/** What one request may differ in. */
export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Asked before the provider's own; for what a refusal means for this request alone. */
  readonly explain?: ExplainRefusal;
}

/** What a source talks to its provider with. */
export interface SourceHttpOptions {
  /** The provider's name as details say it. */
  readonly provider: string;
  /** Of its address the origin counts: requests go there and nowhere else. */
  readonly baseUrl: string;
  readonly tools: SourceTools;
  readonly authorizer: Authorizer;
  readonly explain?: ExplainRefusal;
  /** For tests; 30 seconds otherwise. */
  readonly timeoutMs?: number;
}

/**
 * Requests with credentials to one origin. Each throws SourceError alone: besides what `exchange` says,
 * "unauthorized" for a 401 that a new token did not cure, "forbidden" for 403, "throttled" for 429 and
 * for 503 and 504 with a Retry-After, "unavailable" for 408 and every other 5xx, and "malformed" for any
 * other refusal.
 */
export interface SourceHttp {
  readonly get: (url: string, options?: RequestOptions) => Promise<SourceAnswer>;
  /** The same, but a 404 is a value, undefined, unless the provider's explain makes an error of it. */
  readonly find: (url: string, options?: RequestOptions) => Promise<SourceAnswer | undefined>;
  readonly post: (url: string, body: JsonObject, options?: RequestOptions) => Promise<SourceAnswer>;
}

/** Makes what a source talks to its provider with. */
export function createSourceHttp(options: SourceHttpOptions): SourceHttp {
  const peer: Peer = {
    provider: options.provider,
    origin: new URL(options.baseUrl).origin,
    tools: options.tools,
    timeoutMs: options.timeoutMs,
  };
  const call = async (request: OutgoingRequest, explain: ExplainRefusal | undefined) => {
    const answer = await exchangeAuthorized(peer, options.authorizer, request);
    if (isAccepted(answer)) return acceptedAnswer(peer, answer);
    const refusal = { ...answer, now: options.tools.now() };
    return { refusal, explained: explain?.(refusal) ?? options.explain?.(refusal) };
  };
  const get = (url: string, { headers = {}, explain }: RequestOptions = {}) =>
    call({ method: "GET", url, headers }, explain);
  return {
    get: async (url, more) => orThrow(peer, await get(url, more)),
    find: async (url, more) => {
      const outcome = await get(url, more);
      return isMissing(outcome) ? undefined : orThrow(peer, outcome);
    },
    post: async (url, body, { headers = {}, explain } = {}) => {
      const typed = { "Content-Type": "application/json", ...headers };
      const request = { method: "POST", url, headers: typed, body: JSON.stringify(body) } as const;
      return orThrow(peer, await call(request, explain));
    },
  };
}

/** An authorizer of headers that never change, such as an API key. */
export function fixedAuthorizer(headers: Readonly<Record<string, string>>): Authorizer {
  return { headersFor: async () => ({ ...headers }), isWorthRetry: () => false };
}

/** What a refusal means where the provider does not word it in its own way. */
export function explainRefusal(provider: string, refusal: Refusal): SourceError {
  const { status, headers, now } = refusal;
  const retryAt = readRetryAfter(headers, now);
  if (status === 401) {
    return new SourceError(
      { kind: "unauthorized" },
      `${provider} refuses the bridge's credentials (status 401). Check that they are not revoked or expired, and enter new ones.`,
    );
  }
  if (status === 403) {
    return new SourceError(
      { kind: "forbidden" },
      `${provider} accepts the bridge's credentials but does not let them read this (status 403). Grant them read access to users and groups.`,
    );
  }
  if (status === 429 || ((status === 503 || status === 504) && retryAt !== undefined)) {
    return throttled(provider, retryAt);
  }
  if (status === 408 || status >= 500) {
    return new SourceError(
      { kind: "unavailable" },
      `${provider} has trouble of its own (status ${status}). The bridge tries again by itself.`,
    );
  }
  return new SourceError(
    { kind: "malformed" },
    `${provider} refused a request that it should know (status ${status}). Check the bridge's base address and settings.`,
  );
}

/** The error of a provider that asks to wait until `retryAt`, or does not say how long. */
export function throttled(provider: string, retryAt: number | undefined): SourceError {
  return new SourceError(
    { kind: "throttled", retryAt },
    `${provider} limits how fast it is read. The run pauses and goes on at the same page.`,
  );
}

/** One try for a token that ended early, one for a proof's nonce. */
const RETRIES_MAX = 2;

async function exchangeAuthorized(
  peer: Peer,
  authorizer: Authorizer,
  request: OutgoingRequest,
): Promise<Exchanged> {
  for (let attempt = 0; ; attempt += 1) {
    const headers = { ...request.headers, ...(await authorizer.headersFor(request)) };
    const answer = await exchange(peer, { ...request, headers });
    if (answer.status !== 401 || attempt === RETRIES_MAX) return answer;
    const refusal = { ...answer, now: peer.tools.now() };
    if (!authorizer.isWorthRetry(refusal, attempt)) return answer;
  }
}

type Outcome =
  | SourceAnswer
  | { readonly refusal: Refusal; readonly explained: SourceError | undefined };

function orThrow({ provider }: Peer, outcome: Outcome): SourceAnswer {
  if (!("refusal" in outcome)) return outcome;
  throw outcome.explained ?? explainRefusal(provider, outcome.refusal);
}

function isMissing(outcome: Outcome): boolean {
  const isRefused = "refusal" in outcome && outcome.explained === undefined;
  return isRefused && outcome.refusal.status === 404;
}

function isAccepted({ status }: Exchanged): boolean {
  return status >= 200 && status < 300;
}

function acceptedAnswer(peer: Peer, { body, headers }: Exchanged): SourceAnswer {
  if (isJsonObject(body) || isJsonArray(body)) return { body, headers };
  throw new SourceError(
    { kind: "malformed" },
    `${peer.provider} answered with JSON that is neither an object nor a list. Check the bridge's base address.`,
  );
}

/** Array.isArray does not narrow a readonly array. */
function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
