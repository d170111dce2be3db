import type { Attribute, ResourceType } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { isJsonObject } from "#scim/json.ts";
import { COMMON_ATTRIBUTES } from "#scim/schema/common.ts";
import { findNamed, findTarget } from "#scim/schema/registry.ts";
import { isExtensionMember, isTakenBack } from "#scim/schema/undeclared.ts";

/** Which attributes an answer carries (RFC 7644 §3.9): all, the named ones only, or all but those. */
export type Projection =
  | { readonly kind: "everything" }
  | { readonly kind: "attributes"; readonly names: readonly string[] }
  | { readonly kind: "excluded"; readonly names: readonly string[] };

/** The projection of a request that names no attributes. */
export const EVERYTHING: Projection = { kind: "everything" };

/**
 * Reads the `attributes` and `excludedAttributes` parameters of RFC 7644 §3.9. The names are looked
 * up when a resource is projected; those that its type does not know are ignored.
 */
export function parseProjection(
  attributes: string | undefined,
  excluded: string | undefined,
): Projection {
  const names = splitNames(attributes ?? "");
  const excludedNames = splitNames(excluded ?? "");
  if (names.length > 0 && excludedNames.length > 0) {
    throw ScimError.invalidValue(
      `Send "attributes" or "excludedAttributes", not both (RFC 7644 §3.9).`,
    );
  }
  if (names.length > 0) return { kind: "attributes", names };
  return excludedNames.length > 0 ? { kind: "excluded", names: excludedNames } : EVERYTHING;
}

/** Whether a projection is the default one, under which a stored document is shown as it is. */
export function isEverything(projection: Projection): boolean {
  return projection.kind === "everything";
}

/** Whether a projection shows a core or common attribute, so that hidden members are never read. */
export function showsAttribute(
  type: ResourceType,
  projection: Projection,
  attribute: Attribute,
): boolean {
  return planFor(type, projection).has(attribute.name);
}

/** Keeps of a resource what the projection and each attribute's `returned` let pass (RFC 7643 §7). */
export function projectResource(
  type: ResourceType,
  resource: JsonObject,
  projection: Projection,
): JsonObject {
  const kept = (urn: string, name: string) => showsUndeclared(type, projection, urn, name);
  return projectObject(resource, planFor(type, projection), kept);
}

/** Whether an attribute that nobody declared is shown: as one whose `returned` is default. */
function showsUndeclared(
  type: ResourceType,
  projection: Projection,
  urn: string,
  name: string,
): boolean {
  const isDeclared = findTarget(type, { urn, attribute: name }) !== undefined;
  if (isDeclared || isTakenBack(type, { urn, attribute: name })) return false;
  if (projection.kind === "everything") return true;
  const whole = urn.toLowerCase();
  const place = `${whole}:${name.toLowerCase()}`;
  const isShown = projection.kind === "attributes";
  const isNamed = projection.names.some((each) => {
    const folded = each.toLowerCase();
    // A part names its attribute where it is asked for, and takes nothing else away.
    return folded === whole || folded === place || (isShown && folded.startsWith(`${place}.`));
  });
  return isNamed === isShown;
}

/** Whether an attribute that nobody declared is shown, by its URN and name. */
type ShowsKept = (urn: string, name: string) => boolean;

/** What is kept of a value: all of it, or of an object (or each object of a list) some members. */
type Keep = true | Plan;
type Plan = ReadonlyMap<string, Keep>;

/** The attributes that a projection names: whole, or some of their sub-attributes. */
type Selection = Map<Attribute, "whole" | Set<Attribute>>;

const plans = new WeakMap<Projection, WeakMap<ResourceType, Plan>>();

/** A page projects a thousand resources alike: the names are looked up once for all of them. */
function planFor(type: ResourceType, projection: Projection): Plan {
  const byType = plans.get(projection) ?? new WeakMap<ResourceType, Plan>();
  const plan = byType.get(type) ?? buildPlan(type, projection);
  byType.set(type, plan);
  plans.set(projection, byType);
  return plan;
}

function buildPlan(type: ResourceType, projection: Projection): Plan {
  const selection = projection.kind === "everything" ? new Map() : select(type, projection.names);
  const plan = planOf([...COMMON_ATTRIBUTES, ...type.schema.attributes], projection, selection);
  for (const { schema } of type.extensions) {
    const inner = planOf(schema.attributes, projection, selection);
    if (inner.size > 0) plan.set(schema.id, inner);
  }
  return plan;
}

function select(type: ResourceType, names: readonly string[]): Selection {
  const selection: Selection = new Map();
  for (const name of names) {
    const named = findNamed(type, name);
    if (named === undefined) continue;
    if (named.kind === "schema") {
      for (const attribute of named.schema.attributes) selection.set(attribute, "whole");
      continue;
    }
    const { attribute, subAttribute } = named.target;
    const selected = selection.get(attribute);
    if (subAttribute === undefined) selection.set(attribute, "whole");
    else if (selected === undefined) selection.set(attribute, new Set([subAttribute]));
    else if (selected !== "whole") selected.add(subAttribute);
  }
  return selection;
}

