import { refuseHollow } from "#scim/resource/resource.ts";
import { isUnassigned } from "#scim/resource/value/forms.ts";
import { normaliseAttribute } from "#scim/resource/value/value.ts";
import type { JsonValue } from "../json.ts";
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
    ? replaceAll(before, step, run)
    : assignElements(before, step, run);
}

/** Values that say nothing must not take the place of those that do. */
function replaceAll(
  before: JsonValue | undefined,
  step: AddStep,
  run: PatchRun,
): JsonValue | undefined {
  const after = normaliseAttribute(step.target.attribute, step.value, run, step.location);
  const isEmptied = after === undefined && before !== undefined;
  if (isEmptied && !isUnassigned(step.value)) throw refuseHollow(step.location);
  return after;
}
