import { documentOf, type ResourceChange, type ResourceRecord } from "#scim/ports.ts";
import { deletedRecord, replacedRecord } from "#scim/resource/record.ts";
import type { GuardSettings } from "../config/settings.ts";
import type { Known, PlanContext } from "./context.ts";
import type { Link, SwitchOff } from "./operation.ts";
import { linkedRecord } from "./scope.ts";

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

/** What is kept of a switch-off until the guard has judged. */
export type Off = Pick<SwitchOff, "op" | "sourceId" | "userId" | "why">;

/** `change` goes to the commit; then `link` is kept, or the link of the off's source id goes where it is undefined. */
export interface PlannedSwitchOff {
  readonly off: Off;
  readonly change: ResourceChange | undefined;
  readonly link: Link | undefined;
}

/**
 * The changes of the switch-offs that the guard let pass, decided on the users as they are now. Users
 * who were relinked or let go meanwhile are left out.
 */
export function planSwitchOffs(
  offs: readonly Off[],
  known: Known,
  context: PlanContext,
): readonly PlannedSwitchOff[] {
  return offs.flatMap((each) => {
    const link = known.links.bySource(each.sourceId);
    if (link === undefined || link.userId !== each.userId) return [];
    return [planOff(each, link, linkedRecord(known, link), context)];
  });
}

function planOff(
  each: Off,
  link: Link,
  record: ResourceRecord | undefined,
  context: PlanContext,
): PlannedSwitchOff {
  const isKept = each.op === "deactivate" || context.deletion === "deactivate";
  const change = record === undefined ? undefined : offChange(record, isKept, context);
  return { off: each, change, link: isKept ? { ...link, isActive: false } : undefined };
}

function offChange(
  before: ResourceRecord,
  isKept: boolean,
  { now, type, deletion }: PlanContext,
): ResourceChange | undefined {
  if (!isKept) {
    const kind = deletion === "hard" ? "erase" : "delete";
    return { kind, before, after: deletedRecord(before, now) };
  }
  const document = documentOf(before);
  if (document.active === false) return undefined;
  const after = replacedRecord(type, before, { ...document, active: false }, now);
  return { kind: "update", before, after };
}
