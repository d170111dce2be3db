import { givenElements, normaliseElement } from "#scim/resource/value/value.ts";
import { ScimError } from "../error.ts";
import type { JsonValue } from "../json.ts";
import { isJsonObject, quoteName } from "../json.ts";
import { clearSubAttribute } from "./complex.ts";
import { chosenElements, elementsIn, indexElements, isChosen, storedList } from "./elements.ts";
import type { PatchRules, RemoveStep } from "./step.ts";

/** The value of an attribute after a `remove` (RFC 7644 §3.5.2.2). */
export function removeValue(
  before: JsonValue | undefined,
  step: RemoveStep,
  rules: PatchRules,
): JsonValue | undefined {
  const { attribute, subAttribute, filter } = step.target;
  if (!attribute.multiValued)
    return isChosen(step.target, before, rules.fold) ? removeFrom(before, step) : before;
  if (filter === undefined && subAttribute === undefined) return removeListed(before, step, rules);
  const elements = elementsIn(before);
  const chosen = chosenElements(step.target, elements, rules.fold);
  if (chosen.size === 0 && rules.strict && filter !== undefined) {
    throw ScimError.noTarget(
      `No value of "${attribute.name}" matches the path ${quoteName(step.path)}.`,
    );
  }
  const left = elements
    .map((element) => (chosen.has(element) ? removeFrom(element, step) : element))
    .filter((element) => element !== undefined);
  return storedList(left);
}

function removeFrom(element: JsonValue | undefined, step: RemoveStep): JsonValue | undefined {
  const { subAttribute } = step.target;
  if (subAttribute === undefined || element === undefined) return undefined;
  return isJsonObject(element) ? clearSubAttribute(element, subAttribute, step.location) : element;
}

/**
 * Entra and JumpCloud remove members by `{"path": "members", "value": [{"value": "<id>"}]}`, where
 * the RFC wants one filter for each; without the list all values go.
 */
function removeListed(
  before: JsonValue | undefined,
  step: RemoveStep,
  rules: PatchRules,
): JsonValue | undefined {
  if (step.value === undefined || step.value === null) return undefined;
  const { attribute } = step.target;
  const listed = givenElements(attribute, step.value, rules, step.location)
    .map((element) => normaliseElement(attribute, element, rules, step.location))
    .filter((element) => element !== undefined);
  const index = indexElements(attribute, listed, rules.fold);
  return storedList(elementsIn(before).filter((element) => index.find(element) === undefined));
}
