import type { Link, Operation } from "./operation.ts";
import type { Known, PlanContext, Prepared } from "./plan-context.ts";
import { keeping, planGone } from "./plan-gone.ts";
import { isUser } from "./plan-scope.ts";
import { claimsOf, matchStranger } from "./plan-target.ts";
import type { BridgeConfig } from "./settings.ts";

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
 * users are not switched off meanwhile. `known` is what planning the held records needs.
 */
export function rehiredFrom(
  held: readonly Prepared[],
  known: Known,
  { settings }: BridgeConfig,
): ReadonlySet<string> {
  const users = held.filter(isUser);
  const claims = claimsOf(users);
  const terms = { settings, isGone: () => true };
  const strangers = users.filter(({ sourceId }) => known.links.bySource(sourceId) === undefined);
  const targets = strangers.map((user) => matchStranger(user, known, claims, terms));
  return new Set(targets.flatMap((each) => (each.kind === "relink" ? each.former.sourceId : [])));
}
