import { isObject, type JsonObject } from "../json.ts";

/** A member that differs, by its path with dots. */
export interface Difference {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/**
 * Compares what is wanted with what is there, member by member. What is not wanted is not looked at;
 * lists are compared as wholes, and null stands for what is not there.
 */
export function differencesOf(
  wanted: JsonObject,
  found: JsonObject,
  above = "",
): readonly Difference[] {
  return Object.entries(wanted).flatMap(([name, to]) => {
    const path = above === "" ? name : `${above}.${name}`;
    const from = Object.hasOwn(found, name) ? found[name] : undefined;
    if (isObject(to) && isObject(from)) return differencesOf(to, from, path);
    return isSame(to, from) ? [] : [{ path, from, to }];
  });
}

/** Lays what is wanted over what is there: objects merge, everything else is replaced. */
export function merged(wanted: JsonObject, found: JsonObject): JsonObject {
  const members = Object.entries(wanted).map(([name, value]) => {
    const former = Object.hasOwn(found, name) ? found[name] : undefined;
    return [name, isObject(value) && isObject(former) ? merged(value, former) : value];
  });
  const laid: JsonObject = { ...found, ...Object.fromEntries(members) };
  return Object.fromEntries(Object.entries(laid).filter(([, value]) => value !== null));
}

/** A difference in a line. */
export function lineOf({ path, from, to }: Difference): string {
  return `${path}: ${shown(from)} -> ${shown(to)}`;
}

const SHOWN_MAX = 100;

function shown(value: unknown): string {
  if (value === undefined || value === null) return "(none)";
  const text = JSON.stringify(value);
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}…`;
}

function isSame(wanted: unknown, found: unknown): boolean {
  if (wanted === null || wanted === undefined) return found === null || found === undefined;
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found) || wanted.length !== found.length) return false;
    return wanted.every((each, index) => isSame(each, found[index]));
  }
  if (isObject(wanted)) return isObject(found) && differencesOf(wanted, found).length === 0;
  return wanted === found;
}
