import type { Group } from "#test/support/fake-directory/group.ts";
import type { Person } from "#test/support/fake-directory/person.ts";

/** A filter or search of Okta's, of the forms that the API documents; parentheses are left out. */
export interface OktaFilter<Item> {
  readonly matches: (item: Item) => boolean;
  /** Nothing older can match, in milliseconds; undefined where that cannot be said. */
  readonly since: number | undefined;
}

/** What the attributes of a filter stand for; times are compared as times. */
export type Readers<Item> = ReadonlyMap<string, Reader<Item>>;

type Reader<Item> = (item: Item) => string | number | undefined;

/** The attributes of a user that `filter` knows (`search` knows these and more). */
export const USER_READERS: Readers<Person> = new Map<string, Reader<Person>>([
  ["id", ({ n }: Person) => n],
  ["status", (person: Person) => oktaStatus(person)],
  ["lastUpdated", ({ lastUpdated }: Person) => lastUpdated],
  ["profile.login", ({ userName }: Person) => userName ?? undefined],
  ["profile.email", ({ email }: Person) => email ?? undefined],
  ["profile.firstName", ({ givenName }: Person) => givenName ?? undefined],
  ["profile.lastName", ({ familyName }: Person) => familyName ?? undefined],
]);

/** The attributes of a group that `filter` knows. */
export const GROUP_READERS: Readers<Group> = new Map<string, Reader<Group>>([
  ["lastUpdated", ({ lastUpdated }: Group) => lastUpdated],
  ["lastMembershipUpdated", ({ lastMembershipUpdated }: Group) => lastMembershipUpdated],
]);

/** The status that Okta shows for a person. */
export function oktaStatus(person: Person): string {
  if (person.removed !== undefined) return "DEPROVISIONED";
  const statuses = {
    active: "ACTIVE",
    disabled: "SUSPENDED",
    locked: "LOCKED_OUT",
    staged: "STAGED",
  } as const;
  return statuses[person.status];
}

/** Reads a filter; undefined for one that Okta would refuse (E0000031). */
export function parseOktaFilter<Item>(
  text: string,
  readers: Readers<Item>,
): OktaFilter<Item> | undefined {
  const alternatives = text.split(/\s+or\s+/).map((each) => parseTerms(each, readers));
  if (alternatives.some((each) => each === undefined)) return undefined;
  const all = alternatives.flatMap((each) => each ?? []);
  const only = all.length === 1 ? all[0] : undefined;
  return {
    matches: (item) => all.some(({ matches }) => matches(item)),
    since: only?.since,
  };
}

const TERM = /^(\S+)\s+(?:(pr)|(eq|gt|ge|lt|le)\s+"([^"]*)")$/;

function parseTerms<Item>(text: string, readers: Readers<Item>): OktaFilter<Item> | undefined {
  const terms = text
    .trim()
    .split(/\s+and\s+/)
    .map((each) => parseTerm(each.trim(), readers));
  if (terms.some((each) => each === undefined)) return undefined;
  const all = terms.flatMap((each) => each ?? []);
  return {
    matches: (item) => all.every(({ matches }) => matches(item)),
    since: all.find(({ since }) => since !== undefined)?.since,
  };
}

function parseTerm<Item>(text: string, readers: Readers<Item>): OktaFilter<Item> | undefined {
  const [, attribute = "", isPresent, operator = "", value = ""] = TERM.exec(text) ?? [];
  const read = readers.get(attribute);
  if (read === undefined) return undefined;
  if (isPresent !== undefined) {
    return { matches: (item) => read(item) !== undefined, since: undefined };
  }
  const isTime = attribute.startsWith("last");
  // Okta compares times with the order operators and everything else for equality alone.
  if (!isTime && operator !== "eq") return undefined;
  const wanted = isTime ? Date.parse(value) : value.toLowerCase();
  if (Number.isNaN(wanted)) return undefined;
  const since =
    attribute === "lastUpdated" && operator.startsWith("g") ? Number(wanted) : undefined;
  return { matches: (item) => compare(read(item), operator, wanted), since };
}

function compare(
  actual: string | number | undefined,
  operator: string,
  wanted: string | number,
): boolean {
  if (actual === undefined) return false;
  const value = typeof actual === "string" ? actual.toLowerCase() : actual;
  if (operator === "eq") return value === wanted;
  if (operator === "gt") return value > wanted;
  if (operator === "ge") return value >= wanted;
  return operator === "lt" ? value < wanted : value <= wanted;
}
