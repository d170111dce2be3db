import type { Attribute, AttributeTarget, ResourceType, Schema } from "#scim/attribute.ts";
import { COMMON_ATTRIBUTES } from "./common.ts";
import { GROUP_SCHEMA } from "./core-group.ts";
import { USER_SCHEMA } from "./core-user.ts";
import { undeclaredPart } from "./define.ts";
import { ENTERPRISE_USER_SCHEMA } from "./enterprise-user.ts";
import { ENTERPRISE_USER } from "./urns.ts";

/** What a name in a body or in `attributes` stands for: a whole schema, or an attribute. */
export type NamedTarget =
  | { readonly kind: "schema"; readonly schema: Schema }
  | { readonly kind: "attribute"; readonly target: AttributeTarget; readonly isQualified: boolean };

/** The User resource type of RFC 7643 §6 without any connector's custom attributes. */
export const USER: ResourceType = {
  name: "User",
  endpoint: "/Users",
  description: "User Account",
  schema: USER_SCHEMA,
  extensions: [{ schema: ENTERPRISE_USER_SCHEMA, required: false }],
  keepsUndeclared: true,
};

/** The Group resource type of RFC 7643 §6 without any connector's custom attributes. */
export const GROUP: ResourceType = {
  name: "Group",
  endpoint: "/Groups",
  description: "Group",
  schema: GROUP_SCHEMA,
  extensions: [],
  keepsUndeclared: true,
};

/** The core schema of a resource type, then its extensions in their order. */
export function schemasOf(type: ResourceType): readonly Schema[] {
  return [type.schema, ...type.extensions.map((extension) => extension.schema)];
}

/** Whether a URN, in any letter case, is that of the resource type's core schema. */
export function isCoreSchema(type: ResourceType, urn: string): boolean {
  return indexOf(type).schemas.get(urn.toLowerCase()) === type.schema;
}

/** Finds an extension of a resource type by its URN in any letter case. */
export function findExtension(type: ResourceType, urn: string): Schema | undefined {
  const schema = indexOf(type).schemas.get(urn.toLowerCase());
  return schema === type.schema ? undefined : schema;
}

/** Finds a sub-attribute by its name in any letter case (RFC 7643 §2.1). */
export function findSubAttribute(attribute: Attribute, name: string): Attribute | undefined {
  if (attribute.isUndeclared) return undeclaredPart(name);
  let byName = subAttributeIndexes.get(attribute);
  if (byName === undefined) {
    byName = new Map(attribute.subAttributes.map((sub) => [sub.name.toLowerCase(), sub]));
    subAttributeIndexes.set(attribute, byName);
  }
  return byName.get(name.toLowerCase());
}

/**
 * Finds an attribute of a resource type by its name in any letter case (RFC 7644 §3.10). A bare
 * name means a core or common attribute first and an extension's attribute then: Entra filters
 * and patches with a bare `manager`.
 */
export function findTarget(
  type: ResourceType,
  name: {
    readonly urn?: string | undefined;
    readonly attribute: string;
    readonly subAttribute?: string | undefined;
  },
): AttributeTarget | undefined {
  const index = indexOf(type);
  const targets = name.urn === undefined ? index.bare : index.qualified.get(name.urn.toLowerCase());
  const target = targets?.get(name.attribute.toLowerCase());
  if (target === undefined && name.urn !== undefined) return findDotted(type, name);
  if (target === undefined || name.subAttribute === undefined) return target;
  const subAttribute = findSubAttribute(target.attribute, name.subAttribute);
  return subAttribute && { ...target, subAttribute };
}

/**
 * Finds what a written name stands for: a schema's URN alone, or `[urn:]attribute[.subAttribute]`.
 * The URN is recognised by the type's own schemas, so the dot of "2.0" is never a sub-attribute's.
 */
export function findNamed(type: ResourceType, name: string): NamedTarget | undefined {
  const index = indexOf(type);
  const folded = name.toLowerCase();
  const schema = index.schemas.get(folded);
  if (schema !== undefined) return { kind: "schema", schema };
  const urn = index.urnsByLength.find((known) => folded.startsWith(`${known}:`));
  const [attribute = "", subAttribute, ...rest] = name.slice(urn ? urn.length + 1 : 0).split(".");
  const target = rest.length > 0 ? undefined : findTarget(type, { urn, attribute, subAttribute });
  if (target === undefined) return findNamedDotted(type, name);
  return target && { kind: "attribute", target, isQualified: urn !== undefined };
}

/**
 * Brings the URN that begins a name into its standard form: a colon where Apache Syncope writes a dot
 * between it and the attribute, and RFC 7643's for those of SCIM 1. `problem` says what was wrong.
 */
