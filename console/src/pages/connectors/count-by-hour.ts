import type { Schemas } from "../../api/client.ts";

const HOUR_MS = 3_600_000;

/** A day's hours. */
export const HOURS = 24;

/** How many requests each hour of a day had among events, oldest hour first. */
export function countByHour(
  from: number,
  events: readonly Pick<Schemas["Event"], "time" | "count">[],
): readonly number[] {
  const counts = new Array<number>(HOURS).fill(0);
  for (const { time, count } of events) {
    const hour = Math.floor((Date.parse(time) - from) / HOUR_MS);
    if (hour >= 0 && hour < HOURS) counts[hour] = (counts[hour] ?? 0) + count;
  }
  return counts;
}
