import type { GuardSettings } from "../config/settings.ts";
import { judgeGuard } from "../plan/guard.ts";

/** Who would leave a group, and what is known of them. Ids are the directory's. */
export interface Leaving {
  readonly ids: readonly string[];
  /** How many members the group has now. */
  readonly members: number;
  /** They may leave in any case: approved, or switched off as users. */
  readonly free: ReadonlySet<string>;
  /** They stay in any case: an administrator said so, or waits to be asked about the user. */
  readonly staying: ReadonlySet<string>;
}

/** What becomes of them. */
export interface Weighed {
  readonly leave: readonly string[];
  readonly held: readonly string[];
  readonly stay: readonly string[];
}

/**
 * Weighs who would leave one group: more than the larger of `max` and `percent` of its members, or all of
 * `minBase` or more, are held. Users who are switched off count neither as leaving nor as members.
 */
export function weighLeaving(
  { ids, members, free, staying }: Leaving,
  guard: GuardSettings,
): Weighed {
  const stay = ids.filter((id) => staying.has(id));
  const others = ids.filter((id) => !staying.has(id));
  const leave = others.filter((id) => free.has(id));
  const weighed = others.filter((id) => !free.has(id));
  const count = { switchOffs: weighed.length, activeLinked: members - leave.length };
  return judgeGuard(count, guard) === "hold"
    ? { leave, held: weighed, stay }
    : { leave: [...leave, ...weighed], held: [], stay };
}

/** So few leaving members pass any weighing, so that nobody has to count the group. */
export function isWorthWeighing(leaving: number, { max, minBase }: GuardSettings): boolean {
  return leaving > max || leaving >= minBase;
}
