import { getPathNoStrict } from "hono/utils/url";
import { SEARCH_PATHS } from "./search.ts";

/** The words that paths under a SCIM base path begin with, as the routes spell them, by their lower case. */
const ENDPOINTS: ReadonlyMap<string, string> = new Map(
  [
    "Users",
    "Groups",
    "Bulk",
    "ServiceProviderConfig",
    "ResourceTypes",
    "Schemas",
    "Me",
    ".search",
  ].map((word) => [word.toLowerCase(), word]),
);

/**
 * The path by which a request finds its route: doubled slashes count as one, one at the
 * end as none, and under the base paths (the longest first) endpoints are found in any letter case.
 * Whoever decides on a path decides on this one, so that no spelling leads around a check.
 */
export function routePathOf(request: Request, basePaths: readonly string[]): string {
  const path = withSingleSlashes(getPathNoStrict(request));
  if (basePaths.includes(path)) return path;
  const basePath = basePaths.find((each) => path.startsWith(`${each}/`));
  return basePath === undefined ? path : `${basePath}${inOurLetters(path.slice(basePath.length))}`;
}

function withSingleSlashes(path: string): string {
  // Hono takes off one slash at the end, and leaves the other one of two.
  if (!path.includes("//") && !path.endsWith("/")) return path;
  const single = path.replace(/\/+/g, "/");
  return single.length > 1 && single.endsWith("/") ? single.slice(0, -1) : single;
}

/** Ids are left as they are: they are told apart by their letters. */
function inOurLetters(path: string): string {
  const [, first = "", ...others] = path.split("/");
  const endpoint = ENDPOINTS.get(first.toLowerCase());
  if (endpoint === undefined) return path;
  const spelled = ["", endpoint, ...others].join("/");
  const [second = "", ...rest] = others;
  const search = `/${endpoint}/.search`;
  const isSearch = second.toLowerCase() === ".search" && SEARCH_PATHS.includes(search);
  return isSearch ? [search, ...rest].join("/") : spelled;
}
