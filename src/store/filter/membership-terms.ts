import type { AttributeTarget } from "#scim/attribute.ts";
import { isMembership, namesDisplay } from "#scim/filter/membership.ts";
import type { ResolvedFilter } from "#scim/filter/syntax/ast.ts";
import { GROUPS } from "#scim/schema/core-user.ts";

/** A term on one attribute: what filters are made of. */
export type FilterTerm = Extract<ResolvedFilter, { kind: "present" | "some" | "compare" }>;

/** What an index finds the memberships of a term by: the id at their other end, or the name of the group. */
export interface MembershipLookup {
  readonly by: "value" | "groupName";
  readonly key: string;
}

/** How a term on `members` or `groups` is answered. */
export type MembershipTerm =
  /** Whether there is any membership at all. */
  | { readonly kind: "any" }
  /** Whether one of these holds: an `or` in brackets is an `or` of brackets. */
  | { readonly kind: "alternatives"; readonly terms: readonly FilterTerm[] }
  /** Whether some membership satisfies a filter on its sub-attributes. */
  | {
      readonly kind: "element";
      readonly filter: ResolvedFilter;
      readonly lookup: MembershipLookup | undefined;
      /** Whether the resource at the other end has to be read. */
      readonly readsName: boolean;
    };

/** Says how a term on `members` or `groups` is answered; undefined for a term on anything else. */
export function membershipTerm(term: FilterTerm): MembershipTerm | undefined {
  const { target } = term;
  if (!isMembership(target)) return undefined;
  if (term.kind === "present") return { kind: "any" };
  if (term.kind === "some" && term.filter.kind === "or") {
    const terms = term.filter.filters.map((filter): FilterTerm => ({ ...term, filter }));
    return { kind: "alternatives", terms };
  }
  const filter = term.kind === "some" ? term.filter : { ...term, target: inElement(target) };
  return {
    kind: "element",
    filter,
    lookup: lookupOf(target, filter),
    readsName: namesDisplay(filter),
  };
}

/** The text that and-ed terms on elements want a sub-attribute to equal; undefined for none. */
export function equalText(filter: ResolvedFilter, name: string): string | undefined {
  for (const term of filter.kind === "and" ? filter.filters : [filter]) {
    if (term.kind !== "compare" || term.operator !== "eq") continue;
    if (term.target.attribute.name === name && term.operand.type === "text") {
      return term.operand.value;
    }
  }
  return undefined;
}

function lookupOf(target: AttributeTarget, filter: ResolvedFilter): MembershipLookup | undefined {
  const value = equalText(filter, "value");
  if (value !== undefined) return { by: "value", key: value };
  const name = target.attribute === GROUPS ? equalText(filter, "display") : undefined;
  return name === undefined ? undefined : { by: "groupName", key: name };
}

/** `members.type` as the elements of `members` have it. */
function inElement({ attribute, subAttribute }: AttributeTarget): AttributeTarget {
  return { extension: undefined, attribute: subAttribute ?? attribute, subAttribute: undefined };
}
