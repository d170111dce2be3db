import type { Attribute, ResourceType, Schema } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import { isJsonObject, type JsonObject, type JsonValue, readMember } from "#scim/json.ts";
import { normaliseAttribute } from "#scim/resource/value/value.ts";
import { findTarget } from "#scim/schema/registry.ts";
import { isExtensionMember, ownExtension } from "#scim/schema/undeclared.ts";

/** A document as its connector's declarations want it, and of which attributes the values do not fit. */
export interface DeclaredForm {
  readonly document: JsonObject;
  readonly misfits: readonly Misfit[];
}

/** An attribute whose stored value does not fit its declaration. */
export interface Misfit {
  readonly schema: Schema;
  readonly attribute: Attribute;
}

/**
 * Brings what was kept of an extension before anybody declared it into the form of the declarations: their
 * spelling, and their types where a value fits. What does not fit stays as it was sent.
 */
export function declaredForm(type: ResourceType, document: JsonObject): DeclaredForm {
  const misfits: Misfit[] = [];
  const formed = formedDocument(type, document, (schema, attribute, value) => {
    const fitting = fittingValue(attribute, value);
    if (fitting === undefined) misfits.push({ schema, attribute });
    return fitting ?? value;
  });
  return { document: formed, misfits };
}

/** Gives what was kept before it was declared the names of the declarations, and leaves the values alone. */
export function declaredNames(type: ResourceType, document: JsonObject): JsonObject {
  return formedDocument(type, document, (_schema, _attribute, value) => value);
}

type FormValue = (schema: Schema, attribute: Attribute, value: JsonValue) => JsonValue;

function formedDocument(
  type: ResourceType,
  document: JsonObject,
  formValue: FormValue,
): JsonObject {
  let read = document;
  for (const [name, object] of Object.entries(document)) {
    const schema = isExtensionMember(name) ? ownExtension(type, name) : undefined;
    if (schema === undefined || !isJsonObject(object)) continue;
    const formed = formedMembers(type, schema, object, formValue);
    if (formed === object && schema.id === name) continue;
    const { [name]: _, ...others } = read;
    const former = readMember(others, schema.id);
    read = { ...others, [schema.id]: { ...(isJsonObject(former) ? former : {}), ...formed } };
  }
  return read;
}

/** A document without the values that do not fit: no filter and no order may meet them. */
export function fittingForm(type: ResourceType, document: JsonObject): JsonObject {
  const { document: formed, misfits } = declaredForm(type, document);
  if (misfits.length === 0) return formed;
  const members = Object.entries(formed).map(([name, value]): [string, JsonValue] => {
    const left = misfits.filter(({ schema }) => schema.id === name);
    return [name, left.length === 0 ? value : without(value, left)];
  });
  return Object.fromEntries(members);
}

function without(object: JsonValue, misfits: readonly Misfit[]): JsonValue {
  if (!isJsonObject(object)) return object;
  const names = new Set(misfits.map(({ attribute }) => attribute.name));
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.has(name)));
}

function formedMembers(
  type: ResourceType,
  schema: Schema,
  object: JsonObject,
  formValue: FormValue,
): JsonObject {
  let isChanged = false;
  const members = Object.entries(object).map(([name, value]): [string, JsonValue] => {
    const target = findTarget(type, { urn: schema.id, attribute: name });
    if (target === undefined) return [name, value];
    const { attribute } = target;
    const formed = formValue(schema, attribute, value);
    const isSame =
      name === attribute.name &&
      (formed === value || JSON.stringify(formed) === JSON.stringify(value));
    if (!isSame) isChanged = true;
    return isSame ? [name, value] : [attribute.name, formed];
  });
  return isChanged ? Object.fromEntries(members) : object;
}

/** The value as a request's would be stored; undefined where such a request would be refused. */
function fittingValue(attribute: Attribute, value: JsonValue): JsonValue | undefined {
  try {
    const context = { strict: false, warnings: [], isStored: true };
    return normaliseAttribute(attribute, value, context, attribute.name);
  } catch (error) {
    if (error instanceof ScimError) return undefined;
    throw error;
  }
}
