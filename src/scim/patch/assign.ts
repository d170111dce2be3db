import type { Attribute } from "#scim/attribute.ts";
import { refuseHollow } from "#scim/resource/resource.ts";
import { saysNothing } from "#scim/resource/value/forms.ts";
import {
  checkNumber,
  normaliseAttribute,
  normaliseElement,
  normaliseSubAttribute,
  saysSomething,
} from "#scim/resource/value/value.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { isJsonObject, readMember } from "../json.ts";
import { findSubAttribute } from "../schema/registry.ts";
import { assignSubAttribute, clearSubAttribute, mergeComplex } from "./complex.ts";
import { createElement, equalTerms, onlyElement, termsAsElement } from "./create.ts";
import { chosenElements, elementsIn, isChosen, storedList, withOnePrimary } from "./elements.ts";
import type { AddStep, PatchRules } from "./step.ts";

/**
 * Sets a single-valued attribute or one of its sub-attributes; `add` and `replace` mean the same
 * here (RFC 7644 §3.5.2.1 and §3.5.2.3).
 */
export function assignSingle(
  before: JsonValue | undefined,
  step: AddStep,
  rules: PatchRules,
): JsonValue | undefined {
  const { attribute, subAttribute } = step.target;
  if (!isChosen(step.target, before, rules.fold)) return before;
  if (attribute.type !== "complex") {
    return normaliseAttribute(attribute, step.value, rules, step.location);
  }
  return subAttribute === undefined
    ? mergeComplex(
        attribute,
        isJsonObject(before) ? before : {},
        onlyElement(step.value),
        rules,
        step.location,
      )
    : assignIn(before, step, rules);
}

/**
 * Changes the values of a multi-valued attribute that a path chooses, or a sub-attribute of each;
 * where it chooses none, creates one.
 */
export function assignElements(
  before: JsonValue | undefined,
  step: AddStep,
  rules: PatchRules,
): JsonValue | undefined {
  const elements = elementsIn(before);
  const chosen = chosenElements(step.target, elements, rules.fold);
  if (chosen.size === 0) {
    const created = createElement(step, rules);
    if (created === undefined) return before;
    const others = elements.map((element) => ({ element, isTouched: false }));
    return storedList(
      withOnePrimary(step.target.attribute, [...others, { element: created, isTouched: true }]),
    );
  }
  const changed = elements.flatMap((element) => {
    const isTouched = chosen.has(element);
    const assigned = isTouched ? assignElement(element, step, rules) : element;
    return assigned === undefined ? [] : [{ element: assigned, isTouched }];
  });
  return storedList(withOnePrimary(step.target.attribute, changed));
}

function assignElement(
  element: JsonValue,
  step: AddStep,
  rules: PatchRules,
): JsonValue | undefined {
  const { attribute, subAttribute } = step.target;
  if (subAttribute !== undefined) return assignIn(element, step, rules);
  const value = onlyElement(step.value);
  if (step.op === "replace") return replaceElement(element, value, step, rules);
  return attribute.type === "complex" && isJsonObject(element)
    ? mergeComplex(attribute, element, value, rules, step.location)
    : normaliseElement(attribute, value, rules, step.location);
}

/**
 * RFC 7644 §3.5.2.3: the chosen values are replaced as a whole. What the filter's `eq` terms say
 * is kept, or the same operation would not find its value again; and so is the `value` of which
 * nothing is said, or a new label would cost the address it stands beside.
 */
function replaceElement(
  element: JsonValue,
  value: JsonValue,
  step: AddStep,
  rules: PatchRules,
): JsonValue | undefined {
  const { attribute, filter } = step.target;
  const normalised = normaliseElement(attribute, value, rules, step.location);
  const replaced = normalised ?? restOfNothing(attribute, element, value, step.location);
  if (!isJsonObject(replaced)) return replaced;
  const terms = filter && equalTerms(filter.parsed);
  const kept = { ...keptValue(element, value), ...(terms && termsAsElement(step, terms, rules)) };
  const whole = { ...kept, ...replaced };
  return saysSomething(attribute, whole) ? whole : undefined;
}

/**
 * What an object leaves of a chosen value that says nothing of it, such as `{}` or `{"display": ""}`:
 * the value itself; where there is none, only one that clears something may clear it.
 */
function restOfNothing(
  attribute: Attribute,
  element: JsonValue,
  given: JsonValue,
  location: string,
): JsonObject | undefined {
  if (!isJsonObject(given) || saysNothing(given)) return undefined;
  const kept = keptValue(element, given);
  const isKept = Object.keys(kept).length > 0;
  const named = Object.entries(given).filter(([name]) => findSubAttribute(attribute, name));
  if (!isKept && named.length === 0) throw refuseHollow(location);
  return isKept ? kept : undefined;
}

function keptValue(element: JsonValue, given: JsonValue): JsonObject {
  const value = isJsonObject(element) ? readMember(element, "value") : undefined;
  const isSaid =
    isJsonObject(given) && Object.keys(given).some((name) => name.toLowerCase() === "value");
  return value === undefined || isSaid ? {} : { value };
}

function assignIn(
  before: JsonValue | undefined,
  step: AddStep,
  rules: PatchRules,
): JsonValue | undefined {
  const { attribute, subAttribute } = step.target;
  if (subAttribute === undefined) return before;
  const element = isJsonObject(before) ? before : undefined;
  const given = normaliseSubAttribute(attribute, subAttribute, step.value, rules, step.location);
  const isAdded = step.op === "add" && subAttribute.multiValued;
  const held = isAdded && element ? readMember(element, subAttribute.name) : undefined;
  const value =
    held === undefined ? given : joined(subAttribute, held, given, step.location, rules);
  return value === undefined
    ? element && clearSubAttribute(element, subAttribute, step.location)
    : assignSubAttribute(element ?? {}, subAttribute, value, step.location);
}

/** The values of a multi-valued sub-attribute with those added that it has not yet. */
function joined(
  subAttribute: Attribute,
  held: JsonValue,
  added: JsonValue | undefined,
  location: string,
  rules: PatchRules,
): JsonValue {
  const identity = (value: JsonValue) => JSON.stringify(rules.fold(subAttribute, value));
  const known = new Set(elementsIn(held).map(identity));
  const others = elementsIn(added).filter((each) => !known.has(identity(each)));
  if (others.length === 0) return held;
  const all = [...elementsIn(held), ...others];
  checkNumber(subAttribute, all.length, location);
  return all;
}
