import type { Attribute } from "#scim/attribute.ts";
import { refuseHollow } from "#scim/resource/resource.ts";
import { isUnassigned } from "#scim/resource/value/forms.ts";
import { normaliseAttribute } from "#scim/resource/value/value.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { isJsonObject, readMember } from "../json.ts";
import { findSubAttribute } from "../schema/registry.ts";
import { assignElements, assignSingle } from "./assign.ts";
import { elementsIn, indexElements, storedList, withOnePrimary } from "./elements.ts";
import { isSameValue } from "./same.ts";
import type { AddStep, PatchRules } from "./step.ts";

/** The value of an attribute after an `add` (RFC 7644 §3.5.2.1). */
export function addValue(
  before: JsonValue | undefined,
  step: AddStep,
  rules: PatchRules,
): JsonValue | undefined {
  const { attribute, subAttribute, filter } = step.target;
  if (!attribute.multiValued) return assignSingle(before, step, rules);
  return filter === undefined && subAttribute === undefined
    ? addElements(before, step, rules)
    : assignElements(before, step, rules);
}

/** A value that is there already is not added again, but updated by what the client says of it. */
function addElements(
  before: JsonValue | undefined,
  step: AddStep,
  rules: PatchRules,
): JsonValue | undefined {
  const { attribute } = step.target;
  const elements = elementsIn(before);
  const added = elementsIn(normaliseAttribute(attribute, step.value, rules, step.location));
  const index = indexElements(attribute, elements, rules.fold);
  const after = elements.map((element) => ({ element, isTouched: false }));
  for (const element of added) {
    const position = index.find(element);
    const existing = position === undefined ? undefined : after[position];
    if (position === undefined || existing === undefined) {
      index.add(element, after.length);
      after.push({ element, isTouched: true });
    } else {
      const updated = updateElement(attribute, existing.element, element);
      after[position] = { element: updated, isTouched: true };
    }
  }
  return storedList(withOnePrimary(attribute, after));
}

function updateElement(attribute: Attribute, existing: JsonValue, added: JsonValue): JsonValue {
  if (!isJsonObject(existing) || !isJsonObject(added)) return added;
  const updated = { ...existing, ...added, ...immutableMembers(attribute, existing) };
  return isSameValue(existing, updated) ? existing : updated;
}

function immutableMembers(attribute: Attribute, element: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(element).filter(
      ([name]) =>
        readMember(element, name) !== undefined &&
        findSubAttribute(attribute, name)?.mutability === "immutable",
    ),
  );
}

/** The value of an attribute after a `replace` (RFC 7644 §3.5.2.3). */
export function replaceValue(
  before: JsonValue | undefined,
  step: AddStep,
  rules: PatchRules,
): JsonValue | undefined {
  const { attribute, subAttribute, filter } = step.target;
  if (!attribute.multiValued) return assignSingle(before, step, rules);
  return filter === undefined && subAttribute === undefined
    ? replaceAll(before, step, rules)
    : assignElements(before, step, rules);
}

/** Values that say nothing must not take the place of those that do. */
function replaceAll(
  before: JsonValue | undefined,
  step: AddStep,
  rules: PatchRules,
): JsonValue | undefined {
  const after = normaliseAttribute(step.target.attribute, step.value, rules, step.location);
  const isEmptied = after === undefined && before !== undefined;
  if (isEmptied && !isUnassigned(step.value)) throw refuseHollow(step.location);
  return after;
}
