import type { GroupSeed } from "./change.ts";

/** A group as the fake directory keeps it; every provider's id comes from the ordinal. */
export interface Group {
  readonly n: number;
  name: string;
  readonly description: string | undefined;
  /** Ordinals, in the order in which they joined. */
  readonly people: Set<number>;
  readonly groups: Set<number>;
  readonly everyone: boolean;
  readonly external: readonly string[];
  readonly createdAt: number;
  lastUpdated: number;
  lastMembershipUpdated: number;
  isRemoved: boolean;
}

/** How many members a generated group has. */
const GENERATED_MEMBERS = 10;

/** A group made of a seed. */
export function groupOf(n: number, seed: GroupSeed, now: number): Group {
  return {
    n,
    name: seed.name,
    description: seed.description,
    people: new Set(ordinals(seed.people ?? [])),
    groups: new Set(seed.groups ?? []),
    everyone: seed.everyone ?? false,
    external: seed.external ?? [],
    createdAt: now,
    lastUpdated: now,
    lastMembershipUpdated: now,
    isRemoved: false,
  };
}

/** The seeds of `count` groups over `people` generated people. */
export function generateGroups(count: number, people: number): GroupSeed[] {
  return Array.from({ length: count }, (_, n) => ({
    name: `Group ${n}`,
    people:
      people === 0
        ? []
        : Array.from(
            { length: Math.min(people, GENERATED_MEMBERS) },
            (_each, member) => (n * GENERATED_MEMBERS + member) % people,
          ),
  }));
}

function ordinals(people: NonNullable<GroupSeed["people"]>): readonly number[] {
  if (!("from" in people)) return people;
  return Array.from({ length: people.to - people.from }, (_, index) => people.from + index);
}
