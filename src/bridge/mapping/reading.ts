import { isJsonObject, type JsonObject, type JsonValue, readMember } from "#scim/json.ts";
import type { Slot } from "./slot.ts";

/** What a record says of a place: a value, nothing (null), or not a word (undefined). */
export type Said<T extends JsonValue = JsonValue> = T | null | undefined;

/** Where the value of a slot stands in a provider's raw record. */
export interface Rule {
  readonly slot: Slot;
  readonly read: (record: JsonObject) => Said;
}

/** Reads text along a path of members: trimmed, numbers as their digits; null where any of it is empty. */
export function textAt(record: JsonObject, ...path: readonly string[]): Said<string> {
  const value = valueAt(record, ...path);
  return value === undefined ? undefined : plainText(value);
}

/** The first text of several places; nothing where any of them says nothing, and unsaid otherwise. */
export function firstText(...said: readonly Said<string>[]): Said<string> {
  const text = said.find((each) => typeof each === "string");
  return text ?? (said.includes(null) ? null : undefined);
}

/** Reads whatever stands at the end of a path of members; undefined where a member is absent. */
export function valueAt(record: JsonObject, ...path: readonly string[]): Said {
  let value: JsonValue = record;
  for (const name of path) {
    if (!isJsonObject(value)) return null;
    const member = readMember(value, name);
    if (member === undefined) return undefined;
    value = member;
  }
  return value;
}

/** Reads a list of objects; null for anything else, undefined where the member is absent. */
export function objectsAt(
  record: JsonObject,
  ...path: readonly string[]
): readonly JsonObject[] | null | undefined {
  const value = valueAt(record, ...path);
  if (value === undefined) return undefined;
  return Array.isArray(value) ? listItems(value).filter((each) => isJsonObject(each)) : null;
}

/** The text in a value: trimmed, numbers as their digits; null for none. */
export function plainText(value: JsonValue | undefined): string | null {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") return null;
  const text = value.trim();
  return text === "" ? null : text;
}

/** Reads a boolean, also where it is written as a word, or as 1 and 0. */
export function booleanAt(record: JsonObject, ...path: readonly string[]): Said<boolean> {
  const value = valueAt(record, ...path);
  if (value === undefined || typeof value === "boolean") return value;
  const word = plainText(value)?.toLowerCase();
  return isAmong(word, TRUE_WORDS, FALSE_WORDS) ?? null;
}

/** Whether a word is one of those that say yes or one of those that say no; undefined for any other word. */
export function isAmong(
  word: string | null | undefined,
  yes: ReadonlySet<string>,
  no: ReadonlySet<string>,
): boolean | undefined {
  if (typeof word !== "string") return undefined;
  if (yes.has(word)) return true;
  return no.has(word) ? false : undefined;
}

const TRUE_WORDS: ReadonlySet<string> = new Set(["true", "1"]);
const FALSE_WORDS: ReadonlySet<string> = new Set(["false", "0"]);

/** The text of a member of the first object that fits, of a list that may be absent. */
export function textOfFirst(
  objects: readonly JsonObject[] | null | undefined,
  fits: (object: JsonObject) => boolean,
  ...names: readonly string[]
): Said<string> {
  if (objects === undefined || objects === null) return objects;
  const found = objects.find(fits);
  if (found === undefined) return null;
  for (const name of names) {
    const text = plainText(readMember(found, name));
    if (text !== null) return text;
  }
  return null;
}

/** Tells objects whose `type` is this one, in any letter case. */
export function hasType(type: string): (object: JsonObject) => boolean {
  return (object) => plainText(readMember(object, "type"))?.toLowerCase() === type;
}

/** The items of a JSON list, whose type Array.isArray loses. */
export function listItems(value: readonly JsonValue[]): readonly JsonValue[] {
  return value;
}
