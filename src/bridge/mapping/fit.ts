import type { Attribute } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import { isJsonObject, type JsonValue, readMember } from "#scim/json.ts";
import { normaliseAttribute } from "#scim/resource/value/value.ts";
import { listItems, plainText } from "./reading.ts";

/** A provider's value as an attribute takes it (null: none), or a sentence that says why it does not. */
export type Fitted =
  | { readonly kind: "fits"; readonly value: JsonValue | null }
  | { readonly kind: "unfit"; readonly detail: string };

/**
 * Makes of a provider's value one of an attribute's type: numbers become text and texts numbers where
 * they say one, a single value a list of one. Nothing is cut off or guessed.
 */
export function fitValue(attribute: Attribute, said: JsonValue, name: string): Fitted {
  const given = Array.isArray(said) ? listItems(said) : [said];
  const values = given.map((each) => converted(attribute, each)).filter((each) => each !== null);
  const [only, ...others] = values;
  if (only === undefined) return { kind: "fits", value: null };
  if (!attribute.multiValued && others.length > 0) {
    return unfit(`"${name}" takes one value, and the provider has ${values.length}.`);
  }
  try {
    const context = { strict: false, warnings: [] };
    const value = normaliseAttribute(
      attribute,
      attribute.multiValued ? values : only,
      context,
      name,
    );
    return { kind: "fits", value: value ?? null };
  } catch (error) {
    if (error instanceof ScimError) return unfit(error.detail);
    throw error;
  }
}

/** Google's custom fields with several values, and lists elsewhere, hold objects with a `value`. */
function converted({ type }: Attribute, given: JsonValue): JsonValue | null {
  const value = isJsonObject(given) ? (readMember(given, "value") ?? given) : given;
  switch (type) {
    case "boolean":
      return typeof value === "string" ? plainText(value) : value;
    case "integer":
    case "decimal":
      return typeof value === "string" ? numberIn(value) : value;
    default:
      if (typeof value === "boolean") return String(value);
      return typeof value === "object" && value !== null ? value : plainText(value);
  }
}

/** A text that is no number stays what it is, and is refused as such. */
function numberIn(text: string): JsonValue | null {
  const plain = plainText(text);
  if (plain === null) return null;
  return /^[+-]?\d{1,30}(?:\.\d{1,30})?$/.test(plain) ? Number(plain) : plain;
}

function unfit(detail: string): Fitted {
  return { kind: "unfit", detail };
}
