import type { JsonObject, JsonValue } from "#scim/json.ts";
import type { DerivedSlot, ManagerReference, MappedRecord, MappedUser } from "./mapped.ts";
import type { Rule, Said } from "./reading.ts";
import { attribute, part, type Slot, typed } from "./slot.ts";

/** How the users of a provider are mapped. */
export interface UserMapping {
  readonly rules: readonly Rule[];
  readonly derived: readonly DerivedSlot[];
  readonly manager: (record: JsonObject) => Said<string>;
  readonly isActive: (record: JsonObject) => Said<boolean>;
  /** The record's own stamp, as the provider writes it. */
  readonly stamp?: (record: JsonObject) => Said<string>;
  readonly orgUnit?: (record: JsonObject) => Said<string>;
}

/** Maps a user by the rules of its provider; what the record does not say stays unsaid. */
export function mapUser(
  mapping: UserMapping,
  sourceId: Said<string>,
  record: JsonObject,
): MappedRecord {
  if (typeof sourceId !== "string") return { kind: "invalid", sourceId: undefined, why: "no-id" };
  const values = new Map<string, JsonValue>();
  const unsaid = new Set<string>();
  for (const { slot, read } of mapping.rules) {
    const value = read(record);
    if (value === undefined) unsaid.add(slot.path);
    else if (value !== null) values.set(slot.path, value);
  }
  return {
    kind: "user",
    sourceId,
    owned: slotsOf(mapping),
    values,
    unsaid,
    derived: mapping.derived,
    isActive: mapping.isActive(record) ?? undefined,
    stampedAt: readStamp(mapping.stamp?.(record)),
    manager: managerOf(mapping.manager(record)),
    initial: NOTHING_INITIAL,
    misfits: NO_MISFITS,
    mark: "",
    orgUnit: mapping.orgUnit?.(record) ?? undefined,
  };
}

const NOTHING_INITIAL: MappedUser["initial"] = new Map();
const NO_MISFITS: MappedUser["misfits"] = [];

/** The rules that every provider has, with the places where its records say it. */
export function personRules(read: {
  readonly userName: Rule["read"];
  readonly givenName: Rule["read"];
  readonly familyName: Rule["read"];
  readonly email: Rule["read"];
}): readonly Rule[] {
  return [
    { slot: USER_NAME_SLOT, read: read.userName },
    { slot: GIVEN_NAME, read: read.givenName },
    { slot: FAMILY_NAME, read: read.familyName },
    { slot: WORK_EMAIL, read: read.email },
  ];
}

/** The slots that matching, exclusions and derived names look at. */
export const USER_NAME_SLOT: Slot = attribute("userName");
export const GIVEN_NAME: Slot = part("name", "givenName");
export const FAMILY_NAME: Slot = part("name", "familyName");
export const WORK_EMAIL: Slot = typed("emails", "work", "value", true);

/** The slots that can be put together from the name. */
export const DERIVED_SLOTS: Readonly<Record<DerivedSlot, Slot>> = {
  displayName: attribute("displayName"),
  "name.formatted": part("name", "formatted"),
};

const ownedSlots = new WeakMap<readonly Rule[], readonly Slot[]>();

/** The slots of the rules, and the derived ones that have no rule; the same list for the same rules. */
function slotsOf({ rules, derived }: UserMapping): readonly Slot[] {
  const known = ownedSlots.get(rules);
  if (known !== undefined) return known;
  const ruled = rules.map(({ slot }) => slot);
  const paths = new Set(ruled.map(({ path }) => path));
  const extra = derived.filter((path) => !paths.has(path)).map((path) => DERIVED_SLOTS[path]);
  const slots = [...ruled, ...extra];
  ownedSlots.set(rules, slots);
  return slots;
}

function readStamp(said: Said<string>): number | undefined {
  const time = typeof said === "string" ? Date.parse(said) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function managerOf(said: Said<string>): ManagerReference {
  if (said === undefined) return { kind: "unsaid" };
  return said === null ? { kind: "none" } : { kind: "named", reference: said };
}
