import { isJsonObject, type JsonObject, type JsonValue, readMember } from "#scim/json.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { foldText } from "#scim/text.ts";

/**
 * A place of a user's document that a mapping can own: an attribute, a part of a complex one, an
 * attribute of an extension, a part of the list's value of one type, or all values of a type.
 */
export type Slot =
  | { readonly kind: "attribute"; readonly path: string; readonly name: string }
  | {
      readonly kind: "part";
      readonly path: string;
      readonly name: string;
      readonly part: string;
    }
  | {
      readonly kind: "extension";
      readonly path: string;
      readonly urn: string;
      readonly name: string;
    }
  | {
      readonly kind: "typed";
      readonly path: string;
      readonly name: string;
      readonly type: string;
      readonly part: string;
      readonly isPrimary: boolean;
    }
  | {
      readonly kind: "allOfType";
      readonly path: string;
      readonly name: string;
      readonly type: string;
    };

/** A whole core attribute, such as `title`, or all of a multi-valued one. */
export function attribute(name: string): Slot {
  return { kind: "attribute", path: name, name };
}

/** A sub-attribute of a complex core attribute, such as `name.givenName`. */
export function part(name: string, subAttribute: string): Slot {
  return { kind: "part", path: `${name}.${subAttribute}`, name, part: subAttribute };
}

/** An attribute of the enterprise extension (RFC 7643 §4.3). */
export function enterprise(name: string): Slot {
  return extension(ENTERPRISE_USER, name);
}

/** An attribute of an extension, such as one that the connector declares. */
export function extension(urn: string, name: string): Slot {
  return { kind: "extension", path: `${urn}:${name}`, urn, name };
}

/** A sub-attribute of a list's value of one type, such as `emails[work].value`. */
export function typed(name: string, type: string, subAttribute: string, isPrimary = false): Slot {
  const path = `${name}[${type}].${subAttribute}`;
  return { kind: "typed", path, name, type, part: subAttribute, isPrimary };
}

/** All values of one type in a list of plain values, such as `emails[other]`. */
export function allOfType(name: string, type: string): Slot {
  return { kind: "allOfType", path: `${name}[${type}]`, name, type };
}

/** What a document holds in a slot; undefined for nothing. */
export function readSlot(document: JsonObject, slot: Slot): JsonValue | undefined {
  switch (slot.kind) {
    case "attribute":
      return readMember(document, slot.name);
    case "part":
      return readMember(objectOf(readMember(document, slot.name)), slot.part);
    case "extension":
      return readMember(objectOf(readMember(document, slot.urn)), slot.name);
    case "typed": {
      const element = listOf(document, slot.name).find((each) => isOfType(each, slot.type));
      return element === undefined ? undefined : readMember(element, slot.part);
    }
    case "allOfType": {
      const elements = listOf(document, slot.name).filter((each) => isOfType(each, slot.type));
      const values = elements.map((each) => readMember(each, "value") ?? null);
      return values.length === 0 ? undefined : values;
    }
  }
}

/** The document with another value in a slot, or with none; nothing else changes but who is primary. */
export function writeSlot(
  document: JsonObject,
  slot: Slot,
  value: JsonValue | undefined,
): JsonObject {
  const draft = { ...document };
  setSlot(draft, slot, value);
  return draft;
}

/** A document that is put together slot by slot; only its own members are changed in place. */
export interface DraftDocument {
  [name: string]: JsonValue;
}

/** Writes another value into a slot of a draft, or none; nothing else changes but who is primary. */
export function setSlot(draft: DraftDocument, slot: Slot, value: JsonValue | undefined): void {
  switch (slot.kind) {
    case "attribute":
      setMember(draft, slot.name, value);
      break;
    case "part":
      setPart(draft, slot.name, slot.part, value);
      break;
    case "extension":
      setPart(draft, slot.urn, slot.name, value);
      break;
    case "typed": {
      const list = listOf(draft, slot.name);
      setMember(draft, slot.name, orNothing(writeTyped(list, slot, value)));
      break;
    }
    case "allOfType": {
      const list = writeAllOfType(listOf(draft, slot.name), slot.type, value ?? []);
      setMember(draft, slot.name, orNothing(list));
      break;
    }
  }
}

