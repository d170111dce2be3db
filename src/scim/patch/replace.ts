import type { JsonValue } from "../json.ts";
import { normaliseAttribute } from "../value.ts";
import { assignElements, assignSingle } from "./assign.ts";
import type { AddStep, PatchRun } from "./step.ts";

/** The value of an attribute after a `replace` (RFC 7644 §3.5.2.3). */
export function replaceValue(
  before: JsonValue | undefined,
  step: AddStep,
  run: PatchRun,
): JsonValue | undefined {
  const { attribute, subAttribute, filter } = step.target;
  if (!attribute.multiValued) return assignSingle(before, step, run);
  return filter === undefined && subAttribute === undefined
    ? normaliseAttribute(attribute, step.value, run, step.location)
    : assignElements(before, step, run);
}
