import type { AttributeTarget } from "#scim/attribute.ts";
import type { ResolvedFilter } from "#scim/filter/syntax/ast.ts";
import { equalText, type FilterTerm, membershipTerm } from "./membership-terms.ts";

/** The core attributes that have an index of their own. */
export type KeyName = "id" | "userName" | "displayName" | "externalId" | "emails";

/** Whether a target is one of the indexed core attributes (of `emails`, its `value`). */
export function isKeyTarget(target: AttributeTarget, name: KeyName): boolean {
  if (target.extension !== undefined || target.attribute.name !== name) return false;
  if (name !== "emails") return true;
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
    case "not":
      return false;
    case "present":
    case "some":
    case "compare": {
      const membership = membershipTerm(filter);
      if (membership === undefined) return isIndexed(filter);
      if (membership.kind === "alternatives") return membership.terms.every(hasIndexedTerm);
      return membership.kind === "element" && membership.lookup !== undefined;
    }
  }
}

function isIndexed(term: FilterTerm): boolean {
  if (term.kind === "present") return false;
  const { target } = term;
  if (term.kind === "some") {
    return isKeyTarget(target, "emails") && emailTerm(term.filter) !== undefined;
  }
  if (term.operator === "sw") return isName(target);
  const names: readonly KeyName[] = ["id", "externalId", "emails"];
  const isKey = isName(target) || names.some((name) => isKeyTarget(target, name));
  return term.operator === "eq" && isKey;
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
      return indexedElement(filter);
    default:
      return filter;
  }
}

function indexedElement(
  term: Extract<ResolvedFilter, { kind: "some" }>,
): ResolvedFilter | undefined {
  const membership = membershipTerm(term);
  if (membership?.kind === "alternatives") {
    return indexedPart({ kind: "or", filters: membership.terms });
  }
  const lookup = membership?.kind === "element" ? membership.lookup : undefined;
  return elementPart(term, lookup?.by === "groupName" ? "display" : "value");
}

/** The `eq` term on a sub-attribute of a value path's elements, as a term outside of it. */
function elementPart(
  { target, filter }: Extract<ResolvedFilter, { kind: "some" }>,
  name: string,
): ResolvedFilter | undefined {
  const terms = filter.kind === "and" ? filter.filters : [filter];
  const term = terms.find((each) => equalText(each, name) !== undefined);
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
      return filter.filters.some(isUserKey) && !filter.filters.some(walksMemberships);
    case "or":
      return filter.filters.every(isPlainLookup);
    case "some":
      // A value and a type: what Entra sends.
      if (filter.filter.kind === "and" && filter.filter.filters.length > 2) return false;
      return hasIndexedTerm(filter) && !readsNames(filter);
    default:
      return hasIndexedTerm(filter);
  }
}

/** Whether a filter tries memberships one after the other: even one group may have a million. */
function walksMemberships(filter: ResolvedFilter): boolean {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.filters.some(walksMemberships);
    case "not":
      return walksMemberships(filter.filter);
    case "present":
    case "some":
    case "compare": {
      const membership = membershipTerm(filter);
      if (membership?.kind === "alternatives") return membership.terms.some(walksMemberships);
      return membership?.kind === "element" && membership.lookup === undefined;
    }
  }
}

/** Whether a value path on memberships asks for more than an index of them has. */
function readsNames(term: FilterTerm): boolean {
  const membership = membershipTerm(term);
  if (membership?.kind === "alternatives") return membership.terms.some(readsNames);
  if (membership?.kind !== "element") return false;
  return membership.readsName && membership.lookup?.by !== "groupName";
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
 * undefined where they name no address.
 */
export function emailTerm(
  filter: ResolvedFilter,
): { readonly value: string; readonly type: string | undefined } | undefined {
  const value = equalText(filter, "value");
  return value === undefined ? undefined : { value, type: equalText(filter, "type") };
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
