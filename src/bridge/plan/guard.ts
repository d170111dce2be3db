import type { GuardSettings } from "../config/settings.ts";

/** What the guard of a run weighs. */
export interface GuardCount {
  /** The switch-offs of the run together, for whatever reason, of users who are active. */
  readonly switchOffs: number;
  /** The linked users who are active before any of them is applied. */
  readonly activeLinked: number;
}

/** Whether the switch-offs of a run may happen, or wait for an administrator. */
export function judgeGuard(
  { switchOffs, activeLinked }: GuardCount,
  { max, percent, minBase }: GuardSettings,
): "pass" | "hold" {
  if (switchOffs === 0) return "pass";
  // In hundredths, so that no fraction is rounded: 10 % of 255 is 25.5, and 26 are more.
  const isTooMany = switchOffs > max && switchOffs * 100 > percent * activeLinked;
  const isEverybody = switchOffs >= activeLinked && activeLinked >= minBase;
  return isTooMany || isEverybody ? "hold" : "pass";
}
