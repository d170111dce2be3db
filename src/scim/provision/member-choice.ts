import { matchesElement } from "#scim/filter/match.ts";
import { memberElement, namesDisplay, withMemberAddresses } from "#scim/filter/membership.ts";
import type { ResolvedFilter } from "#scim/filter/syntax/ast.ts";
import { termsIn } from "#scim/filter/syntax/ast.ts";
import type { JsonObject } from "#scim/json.ts";
import type { PatchStep } from "#scim/patch/step.ts";
import type { ChoiceOptions, ListedMember, NamedMember, TypeName } from "#scim/ports.ts";
import type { StepBudget } from "#scim/step-budget.ts";

/** What the steps of a PATCH on `members` have done to the list so far, in the values that they name. */
export interface MembersSoFar {
  /** Whether the added ones are all that there are. */
  readonly isList: boolean;
  readonly added: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
}

/** What filters of paths such as `members[display eq "x"]` choose by. */
export interface MemberChooser {
  /** The members that a filter chooses, as values to remove. */
  readonly choose: (filter: ResolvedFilter, soFar: MembersSoFar) => ReadonlySet<string>;
  /** Everything that the same member is called in a plan: the id, an externalId. */
  readonly namesOf: (value: string) => readonly string[];
}

/** What has to be known before the filters of some steps can choose. */
export interface ChoiceNeeds {
  /** The values that filters name. */
  readonly names: readonly string[];
  /** What has to be known of all members; undefined where the named ones are enough. */
  readonly members: ChoiceOptions | undefined;
}

/** What is known where filters choose. */
export interface ChoiceKnowledge {
  readonly named: readonly NamedMember[];
  /** All members of the group, where they are needed. */
  readonly members: readonly ListedMember[];
  readonly baseUrl: string;
  readonly steps: StepBudget;
}

/** Says what the filters of steps on `members` need; undefined where none asks for more than values. */
export function choiceNeeds(steps: readonly PatchStep[]): ChoiceNeeds | undefined {
  const filters = steps.flatMap(({ op, target }) =>
    op === "remove" && target.filter !== undefined ? target.filter.resolved : [],
  );
  if (filters.every((filter) => plainValues(filter) !== undefined)) return undefined;
  const open = filters.filter((filter) => boundValues(filter) === undefined);
  // Of what a whole list replaces nothing has to be known.
  const isList = steps.some(({ op, target }) => op === "replace" && target.filter === undefined);
  return {
    names: filters.flatMap((filter) => [...(boundValues(filter) ?? [])]),
    members: open.length === 0 || isList ? undefined : { withNames: open.some(namesDisplay) },
  };
}

/** The values of a filter that says nothing but `value eq`, alone or or-ed; undefined for any other. */
export function plainValues(filter: ResolvedFilter): ReadonlySet<string> | undefined {
  const isPlain =
    filter.kind === "or" ? filter.filters.every(plainValues) : filter.kind === "compare";
  return isPlain ? boundValues(filter) : undefined;
}

/** The values that a filter confines its members to; undefined where it may choose anybody. */
function boundValues(filter: ResolvedFilter): ReadonlySet<string> | undefined {
  switch (filter.kind) {
    case "and":
      return filter.filters.map(boundValues).find((values) => values !== undefined);
    case "or": {
      const bound = filter.filters.map(boundValues);
      return bound.every((values) => values !== undefined)
        ? new Set(bound.flatMap((values) => [...values]))
        : undefined;
    }
    case "compare": {
      const { target, operator, operand } = filter;
      const isValue = target.attribute.name === "value" && operator === "eq";
      return isValue && operand.type === "text" ? new Set([operand.value]) : undefined;
    }
    case "not":
    case "present":
    case "some":
      return undefined;
  }
}

/** Somebody who is a member, or whom the request names. */
interface Person {
  readonly id: string;
  readonly element: JsonObject;
  readonly isMember: boolean;
  /** Under what the request names them: the id, an externalId. */
  readonly names: string[];
}

/**
 * Makes the filters of steps choose among the members as the steps before have left them. A value that
 * a filter names may be an externalId, as everywhere. Each member that a filter looks at takes a step
 * of the budget for each of its terms.
 */
export function memberChooser(knowledge: ChoiceKnowledge): MemberChooser {
  const { baseUrl, steps } = knowledge;
  const people = peopleOf(knowledge);
  const byName = new Map(
    [...people.values()].flatMap((each) => each.names.map((name) => [name, each])),
  );
  const choose = (filter: ResolvedFilter, soFar: MembersSoFar) => {
    const addressed = withMemberAddresses(filter, baseUrl);
    const bound = boundValues(filter);
    const candidates =
      bound === undefined
        ? [...people.values()]
        : [...bound].flatMap((name) => byName.get(name) ?? []);
    steps.spend(termsIn(filter) * candidates.length);
    const chosen = candidates.filter((person) => {
      if (!isIn(person, soFar)) return false;
      const values = bound === undefined ? [] : person.names.filter((name) => bound.has(name));
      return [person.id, ...values].some((value) =>
        matchesElement(addressed, { ...person.element, value }),
      );
    });
    return new Set(chosen.flatMap((person) => removable(person, soFar)));
  };
  const namesOf = (value: string) => {
    const person = byName.get(value);
    return person === undefined ? [] : [person.id, ...person.names];
  };
  return { choose, namesOf };
}

function peopleOf({ named, members }: ChoiceKnowledge): ReadonlyMap<string, Person> {
  const people = new Map<string, Person>();
  const personOf = (id: string, type: TypeName, display: string | undefined, isMember: boolean) => {
    const known = people.get(id);
    if (known !== undefined) return known;
    const made = { id, element: memberElement(id, type, display), isMember, names: [] };
    people.set(id, made);
    return made;
  };
  for (const { value, memberId, type, display, isMember } of named) {
    if (memberId === undefined || type === undefined) continue;
    personOf(memberId, type, display, isMember).names.push(value);
  }
  for (const { value, type, display } of members) personOf(value, type, display ?? undefined, true);
  return people;
}

function isIn({ id, isMember, names }: Person, { isList, added, removed }: MembersSoFar): boolean {
  if (names.some((name) => added.has(name))) return true;
  return isMember && !isList && ![id, ...names].some((name) => removed.has(name));
}

/** The values that have to go for somebody to be gone. */
function removable(
  { id, isMember, names }: Person,
  { isList, added }: MembersSoFar,
): readonly string[] {
  const joining = names.filter((name) => added.has(name));
  if (!isMember || isList) return joining;
  return [...joining, names.find((name) => !joining.includes(name)) ?? id];
}
