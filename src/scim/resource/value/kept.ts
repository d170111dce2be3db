import type { ResourceType } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  quoteName,
  readMember,
} from "#scim/json.ts";
import { findTarget } from "#scim/schema/registry.ts";
import {
  isExtensionMember,
  isTakenBack,
  isUndeclaredName,
  ownExtension,
  type UndeclaredName,
} from "#scim/schema/undeclared.ts";
import { isUnassigned, readObject, saysNothing } from "./forms.ts";
import { STRING_BYTES_MAX } from "./simple-value.ts";
import { givenTwice, type NormaliseContext, tolerate, tolerateForms } from "./value.ts";

/** What a resource keeps of extensions that nobody declared, names included. */
export const KEPT_ATTRIBUTES_MAX = 64;
export const KEPT_BYTES_MAX = 16 * 1024;
const KEPT_LEVELS_MAX = 8;

/** An attribute of an extension that nobody declared, as a document or a body has it. */
export interface KeptAttribute {
  readonly urn: string;
  readonly name: string;
  readonly value: JsonValue;
}

/** What a body says of undeclared extensions: attributes by name, by URN, both in lower case. */
export type KeptMembers = Map<string, Map<string, NotedAttribute>>;

/** An attribute; once a body names a part of it by itself, all its parts by name in lower case. */
interface NotedAttribute extends KeptAttribute {
  readonly parts: Map<string, readonly [string, JsonValue]>;
}

/** Notes what a body says under a name of an undeclared extension; two names for one are refused. */
export function noteKept(
  type: ResourceType,
  kept: KeptMembers,
  { urn, attribute, subAttribute }: UndeclaredName,
  value: JsonValue,
  context: NormaliseContext,
): void {
  if (attribute === undefined) {
    for (const [name, member] of extensionMembers(type, urn, value, context)) {
      addKept(kept, { urn, name, value: member });
    }
  } else if (subAttribute === undefined) {
    addKept(kept, { urn, name: attribute, value });
  } else {
    addPart(kept, { urn, name: attribute, value }, subAttribute);
  }
}

/** The members of an undeclared extension's object whose names can be kept. */
export function extensionMembers(
  type: ResourceType,
  urn: string,
  value: JsonValue,
  context: NormaliseContext,
): readonly [string, JsonValue][] {
  if (isUnassigned(value)) return [];
  const read = readObject(value);
  if (read === undefined) {
    tolerate(context, `What stands under ${quoteName(urn)} is no object of attributes.`);
    return [];
  }
  tolerateForms(context, read.told, urn);
  return Object.entries(read.object).filter(([name]) => {
    if (name.toLowerCase() === "schemas") return false;
    if (isUndeclaredName(name) && !isTakenBack(type, { urn, attribute: name })) return true;
    tolerate(context, `No attribute ${quoteName(name)} is kept under ${quoteName(urn)}.`);
    return false;
  });
}

function addKept(kept: KeptMembers, attribute: KeptAttribute): NotedAttribute {
  const members = kept.get(attribute.urn.toLowerCase()) ?? new Map<string, NotedAttribute>();
  kept.set(attribute.urn.toLowerCase(), members);
  const name = attribute.name.toLowerCase();
  if (members.has(name)) throw givenTwice(locationOf(attribute));
  const noted = { ...attribute, parts: new Map() };
  members.set(name, noted);
  return noted;
}

function addPart(kept: KeptMembers, { urn, name, value }: KeptAttribute, part: string): void {
  const known =
    kept.get(urn.toLowerCase())?.get(name.toLowerCase()) ?? addKept(kept, { urn, name, value: {} });
  const location = locationOf(known);
  if (!isJsonObject(known.value)) throw givenTwice(location);
  const { parts } = known;
  if (parts.size === 0) {
    checkNames(known.value, location);
    for (const [each, member] of Object.entries(known.value)) {
      parts.set(each.toLowerCase(), [each, member]);
    }
  }
  if (parts.has(part.toLowerCase())) throw givenTwice(location);
  parts.set(part.toLowerCase(), [part, value]);
}

/** The attribute with the parts that came one by one. */
function withParts({ urn, name, value, parts }: NotedAttribute): KeptAttribute {
  return { urn, name, value: parts.size === 0 ? value : Object.fromEntries(parts.values()) };
}

/** A document with what its body says of undeclared extensions, as far as a resource may keep it. */
export function withKept(
  type: ResourceType,
  document: JsonObject,
  kept: KeptMembers,
  context: NormaliseContext,
): JsonObject {
  if (kept.size === 0) return document;
  const objects = new Map<string, JsonObject>();
  const left: KeptAttribute[] = [];
  let count = 0;
  let bytes = 0;
  const noted = [...kept.values()].flatMap((members) => [...members.values()]);
  for (const attribute of noted.map(withParts)) {
    if (isUnassigned(attribute.value) || saysNothing(attribute.value)) continue;
    checkNames(attribute.value, locationOf(attribute));
    checkNumbers(attribute);
    if (leavesOutPassword(context, attribute)) continue;
    const size = bytesOf(attribute);
    const fits = count < KEPT_ATTRIBUTES_MAX && bytes + size <= KEPT_BYTES_MAX;
    if (!fits || !isKeepable(attribute.value)) {
      left.push(attribute);
      continue;
    }
    count += 1;
    bytes += size;
    const { urn, name, value } = attribute;
    const key =
      [...objects.keys()].find((each) => isSameName(each, urn)) ??
      ownExtension(type, urn)?.id ??
      urn;
    objects.set(key, { ...objects.get(key), [name]: value });
    tellKept(context, attribute);
  }
  tellLeft(context, left);
  const members = [...objects].map(([urn, object]): [string, JsonValue] => {
    const declared = readMember(document, urn);
    return [urn, isJsonObject(declared) ? { ...declared, ...object } : object];
  });
  return { ...document, ...Object.fromEntries(members) };
}

