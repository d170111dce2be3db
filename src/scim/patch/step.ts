import type { PathTarget, ValueFilter } from "#scim/filter/path.ts";
import type { JsonValue } from "#scim/json.ts";
import type { FoldElement } from "#scim/resource/value/folded.ts";
import type { KeptSize } from "#scim/resource/value/kept.ts";
import type { Leniency, NormaliseContext } from "#scim/resource/value/value.ts";
import type { StepBudget } from "#scim/step-budget.ts";

/** An operation on one attribute that exists: what applyPatch executes. */
export type PatchStep = AddStep | RemoveStep;

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
  /** What a strict connector refuses of it. */
  readonly leniencies: readonly Leniency[];
}

/** An operation whose attribute the resource type lacks. */
export interface UnknownStep {
  readonly op: "unknown";
  readonly path: string;
  readonly leniencies: readonly Leniency[];
}

/** An operation on what stands under the URN of an extension that nobody declared. */
export interface UndeclaredStep {
  readonly op: "undeclared";
  readonly action: "add" | "replace" | "remove";
  readonly path: string;
  /** The path up to its filter. */
  readonly name: string;
  readonly filter: ValueFilter | undefined;
  /** What the path names behind its filter. */
  readonly part: string | undefined;
  readonly value: JsonValue | undefined;
  readonly leniencies: readonly Leniency[];
}

/** What an operation may turn out to be. */
export type AnyStep = PatchStep | UnknownStep | UndeclaredStep;

/** How a PATCH is judged: its values as those of any other request, its work by a budget. */
export interface PatchRules extends NormaliseContext {
  readonly steps: StepBudget;
  readonly fold: FoldElement;
  /** What the resource keeps of undeclared extensions so far, once an operation asked. */
  readonly kept: { size?: KeptSize };
}
