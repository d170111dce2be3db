import type { AttributeTarget, ResourceType } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import { parseAttributePath, parseDottedUrn } from "#scim/filter/syntax/attribute-path.ts";
import { quoteName } from "#scim/json.ts";
import { ID, META } from "#scim/schema/common.ts";
import { MEMBERS } from "#scim/schema/core-group.ts";
import { GROUPS } from "#scim/schema/core-user.ts";
import { findSubAttribute, findTarget } from "#scim/schema/registry.ts";
import type { ListParameters } from "./list.ts";

/**
 * The order of a list (RFC 7644 §3.4.2.3): by an attribute, equal values in the order of their ids,
 * or by creation, which is the order of the ids themselves.
 */
export interface Sort {
  readonly by: "creation" | AttributeTarget;
  readonly isDescending: boolean;
}

/** The order of a list that asks for none. */
export const CREATION_ORDER: Sort = { by: "creation", isDescending: false };

/** What a resource is sorted by: folded text, a number, an instant, 0 or 1; null is unassigned. */
export type SortValue = string | number | null;

/** The place of a resource in a sorted list: the rest of the list is what comes behind it. */
export interface Position {
  readonly id: string;
  /** Null as well in the order of creation, which needs none. */
  readonly value: SortValue;
}

/**
 * Finds what `sortBy` names; anything that a type cannot be sorted by is invalidPath. Where several
 * types are searched, those that lack the attribute stay in the order of creation.
 */
export function resolveSort(
  type: ResourceType,
  { sortBy, sortOrder }: Pick<ListParameters, "sortBy" | "sortOrder">,
  searched: readonly ResourceType[] = [type],
): Sort {
  if (sortBy === undefined) return CREATION_ORDER;
  const path = parseAttributePath(sortBy) ?? parseDottedUrn(sortBy);
  const isKnown = path !== undefined && searched.some((each) => findTarget(each, path));
  if (!isKnown) {
    throw ScimError.invalidPath(`There is no attribute ${quoteName(sortBy)} to sort by.`);
  }
  const target = findTarget(type, path);
  if (target === undefined) return CREATION_ORDER;
  return { by: sortKey(target, sortBy), isDescending: sortOrder === "descending" };
}

function sortKey(target: AttributeTarget, sortBy: string): Sort["by"] {
  const { attribute } = target;
  // A complex attribute is sorted by its `value` where it has one, as it is filtered.
  const subAttribute = target.subAttribute ?? findSubAttribute(attribute, "value");
  const leaf = subAttribute ?? attribute;
  if (attribute === ID || (attribute === META && CREATION.includes(leaf.name))) return "creation";
  const isComputed = attribute === GROUPS || attribute === MEMBERS;
  const isHidden = attribute.returned === "never" || leaf.returned === "never";
  if (isComputed || isHidden || leaf.type === "complex") {
    throw ScimError.invalidPath(`Resources cannot be sorted by ${quoteName(sortBy)}.`);
  }
  return { ...target, subAttribute };
}

/** A resource's id is made when it is created, and its location ends with it. */
const CREATION: readonly string[] = ["created", "location"];
