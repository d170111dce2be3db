/** The data types of RFC 7643 §2.3. */
export type AttributeType =
  | "string"
  | "boolean"
  | "decimal"
  | "integer"
  | "dateTime"
  | "binary"
  | "reference"
  | "complex";

/** An attribute with all the characteristics of RFC 7643 §2.2 and §7; nothing is left to a default. */
export interface Attribute {
  readonly name: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: "readOnly" | "readWrite" | "immutable" | "writeOnly";
  readonly returned: "always" | "never" | "default" | "request";
  readonly uniqueness: "none" | "server" | "global";
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  /** Empty for every type but complex. */
  readonly subAttributes: readonly Attribute[];
  /** That nobody declared it: it takes any value, has any sub-attribute, and all of it compares as text. */
  readonly isUndeclared?: true;
}

/** A schema of RFC 7643 §7: a URN and its attributes. */
export interface Schema {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

/** A resource type of RFC 7643 §6 as one connector sees it, its own custom attributes included. */
export interface ResourceType {
  readonly name: "User" | "Group";
  readonly endpoint: "/Users" | "/Groups";
  readonly description: string;
  readonly schema: Schema;
  readonly extensions: readonly { readonly schema: Schema; readonly required: boolean }[];
  /** Whether attributes under the URN of an extension that nobody declared are kept as they were sent. */
  readonly keepsUndeclared: boolean;
  /** With the attributes that documents still hold but the connector no longer declares, where there are any. */
  readonly storedAs?: ResourceType;
}

/**
 * An attribute found in a resource type: the attribute, the sub-attribute when one was named,
 * and the URN of the extension that holds it (undefined for core and common attributes).
 */
export interface AttributeTarget {
  readonly extension: string | undefined;
  readonly attribute: Attribute;
  readonly subAttribute: Attribute | undefined;
}
