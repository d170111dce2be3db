import { ScimError } from "./error.ts";
import type { ResolvedFilter } from "./filter/ast.ts";
import { isJsonObject, type JsonValue, quoteName } from "./json.ts";
import { isReadOnly } from "./patch/read-only.ts";
import type { Step } from "./patch/step.ts";
import { type Document, withoutMembers } from "./resource.ts";
import { MEMBERS } from "./schema/core-group.ts";
import { type NormaliseContext, normaliseAttribute } from "./value.ts";

/**
 * What a request wants of a group's members, in the values that the client names: a whole list, or
 * additions and removals that hold whatever the list is.
 */
export type MemberPlan =
  | { readonly kind: "list"; readonly values: ReadonlySet<string> }
  | {
      readonly kind: "difference";
      readonly added: ReadonlySet<string>;
      readonly removed: ReadonlySet<string>;
    };

/** The plan that changes nothing. */
export const NO_CHANGE: MemberPlan = { kind: "difference", added: new Set(), removed: new Set() };

/** Takes the members out of a group's document: they are rows of their own (SEMANTICS 7). */
export function splitMembers(document: Document): {
  readonly document: Document;
  readonly values: ReadonlySet<string>;
} {
  return { document: withoutMembers(document), values: memberValues(document.members ?? []) };
}

/** Adds what one PATCH step on `members` wants to what the steps before it wanted. */
export function planStep(plan: MemberPlan, step: Step, context: NormaliseContext): MemberPlan {
  if (isReadOnly(step.target)) throw ScimError.mutability(`"${step.location}" is read-only.`);
  switch (step.op) {
    case "add":
      return withAdded(plan, givenValues(step, context));
    case "replace":
      return { kind: "list", values: givenValues(step, context) };
    case "remove":
      return removal(plan, step, context);
  }
}

/** Every value that a plan names. */
export function namedValues(plan: MemberPlan): readonly string[] {
  return plan.kind === "list" ? [...plan.values] : [...plan.added, ...plan.removed];
}

function removal(
  plan: MemberPlan,
  step: Extract<Step, { op: "remove" }>,
  context: NormaliseContext,
): MemberPlan {
  const { filter } = step.target;
  if (filter !== undefined) return withRemoved(plan, filteredValues(filter.resolved));
  // Entra's legacy form lists the members to remove; neither value nor filter removes all.
  if (step.value === undefined || step.value === null) return { kind: "list", values: new Set() };
  return withRemoved(plan, memberValues(normalised(step.value, context)));
}

function withAdded(plan: MemberPlan, values: ReadonlySet<string>): MemberPlan {
  if (plan.kind === "list") return { kind: "list", values: plan.values.union(values) };
  return {
    kind: "difference",
    added: plan.added.union(values),
    removed: plan.removed.difference(values),
  };
}

function withRemoved(plan: MemberPlan, values: ReadonlySet<string>): MemberPlan {
  if (plan.kind === "list") return { kind: "list", values: plan.values.difference(values) };
  return {
    kind: "difference",
    added: plan.added.difference(values),
    removed: plan.removed.union(values),
  };
}

function givenValues(
  step: Extract<Step, { op: "add" | "replace" }>,
  context: NormaliseContext,
): ReadonlySet<string> {
  const { filter, subAttribute } = step.target;
  if (filter !== undefined || (subAttribute !== undefined && subAttribute.name !== "value")) {
    throw ScimError.noTarget(
      `A member is added or removed whole: put it into "members" with its "value".`,
    );
  }
  return memberValues(normalised(step.value, context));
}

function normalised(value: JsonValue, context: NormaliseContext): JsonValue {
  return normaliseAttribute(MEMBERS, value, context, MEMBERS.name) ?? [];
}

function memberValues(members: JsonValue): ReadonlySet<string> {
  const list: readonly JsonValue[] = Array.isArray(members) ? members : [];
  return new Set(list.map(memberValue));
}

function memberValue(member: JsonValue): string {
  const value = isJsonObject(member) ? member.value : undefined;
  if (typeof value === "string") return value;
  throw ScimError.invalidValue(`Every member needs a "value": the id of a user or group.`);
}

/** The values that a filter on members names: `value eq`, alone or or-ed. */
function filteredValues(filter: ResolvedFilter): ReadonlySet<string> {
  if (filter.kind === "or") {
    return new Set(filter.filters.flatMap((term) => [...filteredValues(term)]));
  }
  const isValue = filter.kind === "compare" && filter.target.attribute.name === "value";
  if (isValue && filter.operator === "eq" && filter.operand.type === "text") {
    return new Set([filter.operand.value]);
  }
  throw ScimError.invalidFilter(
    `Members are chosen by ${quoteName("value")} with eq, such as members[value eq "id"].`,
  );
}
