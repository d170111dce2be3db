import { ScimError } from "./error.ts";
import type { JsonValue } from "./json.ts";
import { isJsonObject, quoteName } from "./json.ts";

/** The members of an object by their lower-case names: Entra and others write `Operations` and `Path`. */
export function messageMembers(value: JsonValue, location: string): ReadonlyMap<string, JsonValue> {
  if (!isJsonObject(value)) throw ScimError.invalidSyntax(`${location} must be an object.`);
  const members = new Map<string, JsonValue>();
  for (const [name, member] of Object.entries(value)) {
    const lower = name.toLowerCase();
    if (members.has(lower)) {
      throw ScimError.invalidSyntax(`${location} has two spellings of ${quoteName(name)}.`);
    }
    members.set(lower, member);
  }
  return members;
}

/** Refuses a message whose `schemas` do not name its own schema, in any letter case. */
export function requireSchema(schemas: JsonValue | undefined, required: string): void {
  const isNamed =
    Array.isArray(schemas) &&
    schemas.some((urn) => typeof urn === "string" && urn.toLowerCase() === required.toLowerCase());
  if (!isNamed) throw ScimError.invalidSyntax(`The body's schemas must name "${required}".`);
}
