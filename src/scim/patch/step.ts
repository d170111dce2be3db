import { parseAttributePath } from "../filter/attribute-path.ts";
import type { FoldElement } from "../filter/folded.ts";
import type { JsonValue } from "../json.ts";
import type { PathTarget } from "../path.ts";
import { parsePath, resolvePath } from "../path.ts";
import type { ResourceType } from "../schema/attribute.ts";
import type { StepBudget } from "../step-budget.ts";
import type { NormaliseContext } from "../value.ts";
import type { Operation } from "./parse.ts";
import type { StandardOperation } from "./quirks.ts";
import { standardise } from "./quirks.ts";

/** An operation on one attribute that exists: what applyPatch executes. */
export type Step = AddStep | RemoveStep;

/** An `add` or a `replace` (RFC 7644 §3.5.2.1 and §3.5.2.3). */
export interface AddStep extends StepTarget {
  readonly op: "add" | "replace";
  readonly value: JsonValue;
}

/** A `remove` (RFC 7644 §3.5.2.2); Entra's and JumpCloud's may list the values to remove. */
export interface RemoveStep extends StepTarget {
  readonly op: "remove";
  readonly value: JsonValue | undefined;
}

interface StepTarget {
  /** The path as the client wrote it. */
  readonly path: string;
  /** The canonical name of what the path names, for messages. */
  readonly location: string;
  readonly target: PathTarget;
  readonly isExplicit: boolean;
}

/** An operation whose attribute the resource type lacks. */
export interface UnknownStep {
  readonly op: "unknown";
  readonly path: string;
}

/** How a PATCH is judged: its values as those of any other request, its work by a budget. */
export interface PatchRun extends NormaliseContext {
  readonly steps: StepBudget;
  readonly fold: FoldElement;
}

/** Turns the operations of a request into steps, in order; a malformed path is invalidPath. */
export function toSteps(
  type: ResourceType,
  operations: readonly Operation[],
): readonly (Step | UnknownStep)[] {
  return operations
    .flatMap((operation) => standardise(type, operation))
    .map((operation) => toStep(type, operation));
}

function toStep(type: ResourceType, operation: StandardOperation): Step | UnknownStep {
  const { path } = operation;
  const resolved = isNoPath(operation) ? undefined : resolvePath(type, parsePath(path, type));
  if (resolved?.kind !== "attribute") return { op: "unknown", path };
  return { ...operation, location: locationOf(resolved.target), target: resolved.target };
}

function locationOf({ extension, attribute, subAttribute }: PathTarget): string {
  const urn = extension === undefined ? "" : `${extension}:`;
  return `${urn}${attribute.name}${subAttribute === undefined ? "" : `.${subAttribute.name}`}`;
}

/** A key of a value may be any text: one that is no path is an unknown attribute, not an error. */
function isNoPath({ isExplicit, path }: StandardOperation): boolean {
  return !isExplicit && !path.includes("[") && parseAttributePath(path) === undefined;
}
