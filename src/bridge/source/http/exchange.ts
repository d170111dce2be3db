import type { JsonValue } from "#scim/json.ts";
import { SourceError, type SourceTools } from "../source.ts";
import { readBoundedBody } from "./body.ts";
import { parseAnswer } from "./json.ts";
import { TooLarge } from "./sizes.ts";

/** Where requests go, and what sends them. */
export interface Peer {
  /** The provider's name as details say it. */
  readonly provider: string;
  /** The one origin (scheme, host and port) that requests may go to. */
  readonly origin: string;
  readonly tools: SourceTools;
  /** How long an answer may take, body included; REQUEST_TIMEOUT_MS unless a test says otherwise. */
  readonly timeoutMs?: number | undefined;
}

/** A request with everything that it carries. */
export interface OutgoingRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** What came back: any status but a redirect, the body parsed where it is JSON. */
export interface Exchanged {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined for a body that is no JSON, which only a refusal may have, and for an empty one. */
  readonly body: JsonValue | undefined;
  /** Nothing came at all, or white space alone. */
  readonly isEmpty: boolean;
}

/** The largest page of 1,000 Graph users has about 2 MB; a larger body would cost the isolate its memory. */
export const BODY_BYTES_MAX = 5_000_000;

/** A provider that has not answered after this long will not. */
export const REQUEST_TIMEOUT_MS = 30_000;

/** The name lets an administrator find the bridge in the provider's own log. */
const HEADERS = { Accept: "application/json", "User-Agent": "scim-edge" };

/**
 * Sends one request and reads its answer. Throws SourceError: "malformed" for an address outside the
 * peer's origin (nothing is sent then), a redirect, a body above 5 MB and a 2xx answer that is no JSON;
 * "unavailable" for a connection that fails or breaks and for a timeout. What an empty body means is the
 * caller's to say.
 */
export async function exchange(peer: Peer, request: OutgoingRequest): Promise<Exchanged> {
  if (!isOfOrigin(request.url, peer.origin)) throw foreignAddress(peer.provider, peer.origin);
  const signal = AbortSignal.timeout(peer.timeoutMs ?? REQUEST_TIMEOUT_MS);
  const response = await send(peer, request, signal);
  const bytes = await readBytes(peer, response, signal);
  const body = parseBody(bytes);
  const isEmpty = bytes.every((byte) => byte <= SPACE);
  if (isAccepted(response) && body === undefined && !isEmpty) {
    throw malformed(peer, "answered with something that is not JSON, or is cut off");
  }
  return { status: response.status, headers: response.headers, body, isEmpty };
}

/** JSON's white space and control characters are not above it. */
const SPACE = 0x20;

/** Whether a status is that of an accepted answer. */
export function isAccepted({ status }: { readonly status: number }): boolean {
  return status >= 200 && status < 300;
}

/** The error of an address outside the provider's origin, where nothing is sent. */
export function foreignAddress(provider: string, origin: string): SourceError {
  return new SourceError(
    { kind: "malformed" },
    `${provider} names a next page outside ${origin}. Nothing was sent there; check the bridge's base address.`,
  );
}

/** Whether an address is one of an origin, exactly, and carries no credentials of its own. */
export function isOfOrigin(url: string, origin: string): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed?.origin === origin && parsed.username === "" && parsed.password === "";
}

async function send(
  peer: Peer,
  { method, url, headers, body }: OutgoingRequest,
  signal: AbortSignal,
): Promise<Response> {
  peer.tools.onRequest();
  const response = await fetchOrFail(peer, url, {
    method,
    headers: { ...HEADERS, ...headers },
    redirect: "manual",
    signal,
    ...(body === undefined ? {} : { body }),
  });
  if (response.status >= 200 && (response.status < 300 || response.status >= 400)) return response;
  // A body that is broken already cannot be cancelled, and need not be.
  await response.body?.cancel().catch(() => undefined);
  throw malformed(
    peer,
    `answered with a redirect (status ${response.status}), which is not followed`,
  );
}

async function fetchOrFail(peer: Peer, url: string, init: RequestInit): Promise<Response> {
  try {
    return await peer.tools.fetch(url, init);
  } catch {
    // The error's own text may quote the address and its query.
    throw unavailable(peer, init.signal?.aborted === true);
  }
}

async function readBytes(peer: Peer, response: Response, signal: AbortSignal): Promise<Uint8Array> {
  const body = await readBoundedBody(response, BODY_BYTES_MAX, signal);
  switch (body.kind) {
    case "whole":
      return body.bytes;
    case "tooLarge":
      throw tooLarge(peer);
    case "broken":
      throw unavailable(peer, signal.aborted);
  }
}

function parseBody(bytes: Uint8Array): JsonValue | undefined {
  try {
    return parseAnswer(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    return undefined;
  }
}

function tooLarge({ provider, origin }: Peer): SourceError {
  return new TooLarge(
    { kind: "malformed" },
    `${provider} (${origin}) answered with more than ${BODY_BYTES_MAX / 1_000_000} MB at once.`,
  );
}

function malformed(peer: Peer, what: string): SourceError {
  return new SourceError(
    { kind: "malformed" },
    `${peer.provider} (${peer.origin}) ${what}. Check the bridge's base address, and what stands between it and the provider.`,
  );
}

function unavailable(peer: Peer, isTimeout: boolean): SourceError {
  const what = isTimeout
    ? "did not answer in time"
    : "could not be reached, or broke the connection";
  return new SourceError(
    { kind: "unavailable" },
    `${peer.provider} (${peer.origin}) ${what}. The bridge tries again by itself.`,
  );
}
