import type { Attribute, ResourceType, Schema } from "#scim/attribute.ts";
import { type ConnectorSettings, DEFAULT_SETTINGS } from "../settings.ts";
import type { Declaration, SubDeclaration } from "./declaration.ts";
import { defineAttribute } from "./define.ts";
import { GROUP, USER } from "./registry.ts";

/** A declaration as a connector keeps it; one taken back is kept for the values that are still stored. */
export interface StoredDeclaration extends Declaration {
  readonly isRemoved?: boolean;
}

/** The resource types of one connector. */
export type ResourceTypes = { readonly [name in ResourceType["name"]]: ResourceType };

/** The resource types of a connector without attributes of its own. */
export const STANDARD_TYPES: ResourceTypes = { User: USER, Group: GROUP };

/**
 * The standard types that know nothing of undeclared extensions: what every connector understands alike, by
 * which a filter is read before its connector is known.
 */
export const STANDARD_ALONE: ResourceTypes = {
  User: { ...USER, keepsUndeclared: false },
  Group: { ...GROUP, keepsUndeclared: false },
};

/** The declarations that the text of a connector's `attributes` holds. */
export function parseDeclarations(text: string): readonly StoredDeclaration[] {
  // Written by this program from checked declarations.
  return JSON.parse(text) as readonly StoredDeclaration[];
}

/**
 * The resource types for the text of a connector's `attributes` and its settings; equal texts give the same
 * objects.
 */
export function resourceTypesOf(
  text: string,
  settings: Pick<ConnectorSettings, "unknownExtensions" | "strict"> = DEFAULT_SETTINGS,
): ResourceTypes {
  const keepsUndeclared = settings.unknownExtensions === "keep" && !settings.strict;
  if (text === "[]") return keepsUndeclared ? STANDARD_TYPES : STANDARD_ALONE;
  const key = `${keepsUndeclared} ${text}`;
  const known = typesByText.get(key);
  if (known !== undefined) return known;
  const types = resourceTypesWith(parseDeclarations(text), keepsUndeclared);
  if (typesByText.size >= KNOWN_TEXTS_MAX) typesByText.clear();
  typesByText.set(key, types);
  return types;
}

/**
 * The standard resource types, extended by declared attributes: those without a schema of their own
 * stand in the core schema, the others in extensions. Standard attributes stay the same objects.
 */
export function resourceTypesWith(
  declarations: readonly StoredDeclaration[],
  keepsUndeclared = true,
): ResourceTypes {
  const { User, Group } = keepsUndeclared ? STANDARD_TYPES : STANDARD_ALONE;
  return { User: typeWith(User, declarations), Group: typeWith(Group, declarations) };
}

const typesByText = new Map<string, ResourceTypes>();

/** Names and schemas of a hundred attributes take some 100 KB; an isolate has 128 MB. */
const KNOWN_TEXTS_MAX = 100;

function typeWith(
  standard: ResourceType,
  declarations: readonly StoredDeclaration[],
): ResourceType {
  const all = declarations.filter(({ resourceType }) => resourceType === standard.name);
  const declared = all.filter(({ isRemoved }) => !isRemoved);
  const type = extended(standard, declared);
  return declared.length === all.length ? type : { ...type, storedAs: extended(standard, all) };
}

function extended(standard: ResourceType, declarations: readonly Declaration[]): ResourceType {
  if (declarations.length === 0) return standard;
  // In an order of its own, so that no document changes when declarations come in another one.
  const bySchema = Map.groupBy(declarations.toSorted(byPlace), ({ schema }) => schema);
  const own = (bySchema.get(undefined) ?? []).map(attributeOf);
  const extensions = [...bySchema].flatMap(([urn, each]) =>
    urn === undefined ? [] : [{ schema: extensionOf(standard, urn, each), required: false }],
  );
  const { schema } = standard;
  return {
    ...standard,
    schema: own.length === 0 ? schema : { ...schema, attributes: [...schema.attributes, ...own] },
    extensions: [...standard.extensions, ...extensions],
  };
}

function byPlace(a: Declaration, b: Declaration): number {
  const [placeA, placeB] = [`${a.schema ?? ""} ${a.name}`, `${b.schema ?? ""} ${b.name}`];
  return placeA < placeB ? -1 : 1;
}

function extensionOf(
  { name }: ResourceType,
  urn: string,
  declarations: readonly Declaration[],
): Schema {
  return {
    id: urn,
    name: `Custom${name}`,
    description: `Attributes that a connector declares for its ${name.toLowerCase()}s.`,
    attributes: declarations.map(attributeOf),
  };
}

function attributeOf(declaration: Declaration): Attribute {
  const { subAttributes = [] } = declaration;
  return { ...simpleAttribute(declaration), subAttributes: subAttributes.map(simpleAttribute) };
}

function simpleAttribute(declaration: Declaration | SubDeclaration): Attribute {
  const { name, type, multiValued, caseExact, description } = declaration;
  return defineAttribute(type, name, description ?? "An attribute that the connector declares.", {
    multiValued,
    caseExact,
    ...(type === "reference" && { referenceTypes: ["external"] }),
  });
}
