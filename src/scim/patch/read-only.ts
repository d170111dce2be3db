import type { PathTarget } from "#scim/filter/path.ts";
import { tolerate } from "#scim/resource/value/value.ts";
import { ScimError } from "../error.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { isJsonObject, readMember } from "../json.ts";
import { isCleared, isSameValue } from "./same.ts";
import type { PatchRules, PatchStep } from "./step.ts";

/** Whether a path names what only the service provider writes (RFC 7643 §7 mutability readOnly). */
export function isReadOnly({ attribute, subAttribute }: PathTarget): boolean {
  return attribute.mutability === "readOnly" || subAttribute?.mutability === "readOnly";
}

/**
 * A read-only attribute inside a value is ignored (Okta sends `id`), and so is the
 * value it has; another value, or a `remove`, on an explicit path is 400 mutability. A read-only
 * part of what may be written, such as `manager.displayName`, is ignored as a path, too.
 */
export function checkReadOnly(step: PatchStep, resource: JsonObject, rules: PatchRules): void {
  const { target, op } = step;
  const isHarmless = op !== "remove" && isSameOrCleared(readTarget(resource, target), step.value);
  if (!step.isExplicit || isHarmless) return;
  const problem = `"${step.path}" is read-only; leave it out.`;
  if (target.attribute.mutability === "readOnly") throw ScimError.mutability(problem);
  tolerate(rules, problem, "It is ignored.", ScimError.mutability);
}

function isSameOrCleared(current: JsonValue | undefined, value: JsonValue): boolean {
  return isSameValue(current, value) || (isCleared(current) && isCleared(value));
}

/** With a filter the path stands for no single value, so nothing can be the same. */
function readTarget(resource: JsonObject, target: PathTarget): JsonValue | undefined {
  const { extension, attribute, subAttribute, filter } = target;
  const holder = extension === undefined ? resource : readMember(resource, extension);
  const value = isJsonObject(holder) ? readMember(holder, attribute.name) : undefined;
  if (subAttribute === undefined || filter !== undefined) return filter ? undefined : value;
  return isJsonObject(value) ? readMember(value, subAttribute.name) : undefined;
}
