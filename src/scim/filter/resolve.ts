import type { Attribute, AttributeTarget, ResourceType } from "#scim/attribute.ts";
import type {
  AttributePath,
  CompareOperator,
  CompareValue,
  Filter,
  ResolvedFilter,
} from "#scim/filter/syntax/ast.ts";
import { toOperand } from "#scim/resource/value/operand.ts";
import { ScimError } from "../error.ts";
import { findSubAttribute, findTarget } from "../schema/registry.ts";
import { findUndeclared } from "../schema/undeclared.ts";
import { matchesFilter } from "./match.ts";

/**
 * Finds the attributes that a filter names and checks its values against their types (RFC 7644
 * §3.4.2.2). An attribute that does not exist or is never returned is invalidFilter. Where several
 * types are searched, an attribute that only another one has counts as unassigned (§3.4.2.1).
 */
export function resolveFilter(
  type: ResourceType,
  filter: Filter,
  searched: readonly ResourceType[] = [type],
): ResolvedFilter {
  const find = (path: AttributePath) => findTarget(type, path) ?? findUndeclared(type, path);
  const isElsewhere = (path: AttributePath) =>
    find(path) === undefined && searched.some((other) => findTarget(other, path));
  return resolve(filter, { find, isElsewhere });
}

/** Resolves the filter of a PATCH valuePath (RFC 7644 §3.5.2), which names sub-attributes. */
export function resolveValueFilter(attribute: Attribute, filter: Filter): ResolvedFilter {
  return resolve(filter, {
    find: (path) => findElementTarget(attribute, path),
    isElsewhere: () => false,
  });
}

type FindTarget = (path: AttributePath) => AttributeTarget | undefined;

/** How names are looked up; `isElsewhere` tells of an attribute that only another searched type has. */
interface Names {
  readonly find: FindTarget;
  readonly isElsewhere: (path: AttributePath) => boolean;
}

type Term = Extract<Filter, { kind: "present" | "compare" | "some" }>;

function resolve(filter: Filter, names: Names): ResolvedFilter {
  switch (filter.kind) {
    case "and":
    case "or":
      return { kind: filter.kind, filters: filter.filters.map((each) => resolve(each, names)) };
    case "not":
      return { kind: "not", filter: resolve(filter.filter, names) };
    case "present":
    case "compare":
    case "some":
      return names.isElsewhere(filter.path) ? onUnassigned(filter) : resolveTerm(filter, names);
  }
}

/** Nothing holds for an absent value but `eq null` and `ne` anything else. */
function onUnassigned(term: Term): ResolvedFilter {
  const never: ResolvedFilter = { kind: "or", filters: [] };
  if (term.kind !== "compare") return never;
  const holds = term.operator === (term.value === null ? "eq" : "ne");
  return holds ? { kind: "not", filter: never } : never;
}

function resolveTerm(term: Term, { find }: Names): ResolvedFilter {
  switch (term.kind) {
    case "present":
      return { kind: "present", target: findReadable(term.path, find) };
    case "compare": {
      const target = findReadable(term.path, find);
      return term.value === null
        ? compareWithNull(target, term.operator, term.path)
        : compareWithValue(valueTarget(target), term.operator, term.value, term.path);
    }
    case "some":
      return resolveSome(term.path, term.filter, find);
  }
}

function resolveSome(path: AttributePath, filter: Filter, find: FindTarget): ResolvedFilter {
  const target = findReadable(path, find);
  const { attribute, subAttribute } = target;
  const hasParts = attribute.multiValued || attribute.type === "complex";
  if (!hasParts || subAttribute !== undefined) {
    throw ScimError.invalidFilter(
      `"${show(path)}" has no list of values, so a filter in brackets cannot choose among them.`,
    );
  }
  const inner = resolveValueFilter(attribute, filter);
  return attribute.multiValued ? { kind: "some", target, filter: inner } : onOne(target, inner);
}

/** Brackets on an attribute with one value are matched against that; without it nothing holds. */
function onOne(target: AttributeTarget, filter: ResolvedFilter): ResolvedFilter {
  const onParts = withOuter(target, filter);
  if (!matchesFilter(filter, {})) return onParts;
  return { kind: "and", filters: [{ kind: "present", target }, onParts] };
}

/** A filter on the parts of a complex attribute, as one on the resource. */
function withOuter(outer: AttributeTarget, filter: ResolvedFilter): ResolvedFilter {
  switch (filter.kind) {
    case "and":
    case "or":
      return {
        kind: filter.kind,
        filters: filter.filters.map((each) => withOuter(outer, each)),
      };
    case "not":
      return { kind: "not", filter: withOuter(outer, filter.filter) };
    case "present":
    case "compare":
    case "some":
      return { ...filter, target: { ...outer, subAttribute: filter.target.attribute } };
  }
}

/** `eq null` means not present, `ne null` present. */
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

/** A complex attribute compares its `value`; Entra sends `manager eq` and `members eq`. */
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
