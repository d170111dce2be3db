import { ScimError } from "./error.ts";
import { quoteName } from "./json.ts";
import type { MemberPlan } from "./members.ts";
import type { MemberChange, NamedMember } from "./ports.ts";
import type { ConnectorSettings } from "./settings.ts";

/** SEMANTICS 7: a connector keeps so many values parked. */
const PARKED_MAX = 10_000;

/** What is known about a group and the values that a request names. */
export interface MemberKnowledge {
  /** The group's own id, which must not become its member. */
  readonly groupId: string;
  readonly named: readonly NamedMember[];
  /** How many values the connector has parked; asked only where values have to be parked. */
  readonly parkedCount: () => Promise<number>;
  /** All members and parked values as they are; needed for a plan of kind `list` only. */
  readonly current: { readonly ids: readonly string[]; readonly parked: readonly string[] };
}

/** What a plan comes to, and what was let pass; undefined where it changes nothing. */
export interface DecidedMembers {
  readonly change: MemberChange | undefined;
  readonly warnings: readonly string[];
}

/**
 * Works out which members to add and remove (SEMANTICS 7). Values that name no resource are parked
 * until it arrives, or refused where the connector says so; a group in itself is refused.
 */
export async function decideMembers(
  plan: MemberPlan,
  knowledge: MemberKnowledge,
  settings: ConnectorSettings,
): Promise<DecidedMembers> {
  const { groupId, named } = knowledge;
  const wanted = plan.kind === "list" ? plan.values : plan.added;
  if (wanted.has(groupId)) throw ScimError.invalidValue("A group cannot be its own member.");
  const unknown = named.filter((each) => wanted.has(each.value) && idOf(each) === undefined);
  if (unknown.length > 0 && settings.unknownMembers === "reject") {
    throw ScimError.invalidValue(
      `There is no user or group ${quoteName(unknown[0]?.value ?? "")} here to be a member.`,
    );
  }
  const parking = await parkable(unknown, knowledge);
  const change =
    plan.kind === "list"
      ? listChange(plan.values, parking.parked, knowledge)
      : differenceChange(plan, parking.parked, knowledge, settings);
  return { change: isNothing(change) ? undefined : change, warnings: parking.warnings };
}

function differenceChange(
  plan: Extract<MemberPlan, { kind: "difference" }>,
  parked: readonly string[],
  { named }: MemberKnowledge,
  { strict }: ConnectorSettings,
): MemberChange {
  const leaving = named.filter(({ value }) => plan.removed.has(value));
  const absent = leaving.find((each) => !each.isMember && !each.isParked);
  if (strict && absent !== undefined) {
    throw ScimError.noTarget(`${quoteName(absent.value)} is no member of the group.`);
  }
  return {
    added: joining(named, plan.added),
    removed: leaving.flatMap((each) => (each.isMember ? (idOf(each) ?? []) : [])),
    parked,
    unparked: leaving.flatMap(({ value, isParked }) => (isParked ? value : [])),
    dependsOnList: false,
  };
}

/** Replacing all members is a set difference: one change for each who really joins or leaves. */
function listChange(
  values: ReadonlySet<string>,
  parked: readonly string[],
  { named, current }: MemberKnowledge,
): MemberChange {
  const staying = new Set(
    named.flatMap((each) => (values.has(each.value) ? (idOf(each) ?? []) : [])),
  );
  return {
    added: joining(named, values),
    removed: current.ids.filter((id) => !staying.has(id)),
    parked,
    unparked: current.parked.filter((value) => !values.has(value)),
    dependsOnList: true,
  };
}

function joining(named: readonly NamedMember[], values: ReadonlySet<string>) {
  return named.flatMap(({ value, type, isMember }) =>
    values.has(value) && type !== undefined && !isMember ? { id: value, type } : [],
  );
}

/** The id that a value stands for; a member's externalId, by which it was attached, stands for it. */
function idOf({ value, type, memberId }: NamedMember): string | undefined {
  return type === undefined ? memberId : value;
}

async function parkable(unknown: readonly NamedMember[], { parkedCount }: MemberKnowledge) {
  const fresh = unknown.filter(({ isParked }) => !isParked).map(({ value }) => value);
  const room = fresh.length === 0 ? 0 : PARKED_MAX - (await parkedCount());
  const parked = fresh.slice(0, Math.max(0, room));
  const shown = fresh.slice(0, 20).map(quoteName).join(", ");
  return {
    parked,
    warnings: [
      ...(fresh.length === 0
        ? []
        : [`${fresh.length} members are not known here yet and wait for their users: ${shown}.`]),
      ...(parked.length < fresh.length
        ? [`${fresh.length - parked.length} of them were not kept: too many wait already.`]
        : []),
    ],
  };
}

function isNothing({ added, removed, parked, unparked }: MemberChange): boolean {
  return [added, removed, parked, unparked].every((list) => list.length === 0);
}
