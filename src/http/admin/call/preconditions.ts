import type { Context } from "hono";
import type { AppEnv } from "#http/request/services.ts";
import { entityTag, matchesTag } from "#scim/resource/etag.ts";
import { STALE } from "#store/admin/versions.ts";
import { Problem } from "./problem.ts";

/**
 * The version that a change may be stored on: the one that was read where If-Match names it, undefined for
 * any where the caller does not say or says `*`. 412 where If-Match names other versions alone, or
 * If-None-Match names this one (RFC 9110 §13.1). Tags are compared weakly: what stands before the gateway
 * weakens them.
 */
export function expectedVersion(context: Context<AppEnv>, version: number): number | undefined {
  const ifMatch = context.req.header("If-Match");
  const ifNoneMatch = context.req.header("If-None-Match");
  if (ifNoneMatch !== undefined && matchesTag(ifNoneMatch, version)) {
    throw new Problem(412, "If-None-Match names what is there: nothing was changed.");
  }
  if (ifMatch === undefined) return undefined;
  if (!matchesTag(ifMatch, version)) throw changedMeanwhile();
  return ifMatch.split(",").some((tag) => tag.trim() === "*") ? undefined : version;
}

/** What a call would do to a thing that was read: `change` is given the version that it has to be at. */
interface ReadThing<T> {
  readonly version: number;
  readonly change: (seen: number | undefined) => Promise<T | typeof STALE>;
}

/** How often a change is tried on the version that was read before it is made on any. */
const TRIES_MAX = 10;

/**
 * Reads a thing and changes it at the version that was read, so that what is known of it before is what it
 * was. Where somebody else was faster it is read again: 412 if the caller names versions that it has no more.
 */
export async function onVersion<T>(
  context: Context<AppEnv>,
  read: () => Promise<ReadThing<T>>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const { version, change } = await read();
    const expected = expectedVersion(context, version);
    const outcome = await change(tries < TRIES_MAX ? version : expected);
    if (outcome !== STALE) return outcome;
    if (tries > TRIES_MAX) throw changedMeanwhile();
  }
}

/** 412 where If-Match wants what is not there. */
export function expectAbsent(context: Context<AppEnv>): void {
  if (context.req.header("If-Match") === undefined) return;
  throw new Problem(412, "If-Match names a version, but there is nothing here yet.");
}

/** The answer to a change that was decided on another version than the one that is there. */
export function changedMeanwhile(): Problem {
  const detail =
    "If-Match does not name the version that is there: it was changed since you read it. Read it again, and decide anew.";
  return new Problem(412, detail);
}

/** Names the version of what is answered in the ETag header. */
export function tag(context: Context<AppEnv>, version: number): void {
  context.header("ETag", entityTag(version));
}

/** Names the version in the ETag header, and says whether a GET's If-None-Match has it already: then 304. */
export function isKnown(context: Context<AppEnv>, version: number): boolean {
  tag(context, version);
  const header = context.req.header("If-None-Match");
  return header !== undefined && matchesTag(header, version);
}