function setPart(
  draft: DraftDocument,
  name: string,
  partName: string,
  value: JsonValue | undefined,
): void {
  const complex = withMember(objectOf(readMember(draft, name)), partName, value);
  setMember(draft, name, Object.keys(complex).length === 0 ? undefined : complex);
}

function setMember(draft: DraftDocument, name: string, value: JsonValue | undefined): void {
  if (value !== undefined) draft[name] = value;
  // Of the slots that a mapping owns a record fills few.
  else if (Object.hasOwn(draft, name)) delete draft[name];
}

type TypedSlot = Extract<Slot, { kind: "typed" }>;

function writeTyped(
  list: readonly JsonObject[],
  slot: TypedSlot,
  value: JsonValue | undefined,
): readonly JsonObject[] {
  const at = placeOf(list, slot, value);
  const found = list[at];
  if (value === undefined) {
    if (found === undefined) return list;
    const rest = withMember(found, slot.part, undefined);
    return isHusk(rest) ? list.toSpliced(at, 1) : list.with(at, rest);
  }
  const others = slot.isPrimary ? list.map(demoted) : list;
  const written: JsonObject = {
    ...found,
    type: slot.type,
    [slot.part]: value,
    ...(slot.isPrimary && { primary: true }),
  };
  return found === undefined ? [...others, written] : others.with(at, written);
}

/** The value of that type or, where there is none, an untyped one that already says the same. */
function placeOf(
  list: readonly JsonObject[],
  { type, part: name }: TypedSlot,
  value: JsonValue | undefined,
): number {
  const at = list.findIndex((each) => isOfType(each, type));
  if (at !== -1 || name !== "value" || typeof value !== "string") return at;
  return list.findIndex((each) => readMember(each, "type") === undefined && isSame(each, value));
}

function writeAllOfType(
  list: readonly JsonObject[],
  type: string,
  values: JsonValue,
): readonly JsonObject[] {
  const wanted: readonly JsonValue[] = Array.isArray(values) ? values : [];
  const texts = wanted.filter((each) => typeof each === "string");
  const kept = list.filter(
    (each) => !isOfType(each, type) || texts.some((text) => readMember(each, "value") === text),
  );
  const missing = texts.filter(
    (text) => !kept.some((each) => isOfType(each, type) && readMember(each, "value") === text),
  );
  return [...kept, ...missing.map((value) => ({ value, type }))];
}

/** Nothing is left of a value but what describes it. */
function isHusk(element: JsonObject): boolean {
  return Object.keys(element).every((name) => DESCRIPTIONS.has(name));
}

const DESCRIPTIONS: ReadonlySet<string> = new Set(["type", "primary", "display"]);

function demoted(element: JsonObject): JsonObject {
  return readMember(element, "primary") === true ? { ...element, primary: false } : element;
}

function isOfType(element: JsonObject, type: string): boolean {
  const own = readMember(element, "type");
  return typeof own === "string" && foldText(own) === type;
}

function isSame(element: JsonObject, value: string): boolean {
  const own = readMember(element, "value");
  return typeof own === "string" && foldText(own) === foldText(value);
}

function withMember(object: JsonObject, name: string, value: JsonValue | undefined): JsonObject {
  if (value !== undefined) return { ...object, [name]: value };
  const { [name]: _, ...rest } = object;
  return rest;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function listOf(document: JsonObject, name: string): readonly JsonObject[] {
  const value = readMember(document, name);
  if (!Array.isArray(value)) return [];
  const elements: readonly JsonValue[] = value;
  return elements.filter((each) => isJsonObject(each));
}

function orNothing(list: readonly JsonObject[]): readonly JsonObject[] | undefined {
  return list.length === 0 ? undefined : list;
}
