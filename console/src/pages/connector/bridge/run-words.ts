import type { Schemas } from "../../../api/client.ts";

/** The colour of a run's state. */
export const RUN_COLOURS: Readonly<Record<Schemas["Run"]["state"], string>> = {
  running: "blue",
  waiting: "yellow",
  succeeded: "green",
  failed: "red",
};

/** How long a run took, or "still going". */
export function durationOf({
  startedAt,
  finishedAt,
}: Pick<Schemas["Run"], "startedAt" | "finishedAt">): string {
  if (finishedAt === null) return "still going";
  const seconds = Math.max(0, Math.round((Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000));
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

const COUNTS: readonly (readonly [keyof Schemas["RunCounts"], string])[] = [
  ["created", "created"],
  ["updated", "changed"],
  ["deactivated", "switched off"],
  ["reactivated", "switched on"],
  ["deleted", "deleted"],
  ["held", "held"],
  ["skipped", "skipped"],
  ["groupsCreated", "groups created"],
  ["groupsUpdated", "groups changed"],
  ["groupsDeleted", "groups deleted"],
  ["membersAdded", "members added"],
  ["membersRemoved", "members removed"],
];

/** What a run did, in numbers and words; what it did none of is left out. */
export function countsInWords(counts: Schemas["RunCounts"]): string {
  const told = COUNTS.flatMap(([name, words]) =>
    counts[name] === 0 ? [] : [`${counts[name]} ${words}`],
  );
  return told.length === 0 ? `nothing; ${counts.seen} seen` : told.join(", ");
}
