import type { AttributeTarget } from "#scim/attribute.ts";
import type { Operand, ResolvedFilter, ResolvedOperator } from "#scim/filter/syntax/ast.ts";
import type { JsonObject } from "../json.ts";
import type { TypeName } from "../ports.ts";
import { MEMBERS } from "../schema/core-group.ts";
import { GROUPS } from "../schema/core-user.ts";
import { foldText } from "../text.ts";

/** Whether a target is `members` of a group or `groups` of a user, whose values are rows of their own. */
export function isMembership({ attribute }: AttributeTarget): boolean {
  return attribute === MEMBERS || attribute === GROUPS;
}

/** A member of a group as a filter sees it: folded, with its `$ref` below the base URL. */
export function memberElement(id: string, type: TypeName, display: string | undefined): JsonObject {
  return {
    value: id,
    $ref: `${type}s/${id}`,
    type: type.toLowerCase(),
    ...(display !== undefined && { display: foldText(display) }),
  };
}

/** Whether a filter on elements asks for `display`, which stands in the resource at the other end. */
export function namesDisplay(filter: ResolvedFilter): boolean {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.filters.some(namesDisplay);
    case "not":
    case "some":
      return namesDisplay(filter.filter);
    case "compare":
    case "present":
      return filter.target.attribute.name === "display";
  }
}

/**
 * Has a resolved filter compare each `$ref` of `members` and `groups` with the URL that is shown under a
 * base URL, without a slash at its end. Relative forms are taken too: `Users/x`, `/Users/x`, `../Users/x`
 * and the path without the host (RFC 7643 §2.3.7).
 */
export function withAddresses(filter: ResolvedFilter, baseUrl: string): ResolvedFilter {
  return addressed(filter, baseUrl, ({ target }) => {
    return isMembership(target) && target.subAttribute?.name === "$ref";
  });
}

/** Does the same for the filter of a valuePath on `members`, whose targets are sub-attributes. */
export function withMemberAddresses(filter: ResolvedFilter, baseUrl: string): ResolvedFilter {
  return addressed(filter, baseUrl, ({ target }) => target.attribute.name === "$ref");
}

type Comparison = Extract<ResolvedFilter, { kind: "compare" }>;

function addressed(
  filter: ResolvedFilter,
  baseUrl: string,
  isReference: (term: Comparison) => boolean,
): ResolvedFilter {
  switch (filter.kind) {
    case "and":
    case "or":
      return {
        kind: filter.kind,
        filters: filter.filters.map((each) => addressed(each, baseUrl, isReference)),
      };
    case "not":
      return { kind: "not", filter: addressed(filter.filter, baseUrl, isReference) };
    case "some":
      return isMembership(filter.target)
        ? { ...filter, filter: withMemberAddresses(filter.filter, baseUrl) }
        : filter;
    case "compare":
      return isReference(filter)
        ? { ...filter, operand: addressOperand(filter.operator, filter.operand, baseUrl) }
        : filter;
    case "present":
      return filter;
  }
}

function addressOperand(operator: ResolvedOperator, operand: Operand, baseUrl: string): Operand {
  if (operand.type !== "text") return operand;
  // What is looked for inside of a URL is no URL itself.
  const isPart = operator === "co" || operator === "ew";
  const value = isPart ? operand.value : absolute(operand.value, baseUrl);
  return { type: "address", value, base: `${baseUrl}/` };
}

/** Everything that leads from somewhere below the base URL back to it. */
const UPWARDS = /^(?:\.{0,2}\/)+/;

function absolute(reference: string, baseUrl: string): string {
  if (reference.includes("://") || baseUrl.startsWith(reference)) return reference;
  const { pathname } = new URL(baseUrl);
  const below = reference.startsWith(`${pathname}/`) ? reference.slice(pathname.length) : reference;
  return `${baseUrl}/${below.replace(UPWARDS, "")}`;
}
