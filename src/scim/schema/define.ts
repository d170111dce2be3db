import type { Attribute, AttributeType } from "#scim/attribute.ts";

/** The characteristics in which an attribute differs from the defaults of RFC 7643 §2.2. */
export type Characteristics = Partial<
  Omit<Attribute, "name" | "type" | "description" | "subAttributes">
>;

/** Defines a string attribute (RFC 7643 §2.3.1). */
export function stringAttribute(
  name: string,
  description: string,
  characteristics: Characteristics = {},
): Attribute {
  return defineAttribute("string", name, description, characteristics);
}

/** Defines a boolean attribute (RFC 7643 §2.3.2). */
export function booleanAttribute(
  name: string,
  description: string,
  characteristics: Characteristics = {},
): Attribute {
  return defineAttribute("boolean", name, description, characteristics);
}

/** Defines a dateTime attribute (RFC 7643 §2.3.5). */
export function dateTimeAttribute(
  name: string,
  description: string,
  characteristics: Characteristics = {},
): Attribute {
  return defineAttribute("dateTime", name, description, characteristics);
}

/** Defines a binary attribute, which RFC 7643 §2.3.6 makes case exact. */
export function binaryAttribute(
  name: string,
  description: string,
  characteristics: Characteristics = {},
): Attribute {
  return defineAttribute("binary", name, description, { caseExact: true, ...characteristics });
}

/** Defines a reference attribute, which RFC 7643 §2.3.7 makes case exact. */
export function referenceAttribute(
  name: string,
  description: string,
  referenceTypes: readonly string[],
  characteristics: Characteristics = {},
): Attribute {
  return defineAttribute("reference", name, description, {
    caseExact: true,
    referenceTypes,
    ...characteristics,
  });
}

/** Defines a complex attribute (RFC 7643 §2.3.8). */
export function complexAttribute(
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  characteristics: Characteristics = {},
): Attribute {
  return { ...defineAttribute("complex", name, description, characteristics), subAttributes };
}

/** Defines a multi-valued attribute with the sub-attributes of RFC 7643 §2.4 around its `value`. */
export function pluralAttribute(
  name: string,
  description: string,
  value: Attribute,
  types: readonly string[] = [],
): Attribute {
  return complexAttribute(
    name,
    description,
    [
      value,
      stringAttribute("display", "A label for people to read."),
      typeAttribute(types),
      primaryAttribute(),
    ],
    { multiValued: true },
  );
}

/** Defines the `type` sub-attribute of RFC 7643 §2.4 with its suggested values. */
export function typeAttribute(
  canonicalValues: readonly string[],
  characteristics: Characteristics = {},
): Attribute {
  return stringAttribute("type", "What this value is used for.", {
    ...(canonicalValues.length > 0 && { canonicalValues }),
    ...characteristics,
  });
}

/** Defines the `primary` sub-attribute of RFC 7643 §2.4. */
export function primaryAttribute(): Attribute {
  return booleanAttribute(
    "primary",
    "Whether this is the preferred value; true for one value at most.",
  );
}

const UNDECLARED = "An attribute that nobody declared.";

/** Stands for an attribute of an extension that nobody declared, as folded documents hold it. */
export function undeclaredAttribute(name: string): Attribute {
  const characteristics = { multiValued: true };
  const attribute = complexAttribute(name.toLowerCase(), UNDECLARED, [], characteristics);
  return { ...attribute, isUndeclared: true };
}

/** Stands for a part of such an attribute. */
export function undeclaredPart(name: string): Attribute {
  const part = stringAttribute(name.toLowerCase(), UNDECLARED, { multiValued: true });
  return { ...part, isUndeclared: true };
}

/** The defaults of RFC 7643 §2.2. */
const DEFAULTS = {
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: "readWrite",
  returned: "default",
  uniqueness: "none",
  subAttributes: [],
} as const;

/** Defines an attribute of any type but complex. */
export function defineAttribute(
  type: AttributeType,
  name: string,
  description: string,
  characteristics: Characteristics,
): Attribute {
  return { ...DEFAULTS, name, type, description, ...characteristics };
}
