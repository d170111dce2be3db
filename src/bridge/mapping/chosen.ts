import type { Attribute, ResourceType } from "#scim/attribute.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { uncleanName } from "#scim/resource/clean-names.ts";
import type { BridgeConfig, BridgeSettings, MappingRule, Provider } from "../config/settings.ts";
import { type Fitted, fitValue } from "./fit.ts";
import { USER_NAME_SLOT } from "./map-user.ts";
import type { ManagerReference, MappedRecord, MappedUser, RuleMisfit } from "./mapped.ts";
import { plainText } from "./reading.ts";
import { type Slot, writeSlot } from "./slot.ts";
import { readPlace, readSourcePlace, type SourcePlace } from "./source-place.ts";
import { readTargetPlace } from "./target-place.ts";

/** What an administrator chose of a bridge's mapping, as it is read. */
export interface Chosen {
  readonly rules: readonly ChosenRule[];
  readonly manager: SourcePlace | undefined;
  readonly userName: SourcePlace | undefined;
  /** Tells this mapping from any other; "" for none. */
  readonly mark: string;
}

interface ChosenRule {
  readonly from: SourcePlace;
  readonly slot: Slot;
  readonly attribute: Attribute;
  readonly when: MappingRule["when"];
  /** Where the value stands, and comes from, as the administrator wrote it. */
  readonly written: MappingRule;
}

/** The part of the settings that says what is mapped. */
export type MappingChoice = Pick<BridgeSettings, "mapping" | "userNameFrom">;

/** A mapping that cannot be used; the message says which member, and what to write instead. */
export class UnusableMapping extends Error {
  override readonly name = "UnusableMapping";
}

/** Checks a mapping as it comes in. Throws UnusableMapping. */
export function checkMapping(provider: Provider, choice: MappingChoice, type: ResourceType): void {
  const { refusals } = readMapping(provider, choice, type);
  const [first] = refusals;
  if (first !== undefined) throw new UnusableMapping(first);
}

/** What of a stored mapping cannot be used any more, since the connector's attributes changed. */
export function brokenRules({ source, settings, type }: BridgeConfig): readonly string[] {
  return readMapping(source.type, settings, type).refusals;
}

/** Which properties the provider must be asked for besides those that every bridge reads. */
export function askedProperties(config: BridgeConfig): readonly string[] {
  const { rules, manager, userName } = chosenOf(config);
  const places = [...rules.map(({ from }) => from), manager, userName];
  return [...new Set(places.flatMap((place) => place?.asked ?? []))];
}

/** The mapping that an administrator chose for a bridge; a rule that leads nowhere any more rests. */
export function chosenOf({ source, settings, type }: BridgeConfig): Chosen {
  const known = chosenBySettings.get(settings);
  if (known?.type === type) return known.chosen;
  const { chosen } = readMapping(source.type, settings, type);
  chosenBySettings.set(settings, { type, chosen });
  return chosen;
}

const chosenBySettings = new WeakMap<
  BridgeSettings,
  { readonly type: ResourceType; readonly chosen: Chosen }
>();

/**
 * Lays an administrator's mapping over what the provider's own made of a record. A value that does not
 * fit its attribute is left out and named; the directory keeps what it has there.
 */
export function withChosen(
  mapped: MappedRecord,
  record: JsonObject,
  config: BridgeConfig,
): MappedRecord {
  const chosen = chosenOf(config);
  return mapped.kind !== "user" || chosen.mark === "" ? mapped : laidOver(mapped, record, chosen);
}

function laidOver(user: MappedUser, record: JsonObject, chosen: Chosen): MappedUser {
  const { rules, userName, manager, mark } = chosen;
  const paths = new Set(rules.map(({ slot }) => slot.path));
  const values = new Map([...user.values].filter(([path]) => !paths.has(path)));
  const unsaid = new Set([...user.unsaid].filter((path) => !paths.has(path)));
  const initial = new Map<Slot, JsonValue>();
  const misfits: RuleMisfit[] = [];
  if (userName !== undefined) sayText(USER_NAME_SLOT.path, userName, record, { values, unsaid });
  for (const { from, slot, attribute, when, written } of rules) {
    const said = readPlace(record, from);
    const fitted =
      said === undefined ? undefined : cleanly(fitValue(attribute, said, written.to), slot);
    if (fitted?.kind === "unfit") {
      misfits.push({ ...written, path: slot.path, detail: fitted.detail });
    }
    const value = fitted?.kind === "fits" ? fitted.value : undefined;
    if (when === "create") {
      if (value !== undefined && value !== null) initial.set(slot, value);
    } else if (value === undefined) unsaid.add(slot.path);
    else if (value !== null) values.set(slot.path, value);
  }
  const isInitial = (path: string) =>
    rules.some(({ slot, when }) => when === "create" && slot.path === path);
  return {
    ...user,
    owned: ownedWith(user.owned, chosen, paths),
    values,
    unsaid,
    derived: user.derived.filter((path) => !isInitial(path)),
    manager: manager === undefined ? user.manager : managerAt(record, manager),
    initial,
    misfits,
    mark,
  };
}

