import { ENTERPRISE_USER } from "../urns.ts";
import type { Attribute, AttributeTarget, ResourceType, Schema } from "./attribute.ts";
import { COMMON_ATTRIBUTES } from "./common.ts";
import { GROUP_SCHEMA } from "./core-group.ts";
import { USER_SCHEMA } from "./core-user.ts";
import { ENTERPRISE_USER_SCHEMA } from "./enterprise-user.ts";

/** What a name in a body or in `attributes` stands for: a whole schema, or an attribute. */
export type NamedTarget =
  | { readonly kind: "schema"; readonly schema: Schema }
  | { readonly kind: "attribute"; readonly target: AttributeTarget; readonly isQualified: boolean };

/** The User resource type of RFC 7643 §6 without any connector's custom attributes. */
export const USER: ResourceType = {
  name: "User",
  endpoint: "/Users",
  description: "User account",
  schema: USER_SCHEMA,
  extensions: [{ schema: ENTERPRISE_USER_SCHEMA, required: false }],
};

/** The Group resource type of RFC 7643 §6 without any connector's custom attributes. */
export const GROUP: ResourceType = {
  name: "Group",
  endpoint: "/Groups",
  description: "Group",
  schema: GROUP_SCHEMA,
  extensions: [],
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
  if (rest.length > 0) return undefined;
  const target = findTarget(type, { urn, attribute, subAttribute });
  return target && { kind: "attribute", target, isQualified: urn !== undefined };
}

/** Entra's documentation misspells the URN so in its example of a user with the extension. */
const ENTERPRISE_USER_MISSPELT = "urn:ietf:params:scim:schemas:extension:enterprise:2.0user";

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
  return urn === ENTERPRISE_USER ? [folded, ENTERPRISE_USER_MISSPELT] : [folded];
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
