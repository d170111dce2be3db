import type { Json } from "./exchange.ts";

/**
 * The value at a path such as `name.givenName`, `emails[0].value`, `emails[type eq "work"].value`,
 * `Resources.length` or `urn:…:2.0:User:department`; undefined where the path leads nowhere.
 */
export function readPath(value: Json | undefined, path: string): Json | undefined {
  const rest = path.replace(/^[.:]/, "");
  if (rest === "") return value;
  if (Array.isArray(value)) return readFromList(value, rest);
  if (!isObject(value)) return undefined;
  const name = Object.keys(value)
    .filter((each) => isFirstStep(each, rest))
    .sort((a, b) => a.length - b.length)
    .at(-1);
  return name === undefined ? undefined : readPath(value[name], rest.slice(name.length));
}

/** Whether a JSON value is an object, which a list and null are not. */
export function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A URN holds dots and colons itself: only the members that exist tell where the first step ends. */
function isFirstStep(name: string, path: string): boolean {
  return path === name || (path.startsWith(name) && /^[.:[]/.test(path.slice(name.length)));
}

const SELECTOR = /^\[(?:(?<index>\d+)|(?<name>[$\w]+) eq "(?<text>[^"]*)")\]/;

function readFromList(list: readonly Json[], path: string): Json | undefined {
  if (path === "length") return list.length;
  const selector = SELECTOR.exec(path);
  if (selector?.groups === undefined) return undefined;
  const { index, name = "", text } = selector.groups;
  const element =
    index === undefined
      ? list.find((each) => isObject(each) && String(each[name]) === text)
      : list[Number(index)];
  return readPath(element, path.slice(selector[0].length));
}
