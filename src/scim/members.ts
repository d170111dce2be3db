import { ScimError } from "./error.ts";
import type { ResolvedFilter } from "./filter/ast.ts";
import { isJsonObject, type JsonValue, quoteName } from "./json.ts";
import { isReadOnly } from "./patch/read-only.ts";
import type { Step } from "./patch/step.ts";
import { type Document, withoutMembers } from "./resource.ts";
import { MEMBERS } from "./schema/core-group.ts";
import { type NormaliseContext, normaliseAttribute, tolerateAll } from "./value.ts";

/**
 * What a request wants of a group's members, in the values that the client names: a whole list, or
 * additions and removals that hold whatever the list is.
 */
export type MemberPlan =
  | {
      readonly kind: "list";
      readonly values: ReadonlySet<string>;
      /** What the request took off the list again, to be told apart from who stays on it. */
      readonly dropped: ReadonlySet<string>;
    }
  | {
      readonly kind: "difference";
      readonly added: ReadonlySet<string>;
      readonly removed: ReadonlySet<string>;
      /** Those of the removed whom the request did not add before: they are members, or there is no target. */
      readonly presumed: ReadonlySet<string>;
    };

/** Takes the members out of a group's document: they are rows of their own (SEMANTICS 7). */
export function splitMembers(document: Document): {
  readonly document: Document;
  readonly values: ReadonlySet<string>;
} {
  return { document: withoutMembers(document), values: memberValues(document.members ?? []) };
}

/** Works out what the PATCH steps on `members` want together, one after the other. */
export function planSteps(steps: readonly Step[], context: NormaliseContext): MemberPlan {
  // These two grow along: copies of them at each step would cost its number times that of members.
  const added = new Set<string>();
  const removed = new Set<string>();
  const presumed = new Set<string>();
  let isList = false;
  for (const step of steps) {
    tolerateAll(context, step.leniencies);
    const { op, values } = wishOf(step, context);
    if (op === "replace") {
      isList = true;
      added.clear();
      removed.clear();
    }
    const [to, from] = op === "remove" ? [removed, added] : [added, removed];
    for (const value of values) {
      if (op === "remove" && !added.has(value)) {
        if (context.strict && (isList || removed.has(value))) throw noMember(value);
        presumed.add(value);
      }
      to.add(value);
      from.delete(value);
    }
  }
  return isList
    ? { kind: "list", values: added, dropped: removed }
    : { kind: "difference", added, removed, presumed };
}

/** The refusal of a strict connector to remove who is no member. */
export function noMember(value: string): ScimError {
  return ScimError.noTarget(`${quoteName(value)} is no member of the group.`);
}

/** Every value that a plan names. */
export function namedValues(plan: MemberPlan): readonly string[] {
  return plan.kind === "list"
    ? [...plan.values, ...plan.dropped]
    : [...plan.added, ...plan.removed];
}

/** What a step does with which values; to remove all is to replace them by none. */
interface Wish {
  readonly op: Step["op"];
  readonly values: ReadonlySet<string>;
}

function wishOf(step: Step, context: NormaliseContext): Wish {
  const { filter, subAttribute } = step.target;
  const isPart = subAttribute !== undefined && (filter !== undefined || step.op === "remove");
  if (isPart || isReadOnly(step.target)) {
    throw ScimError.mutability(
      `"${step.location}" cannot be changed: a member is added or removed whole.`,
    );
  }
  return step.op === "remove"
    ? removal(step, context)
    : { op: step.op, values: givenValues(step, context) };
}

function removal(step: Extract<Step, { op: "remove" }>, context: NormaliseContext): Wish {
  const { filter } = step.target;
  if (filter !== undefined) return { op: "remove", values: filteredValues(filter.resolved) };
  // Entra's legacy form lists the members to remove; neither value nor filter removes all.
  if (step.value === undefined) return { op: "replace", values: new Set() };
  return { op: "remove", values: namedMembers(step.value, context) };
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
  return namedMembers(step.value, context);
}

/** The members that a value names: null names nobody, and must not stand for all of them. */
function namedMembers(value: JsonValue, context: NormaliseContext): ReadonlySet<string> {
  if (value === null) {
    throw ScimError.invalidValue(
      `"${MEMBERS.name}" is null: send a list of members, or remove "${MEMBERS.name}" without a value to empty the group.`,
    );
  }
  return memberValues(normaliseAttribute(MEMBERS, value, context, MEMBERS.name) ?? []);
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
