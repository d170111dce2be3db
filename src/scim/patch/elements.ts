import type { Attribute } from "#scim/attribute.ts";
import type { PathTarget } from "#scim/filter/path.ts";
import type { FoldElement } from "#scim/resource/value/folded.ts";
import { saysSomething } from "#scim/resource/value/value.ts";
import { matchesElement } from "../filter/match.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { isJsonObject, readMember } from "../json.ts";

/** The values of a multi-valued attribute as a list, whatever is stored. */
export function elementsIn(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** A list as it is stored: an attribute without values is unassigned (RFC 7643 §2.5). */
export function storedList(elements: readonly JsonValue[]): JsonValue | undefined {
  return elements.length === 0 ? undefined : elements;
}

/** The values that a path chooses: those its filter matches, or all when it has none. */
export function chosenElements(
  { attribute, filter }: PathTarget,
  elements: readonly JsonValue[],
  fold: FoldElement,
): ReadonlySet<JsonValue> {
  const chosen =
    filter === undefined
      ? elements
      : elements.filter((each) => matchesElement(filter.resolved, fold(attribute, each)));
  return new Set(chosen);
}

/** Whether a path chooses the one value of a single-valued attribute: its filter, if any, matches. */
export function isChosen(
  target: PathTarget,
  value: JsonValue | undefined,
  fold: FoldElement,
): boolean {
  if (target.filter === undefined) return true;
  return value !== undefined && chosenElements(target, [value], fold).size > 0;
}

/** A value after an operation, and whether the operation meant it. */
export interface TouchedElement {
  readonly element: JsonValue;
  readonly isTouched: boolean;
}

/**
 * Makes room for a new primary value (RFC 7643 §2.4 allows one): the last of the values that an
 * operation touched wins, so that an older one never does. One that still lacks its value does not
 * count yet: if none follows, it is left out.
 */
export function withOnePrimary(
  attribute: Attribute,
  touched: readonly TouchedElement[],
): readonly JsonValue[] {
  const winner = touched.findLastIndex(
    ({ element, isTouched }) =>
      isTouched && isPrimary(element) && saysSomething(attribute, element),
  );
  return touched.map(({ element }, index) =>
    winner !== -1 && index !== winner && isPrimary(element)
      ? { ...element, primary: false }
      : element,
  );
}

/** Finds among the values of an attribute those that stand for the same thing. */
export interface ElementIndex {
  /** The position of the value that is the same as this one: equal `value`, no other `type`. */
  readonly find: (element: JsonValue) => number | undefined;
  readonly add: (element: JsonValue, position: number) => void;
}

/** Indexes values by what identifies them, so that thousands of members are compared in one pass. */
export function indexElements(
  attribute: Attribute,
  elements: readonly JsonValue[],
  fold: FoldElement,
): ElementIndex {
  const byIdentity = new Map<string, Map<string | undefined, number>>();
  const index: ElementIndex = {
    find: (element) => {
      const folded = fold(attribute, element);
      const byType = byIdentity.get(identityOf(folded));
      const type = typeOf(folded);
      // Okta sends members without the `type` that others send: a missing type is no other type.
      const [first] = byType?.values() ?? [];
      return byType?.get(type) ?? (type === undefined ? first : byType?.get(undefined));
    },
    add: (element, position) => {
      const folded = fold(attribute, element);
      const identity = identityOf(folded);
      const byType = byIdentity.get(identity) ?? new Map<string | undefined, number>();
      byIdentity.set(identity, byType);
      const type = typeOf(folded);
      if (!byType.has(type)) byType.set(type, position);
    },
  };
  elements.forEach((element, position) => {
    index.add(element, position);
  });
  return index;
}

/** Addresses have no `value`: of them all sub-attributes but `primary` tell them apart. */
function identityOf(folded: JsonValue): string {
  if (!isJsonObject(folded)) return JSON.stringify(folded);
  const value = readMember(folded, "value");
  if (value !== undefined) return `value ${JSON.stringify(value)}`;
  const members = Object.entries(folded).filter(([name]) => name !== "primary");
  return `members ${JSON.stringify(members.sort(byName))}`;
}

function byName([a]: readonly [string, JsonValue], [b]: readonly [string, JsonValue]): number {
  return a < b ? -1 : 1;
}

function typeOf(folded: JsonValue): string | undefined {
  const type = isJsonObject(folded) ? readMember(folded, "type") : undefined;
  return type === undefined ? undefined : JSON.stringify(type);
}

function isPrimary(element: JsonValue): element is JsonObject {
  return isJsonObject(element) && readMember(element, "primary") === true;
}
