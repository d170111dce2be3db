import type { AttributeTarget, ResourceType } from "#scim/attribute.ts";
import type { PathTarget } from "#scim/filter/path.ts";
import { declaredNames } from "#scim/resource/declared-form.ts";
import type { Document } from "#scim/resource/resource.ts";
import { orderDocument } from "#scim/resource/resource.ts";
import { rememberingFold } from "#scim/resource/value/folded.ts";
import { checkNumber, strictRefusal, tolerate, tolerateAll } from "#scim/resource/value/value.ts";
import { ScimError } from "../error.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { isJsonObject, quoteName, readMember } from "../json.ts";
import { SCHEMAS } from "../schema/common.ts";
import { type StepBudget, stepBudget } from "../step-budget.ts";
import { addValue, replaceValue } from "./add.ts";
import { checkChanged } from "./changed.ts";
import { withoutMember } from "./complex.ts";
import { elementsIn } from "./elements.ts";
import type { PatchOperation } from "./parse.ts";
import { checkReadOnly, isReadOnly } from "./read-only.ts";
import { removeValue } from "./remove.ts";
import { isSameValue } from "./same.ts";
import type { AnyStep, PatchRules, PatchStep, UndeclaredStep, UnknownStep } from "./step.ts";
import { toSteps } from "./to-steps.ts";
import { applyUndeclared } from "./undeclared.ts";
import { stepsOver } from "./weight.ts";

/** What a PATCH is judged by; `readOnly` holds the resource's own id, meta and groups. */
export interface PatchContext {
  readonly type: ResourceType;
  readonly strict: boolean;
  readonly readOnly: JsonObject;
  /** What the request may still do; left out where this PATCH is all that it does. */
  readonly steps?: StepBudget | undefined;
}

/** The patched document, and what was let pass on the way to it. */
export interface PatchResult {
  readonly document: Document;
  readonly warnings: readonly string[];
}

/**
 * Applies the operations of a PATCH in order (RFC 7644 §3.5.2); it throws and changes nothing when
 * any of them fails, and returns an equal document when they change nothing.
 */
export function applyPatch(
  document: Document,
  operations: readonly PatchOperation[],
  context: PatchContext,
): PatchResult {
  return applySteps(document, toSteps(context.type, operations), context);
}

/** Applies steps that were made from operations, in order, in the same way as applyPatch. */
export function applySteps(
  document: Document,
  steps: readonly AnyStep[],
  { type, strict, readOnly, steps: budget = stepBudget() }: PatchContext,
): PatchResult {
  const rules: PatchRules = {
    strict,
    warnings: [],
    steps: budget,
    fold: rememberingFold(),
    kept: {},
  };
  const known = declaredNames(type, document);
  const patched = steps.reduce(
    (current, step) => applyStep(type, current, step, readOnly, rules),
    known,
  );
  const checked = checkChanged(type, known, patched, rules);
  return { document: orderDocument(type, checked), warnings: rules.warnings };
}

function applyStep(
  type: ResourceType,
  document: Document,
  step: AnyStep,
  readOnly: JsonObject,
  rules: PatchRules,
): Document {
  rules.steps.spend(1);
  tolerateAll(rules, step.leniencies);
  if (step.op === "undeclared" && !rules.strict)
    return applyUndeclared(type, document, step, rules);
  if (step.op === "unknown" || step.op === "undeclared") {
    leaveOutUnknown(step, rules);
    return document;
  }
  const { target } = step;
  // `schemas` is computed; a password is accepted and never kept.
  if (target.attribute === SCHEMAS || target.attribute.mutability === "writeOnly") return document;
  if (isReadOnly(target)) {
    checkReadOnly(step, { ...document, ...readOnly }, rules);
    return document;
  }
  const before = readAttribute(document, target);
  rules.steps.spend(stepsOver(lookedAt(before, target), target.filter));
  const after = changeValue(before, step, rules);
  checkGrowth(before, after, step);
  if (after === undefined && isActive(target)) {
    // As with a PUT that leaves it out: a leaver must not come back because nothing was said.
    tolerate({ ...rules, strict: false }, `"active" cannot be cleared.`, "It keeps its value.");
    return document;
  }
  checkAllowed(before, after, step);
  return writeAttribute(document, target, after);
}

function changeValue(
  before: JsonValue | undefined,
  step: PatchStep,
  rules: PatchRules,
): JsonValue | undefined {
  switch (step.op) {
    case "add":
      return addValue(before, step, rules);
    case "replace":
      return replaceValue(before, step, rules);
    case "remove":
      return removeValue(before, step, rules);
  }
}

/** What an operation looks at: the values of a list, and those that a filter or a list of parts has it search. */
function lookedAt(
  before: JsonValue | undefined,
  { attribute, subAttribute, filter }: PathTarget,
): JsonValue | undefined {
  const isSearched = attribute.multiValued || subAttribute?.multiValued || filter !== undefined;
  return isSearched ? before : undefined;
}

/** No operation works on what another one let grow; what is too long already may shrink. */
function checkGrowth(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  { location, target }: PatchStep,
): void {
  const { length } = elementsIn(after);
  if (target.attribute.multiValued && length > elementsIn(before).length) {
    checkNumber(target.attribute, length, location);
  }
}

function leaveOutUnknown({ path }: UnknownStep | UndeclaredStep, rules: PatchRules): void {
  const problem = `There is no attribute ${quoteName(path)}.`;
  if (rules.strict) throw strictRefusal(ScimError.invalidPath(problem));
  tolerate(rules, problem);
}

function isActive({ extension, attribute }: AttributeTarget): boolean {
  return extension === undefined && attribute.name === "active";
}

function checkAllowed(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  { op, location, target }: PatchStep,
): void {
  const { required, mutability } = target.attribute;
  if (required && after === undefined) {
    throw op === "remove"
      ? ScimError.mutability(`"${location}" is required and cannot be removed.`)
      : ScimError.invalidValue(`"${location}" is required and must not be blank.`);
  }
  if (mutability === "immutable" && before !== undefined && !isSameValue(before, after)) {
    throw ScimError.mutability(`"${location}" is immutable: it has a value already.`);
  }
}

function readAttribute(document: Document, target: AttributeTarget): JsonValue | undefined {
  const { extension, attribute } = target;
  const holder = extension === undefined ? document : readMember(document, extension);
  return isJsonObject(holder) ? readMember(holder, attribute.name) : undefined;
}

function writeAttribute(
  document: Document,
  { extension, attribute }: AttributeTarget,
  value: JsonValue | undefined,
): Document {
  if (extension === undefined) return writeMember(document, attribute.name, value);
  const holder = readMember(document, extension);
  const written = writeMember(isJsonObject(holder) ? holder : {}, attribute.name, value);
  const isEmpty = Object.keys(written).length === 0;
  return writeMember(document, extension, isEmpty ? undefined : written);
}

function writeMember(object: JsonObject, name: string, value: JsonValue | undefined): JsonObject {
  if (readMember(object, name) === value) return object;
  return value === undefined ? withoutMember(object, name) : { ...object, [name]: value };
}