/** The attributes of a document that no declaration of the connector is of. */
export function keptIn(type: ResourceType, document: JsonObject): readonly KeptAttribute[] {
  const stored = type.storedAs ?? type;
  return Object.entries(document).flatMap(([urn, object]) => {
    if (!isExtensionMember(urn) || !isJsonObject(object)) return [];
    return Object.entries(object)
      .filter(([name]) => findTarget(stored, { urn, attribute: name }) === undefined)
      .map(([name, value]) => ({ urn, name, value }));
  });
}

/** What a resource keeps of undeclared extensions: counted once, then changed with each change of it. */
export interface KeptSize {
  readonly attributes: number;
  readonly bytes: number;
}

/** How much a document keeps. */
export function sizeOfKept(type: ResourceType, document: JsonObject): KeptSize {
  const attributes = keptIn(type, document);
  const bytes = attributes.reduce((sum, each) => sum + bytesOf(each), 0);
  return { attributes: attributes.length, bytes };
}

/** Whether so much may be kept of one resource. */
export function fitsKept({ attributes, bytes }: KeptSize): boolean {
  return attributes <= KEPT_ATTRIBUTES_MAX && bytes <= KEPT_BYTES_MAX;
}

/** Whether a value takes more bytes than so many, as far as that shows without writing it out. */
export function isLargerThan(value: JsonValue, bytes: number): boolean {
  return bytesLeft(value, bytes) < 0;
}

function bytesLeft(value: JsonValue, bytes: number): number {
  if (typeof value === "string") return bytes - value.length;
  let left = bytes - 1;
  if (value === null || typeof value !== "object") return left;
  for (const each of Object.values(value)) {
    if (left < 0) break;
    left = bytesLeft(each, left);
  }
  return left;
}

/** Whether a value may be kept: not too deep, and without a text longer than any other attribute's. */
export function isKeepable(value: JsonValue, levels = KEPT_LEVELS_MAX): boolean {
  if (typeof value === "string") return value.length <= STRING_BYTES_MAX;
  if (value === null || typeof value !== "object") return true;
  return (
    levels > 0 && Object.values(value).every((each: JsonValue) => isKeepable(each, levels - 1))
  );
}

/** Refuses a number that JSON.parse reads as Infinity, such as 1e400: it would be stored as null. */
export function checkNumbers(attribute: KeptAttribute): void {
  if (!holdsInfinity(attribute.value)) return;
  throw ScimError.invalidValue(`A number in "${locationOf(attribute)}" is too large to be kept.`);
}

function holdsInfinity(value: JsonValue): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  return value !== null && typeof value === "object" && Object.values(value).some(holdsInfinity);
}

/**
 * Whether an attribute is a password, or has one in it, which nothing here keeps (RFC 7643 §9.2); says so in
 * the log.
 */
export function leavesOutPassword(context: NormaliseContext, attribute: KeptAttribute): boolean {
  const isPassword = isPasswordName(attribute.name) || holdsPassword(attribute.value);
  if (isPassword) {
    tolerate(
      context,
      `${quoteName(locationOf(attribute))} is or holds a password, which is never kept.`,
    );
  }
  return isPassword;
}

function holdsPassword(value: JsonValue): boolean {
  if (value === null || typeof value !== "object") return false;
  return Object.entries(value).some(
    ([name, each]: [string, JsonValue]) => isPasswordName(name) || holdsPassword(each),
  );
}

function isPasswordName(name: string): boolean {
  return /passw|passphrase|passcode|pwd/.test(name.replace(/[_$-]/g, "").toLowerCase());
}

/** Says in the log that an attribute is kept, by its name alone. */
export function tellKept(context: NormaliseContext, attribute: KeptAttribute): void {
  tolerate(
    context,
    `Nobody declared ${quoteName(locationOf(attribute))}.`,
    "It is kept as it was sent.",
  );
}

/** Says in the log how many attributes are not kept. */
export function tellLeft(context: NormaliseContext, left: readonly KeptAttribute[]): void {
  if (left.length === 0) return;
  const names = left.slice(0, NAMES_SHOWN_MAX).map((each) => quoteName(locationOf(each)));
  const more = left.length > names.length ? " and others" : "";
  const whose = left.length === 1 ? "1 attribute" : `${left.length} attributes`;
  tolerate(
    context,
    `A resource keeps ${KEPT_ATTRIBUTES_MAX} attributes that nobody declared, ${KEPT_BYTES_MAX / 1024} KB in all; this would be more.`,
    `${whose} left out: ${names.join(", ")}${more}.`,
  );
}

const NAMES_SHOWN_MAX = 5;

/** The name of a member of an object, in whatever letter case it is there. */
export function memberName(object: JsonObject, name: string): string | undefined {
  if (readMember(object, name) !== undefined) return name;
  return Object.keys(object).find((each) => isSameName(each, name));
}

function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function locationOf({ urn, name }: KeptAttribute): string {
  return `${urn}:${name}`;
}

/** What an attribute counts for, with its names. */
export function bytesOf({ urn, name, value }: KeptAttribute): number {
  return new TextEncoder().encode(JSON.stringify([urn, name, value])).length;
}

/** Two spellings of one name are refused at any depth. */
function checkNames(value: JsonValue, location: string): void {
  if (value === null || typeof value !== "object") return;
  if (isJsonObject(value)) {
    const names = Object.keys(value).map((name) => name.toLowerCase());
    if (new Set(names).size < names.length) {
      throw ScimError.invalidSyntax(
        `An object in "${location}" has one name in two spellings; send it once.`,
      );
    }
  }
  for (const each of Object.values(value)) checkNames(each, location);
}
