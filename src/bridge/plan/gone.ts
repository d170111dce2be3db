import type { PlanContext } from "./context.ts";
import type { Link, OffReason, Operation, SwitchOff } from "./operation.ts";

/** Switches the user of a link off, or does nothing where he is off already. */
export function switchOff(link: Link, why: OffReason): Operation {
  return link.isActive ? off("deactivate", link, why) : { op: "skip", ...keeping(link) };
}

/** What becomes of a linked user whom the provider has no more, by `onMissing`. */
export function planGone(
  link: Link,
  why: "missing" | "removed:changed" | "removed:deleted",
  context: PlanContext,
): Operation {
  const gone: Link = { ...link, goneAt: link.goneAt ?? context.now };
  const { onMissing } = context.config.settings;
  if (onMissing === "ignore") return { op: "skip", ...keeping(gone) };
  const isAtOnce =
    onMissing !== "deactivate" && onMissing.deleteAfterDays === 0 && why === "removed:deleted";
  if (isAtOnce || isDue(link, context)) return off("delete", gone, why);
  return switchOff(gone, why);
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** A connector that never deletes has nothing more to do once the user is off. */
function isDue(link: Link, { config, deletion, now }: PlanContext): boolean {
  const { onMissing } = config.settings;
  if (typeof onMissing === "string" || link.goneAt === undefined) return false;
  if (deletion === "deactivate" && !link.isActive) return false;
  return now - link.goneAt >= onMissing.deleteAfterDays * DAY_MS;
}

function off(op: SwitchOff["op"], link: Link, why: OffReason): SwitchOff {
  return { op, ...keeping(link), userId: link.userId, why, change: undefined, issues: [] };
}

/** The part of an operation that names its user and keeps its link. */
export function keeping(link: Link): { readonly sourceId: string; readonly link: Link } {
  return { sourceId: link.sourceId, link };
}
