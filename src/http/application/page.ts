import type { Context } from "hono";
import type { SetSigner } from "#credentials/feed-key.ts";
import { reply } from "#http/admin/call/operation.ts";
import { Problem } from "#http/admin/call/problem.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import type { ChangeEvent } from "#store/changes/event.ts";
import type { ChangePage, PageRange } from "#store/changes/feed.ts";
import { APPLICATION_OPERATIONS } from "./operations.ts";
import { setClaims } from "./set.ts";

const { followChanges } = APPLICATION_OPERATIONS;

/** A page of events, and the ends of the feed at the same moment. */
interface EventPage extends Omit<ChangePage, "changes"> {
  readonly events: readonly ChangeEvent[];
}

/** The changes of one connector, of a tenant, or of all. */
export interface Feed {
  /** Whether it tells nothing until an administrator approves its connector. */
  readonly isStaged: boolean;
  readonly read: (range: PageRange) => Promise<EventPage>;
}

/** What a caller asks of a feed. */
export interface FeedQuery {
  /** A cursor, or "latest". */
  readonly after?: string | undefined;
  readonly limit: number;
  /** Seconds. */
  readonly wait: number;
  readonly format: "json" | "set";
}

/** What an answer needs of the world. */
export interface Answering {
  readonly services: Services;
  readonly signer: SetSigner;
}

/** How often a waiting call looks for a change. */
const LOOK_MS = 1_000;

/** A token costs a signature: a page of them is shorter, so that it fits into a Worker's CPU time. */
const SETS_MAX = 100;

/**
 * Answers a page of a feed. `next` is where to go on in any case; 204 when nothing came in the time
 * that the caller would wait; 410 for a cursor with which changes would be missed.
 */
export async function answerFeed(
  answering: Answering,
  context: Context<AppEnv>,
  query: FeedQuery,
  feed: Feed,
): Promise<Response> {
  if (feed.isStaged) return await answerStaged(answering, context, query, feed);
  const page = await readPage(answering.services, context, query, feed);
  const { events, hasMore, end, latest } = page;
  // Everything up to the newest row was looked at: a quiet feed's cursor must not grow old.
  const next = String(hasMore && end !== undefined ? end : latest);
  const hasWaited = query.wait > 0 && query.after !== "latest";
  if (hasWaited && events.length === 0 && !hasMore) return nothingCame(context, next);
  const told = await body(answering, context, query, { events, hasMore, next });
  return reply(context, followChanges, 200, told);
}

/** A feed that delivers nothing yet keeps its reader where it is. */
async function answerStaged(
  answering: Answering,
  context: Context<AppEnv>,
  query: FeedQuery,
  feed: Feed,
): Promise<Response> {
  const { after = "latest", wait } = query;
  const { oldest } = await feed.read(THE_END);
  // A caller who waits expects to be held, not to be sent around at once.
  if (wait > 0) await answering.services.clock.sleep(wait * 1_000);
  const next = after === "latest" ? String(oldest - 1) : after;
  const page = await body(answering, context, query, { events: [], hasMore: false, next });
  return reply(context, followChanges, 200, { ...page, staged: true });
}

/** What an answer tells of a page. */
interface Told {
  readonly events: readonly ChangeEvent[];
  readonly hasMore: boolean;
  readonly next: string;
}

/** The page as JSON events, or with the members of an RFC 8936 poll response (§2.3). */
async function body(
  { services, signer }: Answering,
  context: Context<AppEnv>,
  { format }: FeedQuery,
  { events, hasMore, next }: Told,
) {
  if (format === "json") return { items: events, next, hasMore };
  const issuer = services.config.publicUrl ?? new URL(context.req.raw.url).origin;
  const sets: [string, string][] = [];
  for (const event of events) {
    const audience = `${issuer}/v1/connectors/${event.connector}`;
    const claims = setClaims(event, { issuer, audience });
    if (claims !== undefined) sets.push([claims.jti, await signer.sign({ ...claims })]);
  }
  return { sets: Object.fromEntries(sets), moreAvailable: hasMore, next };
}

/** 204 has no body: where to go on stands in its Link (RFC 8288). */
function nothingCame(context: Context<AppEnv>, next: string): Response {
  const url = new URL(context.req.raw.url);
  url.searchParams.set("after", next);
  context.header("Link", `<${url.pathname}${url.search}>; rel="next"`);
  return context.body(null, 204);
}

/** A range that holds nothing: its page tells where the feed begins and ends. */
const THE_END: PageRange = { after: Number.MAX_SAFE_INTEGER, limit: 1 };

async function readPage(
  { clock }: Services,
  context: Context<AppEnv>,
  { after, limit, wait, format }: FeedQuery,
  feed: Feed,
): Promise<EventPage> {
  if (after === "latest") return await feed.read(THE_END);
  const range = {
    after: Number(after ?? 0),
    limit: format === "set" ? Math.min(limit, SETS_MAX) : limit,
  };
  const deadline = clock.now() + wait * 1_000;
  let leftMs = wait * 1_000;
  for (;;) {
    const page = await feed.read(range);
    if (after !== undefined) requireKept(range.after, page);
    // The clock may be set back meanwhile.
    const restMs = Math.min(leftMs, deadline - clock.now());
    const { aborted } = context.req.raw.signal;
    if (page.events.length > 0 || page.hasMore || restMs <= 0 || aborted) return page;
    const pauseMs = Math.min(LOOK_MS, restMs);
    leftMs -= pauseMs;
    await clock.sleep(pauseMs);
  }
}

/** A cursor before the oldest row has lost changes, one behind the newest is of another database. */
function requireKept(after: number, { oldest, latest }: EventPage): void {
  if (after >= oldest - 1 && after <= latest) return;
  throw new Problem(
    "cursorExpired",
    "Changes behind this cursor are no longer kept. Ask for after=latest, read the directory anew, and go on from the cursor that you got.",
  );
}
