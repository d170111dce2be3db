import type { ChangeEvent } from "./events.ts";
import { type Gateway, GatewayError, get, jsonOf, type Scope } from "./gateway.ts";

/** What to ask of a feed. */
export interface FeedOptions {
  /** The `next` of the page before; from the oldest change kept where it is absent. */
  readonly after?: string | undefined;
  /** How many events a page may hold, up to 1,000. */
  readonly limit?: number;
  /** How many seconds to wait for an event, up to 25. */
  readonly wait?: number;
  readonly signal?: AbortSignal;
}

/** A page of a feed. */
export interface FeedPage {
  readonly events: readonly ChangeEvent[];
  /** Where to go on: store it together with what the events did. */
  readonly next: string;
  readonly hasMore: boolean;
  /** Whether the one connector that is followed delivers nothing until it is approved. */
  readonly isStaged: boolean;
}

/** That changes behind the cursor are no longer kept: read the directory anew. */
export class CursorExpiredError extends Error {
  override readonly name = "CursorExpiredError";
}

/** Reads one page of a feed; throws CursorExpiredError where changes would be missed. */
export async function readChanges(
  gateway: Gateway,
  { connector, tenant }: Scope,
  { after, limit, wait, signal }: FeedOptions = {},
): Promise<FeedPage> {
  try {
    const query = { connector, tenant, after, limit, wait };
    const response = await get(gateway, "/changes", query, signal);
    return await pageOf(response, after);
  } catch (error) {
    const isExpired = error instanceof GatewayError && error.status === 410;
    throw isExpired ? new CursorExpiredError(error.detail) : error;
  }
}

/** The cursor of the end of a feed: take it before you read the directory, and follow from it after. */
export async function latestCursor(gateway: Gateway, scope: Scope): Promise<string> {
  return (await readChanges(gateway, scope, { after: "latest" })).next;
}

/**
 * Follows a feed for ever, or until the signal ends it, a page at a time; pages without events tell
 * of a new cursor alone. The next page is asked for once the former one was dealt with.
 */
export async function* followChanges(
  gateway: Gateway,
  scope: Scope,
  options: FeedOptions = {},
): AsyncGenerator<FeedPage> {
  let { after } = options;
  while (!options.signal?.aborted) {
    const page = await readChanges(gateway, scope, { wait: 25, ...options, after });
    yield page;
    after = page.next;
  }
}

async function pageOf(response: Response, after: string | undefined): Promise<FeedPage> {
  if (response.status === 204) {
    // Nothing came: the Link says where to go on.
    const next = /[?&]after=(\d+)/.exec(response.headers.get("Link") ?? "")?.[1];
    return { events: [], next: next ?? after ?? "0", hasMore: false, isStaged: false };
  }
  const { items, next, hasMore, staged } = await jsonOf<{
    items: readonly ChangeEvent[];
    next: string;
    hasMore: boolean;
    staged?: true;
  }>(response);
  return { events: items, next, hasMore, isStaged: staged === true };
}
