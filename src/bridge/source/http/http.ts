import { isJsonObject, type JsonObject, type JsonValue } from "#scim/json.ts";
import { emptySourceMemory } from "../memory.ts";
import { SourceError, type SourceTools } from "../source.ts";
import {
  type Exchanged,
  exchange,
  isAccepted,
  type OutgoingRequest,
  type Peer,
} from "./exchange.ts";
import { readPace, readRetryAfter } from "./retry-after.ts";
import { TooLarge } from "./sizes.ts";

/** The JSON of an accepted answer, and its headers. */
export interface SourceAnswer {
  readonly body: JsonObject | readonly JsonValue[];
  readonly headers: Headers;
}

/** An answer outside 2xx. */
export interface RefusedExchange extends Exchanged {
  readonly now: number;
}

/** Reads a refusal that a provider words in its own way; undefined leaves it to the common rules. */
export type ExplainRefusal = (refusal: RefusedExchange) => SourceError | undefined;

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
  readonly isWorthRetry: (refusal: RefusedExchange, attempt: number) => boolean;
}

/** What one request may differ in. */
export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Asked before the provider's own; for what a refusal means for this request alone. */
  readonly explain?: ExplainRefusal;
}

/** What one answer about one record is read by. */
export interface FindOptions extends RequestOptions {
  /** Whether a refusal is the provider's own word that there is no such record. */
  readonly isGone: (refusal: RefusedExchange) => boolean;
  /** The same of an accepted answer; for an empty one `body` is undefined. Never, where it is left out. */
  readonly isNobody?: (body: JsonValue | undefined) => boolean;
}

/** Whether a status refuses what was asked for, and not who asks or how often: 4xx but 401, 403, 408 and 429. */
export function isOfRequest(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);
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
  /** When the provider's own headers let us ask again after a 429; Retry-After goes first. */
  readonly readReset?: (headers: Headers, now: number) => number | undefined;
  /** For tests; 30 seconds otherwise. */
  readonly timeoutMs?: number;
}

/**
 * Requests with credentials to one origin. Each throws SourceError alone: besides what `exchange` says,
 * "throttled" for 429 and for 503 and 504 with a Retry-After and "unavailable" for 408 and every other
 * 5xx, whatever the body says; then what the provider's own words mean; then "unauthorized" for a 401
 * that a new token did not cure, "forbidden" for 403, and "malformed" for any other refusal.
 */
export interface SourceHttp {
  readonly get: (url: string, options?: RequestOptions) => Promise<SourceAnswer>;
  /** The same, but the provider's word that there is no such record is a value, undefined. */
  readonly find: (url: string, options: FindOptions) => Promise<SourceAnswer | undefined>;
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
  const { pauses } = options.tools.memory ?? emptySourceMemory();
  const call = async (request: OutgoingRequest, explain: ExplainRefusal | undefined) => {
    const kind = kindOfRequest(request.url);
    const pausedTo = pauses.get(kind) ?? 0;
    if (pausedTo > options.tools.now()) throw throttled(peer.provider, pausedTo);
    const answer = await exchangeAuthorized(peer, options.authorizer, request);
    if (isAccepted(answer)) {
      const until = readPace(answer.headers, options.tools.now());
      if (until === undefined) pauses.delete(kind);
      else pauses.set(kind, until);
      return answer;
    }
    const refusal = { ...answer, now: options.tools.now() };
    const explained =
      explainTooLarge(peer.provider, refusal) ??
      explainBusy(peer.provider, refusal, options.readReset) ??
      explain?.(refusal) ??
      options.explain?.(refusal);
    return { refusal, explained };
  };
  const get = (url: string, { headers = {}, explain }: RequestOptions = {}) =>
    call({ method: "GET", url, headers }, explain);
  return {
    get: async (url, more) => orThrow(peer, await get(url, more)),
    find: async (url, { isGone, isNobody, ...more }) => {
      const outcome = await get(url, more);
      const isMissing =
        "refusal" in outcome
          ? !isBusy(outcome.refusal) && isGone(outcome.refusal)
          : outcome.status === 200 && isNobody?.(outcome.body) === true;
      return isMissing ? undefined : orThrow(peer, outcome);
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

/** Whether a status says by itself that the provider is busy or in trouble, whatever the body says. */
function isBusy({ status }: RefusedExchange): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/**
 * What 408, 429 and 5xx mean: come back later, whatever text comes along. Undefined for every other
 * refusal.
 */
export function explainBusy(
  provider: string,
  refusal: RefusedExchange,
  readReset?: SourceHttpOptions["readReset"],
): SourceError | undefined {
  if (!isBusy(refusal)) return undefined;
  const { status, headers, now } = refusal;
  const retryAt = readRetryAfter(headers, now);
  if (status === 429) return throttled(provider, retryAt ?? readReset?.(headers, now));
  if ((status === 503 || status === 504) && retryAt !== undefined) {
    return throttled(provider, retryAt);
  }
  return inTrouble(provider, `status ${status}`);
}

/** The error of a provider that has trouble of its own; `word` is how it says so. */
export function inTrouble(provider: string, word: string): SourceError {
  return new SourceError(
    { kind: "unavailable" },
    `${provider} has trouble of its own (${word}). The bridge tries again by itself.`,
  );
}

function explainTooLarge(provider: string, { status }: RefusedExchange): SourceError | undefined {
  if (status !== 413) return undefined;
  return new TooLarge(
    { kind: "malformed" },
    `${provider} says that its own answer would be too large (status 413).`,
  );
}

/** Limits go by path: the ids in it are left out. */
function kindOfRequest(url: string): string {
  if (!URL.canParse(url)) return "";
  const { pathname } = new URL(url);
  return pathname
    .split("/")
    .map((segment) => (/\d{2}/.test(segment) ? "*" : segment))
    .join("/");
}

/** What a refusal means where the provider does not word it in its own way. */
export function explainRefusal(provider: string, refusal: RefusedExchange): SourceError {
  const { status } = refusal;
  const busy = explainBusy(provider, refusal);
  if (busy !== undefined) return busy;
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
    const headers = { ...request.headers, ...(await headersFor(authorizer, request)) };
    const answer = await exchange(peer, { ...request, headers });
    if (answer.status !== 401 || attempt === RETRIES_MAX) return answer;
    const refusal = { ...answer, now: peer.tools.now() };
    if (!authorizer.isWorthRetry(refusal, attempt)) return answer;
  }
}

/** Without a token nothing can be said of any record. */
async function headersFor(
  authorizer: Authorizer,
  request: OutgoingRequest,
): Promise<Record<string, string>> {
  try {
    return await authorizer.headersFor(request);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new SourceError(error.failure, error.detail, true);
  }
}

type Outcome =
  | Exchanged
  | { readonly refusal: RefusedExchange; readonly explained: SourceError | undefined };

function orThrow(peer: Peer, outcome: Outcome): SourceAnswer {
  if (!("refusal" in outcome)) return acceptedAnswer(peer, outcome);
  throw outcome.explained ?? explainRefusal(peer.provider, outcome.refusal);
}

function acceptedAnswer(peer: Peer, { body, headers, isEmpty }: Exchanged): SourceAnswer {
  if (isJsonObject(body) || isJsonArray(body)) return { body, headers };
  const what = isEmpty ? "nothing at all" : "JSON that is neither an object nor a list";
  throw new SourceError(
    { kind: "malformed" },
    `${peer.provider} answered with ${what}. Check the bridge's base address.`,
  );
}

/** Array.isArray does not narrow a readonly array. */
function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