export function standardUrn(
  type: ResourceType,
  name: string,
): { readonly name: string; readonly problem?: string } {
  const urn = URN_START.test(name) ? knownUrn(type, name) : undefined;
  if (urn === undefined) return { name };
  const written = name.slice(0, urn.length);
  const rest = name.slice(urn.length);
  const isFormer =
    ENTERPRISE_USER_FORMER.includes(urn) && findExtension(type, urn)?.id === ENTERPRISE_USER;
  const isDotted = rest.startsWith(".");
  if (!isFormer && !isDotted) return { name };
  const problem = isFormer
    ? `${JSON.stringify(written)} is the enterprise extension's URN of SCIM 1.`
    : `A dot stands where a colon belongs, after ${JSON.stringify(written)}.`;
  const standard = isDotted ? `:${rest.slice(1)}` : rest;
  return { name: `${isFormer ? ENTERPRISE_USER : written}${standard}`, problem };
}

const URN_START = /^urn:/i;

/** The type's longest URN that a name is or begins with, in lower case. */
function knownUrn(type: ResourceType, name: string): string | undefined {
  const folded = name.toLowerCase();
  return indexOf(type).urnsByLength.find((urn) => {
    const next = folded.startsWith(urn) ? folded.charAt(urn.length) : undefined;
    return next === "" || next === ":" || next === ".";
  });
}

function findNamedDotted(type: ResourceType, written: string): NamedTarget | undefined {
  const { name, problem } = standardUrn(type, written);
  return problem === undefined ? undefined : findNamed(type, name);
}

/** A name that no schema has may be one that goes on with a dot after the URN. */
function findDotted(
  type: ResourceType,
  { urn, attribute, subAttribute }: Parameters<typeof findTarget>[1],
): AttributeTarget | undefined {
  const written = `${urn}:${attribute}${subAttribute === undefined ? "" : `.${subAttribute}`}`;
  const found = findNamedDotted(type, written);
  return found?.kind === "attribute" ? found.target : undefined;
}

/** Entra's documentation misspells the URN so in its example of a user with the extension. */
const ENTERPRISE_USER_MISSPELT = "urn:ietf:params:scim:schemas:extension:enterprise:2.0user";

/** What the enterprise extension was called in SCIM 1, and in drafts of SCIM 2. */
const ENTERPRISE_USER_FORMER: readonly string[] = [
  "urn:scim:schemas:extension:enterprise:1.0",
  "urn:scim:schemas:extension:enterprise:2.0",
  "urn:scim:schemas:extension:enterprise:1.0:user",
  "urn:scim:schemas:extension:enterprise:2.0:user",
];

type TargetsByName = ReadonlyMap<string, AttributeTarget>;

interface TypeIndex {
  /** Schemas by lower-case URN. */
  readonly schemas: ReadonlyMap<string, Schema>;
  /** The same URNs, the longest first, so that a prefix never hides a longer URN. */
  readonly urnsByLength: readonly string[];
  /** Attributes by lower-case URN, then by lower-case name. */
  readonly qualified: ReadonlyMap<string, TargetsByName>;
  /** Attributes by lower-case name alone. */
  readonly bare: TargetsByName;
}

const typeIndexes = new WeakMap<ResourceType, TypeIndex>();
const subAttributeIndexes = new WeakMap<Attribute, ReadonlyMap<string, Attribute>>();

function indexOf(type: ResourceType): TypeIndex {
  let index = typeIndexes.get(type);
  if (index === undefined) {
    index = buildIndex(type);
    typeIndexes.set(type, index);
  }
  return index;
}

function buildIndex(type: ResourceType): TypeIndex {
  const core = targetsOf([...COMMON_ATTRIBUTES, ...type.schema.attributes], undefined);
  const schemas = new Map([[type.schema.id.toLowerCase(), type.schema]]);
  const qualified = new Map([[type.schema.id.toLowerCase(), core]]);
  const bare = new Map(core);
  for (const { schema } of type.extensions) {
    const targets = targetsOf(schema.attributes, schema.id);
    for (const [name, target] of targets) if (!bare.has(name)) bare.set(name, target);
    for (const urn of spellingsOf(schema.id)) {
      schemas.set(urn, schema);
      qualified.set(urn, targets);
    }
  }
  const urnsByLength = [...schemas.keys()].sort((a, b) => b.length - a.length);
  return { schemas, urnsByLength, qualified, bare };
}

function spellingsOf(urn: string): readonly string[] {
  const folded = urn.toLowerCase();
  return urn === ENTERPRISE_USER
    ? [folded, ENTERPRISE_USER_MISSPELT, ...ENTERPRISE_USER_FORMER]
    : [folded];
}

function targetsOf(
  attributes: readonly Attribute[],
  extension: string | undefined,
): Map<string, AttributeTarget> {
  return new Map(
    attributes.map((attribute) => [
      attribute.name.toLowerCase(),
      { extension, attribute, subAttribute: undefined },
    ]),
  );
}
