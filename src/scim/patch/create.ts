import type { CompareValue, Filter } from "#scim/filter/syntax/ast.ts";
import { normaliseElement, normaliseSubAttribute } from "#scim/resource/value/value.ts";
import { ScimError } from "../error.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { isJsonObject, quoteName } from "../json.ts";
import { findSubAttribute } from "../schema/registry.ts";
import { chosenElements } from "./elements.ts";
import type { AddStep, PatchRules } from "./step.ts";

/**
 * Creates the value that a valuePath asks for and the resource lacks: Entra sends the first work
 * e-mail as `add` or `replace` on `emails[type eq "work"].value`. The value holds what the filter's
 * and-ed `eq` terms say; where that cannot satisfy the filter the answer is noTarget.
 */
export function createElement(step: AddStep, rules: PatchRules): JsonValue | undefined {
  const { attribute, subAttribute, filter } = step.target;
  const terms = filter === undefined ? new Map<string, JsonValue>() : equalTerms(filter.parsed);
  if (terms === undefined || !isCreated(step, terms, rules)) throw noTarget(step);
  const value =
    subAttribute === undefined
      ? normaliseElement(attribute, onlyElement(step.value), rules, step.location)
      : normaliseSubAttribute(attribute, subAttribute, step.value, rules, step.location);
  if (value === undefined) return undefined;
  const given = subAttribute === undefined ? value : { [subAttribute.name]: value };
  const element = isJsonObject(given) ? { ...termsAsElement(step, terms, rules), ...given } : given;
  if (chosenElements(step.target, [element], rules.fold).size === 0) throw noTarget(step);
  return element;
}

/** What a filter says of the values it matches: name and value of its `eq` terms, if it has no others. */
export function equalTerms(filter: Filter): ReadonlyMap<string, CompareValue> | undefined {
  const terms = new Map<string, CompareValue>();
  for (const term of conjuncts(filter)) {
    if (term.kind !== "compare" || term.operator !== "eq") return undefined;
    const name = term.path.attribute.toLowerCase();
    if (terms.has(name)) return undefined;
    terms.set(name, term.value);
  }
  return terms;
}

/** Some clients wrap the one value of a valuePath into a list. */
export function onlyElement(value: JsonValue): JsonValue {
  if (!Array.isArray(value) || value.length !== 1) return value;
  const [only]: readonly JsonValue[] = value;
  return only ?? value;
}

/** The `eq` terms of a filter as sub-attributes. */
export function termsAsElement(
  step: AddStep,
  terms: ReadonlyMap<string, JsonValue>,
  rules: PatchRules,
): JsonObject {
  const element = normaliseElement(
    step.target.attribute,
    Object.fromEntries(terms),
    rules,
    step.location,
  );
  return isJsonObject(element) ? element : {};
}

/**
 * RFC 7644 §3.5.2.3 has a replace that matches nothing fail. And what names a group's member, only
 * to describe it, must not make anybody a member.
 */
function isCreated(
  step: AddStep,
  terms: ReadonlyMap<string, JsonValue>,
  rules: PatchRules,
): boolean {
  const { attribute, subAttribute, filter } = step.target;
  if (rules.strict && filter !== undefined && step.op === "replace") return false;
  const isDescribed = subAttribute !== undefined && terms.has("value");
  return !isDescribed || findSubAttribute(attribute, "value")?.mutability !== "immutable";
}

function conjuncts(filter: Filter): readonly Filter[] {
  return filter.kind === "and" ? filter.filters.flatMap(conjuncts) : [filter];
}

function noTarget(step: AddStep): ScimError {
  return ScimError.noTarget(
    `No value of "${step.target.attribute.name}" matches the path ${quoteName(step.path)}.`,
  );
}
