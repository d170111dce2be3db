import { ScimError } from "../error.ts";
import type { Attribute, AttributeTarget, ResourceType } from "../schema/attribute.ts";
import { findSubAttribute, findTarget } from "../schema/registry.ts";
import type {
  AttributePath,
  CompareOperator,
  CompareValue,
  Filter,
  ResolvedFilter,
} from "./ast.ts";
import { toOperand } from "./operand.ts";

/**
 * Finds the attributes that a filter names and checks its values against their types (RFC 7644
 * §3.4.2.2). An attribute that does not exist or is never returned is invalidFilter.
 */
export function resolveFilter(type: ResourceType, filter: Filter): ResolvedFilter {
  return resolve(filter, (path) => findTarget(type, path));
}

/** Resolves the filter of a PATCH valuePath (RFC 7644 §3.5.2), which names sub-attributes. */
export function resolveValueFilter(attribute: Attribute, filter: Filter): ResolvedFilter {
  return resolve(filter, (path) => findElementTarget(attribute, path));
}

type FindTarget = (path: AttributePath) => AttributeTarget | undefined;

function resolve(filter: Filter, find: FindTarget): ResolvedFilter {
  switch (filter.kind) {
    case "and":
    case "or":
      return { kind: filter.kind, filters: filter.filters.map((each) => resolve(each, find)) };
    case "not":
      return { kind: "not", filter: resolve(filter.filter, find) };
    case "present":
      return { kind: "present", target: findReadable(filter.path, find) };
    case "compare": {
      const target = findReadable(filter.path, find);
      return filter.value === null
        ? compareWithNull(target, filter.operator, filter.path)
        : compareWithValue(valueTarget(target), filter.operator, filter.value, filter.path);
    }
    case "some":
      return resolveSome(filter.path, filter.filter, find);
  }
}

function resolveSome(path: AttributePath, filter: Filter, find: FindTarget): ResolvedFilter {
  const target = findReadable(path, find);
  if (!target.attribute.multiValued || target.subAttribute !== undefined) {
    throw ScimError.invalidFilter(
      `"${show(path)}" has no list of values, so a filter in brackets cannot choose among them.`,
    );
  }
  return { kind: "some", target, filter: resolveValueFilter(target.attribute, filter) };
}

/** SEMANTICS 6: `eq null` means not present, `ne null` present. */
function compareWithNull(
  target: AttributeTarget,
  operator: CompareOperator,
  path: AttributePath,
): ResolvedFilter {
  switch (operator) {
    case "eq":
      return { kind: "not", filter: { kind: "present", target } };
    case "ne":
      return { kind: "present", target };
    default:
      throw ScimError.invalidFilter(
        `"${show(path)}" can be compared with null by eq and ne only, not by ${operator}.`,
      );
  }
}

function compareWithValue(
  target: AttributeTarget,
  operator: CompareOperator,
  value: Exclude<CompareValue, null>,
  path: AttributePath,
): ResolvedFilter {
  const leaf = target.subAttribute ?? target.attribute;
  const operand = toOperand(leaf, operator, value, show(path));
  if (operator !== "ne") return { kind: "compare", target, operator, operand };
  return { kind: "not", filter: { kind: "compare", target, operator: "eq", operand } };
}

function findReadable(path: AttributePath, find: FindTarget): AttributeTarget {
  const target = find(path);
  if (target === undefined) {
    throw ScimError.invalidFilter(`There is no attribute "${show(path)}" to filter by.`);
  }
  if (isNeverReturned(target.attribute) || isNeverReturned(target.subAttribute)) {
    throw ScimError.invalidFilter(`Resources cannot be filtered by "${show(path)}".`);
  }
  return target;
}

function isNeverReturned(attribute: Attribute | undefined): boolean {
  return attribute?.returned === "never";
}

/** SEMANTICS 6: a complex attribute compares its `value`; Entra sends `manager eq` and `members eq`. */
function valueTarget(target: AttributeTarget): AttributeTarget {
  if (target.attribute.type !== "complex" || target.subAttribute !== undefined) return target;
  return { ...target, subAttribute: findSubAttribute(target.attribute, "value") };
}

function findElementTarget(attribute: Attribute, path: AttributePath): AttributeTarget | undefined {
  if (path.urn !== undefined || path.subAttribute !== undefined) return undefined;
  const found =
    attribute.type === "complex"
      ? findSubAttribute(attribute, path.attribute)
      : findSimpleValue(attribute, path.attribute);
  return found && { extension: undefined, attribute: found, subAttribute: undefined };
}

/** The values of a simple multi-valued attribute have no name but `value`. */
function findSimpleValue(attribute: Attribute, name: string): Attribute | undefined {
  return name.toLowerCase() === "value"
    ? { ...attribute, name: "value", multiValued: false }
    : undefined;
}

function show(path: AttributePath): string {
  const urn = path.urn === undefined ? "" : `${path.urn}:`;
  const subAttribute = path.subAttribute === undefined ? "" : `.${path.subAttribute}`;
  return `${urn}${path.attribute}${subAttribute}`;
}
