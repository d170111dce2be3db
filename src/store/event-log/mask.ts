import { parseFilter } from "#scim/filter/syntax/parse.ts";
import type { Difference } from "#scim/resource/difference.ts";
import type { EventRow } from "./events.ts";

/** What stands in a masked log for what tells about a person. */
export const MASK = "…";

/**
 * An event as a connector with `maskPersonalData` keeps it: without bodies and the values of a
 * difference, with the first letter of the userName, and with masks in path and warnings. The ids of
 * resources stay: by them an event is found.
 */
export function maskEvent(event: EventRow): EventRow {
  const { userName, resourceId, difference } = event;
  return {
    ...event,
    path: maskTarget(event.path),
    resourceId: resourceId !== null && UUID.test(resourceId) ? resourceId : null,
    userName: userName === null ? null : maskName(userName),
    // A key would be the name itself, and a hash of it can be guessed.
    userNameKey: null,
    requestBody: null,
    responseBody: null,
    warnings: event.warnings.map(maskWarning),
    difference: difference === null ? null : maskDifference(difference),
  };
}

/** The first character of a name. */
export function maskName(name: string): string {
  return `${[...name][0] ?? ""}${MASK}`;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Which attributes changed, and whether they had and have a value; not which one. */
function maskDifference(difference: Difference): Difference {
  const masked = Object.entries(difference).map(([name, sides]) => [
    name,
    Object.fromEntries(Object.keys(sides).map((side) => [side, MASK])),
  ]);
  return Object.fromEntries(masked);
}

/** Looked for from the beginning of a word alone: from each of its letters would be quadratic. */
const EMAIL = /(?<![^\s"'<>(),;:&=?/@])[^\s"'<>(),;:&=?/@]+(?:@|%40)[^\s"'<>(),;&=?/]+/gi;

function maskText(text: string): string {
  return text.replace(EMAIL, MASK);
}

/** How a warning names a user (rehire.ts). */
const USER_NAME = /\buserName "((?:[^"\\]|\\.)*)"/g;

function maskWarning(text: string): string {
  return maskText(text.replace(USER_NAME, (_, name: string) => `userName "${maskName(name)}"`));
}

/** A path of which ids of ours stay, and a query of which the shape stays. */
function maskTarget(target: string): string {
  const [path = "", ...query] = target.split("?");
  const segments = path.split("/");
  // What leads to a route leads here too: doubled slashes, any letter case, percent signs.
  let parent = "";
  const masked = segments.map((segment) => {
    const shown = maskSegment(segment, parent);
    if (segment !== "") parent = decoded(segment).toLowerCase();
    return shown;
  });
  const parameters = query.join("?").split("&").map(maskParameter);
  const shown = masked.join("/");
  return query.length === 0 ? shown : `${shown}?${parameters.join("&")}`;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function maskSegment(segment: string, parent: string): string {
  const isId = (parent === "users" || parent === "groups") && segment.toLowerCase() !== ".search";
  if (isId && segment !== "" && !UUID.test(segment)) return MASK;
  return maskText(segment);
}

/** Parameters whose values name attributes or places in a list; a cursor can hold a name. */
const KEPT_PARAMETERS = new Set([
  "startindex",
  "count",
  "attributes",
  "excludedattributes",
  "sortby",
  "sortorder",
]);

function maskParameter(parameter: string): string {
  const [name = "", ...values] = parameter.split("=");
  if (values.length === 0) return maskText(name);
  const value = values.join("=");
  const key = name.toLowerCase();
  if (key === "filter") return `${name}=${encodeURIComponent(maskFilter(value))}`;
  const isKept = KEPT_PARAMETERS.has(key) && !/["[]|%22|%5b/i.test(value);
  return `${maskText(name)}=${isKept ? maskText(value) : MASK}`;
}

/** A comparison's value: a quoted string, or one word. */
const COMPARED = /\b(eq|ne|co|sw|ew|gt|ge|lt|le)(\s+)(?:"(?:[^"\\]|\\.)*"|[^\s()[\]]+)/gi;

/** A filter with masks for its values; one that cannot be parsed could hold a name anywhere. */
function maskFilter(encoded: string): string {
  try {
    const text = decodeURIComponent(encoded.replaceAll("+", " "));
    parseFilter(text);
    return maskText(text.replace(COMPARED, `$1$2"${MASK}"`));
  } catch {
    return MASK;
  }
}
