import type { JsonObject } from "#scim/json.ts";

/** Undefined was never set; null was set once and cleared. */
export type Text = string | null | undefined;

/** What is known of a person, in no provider's words. */
export interface PersonFields {
  readonly userName: Text;
  readonly email: Text;
  readonly givenName: Text;
  readonly familyName: Text;
  readonly displayName: Text;
  readonly title: Text;
  readonly department: Text;
  readonly company: Text;
  readonly division: Text;
  readonly costCenter: Text;
  readonly employeeNumber: Text;
  readonly userType: Text;
  readonly phone: Text;
  readonly mobile: Text;
  readonly language: Text;
  /** The manager's ordinal. */
  readonly manager: number | null | undefined;
  readonly orgUnit: string;
  readonly isGuest: boolean;
  readonly status: "active" | "disabled" | "locked" | "staged";
  /** Laid over the record of whichever provider answers, for records that only a test can think of. */
  readonly raw: JsonObject;
}

/** A person as the fake directory keeps it; every provider's id comes from the ordinal. */
export interface Person extends PersonFields {
  readonly n: number;
  readonly createdAt: number;
  readonly lastUpdated: number;
  /** "soft" can come back, "permanent" cannot. */
  readonly removed: "soft" | "permanent" | undefined;
  readonly removedAt: number | undefined;
  /** The whole record in the provider's own words, where a test gives it. */
  readonly wire?: JsonObject;
}

/** The fields of a person that a test names; the others stay unset. */
export type PersonSeed = Partial<PersonFields>;

/** When all generated people were made and last changed. */
export const BASE_TIME = Date.parse("2026-01-01T00:00:00.000Z");

const GIVEN = [
  "Ada",
  "Mia",
  "Omar",
  "Nora",
  "Ravi",
  "Zoë",
  "Liu",
  "Kofi",
  "Ines",
  "Jürgen",
] as const;
const FAMILY = [
  "Lovell",
  "Chen",
  "Diaz",
  "Kim",
  "Sen",
  "Årud",
  "Mensah",
  "Okafor",
  "Weiß",
] as const;
const DEPARTMENTS = ["Engineering", "Sales", "Finance", "People"] as const;

/** Every how many generated people one leads the ones after him. */
const TEAM_SIZE = 25;

/** The generated person of an ordinal: always the same one, made when it is asked for. */
export function generatePerson(n: number): Person {
  const givenName = GIVEN[n % GIVEN.length];
  const familyName = FAMILY[Math.floor(n / GIVEN.length) % FAMILY.length];
  const login = generatedLogin(n);
  const leader = n - (n % TEAM_SIZE);
  return {
    ...UNSET,
    n,
    userName: login,
    email: login,
    givenName,
    familyName,
    displayName: `${givenName} ${familyName}`,
    title: n === leader ? "Lead" : "Member",
    department: DEPARTMENTS[n % DEPARTMENTS.length],
    company: "Example",
    employeeNumber: String(10_000 + n),
    phone: `+49 30 ${1_000_000 + n}`,
    manager: n === leader ? undefined : leader,
    createdAt: BASE_TIME,
    lastUpdated: BASE_TIME,
    removed: undefined,
    removedAt: undefined,
  };
}

/** The ordinal in a generated person's login or address; undefined for any other text. */
export function ordinalOfLogin(login: string): number | undefined {
  const digits = /^person-(\d{1,9})@example\.com$/.exec(login)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** A person made of a seed, now. */
export function personOf(n: number, seed: PersonSeed, now: number): Person {
  return {
    ...UNSET,
    ...seed,
    n,
    createdAt: now,
    lastUpdated: now,
    removed: undefined,
    removedAt: undefined,
  };
}

function generatedLogin(n: number): string {
  return `person-${n}@example.com`;
}

const UNSET: PersonFields = {
  userName: undefined,
  email: undefined,
  givenName: undefined,
  familyName: undefined,
  displayName: undefined,
  title: undefined,
  department: undefined,
  company: undefined,
  division: undefined,
  costCenter: undefined,
  employeeNumber: undefined,
  userType: undefined,
  phone: undefined,
  mobile: undefined,
  language: undefined,
  manager: undefined,
  orgUnit: "/",
  isGuest: false,
  status: "active",
  raw: {},
};
