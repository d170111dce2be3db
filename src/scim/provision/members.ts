import { ScimError } from "#scim/error.ts";
import type { ResolvedFilter } from "#scim/filter/syntax/ast.ts";
import { isJsonObject, type JsonValue, quoteName } from "#scim/json.ts";
import { onlyElement } from "#scim/patch/create.ts";
import { isReadOnly } from "#scim/patch/read-only.ts";
import type { AddStep, PatchStep } from "#scim/patch/step.ts";
import type { ListedMember, NamedMember } from "#scim/ports.ts";
import { type Document, withoutMembers } from "#scim/resource/resource.ts";
import {
  type NormaliseContext,
  normaliseAttribute,
  tolerateAll,
} from "#scim/resource/value/value.ts";
import { MEMBERS } from "#scim/schema/core-group.ts";
import { type ChoiceKnowledge, type MemberChooser, plainValues } from "./member-choice.ts";

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

/** Takes the members out of a group's document: they are rows of their own. */
export function splitMembers(document: Document): {
  readonly document: Document;
  readonly values: ReadonlySet<string>;
} {
  return { document: withoutMembers(document), values: memberValues(document.members ?? []) };
}

/**
 * Works out what the PATCH steps on `members` want together, one after the other. Without a chooser, a
 * filter that asks for more than values chooses nobody: such steps are planned again with one.
 */
export function planSteps(
  steps: readonly PatchStep[],
  context: NormaliseContext,
  chooser?: MemberChooser,
): MemberPlan {
  // These two grow along: copies of them at each step would cost its number times that of members.
  const added = new Set<string>();
  const removed = new Set<string>();
  const presumed = new Set<string>();
  const chosen = new Set<string>();
  let isList = false;
  for (const step of steps) {
    tolerateAll(context, step.leniencies);
    const { op, values: named, filter } = wishOf(step, context);
    const values = (filter && chooser?.choose(filter, { isList, added, removed })) ?? named;
    if (context.strict && chooser !== undefined && filter !== undefined && values.size === 0) {
      throw ScimError.noTarget(`No member of the group matches the path ${quoteName(step.path)}.`);
    }
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
      if (filter !== undefined) chosen.add(value);
      else chosen.delete(value);
      // Whom a filter chose may come back under any name.
      for (const name of op === "add" ? (chooser?.namesOf(value) ?? []) : []) {
        if (chosen.delete(name)) removed.delete(name);
      }
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
  readonly op: PatchStep["op"];
  readonly values: ReadonlySet<string>;
  /** Chooses the values, where it is more than a list of them. */
  readonly filter?: ResolvedFilter;
}

function wishOf(step: PatchStep, context: NormaliseContext): Wish {
  const { filter, subAttribute } = step.target;
  const isPart = subAttribute !== undefined && (filter !== undefined || step.op === "remove");
  if (isPart || isReadOnly(step.target)) {
    throw ScimError.mutability(
      `"${step.location}" cannot be changed: a member is added or removed whole.`,
    );
  }
  if (step.op === "remove") return removal(step, context);
  return filter === undefined
    ? { op: step.op, values: givenValues(step, context) }
    : { op: "add", values: createdValue(step, filter.resolved, context) };
}

function removal(step: Extract<PatchStep, { op: "remove" }>, context: NormaliseContext): Wish {
  const { filter } = step.target;
  if (filter !== undefined) {
    const values = plainValues(filter.resolved);
    return values === undefined
      ? { op: "remove", values: new Set(), filter: filter.resolved }
      : { op: "remove", values };
  }
  // Entra's legacy form lists the members to remove; neither value nor filter removes all.
  if (step.value === undefined) return { op: "replace", values: new Set() };
  return { op: "remove", values: namedMembers(step.value, context) };
}

function givenValues(step: AddStep, context: NormaliseContext): ReadonlySet<string> {
  const { subAttribute } = step.target;
  if (subAttribute !== undefined && subAttribute.name !== "value") throw notWhole();
  return namedMembers(step.value, context);
}

/** The member that an `add` or `replace` on `members[value eq "x"]` creates: x and nobody else. */
function createdValue(
  step: AddStep,
  filter: ResolvedFilter,
  context: NormaliseContext,
): ReadonlySet<string> {
  const values = filter.kind === "compare" ? plainValues(filter) : undefined;
  const [value] = values ?? [];
  // RFC 7644 §3.5.2.3 has a replace that matches nothing fail.
  if (value === undefined || (context.strict && step.op === "replace")) throw notWhole();
  const given = onlyElement(step.value);
  const isNamed = !isJsonObject(given) || Object.keys(given).some((name) => /^value$/i.test(name));
  const created = namedMembers(isNamed ? given : { ...given, value }, context);
  if (created.size !== 1 || !created.has(value)) throw notWhole();
  return created;
}

function notWhole(): ScimError {
  return ScimError.noTarget(
    `A member is added or removed whole: put it into "members" with its "value".`,
  );
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

/** The named members, and those whom filters have chosen among the others to leave. */
export function withChosenMembers(
  plan: MemberPlan,
  { named, members }: Pick<ChoiceKnowledge, "named" | "members">,
): readonly NamedMember[] {
  if (plan.kind === "list") return named;
  const known = new Set(named.map(({ value }) => value));
  const chosen = members.filter(({ value }) => plan.removed.has(value) && !known.has(value));
  return [...named, ...chosen.map(asNamed)];
}

function asNamed({ value, type, display }: ListedMember): NamedMember {
  const memberId = value;
  return { value, type, display: display ?? undefined, memberId, isMember: true, isParked: false };
}