function planOf(
  attributes: readonly Attribute[],
  projection: Projection,
  selection: Selection,
): Map<string, Keep> {
  const plan = new Map<string, Keep>();
  for (const attribute of attributes) {
    const keep = keepOf(attribute, projection, selection);
    if (keep !== undefined) plan.set(attribute.name, keep);
  }
  return plan;
}

function keepOf(
  attribute: Attribute,
  projection: Projection,
  selection: Selection,
): Keep | undefined {
  const { returned } = attribute;
  if (returned === "never") return undefined;
  const selected = selection.get(attribute);
  const isWhole = selected === undefined || selected === "whole";
  switch (projection.kind) {
    case "everything":
      return returned === "request" ? undefined : subAttributesKept(attribute, isShown);
    case "attributes":
      if (selected === undefined && returned !== "always") return undefined;
      return subAttributesKept(attribute, isWhole ? isShown : isSelected(selected));
    case "excluded":
      if (returned === "request") return undefined;
      if (selected === "whole" && returned !== "always") return undefined;
      return subAttributesKept(attribute, isWhole ? isShown : isNotSelected(selected));
  }
}

function isShown(attribute: Attribute): boolean {
  return attribute.returned === "always" || attribute.returned === "default";
}

function isSelected(selected: ReadonlySet<Attribute>): (attribute: Attribute) => boolean {
  return (attribute) =>
    attribute.returned === "always" || (attribute.returned !== "never" && selected.has(attribute));
}

function isNotSelected(selected: ReadonlySet<Attribute>): (attribute: Attribute) => boolean {
  return (attribute) =>
    attribute.returned === "always" || (isShown(attribute) && !selected.has(attribute));
}

function subAttributesKept(attribute: Attribute, isKept: (attribute: Attribute) => boolean): Keep {
  const kept = attribute.subAttributes.filter(isKept);
  if (kept.length === attribute.subAttributes.length) return true;
  return new Map(kept.map((subAttribute) => [subAttribute.name, true]));
}

const NO_PLAN: Plan = new Map();

function projectObject(object: JsonObject, plan: Plan, showsKept?: ShowsKept): JsonObject {
  const members: [string, JsonValue][] = [];
  for (const [name, value] of Object.entries(object)) {
    const keep = plan.get(name);
    const projected =
      showsKept !== undefined && isExtensionMember(name) && isJsonObject(value)
        ? projectExtension(name, value, keep instanceof Map ? keep : NO_PLAN, showsKept)
        : keep && (keep === true ? value : projectValue(value, keep));
    if (projected !== undefined) members.push([name, projected]);
  }
  return Object.fromEntries(members);
}

/** An extension's object: what is declared by the plan, the rest as undeclared attributes are shown. */
function projectExtension(
  urn: string,
  object: JsonObject,
  plan: Plan,
  showsKept: ShowsKept,
): JsonObject | undefined {
  const members = Object.entries(object).flatMap(([name, value]): [string, JsonValue][] => {
    const keep = plan.get(name);
    if (keep === undefined) return showsKept(urn, name) ? [[name, value]] : [];
    const projected = keep === true ? value : projectValue(value, keep);
    return projected === undefined ? [] : [[name, projected]];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

/** The kept part of a value; undefined when nothing of it is left. */
function projectValue(value: JsonValue, plan: Plan): JsonValue | undefined {
  if (isJsonObject(value)) {
    const projected = projectObject(value, plan);
    return Object.keys(projected).length === 0 ? undefined : projected;
  }
  if (!Array.isArray(value)) return value;
  const elements: readonly JsonValue[] = value;
  // An empty list is shown as one: members alone are ever an empty list.
  if (elements.length === 0) return value;
  const kept = elements.map((element) => projectValue(element, plan));
  const projected = kept.filter((element) => element !== undefined);
  return projected.length === 0 ? undefined : projected;
}

/** Splits at the commas outside of `[...]`, whose filter is cut off: `emails[...]` means `emails`. */
function splitNames(list: string): readonly string[] {
  const names: string[] = [];
  let start = 0;
  let isInBrackets = false;
  let isInQuotes = false;
  for (let at = 0; at < list.length; at += 1) {
    const character = list.charAt(at);
    if (isInQuotes && character === "\\") at += 1;
    else if (isInBrackets && character === '"') isInQuotes = !isInQuotes;
    else if (isInQuotes) continue;
    else if (character === "[") isInBrackets = true;
    else if (character === "]") isInBrackets = false;
    else if (character === "," && !isInBrackets) {
      names.push(list.slice(start, at));
      start = at + 1;
    }
  }
  names.push(list.slice(start));
  return names.map(withoutFilter).filter((name) => name !== "");
}

function withoutFilter(name: string): string {
  const bracket = name.indexOf("[");
  return (bracket === -1 ? name : name.slice(0, bracket)).trim();
}
