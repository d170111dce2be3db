import type { OffReason } from "../admin-views.ts";
import type { BridgeConfig } from "../config/settings.ts";
import type { Known, Links, PlanContext, PreparedRecord } from "./context.ts";
import type { Link, Operation, SwitchOff } from "./operation.ts";
import { isUser } from "./scope.ts";
import { matchStranger } from "./target.ts";

/** Switches the user of a link off, or does nothing where he is off already. */
export function planSwitchOff(link: Link, why: OffReason): Operation {
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
  return planSwitchOff(gone, why);
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
function keeping(link: Link): { readonly sourceId: string; readonly link: Link } {
  return { sourceId: link.sourceId, link };
}

/** Whether a link that a complete listing left out needs the confirming point read: there is something to do. */
export function needsConfirming(link: Link, context: PlanContext): boolean {
  return link.goneAt === undefined || planGone(link, "missing", context).op !== "skip";
}

/**
 * Plans for the links whose users a complete listing left out and a point read did not find. Those
 * whose users held records take over (`rehired`, see rehiredFrom) are not switched off meanwhile.
 */
export function planMissing(
  gone: readonly Link[],
  rehired: ReadonlySet<string>,
  context: PlanContext,
): readonly Operation[] {
  return gone.map((link) => {
    if (!rehired.has(link.sourceId)) return planGone(link, "missing", context);
    return { op: "skip", ...keeping({ ...link, goneAt: link.goneAt ?? context.now }) };
  });
}

/**
 * Former source ids whose users the held records take over once they are confirmed to be gone: those
 * users are not switched off meanwhile. `known` is what planning the held records needs, with evidence
 * that takes for gone whom no listing showed.
 */
export function rehiredFrom(
  held: readonly PreparedRecord[],
  known: Known,
  { settings }: BridgeConfig,
): ReadonlySet<string> {
  // As it will be in the second pass, once the missing are known to be gone.
  const links: Links = { ...known.links, byUser: (userId) => asGone(known.links.byUser(userId)) };
  const strangers = held.filter(isUser).filter(({ sourceId }) => {
    return known.links.bySource(sourceId) === undefined;
  });
  const targets = strangers.map((user) =>
    matchStranger(user, { ...known, links }, { settings, pass: "second" }),
  );
  return new Set(targets.flatMap((each) => (each.kind === "relink" ? each.former.sourceId : [])));
}

function asGone(link: Link | undefined): Link | undefined {
  return link === undefined ? undefined : { ...link, goneAt: link.goneAt ?? 0 };
}
