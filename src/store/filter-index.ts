import type { ResolvedFilter } from "#scim/filter/ast.ts";
import type { AttributeTarget } from "#scim/schema/attribute.ts";

/** The core attributes that have an index of their own. */
export type KeyName =
  | "id"
  | "userName"
  | "displayName"
  | "externalId"
  | "emails"
  | "members"
  | "groups";

/** The attributes whose index holds the `value` of each of their elements. */
const LISTS: readonly KeyName[] = ["emails", "members", "groups"];

/** Whether a target is one of the indexed core attributes (of a list, its `value`). */
export function isKeyTarget(target: AttributeTarget, name: KeyName): boolean {
  if (target.extension !== undefined || target.attribute.name !== name) return false;
  if (!LISTS.includes(name)) return true;
  return target.subAttribute === undefined || target.subAttribute.name === "value";
}

/**
 * Whether a filter can be answered through an index, whatever else it asks: one term of an `and`,
 * every term of an `or`. Anything else walks over all resources of the connector.
 */
export function hasIndexedTerm(filter: ResolvedFilter): boolean {
  switch (filter.kind) {
    case "and":
      return filter.filters.some(hasIndexedTerm);
    case "or":
      return filter.filters.every(hasIndexedTerm);
    case "some":
      return (
        LISTS.some((name) => isKeyTarget(filter.target, name)) &&
        emailTerm(filter.filter) !== undefined
      );
    case "compare": {
      const { target, operator } = filter;
      if (operator === "sw") return isName(target);
      const names: readonly KeyName[] = ["id", "externalId", ...LISTS];
      return (
        operator === "eq" && (isName(target) || names.some((name) => isKeyTarget(target, name)))
      );
    }
    case "not":
    case "present":
      return false;
  }
}

/**
 * The part of a filter that an index answers, which holds of all that the filter finds; undefined
 * where there is none.
 */
export function indexedPart(filter: ResolvedFilter): ResolvedFilter | undefined {
  if (!hasIndexedTerm(filter)) return undefined;
  switch (filter.kind) {
    case "and": {
      const parts = filter.filters.map(indexedPart).filter((part) => part !== undefined);
      return parts.find(isUserKey) ?? parts.find(({ kind }) => kind === "compare") ?? parts[0];
    }
    case "or":
      return { kind: "or", filters: filter.filters.map((term) => indexedPart(term) ?? term) };
    case "some":
      return valuePart(filter);
    default:
      return filter;
  }
}

/** The term on the `value` of a value path's elements, as a term outside of it. */
function valuePart({
  target,
  filter,
}: Extract<ResolvedFilter, { kind: "some" }>): ResolvedFilter | undefined {
  const terms = filter.kind === "and" ? filter.filters : [filter];
  const term = terms.find((each) => equalText([each], "value") !== undefined);
  if (term?.kind !== "compare") return undefined;
  return { ...term, target: { ...target, subAttribute: term.target.attribute } };
}

/**
 * Whether a filter asks for nothing beyond what an index answers, or finds one user at most: whatever
 * it looks at is then found, and no list of the found can hide that much more was looked at.
 */
export function isPlainLookup(filter: ResolvedFilter): boolean {
  switch (filter.kind) {
    case "and":
      return filter.filters.some(isUserKey);
    case "or":
      return filter.filters.every(isPlainLookup);
    case "some":
      // A value and a type: what Entra sends.
      return filter.filter.kind !== "and" || filter.filter.filters.length <= 2;
    default:
      return hasIndexedTerm(filter);
  }
}

/** Whether a term finds one resource at most. */
function isUserKey(term: ResolvedFilter): boolean {
  if (term.kind !== "compare" || term.operator !== "eq") return false;
  const { target } = term;
  return isKeyTarget(target, "id") || (isName(target) && target.attribute.name === "userName");
}

/** Whether a target names its resource: a user's userName, a group's displayName (which is required there). */
export function isName({ extension, attribute }: AttributeTarget): boolean {
  const isNaming = attribute.name === "userName" || attribute.name === "displayName";
  return extension === undefined && isNaming && attribute.required;
}

/**
 * The e-mail address, and the type if one is named, that a value path's and-ed `eq` terms ask for;
 * undefined where they name no address. Members and groups are asked for in the same way.
 */
export function emailTerm(
  filter: ResolvedFilter,
): { readonly value: string; readonly type: string | undefined } | undefined {
  const terms = filter.kind === "and" ? filter.filters : [filter];
  const value = equalText(terms, "value");
  return value === undefined ? undefined : { value, type: equalText(terms, "type") };
}

/** The term of a filter that looks users up by an e-mail address, and what it asks for. */
export interface EmailDriver {
  readonly term: ResolvedFilter;
  readonly value: string;
  readonly type: string | undefined;
}

/**
 * The e-mail term that a lookup should start from; undefined where none must hold, or where another
 * indexed term finds the one user more cheaply.
 */
export function emailDriver(filter: ResolvedFilter): EmailDriver | undefined {
  const terms = filter.kind === "and" ? filter.filters : [filter];
  if (terms.some((term) => hasIndexedTerm(term) && driverOf(term) === undefined)) return undefined;
  return terms.map(driverOf).find((driver) => driver !== undefined);
}

function driverOf(term: ResolvedFilter): EmailDriver | undefined {
  if (term.kind === "some" && isKeyTarget(term.target, "emails")) {
    const email = emailTerm(term.filter);
    return email && { term, ...email };
  }
  if (term.kind !== "compare" || term.operator !== "eq" || term.operand.type !== "text") {
    return undefined;
  }
  const isEmail = isKeyTarget(term.target, "emails");
  return isEmail ? { term, value: term.operand.value, type: undefined } : undefined;
}

function equalText(terms: readonly ResolvedFilter[], name: string): string | undefined {
  for (const term of terms) {
    if (term.kind !== "compare" || term.operator !== "eq") continue;
    if (term.target.attribute.name === name && term.operand.type === "text") {
      return term.operand.value;
    }
  }
  return undefined;
}
