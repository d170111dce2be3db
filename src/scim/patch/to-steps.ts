import type { ResourceType } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import { type PathTarget, parsePath, resolvePath } from "#scim/filter/path.ts";
import { resolveValueFilter } from "#scim/filter/resolve.ts";
import { parseAttributePath } from "#scim/filter/syntax/attribute-path.ts";
import { isJsonObject, type JsonValue } from "#scim/json.ts";
import { givenTwice, type Leniency } from "#scim/resource/value/value.ts";
import { undeclaredAttribute } from "#scim/schema/define.ts";
import { findNamed } from "#scim/schema/registry.ts";
import { readUndeclared } from "#scim/schema/undeclared.ts";
import type { PatchOperation } from "./parse.ts";
import { type StandardOperation, standardise, withMemberList } from "./quirks.ts";
import { isReadOnly } from "./read-only.ts";
import { isSameValue } from "./same.ts";
import type { AnyStep, UndeclaredStep } from "./step.ts";

/** Turns the operations of a request into steps, in order; a malformed path is invalidPath. */
export function toSteps(
  type: ResourceType,
  operations: readonly PatchOperation[],
): readonly AnyStep[] {
  return operations.flatMap((operation) => {
    const steps = standardise(type, operation).map((each) => toStep(type, each));
    if (steps.length > 1) refuseClash(steps);
    return steps;
  });
}

function toStep(type: ResourceType, operation: StandardOperation): AnyStep {
  const { path, leniencies } = operation;
  const undeclared = undeclaredStep(type, operation);
  if (undeclared !== undefined) return undeclared;
  const resolved = isNoPath(operation) ? undefined : resolvePath(type, parsePath(path, type));
  if (resolved?.kind !== "attribute") return { op: "unknown", path, leniencies };
  const { target } = resolved;
  const step = { ...withMemberList(operation, target), location: locationOf(target), target };
  return hasNeedlessFilter(target)
    ? { ...step, leniencies: [...leniencies, needlessFilter(target)] }
    : step;
}

/** The step of an operation on what nobody declared, if its path names such a thing. */
function undeclaredStep(
  type: ResourceType,
  { op, path, value, leniencies }: StandardOperation,
): UndeclaredStep | undefined {
  const open = path.indexOf("[");
  const name = open === -1 ? path : path.slice(0, open);
  const isObject = isJsonObject(value);
  const found = readUndeclared(type, name, { isObject });
  if (found === undefined || findNamed(type, name) !== undefined) return undefined;
  const step = { op: "undeclared", action: op, path, name, value, leniencies } as const;
  if (open === -1) return { ...step, filter: undefined, part: undefined };
  const parsed = parsePath(path, type);
  if (parsed.kind !== "attribute" || parsed.filter === undefined) return undefined;
  const resolved = resolveValueFilter(undeclaredAttribute(parsed.attribute), parsed.filter);
  return { ...step, filter: { parsed: parsed.filter, resolved }, part: parsed.subAttribute };
}

/** scim-patch #453 removes a manager by `manager[value eq "m1"]`. */
function hasNeedlessFilter({ attribute, filter }: PathTarget): boolean {
  return filter !== undefined && !attribute.multiValued;
}

function needlessFilter({ attribute }: PathTarget): Leniency {
  return {
    problem: `"${attribute.name}" has one value, so a filter cannot choose among its values.`,
    outcome: "It is changed if the filter matches it.",
    refuse: ScimError.invalidPath,
  };
}

/** One value that says two things of one attribute, at two places: nobody can tell which is meant. */
function refuseClash(steps: readonly AnyStep[]): void {
  const said = new Map<string, JsonValue | undefined>();
  for (const step of steps) {
    if (
      step.op === "unknown" ||
      step.op === "undeclared" ||
      step.target.filter !== undefined ||
      isReadOnly(step.target)
    ) {
      continue;
    }
    const { location, value } = step;
    if (said.has(location) && !isSameValue(said.get(location), value)) throw givenTwice(location);
    said.set(location, value);
  }
}

function locationOf({ extension, attribute, subAttribute }: PathTarget): string {
  const urn = extension === undefined ? "" : `${extension}:`;
  return `${urn}${attribute.name}${subAttribute === undefined ? "" : `.${subAttribute.name}`}`;
}

/** A key of a value may be any text: one that is no path is an unknown attribute, not an error. */
function isNoPath({ isExplicit, path }: StandardOperation): boolean {
  return !isExplicit && !path.includes("[") && parseAttributePath(path) === undefined;
}
