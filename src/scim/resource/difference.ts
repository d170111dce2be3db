import { isJsonObject, type JsonObject, type JsonValue } from "#scim/json.ts";
import type { MemberChange, ResourceChange } from "#scim/ports.ts";
import { documentOf } from "#scim/ports.ts";
import { ACCOUNT_NAMES, accountOf } from "./account.ts";

/** What a change did to one attribute; an absent side means that it had, or has, no value. */
export interface AttributeDifference {
  readonly from?: JsonValue;
  readonly to?: JsonValue;
}

/** The changed attributes by name (an extension's under `URN:attribute`), as before and after. */
export type Difference = Readonly<Record<string, AttributeDifference>>;

/** A list of members in a difference names at most so many of them. */
const MEMBERS_SHOWN = 100;

/** The differences already asked for: the event log and the change feed tell the same one. */
const differences = new WeakMap<ResourceChange, Difference>();

/** What a change altered, attribute by attribute; `members` holds who was added and who removed. */
export function differenceOf(change: ResourceChange): Difference {
  const difference = differences.get(change) ?? findDifference(change);
  differences.set(change, difference);
  return difference;
}

function findDifference(change: ResourceChange): Difference {
  const before = change.kind === "create" ? {} : documentOf(change.before);
  const isGone = change.kind === "delete" || change.kind === "erase";
  const after = isGone ? {} : documentOf(change.after);
  const members = change.kind === "create" || change.kind === "update" ? change.members : undefined;
  return {
    ...documentDifference(before, after),
    ...accountDifference(change),
    ...memberDifference(members),
  };
}

function documentDifference(before: JsonObject, after: JsonObject): Difference {
  const from = flatMembers(before);
  const to = flatMembers(after);
  const names = new Set([...from.keys(), ...to.keys()]);
  const changed = [...names].filter(
    (name) => JSON.stringify(from.get(name)) !== JSON.stringify(to.get(name)),
  );
  return Object.fromEntries(changed.map((name) => [name, side(from.get(name), to.get(name))]));
}

/** The attributes of a document; those of an extension qualified with its URN, as paths name them. */
function flatMembers(document: JsonObject): ReadonlyMap<string, JsonValue> {
  const members = Object.entries(document).flatMap(([name, value]): [string, JsonValue][] =>
    name.includes(":") && isJsonObject(value)
      ? Object.entries(value).map(([each, inner]) => [`${name}:${each}`, inner])
      : [[name, value]],
  );
  return new Map(members);
}

/** What a change altered of what the application sees beside the document. */
function accountDifference(change: ResourceChange): Difference {
  const before = change.kind === "create" ? {} : accountOf(change.before);
  const isGone = change.kind === "delete" || change.kind === "erase";
  const after = isGone ? {} : accountOf(change.after);
  const changed = ACCOUNT_NAMES.filter((name) => before[name] !== after[name]);
  return Object.fromEntries(changed.map((name) => [name, side(before[name], after[name])]));
}

function memberDifference(members: MemberChange | undefined): Difference {
  if (members === undefined) return {};
  const added = members.added.map(({ id }) => id).slice(0, MEMBERS_SHOWN);
  const removed = members.removed.slice(0, MEMBERS_SHOWN);
  if (added.length + removed.length === 0) return {};
  return {
    members: {
      ...(removed.length > 0 && { from: removed }),
      ...(added.length > 0 && { to: added }),
    },
  };
}

function side(from: JsonValue | undefined, to: JsonValue | undefined): AttributeDifference {
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}
