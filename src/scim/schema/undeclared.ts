import type { AttributeTarget, ResourceType, Schema } from "#scim/attribute.ts";
import { isPrototypeName } from "#scim/filter/syntax/attribute-path.ts";
import { undeclaredAttribute, undeclaredPart } from "./define.ts";
import { findExtension, findTarget, isCoreSchema } from "./registry.ts";
import { CORE_GROUP, CORE_USER, ENTERPRISE_USER } from "./urns.ts";

/**
 * What a name stands for that no schema has, but which begins with the URN of an extension: one of its
 * attributes, perhaps a part of it, or the whole extension.
 */
export interface UndeclaredName {
  /** The URN as the name spells it. */
  readonly urn: string;
  readonly attribute: string | undefined;
  readonly subAttribute: string | undefined;
}

/**
 * Reads a name under the URN of an extension; undefined where it stands under none, or none is kept. A
 * URN may go on where another ends: what is `held` (in lower case), or what clients call an extension (a URN that ends with
 * the resource type), tells where the attribute begins; a name that `isObject` stands for is else a URN.
 */
export function readUndeclared(
  type: ResourceType,
  name: string,
  { held = NONE, isObject = false }: { readonly held?: Known; readonly isObject?: boolean },
): UndeclaredName | undefined {
  if (!type.keepsUndeclared || name.length > NAME_CHARACTERS_MAX || !URN_START.test(name)) {
    return undefined;
  }
  const split = splitName(type, name, held, isObject);
  if (!isExtensionUrn(type, split.urn)) return undefined;
  const parts = [split.attribute, split.subAttribute].filter((part) => part !== undefined);
  if (!parts.every(isUndeclaredName) || isDeclared(type, split)) return undefined;
  return isTakenBack(type, split) ? undefined : split;
}

/** Whether a name can be that of an attribute which nobody declared; it stands in JSON paths of SQL. */
export function isUndeclaredName(name: string): boolean {
  return NAME.test(name) && !isPrototypeName(name);
}

/** The attribute of an undeclared extension that a filter names, as folded documents hold it. */
export function findUndeclared(
  type: ResourceType,
  path: {
    readonly urn?: string | undefined;
    readonly attribute: string;
    readonly subAttribute?: string | undefined;
  },
): AttributeTarget | undefined {
  if (path.urn === undefined) return undefined;
  const dotted = path.subAttribute === undefined ? "" : `.${path.subAttribute}`;
  const name = readUndeclared(type, `${path.urn}:${path.attribute}${dotted}`, {});
  if (name?.attribute === undefined) return undefined;
  return {
    extension: foldedUrn(name.urn),
    attribute: undeclaredAttribute(name.attribute),
    subAttribute: name.subAttribute === undefined ? undefined : undeclaredPart(name.subAttribute),
  };
}

/** Under which name a folded document has what is undeclared of an extension, apart from what is declared. */
export function foldedUrn(urn: string): string {
  return `undeclared ${urn.toLowerCase()}`;
}

/** The connector's own extension that a URN, in any letter case, is of; undefined for the RFC's. */
export function ownExtension(type: ResourceType, urn: string): Schema | undefined {
  const schema = findExtension(type, urn);
  return schema?.id === ENTERPRISE_USER ? undefined : schema;
}

/** Whether a document's member is an extension's object; the names of core attributes hold no colon. */
export function isExtensionMember(name: string): boolean {
  return name.includes(":");
}

/** Whether the connector declared an attribute once and took it back: it stays out of answers. */
export function isTakenBack(
  { storedAs }: ResourceType,
  { urn, attribute }: Pick<UndeclaredName, "urn" | "attribute">,
): boolean {
  if (storedAs === undefined || attribute === undefined) return false;
  const schema = findExtension(storedAs, urn);
  return schema !== undefined && findTarget(storedAs, { urn, attribute }) !== undefined;
}

/** A part that a declared attribute lacks is none of its own: its value would take the attribute's place. */
function isDeclared(type: ResourceType, { urn, attribute }: UndeclaredName): boolean {
  return attribute !== undefined && findTarget(type, { urn, attribute }) !== undefined;
}

/** Which URNs there are, in lower case. */
type Known = Pick<ReadonlySet<string>, "has">;

const NONE: Known = new Set();

const URN_START = /^urn:/i;
const NAME = /^[a-z$_][a-z0-9$_-]{0,63}$/i;

/** The URNs of RFC 8141, as far as a JSON path and a path of RFC 7644 §3.10 can hold them. */
const URN = /^urn:[a-z0-9][a-z0-9-]{0,31}(:[a-z0-9$_.-]+)+$/i;
const URN_CHARACTERS_MAX = 200;

/** A URN, an attribute and a part of it. */
const NAME_CHARACTERS_MAX = 400;

/** What is RFC 7643's or RFC 7644's own, in any version and however it goes on: a slip of the pen. */
const RESERVED_URN =
  /^urn:(ietf:params:)?scim:(schemas?:(core|extension:enterprise)|api|messages)(?![a-z0-9-])/i;

function isExtensionUrn(type: ResourceType, urn: string): boolean {
  if (!URN.test(urn) || urn.length > URN_CHARACTERS_MAX || RESERVED_URN.test(urn)) return false;
  if (
    [CORE_USER, CORE_GROUP, ENTERPRISE_USER].some(
      (each) => each.toLowerCase() === urn.toLowerCase(),
    )
  )
    return false;
  return !isCoreSchema(type, urn) && findExtension(type, urn)?.id !== ENTERPRISE_USER;
}

/** What ends the URN of an extension by convention: the name of its resource type. */
const TYPE_NAME = /^(?:user|group)$/i;
const DOTTED_TYPE_NAME = /^(?:user|group)\./i;
const VERSION = /^v?\d[\d.]*$/i;

function splitName(
  type: ResourceType,
  name: string,
  held: Known,
  isObject: boolean,
): UndeclaredName {
  const known = splitAtKnown(name, held, type);
  if (known !== undefined) return known;
  const last = name.slice(name.lastIndexOf(":") + 1);
  const before = name.slice(0, -last.length - 1);
  const outer = before.slice(before.lastIndexOf(":") + 1);
  // No attribute begins with a digit, but a version does.
  if (TYPE_NAME.test(outer)) return partOf(before, last);
  if (DOTTED_TYPE_NAME.test(last)) {
    const dot = name.length - last.length + last.indexOf(".");
    return partOf(name.slice(0, dot), name.slice(dot + 1));
  }
  if (TYPE_NAME.test(last) || VERSION.test(last)) return whole(name);
  return isObject && !VERSION.test(outer) ? whole(name) : partOf(before, last);
}

/** The longest URN that is known already rules. */
function splitAtKnown(name: string, held: Known, type: ResourceType): UndeclaredName | undefined {
  const isKnown = (urn: string) =>
    held.has(urn.toLowerCase()) || findExtension(type, urn) !== undefined;
  if (isKnown(name)) return whole(name);
  for (let end = name.lastIndexOf(":"); end > 0; end = name.lastIndexOf(":", end - 1)) {
    const urn = name.slice(0, end);
    if (isKnown(urn)) return partOf(urn, name.slice(end + 1));
  }
  return undefined;
}

function whole(urn: string): UndeclaredName {
  return { urn, attribute: undefined, subAttribute: undefined };
}

function partOf(urn: string, rest: string): UndeclaredName {
  const dot = rest.indexOf(".");
  if (dot === -1) return { urn, attribute: rest, subAttribute: undefined };
  return { urn, attribute: rest.slice(0, dot), subAttribute: rest.slice(dot + 1) };
}
