import { ScimError } from "#scim/error.ts";
import { quoteName } from "#scim/json.ts";
import type { MemberChange, NamedMember } from "#scim/ports.ts";
import type { ConnectorSettings } from "#scim/settings.ts";
import { type MemberPlan, noMember } from "./members.ts";

/** A connector keeps so many values parked. */
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
 * Works out which members to add and remove. Values that name no resource are parked
 * until it arrives, or refused where the connector says so; a group in itself is refused.
 */
export async function decideMembers(
  plan: MemberPlan,
  knowledge: MemberKnowledge,
  settings: ConnectorSettings,
): Promise<DecidedMembers> {
  const { groupId, named } = knowledge;
  const wanted = plan.kind === "list" ? plan.values : plan.added;
  const joining = named.filter(({ value }) => wanted.has(value));
  // A new group is not there to be named yet, so its own id is looked for as well.
  if (wanted.has(groupId) || joining.some(({ memberId }) => memberId === groupId)) {
    throw ScimError.invalidValue("A group cannot be its own member.");
  }
  requireOneWish(named, wanted);
  const unknown = joining.filter(({ memberId }) => memberId === undefined);
  if (settings.unknownMembers === "reject") requireIds(joining);
  const parking = await parkable(unknown, knowledge);
  const change =
    plan.kind === "list"
      ? listChange(plan.values, parking.parked, knowledge)
      : differenceChange(plan, parking.parked, knowledge, settings);
  return { change: isNothing(change) ? undefined : change, warnings: parking.warnings };
}

/** Somebody named by id and by externalId, once to join and once to leave: nobody can tell which came last. */
function requireOneWish(named: readonly NamedMember[], wanted: ReadonlySet<string>): void {
  const joins = new Map<string, boolean>();
  for (const { value, memberId } of named) {
    if (memberId === undefined) continue;
    const isWanted = wanted.has(value);
    if ((joins.get(memberId) ?? isWanted) !== isWanted) {
      throw ScimError.invalidValue(
        `The request adds and removes one member under two names, one of them ${quoteName(value)}; name each member by its id.`,
      );
    }
    joins.set(memberId, isWanted);
  }
}

function differenceChange(
  plan: Extract<MemberPlan, { kind: "difference" }>,
  parked: readonly string[],
  { named }: MemberKnowledge,
  { strict }: ConnectorSettings,
): MemberChange {
  const leaving = named.filter(({ value }) => plan.removed.has(value));
  const absent = named.find(
    (each) => plan.presumed.has(each.value) && !each.isMember && !each.isParked,
  );
  if (strict && absent !== undefined) throw noMember(absent.value);
  const joining = named.filter(({ value }) => plan.added.has(value));
  return {
    added: addedBy(joining),
    removed: leaving.flatMap(({ memberId, isMember }) => (isMember ? (memberId ?? []) : [])),
    parked,
    unparked: [...leaving, ...joining.filter(isKnown)].flatMap(parkedValue),
    // Who waits may arrive meanwhile, and would then stay a member.
    dependsOnList: leaving.some(({ isParked }) => isParked),
  };
}

/** Replacing all members is a set difference: one change for each who really joins or leaves. */
function listChange(
  values: ReadonlySet<string>,
  parked: readonly string[],
  { named, current }: MemberKnowledge,
): MemberChange {
  const wanted = named.filter(({ value }) => values.has(value));
  const staying = new Set(wanted.map(({ memberId }) => memberId));
  const waiting = new Set(wanted.filter((each) => !isKnown(each)).map(({ value }) => value));
  return {
    added: addedBy(wanted),
    removed: current.ids.filter((id) => !staying.has(id)),
    parked,
    unparked: current.parked.filter((value) => !waiting.has(value)),
    dependsOnList: true,
  };
}

function addedBy(joining: readonly NamedMember[]): MemberChange["added"] {
  return joining.flatMap(({ memberId, type, isMember }) =>
    memberId !== undefined && type !== undefined && !isMember ? { id: memberId, type } : [],
  );
}

function isKnown({ memberId }: NamedMember): boolean {
  return memberId !== undefined;
}

function parkedValue({ value, isParked }: NamedMember): string | [] {
  return isParked ? value : [];
}

/** Where nothing may wait, a value is an id; an externalId stands only for who is a member already. */
function requireIds(joining: readonly NamedMember[]): void {
  const stranger = joining.find(({ value, memberId, isMember }) => value !== memberId && !isMember);
  if (stranger === undefined) return;
  throw ScimError.invalidValue(
    `There is no user or group ${quoteName(stranger.value)} here to be a member.`,
  );
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
        : [
            `Some members (${fresh.length}) are not known here yet and wait to arrive: ${shown}. Have the provider send them, or correct its group.`,
          ]),
      ...(parked.length < fresh.length
        ? [`Of these, ${fresh.length - parked.length} were not kept: too many wait already.`]
        : []),
    ],
  };
}

function isNothing({ added, removed, parked, unparked }: MemberChange): boolean {
  return [added, removed, parked, unparked].every((list) => list.length === 0);
}
