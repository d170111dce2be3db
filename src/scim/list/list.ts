import { ScimError } from "#scim/error.ts";
import type { JsonObject } from "#scim/json.ts";
import { LIST_RESPONSE } from "#scim/schema/urns.ts";

/** The query of RFC 7644 §3.4.2 and RFC 9865 §2, read and bounded; names and filter are not yet looked up. */
export interface ListParameters {
  readonly filter?: string;
  readonly startIndex: number;
  /** Present in paging by cursor; empty for the first page. */
  readonly cursor?: string;
  readonly count: number;
  readonly sortBy?: string;
  readonly sortOrder: SortOrder;
  readonly attributes?: string;
  readonly excludedAttributes?: string;
}

/** The `sortOrder` of RFC 7644 §3.4.2.3. */
export type SortOrder = "ascending" | "descending";

/** A page of resources as RFC 7644 §3.4.2 answers it. */
export interface ListPage {
  readonly totalResults: number;
  readonly startIndex: number;
  readonly resources: readonly JsonObject[];
}

/** What a client gets that asks for no number; Okta asks for 100 itself. */
export const COUNT_DEFAULT = 100;

/** RFC 9865 §4: how long a cursor holds after the page that gave it. */
export const CURSOR_TIMEOUT_SECONDS = 3600;

/** What one answer may hold, and what ServiceProviderConfig states as maxResults. */
export const COUNT_MAX = 1000;

/**
 * Reads the list parameters of RFC 7644 §3.4.2 through `read`, which gives every value of a query
 * parameter. A parameter without text counts as absent.
 */
export function parseListParameters(read: (name: string) => readonly string[]): ListParameters {
  const filter = readOnce(read, "filter", ScimError.invalidFilter);
  const startIndex = readOnce(read, "startIndex");
  const cursor = readCursor(read, startIndex);
  const count = readOnce(read, "count");
  const refuseCount = cursor === undefined ? ScimError.invalidValue : ScimError.invalidCount;
  const sortBy = readOnce(read, "sortBy");
  const sortOrder = readOnce(read, "sortOrder");
  const attributes = readOnce(read, "attributes");
  const excludedAttributes = readOnce(read, "excludedAttributes");
  return {
    startIndex: clamp(parseInteger("startIndex", startIndex, 1), 1, Number.MAX_SAFE_INTEGER),
    count: clamp(parseInteger("count", count, COUNT_DEFAULT, refuseCount), 0, COUNT_MAX),
    sortOrder: parseSortOrder(sortOrder),
    ...(filter !== undefined && { filter }),
    ...(cursor !== undefined && { cursor }),
    ...(sortBy !== undefined && { sortBy }),
    ...(attributes !== undefined && { attributes }),
    ...(excludedAttributes !== undefined && { excludedAttributes }),
  };
}

/** The ListResponse of RFC 7644 §3.4.2 with exactly its members: strict clients refuse any other. */
export function listResponse({ totalResults, startIndex, resources }: ListPage): JsonObject {
  return {
    schemas: [LIST_RESPONSE],
    totalResults,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}

function readOnce(
  read: (name: string) => readonly string[],
  name: string,
  refuse: (detail: string) => ScimError = ScimError.invalidValue,
): string | undefined {
  const [value, ...others] = read(name);
  if (others.length > 0) throw refuse(`The parameter "${name}" is given twice; send it once.`);
  return value === undefined || value.trim() === "" ? undefined : value.trim();
}

/** RFC 9865 §2: an empty cursor asks for the first page; §3 has clients choose one way of paging. */
function readCursor(
  read: (name: string) => readonly string[],
  startIndex: string | undefined,
): string | undefined {
  if (read("cursor").length === 0) return undefined;
  if (startIndex !== undefined) {
    throw ScimError.invalidValue('Send "cursor" or "startIndex", not both.');
  }
  return readOnce(read, "cursor", ScimError.invalidCursor) ?? "";
}

/** An exponent is let pass: some clients write large numbers as 1e15. */
const INTEGER = /^[+-]?\d+(e\+?\d+)?$/i;

function parseInteger(
  name: string,
  text: string | undefined,
  absent: number,
  refuse: (detail: string) => ScimError = ScimError.invalidValue,
): number {
  if (text === undefined) return absent;
  if (!INTEGER.test(text)) throw refuse(`"${name}" must be an integer.`);
  return Number(text);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

function parseSortOrder(text: string | undefined): SortOrder {
  const order = text?.toLowerCase() ?? "ascending";
  if (order === "ascending" || order === "descending") return order;
  throw ScimError.invalidValue(`"sortOrder" must be "ascending" or "descending".`);
}
