import type { BridgeConfig } from "../config/settings.ts";
import type { Known, Links, PlanContext, Prepared } from "./context.ts";
import { keeping, planGone } from "./gone.ts";
import type { Link, Operation } from "./operation.ts";
import { isUser } from "./scope.ts";
import { matchStranger } from "./target.ts";

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
  held: readonly Prepared[],
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