/** An address with hidden characters does not fit, so that it keeps nobody's whole record out. */
function cleanly(fitted: Fitted, slot: Slot): Fitted {
  if (fitted.kind === "unfit" || fitted.value === null) return fitted;
  const error = uncleanName({ name: "User" }, writeSlot({}, slot, fitted.value), undefined);
  return error === undefined ? fitted : { kind: "unfit", detail: error.detail };
}

function sayText(
  path: string,
  from: SourcePlace,
  record: JsonObject,
  { values, unsaid }: { values: Map<string, JsonValue>; unsaid: Set<string> },
): void {
  values.delete(path);
  unsaid.delete(path);
  const said = readPlace(record, from);
  const text = plainText(said ?? undefined);
  if (said === undefined) unsaid.add(path);
  else if (text !== null) values.set(path, text);
}

function managerAt(record: JsonObject, from: SourcePlace): ManagerReference {
  const said = readPlace(record, from);
  if (said === undefined) return { kind: "unsaid" };
  const reference = plainText(said);
  return reference === null ? { kind: "none" } : { kind: "named", reference };
}

/** The provider's slots but those that are mapped otherwise, then the chosen ones; one list for all records. */
function ownedWith(
  owned: readonly Slot[],
  chosen: Chosen,
  paths: ReadonlySet<string>,
): readonly Slot[] {
  const lists = ownedLists.get(chosen) ?? new Map<readonly Slot[], readonly Slot[]>();
  ownedLists.set(chosen, lists);
  const known = lists.get(owned);
  if (known !== undefined) return known;
  const always = chosen.rules.filter(({ when }) => when === "always").map(({ slot }) => slot);
  const list = [...owned.filter(({ path }) => !paths.has(path)), ...always];
  lists.set(owned, list);
  return list;
}

const ownedLists = new WeakMap<Chosen, Map<readonly Slot[], readonly Slot[]>>();

function readMapping(
  provider: Provider,
  { mapping, userNameFrom }: MappingChoice,
  type: ResourceType,
): { readonly chosen: Chosen; readonly refusals: readonly string[] } {
  const refusals: string[] = [];
  const rules: ChosenRule[] = [];
  const taken = new Set<string>();
  let manager: SourcePlace | undefined;
  for (const [at, written] of mapping.entries()) {
    const from = placeOr(provider, written.from, `mapping.${at}.from`, refusals);
    const read = readTargetPlace(written.to, type);
    if (read.kind === "refused") {
      refusals.push(`mapping.${at}.to: "${written.to}": ${read.detail}`);
      continue;
    }
    const { slot, attribute, isManager } = read.target;
    if (taken.has(slot.path)) refusals.push(`mapping.${at}.to: "${written.to}" is mapped twice`);
    else if (isManager && written.when === "create") {
      refusals.push(`mapping.${at}.when: a manager is always kept up to date`);
    } else if (from !== undefined && isManager) manager = from;
    else if (from !== undefined) {
      rules.push({ from, slot, attribute, when: written.when, written });
    }
    taken.add(slot.path);
  }
  const userName =
    userNameFrom === undefined
      ? undefined
      : placeOr(provider, userNameFrom, "userNameFrom", refusals);
  const isNone = rules.length === 0 && manager === undefined && userName === undefined;
  const types = rules.map(({ attribute }) => [attribute.type, attribute.multiValued]);
  const mark = isNone ? "" : JSON.stringify([mapping, userNameFrom ?? null, types]);
  return { chosen: { rules, manager, userName, mark }, refusals };
}

function placeOr(
  provider: Provider,
  text: string,
  member: string,
  refusals: string[],
): SourcePlace | undefined {
  const read = readSourcePlace(provider, text);
  if (read.kind === "place") return read.place;
  refusals.push(`${member}: "${text}" ${read.detail}`);
  return undefined;
}
