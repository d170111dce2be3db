import type { ResourceChange } from "#scim/ports.ts";
import { differenceOf } from "#scim/resource/difference.ts";
import type { PlannedStep } from "../admin-views.ts";
import type { Operation } from "./operation.ts";

/** An operation of a dry run as administrators see it; undefined for one that does nothing. */
export function plannedStep(operation: Operation): PlannedStep | undefined {
  const keepsSomething = "kept" in operation && operation.kept !== undefined;
  if (operation.op === "older" || (operation.op === "skip" && !keepsSomething)) return undefined;
  // Most people of a directory may be outside of a bridge's scope.
  const isOutside = operation.op === "ignore" && OUTSIDE.has(operation.why);
  return isOutside ? undefined : shownStep(operation, null);
}

const OUTSIDE: ReadonlySet<string> = new Set(["not-in-scope", "scope-unknown"]);

/** Any operation as administrators see it; `linkedId` is the user whom its record is linked to. */
export function shownStep(operation: Operation, linkedId: string | null): PlannedStep {
  const step = stepOf(operation, linkedId);
  const kept = "kept" in operation ? operation.kept : undefined;
  return kept === undefined ? step : { ...step, kept };
}

function stepOf(operation: Operation, linkedId: string | null): PlannedStep {
  const { op, sourceId = null } = operation;
  switch (operation.op) {
    case "create":
    case "update":
    case "reactivate":
    case "adopt":
    case "relink":
      return { op, sourceId, userId: operation.link.userId, why: null, ...sides(operation.change) };
    case "deactivate":
    case "delete": {
      const { userId, why, change } = operation;
      return { op, sourceId, userId, why, ...sides(change) };
    }
    case "unmanage":
      return { op, sourceId, userId: operation.userId, why: operation.why, ...sides(undefined) };
    case "older":
      return { op: "skip", sourceId, userId: operation.userId, why: "older", ...sides(undefined) };
    case "ignore":
    case "conflict":
      return { op, sourceId, userId: linkedId, why: operation.why, ...sides(undefined) };
    case "skip": {
      const { userId, isActive } = operation.link;
      return {
        op,
        sourceId,
        userId,
        why: isActive ? "unchanged" : "inactive",
        ...sides(undefined),
      };
    }
  }
}

function sides(change: ResourceChange | undefined): Pick<PlannedStep, "set" | "unset"> {
  const difference = change === undefined ? [] : Object.entries(differenceOf(change));
  return {
    set: Object.fromEntries(
      difference.flatMap(([path, { to }]) => (to === undefined ? [] : [[path, to]])),
    ),
    unset: difference.flatMap(([path, { to }]) => (to === undefined ? [path] : [])),
  };
}
