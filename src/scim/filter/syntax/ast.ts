import type { AttributeTarget } from "#scim/attribute.ts";

/** The attribute operators of RFC 7644 §3.4.2.2 that compare with a value. */
export type CompareOperator = "eq" | "ne" | "co" | "sw" | "ew" | "gt" | "ge" | "lt" | "le";

/** The values a filter may compare with (`compValue` of RFC 7644 Figure 1). */
export type CompareValue = string | number | boolean | null;

/** An attribute path of RFC 7644 §3.10 as written; nothing says yet that the attribute exists. */
export interface AttributePath {
  readonly urn?: string;
  readonly attribute: string;
  readonly subAttribute?: string;
}

/** A filter of RFC 7644 §3.4.2.2 as parsed; `some` is a valuePath such as `emails[type eq "work"]`. */
export type Filter =
  | { readonly kind: "and" | "or"; readonly filters: readonly Filter[] }
  | { readonly kind: "not"; readonly filter: Filter }
  | {
      readonly kind: "compare";
      readonly path: AttributePath;
      readonly operator: CompareOperator;
      readonly value: CompareValue;
    }
  | { readonly kind: "present"; readonly path: AttributePath }
  | { readonly kind: "some"; readonly path: AttributePath; readonly filter: Filter };

/**
 * A comparison value of the attribute's own type; text is folded where the attribute is not caseExact.
 * An `address` is compared with the `$ref` of a membership, which begins with `base` wherever it is shown.
 */
export type Operand =
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "address"; readonly value: string; readonly base: string }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "number"; readonly value: number }
  | { readonly type: "instant"; readonly ms: number };

/** The operators left after resolving: `ne` has become not(eq). */
export type ResolvedOperator = Exclude<CompareOperator, "ne">;

/**
 * A filter whose names are found and whose values are checked; both interpreters read this form.
 * Inside `some` every target is a sub-attribute of the outer attribute, held in `target.attribute`.
 */
export type ResolvedFilter =
  | { readonly kind: "and" | "or"; readonly filters: readonly ResolvedFilter[] }
  | { readonly kind: "not"; readonly filter: ResolvedFilter }
  | {
      readonly kind: "compare";
      readonly target: AttributeTarget;
      readonly operator: ResolvedOperator;
      readonly operand: Operand;
    }
  | { readonly kind: "present"; readonly target: AttributeTarget }
  | { readonly kind: "some"; readonly target: AttributeTarget; readonly filter: ResolvedFilter };

/** How many comparisons evaluating a filter takes at most. */
export function termsIn(filter: ResolvedFilter): number {
  return termsOf(filter).length;
}

/** How many of them look for a text inside of another one, which takes longest. */
export function searchesIn(filter: ResolvedFilter): number {
  return termsOf(filter).filter((term) => term.kind === "compare" && term.operator === "co").length;
}

function termsOf(filter: ResolvedFilter): readonly ResolvedFilter[] {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.filters.flatMap(termsOf);
    case "not":
    case "some":
      return termsOf(filter.filter);
    case "compare":
    case "present":
      return [filter];
  }
}
