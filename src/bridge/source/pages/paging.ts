import { withoutTrailing } from "#scim/text.ts";
import { foreignAddress, isOfOrigin } from "../http/exchange.ts";
import { SourceError } from "../source.ts";
import { repeatedPage } from "./records.ts";

/**
 * The address of the next page as it came; throws SourceError ("malformed") for one outside the origin
 * of `baseUrl` and for the page that it came with.
 */
export function checkNextUrl(
  provider: string,
  baseUrl: string,
  next: string | undefined,
  current: string,
): string | undefined {
  const { origin } = new URL(baseUrl);
  if (next !== undefined && !isOfOrigin(next, origin)) throw foreignAddress(provider, origin);
  return checkNext(provider, next, current);
}

/** A page token as it came; throws SourceError ("malformed") where it is that of the page it came with. */
export function checkNext(
  provider: string,
  next: string | undefined,
  current: string | undefined,
): string | undefined {
  if (next === undefined || next !== current) return next;
  throw repeatedPage(provider);
}

/** The error of a page cursor that is refused. */
export function cursorExpired(provider: string): SourceError {
  return new SourceError(
    { kind: "cursorExpired" },
    `${provider} no longer knows the page that the run stopped at. The listing starts again.`,
  );
}

/** The error of a delta cursor that is refused. */
export function deltaExpired(provider: string): SourceError {
  return new SourceError(
    { kind: "deltaExpired" },
    `${provider} no longer knows what changed since the last run. The run reads everything.`,
  );
}

/** A base address as paths are put behind it: without slashes at its end. */
export function trimSlashes(baseUrl: string): string {
  return withoutTrailing(baseUrl, "/");
}

/** A text as one segment of a path; undefined for one that cannot be: empty, a dot segment, half a character. */
export function pathSegment(text: string): string | undefined {
  const isSegment = text !== "" && text !== "." && text !== ".." && text.isWellFormed();
  return isSegment ? encodeURIComponent(text) : undefined;
}
