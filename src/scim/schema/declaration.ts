import type { AttributeType, ResourceType } from "#scim/attribute.ts";
import { isPrototypeName } from "#scim/filter/syntax/attribute-path.ts";
import { findExtension, findTarget, GROUP, USER } from "./registry.ts";
import { CORE_GROUP, CORE_USER, ENTERPRISE_USER } from "./urns.ts";

/** The types that an administrator may give an attribute which has no sub-attributes. */
export type DeclaredType = Exclude<AttributeType, "binary" | "complex">;

/** A part of a complex attribute; it has no parts of its own (RFC 7643 §2.3.8). */
export interface SubDeclaration {
  readonly name: string;
  readonly type: DeclaredType;
  readonly multiValued: boolean;
  readonly caseExact: boolean;
  readonly description?: string | undefined;
}

/** A connector's own attribute as its administrator declares it. */
export interface Declaration {
  readonly name: string;
  readonly resourceType: ResourceType["name"];
  readonly type: DeclaredType | "complex";
  readonly multiValued: boolean;
  readonly caseExact: boolean;
  readonly description?: string | undefined;
  /** Of a complex attribute, at least one; of any other none. */
  readonly subAttributes?: readonly SubDeclaration[] | undefined;
  /** The URN of the extension that holds it; without one it is a core attribute like any other. */
  readonly schema?: string | undefined;
}

/** How many attributes a connector may declare: every request of its client reads them. */
export const DECLARATIONS_MAX = 100;

/** How many sub-attributes a complex attribute may have. */
export const SUB_DECLARATIONS_MAX = 20;

/** What is wrong with a connector's declarations, taken together, in words; undefined for nothing. */
export function problemOf(declarations: readonly Declaration[]): string | undefined {
  for (const [at, declaration] of declarations.entries()) {
    const problem =
      nameProblem(declaration) ??
      partsProblem(declaration) ??
      schemaProblem(declaration) ??
      conflict(declaration, declarations.slice(0, at));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Whether two declarations are of one attribute; its names may differ in letter case. */
export function isSameAttribute(
  a: Pick<Declaration, "name" | "resourceType">,
  b: Pick<Declaration, "name" | "resourceType">,
): boolean {
  return a.resourceType === b.resourceType && isSameText(a.name, b.name);
}

/**
 * Whether values stored under one declaration fit the other as they are, wherever they are kept: it may
 * have further sub-attributes.
 */
export function isSameShape(stored: Declaration, other: Declaration): boolean {
  const names = ["name", "resourceType", "type", "multiValued", "caseExact", "schema"] as const;
  const { subAttributes = [] } = other;
  return (
    names.every((name) => stored[name] === other[name]) &&
    (stored.subAttributes ?? []).every((part) =>
      subAttributes.some((each) => isSamePart(part, each)),
    )
  );
}

function isSamePart(a: SubDeclaration, b: SubDeclaration): boolean {
  const names = ["name", "type", "multiValued", "caseExact"] as const;
  return names.every((name) => a[name] === b[name]);
}

/** The grammar of RFC 7643 §2.1, and a length that no filter or path minds. */
const NAME = /^[a-z][a-z0-9$_-]{0,63}$/i;

/** A part may be called `$ref`, too (RFC 7643 §2.4). */
const PART_NAME = /^[a-z$][a-z0-9$_-]{0,63}$/i;

/** The URNs of RFC 8141, as far as a path of RFC 7644 §3.10 can hold them. */
const URN = /^urn:[a-z0-9][a-z0-9-]{0,31}(:[a-z0-9$_.-]+)+$/i;
const URN_CHARACTERS_MAX = 200;

/** RFC 7643 §10 and RFC 7644 §3 keep these for themselves. */
const STANDARD_URNS = [CORE_USER, CORE_GROUP, ENTERPRISE_USER];
const RESERVED_URN = /^urn:ietf:params:scim:(schemas:core|api):/i;

function nameProblem({ name }: Declaration): string | undefined {
  if (!NAME.test(name)) {
    return `"${name}" is no name: a letter, then at most 63 letters, digits, "$", "-" or "_".`;
  }
  // A filter that begins with "not" is a negation.
  if (isPrototypeName(name) || isSameText(name, "not")) return `The name "${name}" is not allowed.`;
  const isStandard = [USER, GROUP].some((type) => findTarget(type, { attribute: name }));
  return isStandard ? `"${name}" is an attribute of RFC 7643 already.` : undefined;
}

/** What is wrong with the sub-attributes of a declaration: a complex one has some, any other has none. */
function partsProblem({ name, type, subAttributes = [] }: Declaration): string | undefined {
  if (type !== "complex") {
    return subAttributes.length === 0
      ? undefined
      : `"${name}" has sub-attributes, so its type must be "complex".`;
  }
  if (subAttributes.length === 0) return `"${name}" is complex, so it needs "subAttributes".`;
  const names = new Set<string>();
  for (const part of subAttributes) {
    if (!PART_NAME.test(part.name) || isPrototypeName(part.name) || isSameText(part.name, "not")) {
      return `"${name}" cannot have a sub-attribute "${part.name}": a letter or "$", then at most 63 letters, digits, "$", "-" or "_".`;
    }
    if (names.has(part.name.toLowerCase())) {
      return `The sub-attribute "${part.name}" of "${name}" is declared twice.`;
    }
    names.add(part.name.toLowerCase());
  }
  return undefined;
}

function schemaProblem({ name, schema }: Declaration): string | undefined {
  if (schema === undefined) return undefined;
  if (!URN.test(schema) || schema.length > URN_CHARACTERS_MAX) {
    return `The schema of "${name}" must be a URN of at most ${URN_CHARACTERS_MAX} characters, such as urn:example:params:scim:schemas:extension:2.0:User.`;
  }
  const isStandard = RESERVED_URN.test(schema) || findExtension(USER, schema) !== undefined;
  if (isStandard || STANDARD_URNS.some((urn) => overlap(urn, schema))) {
    return `The schema of "${name}" belongs to the RFCs. Leave it out, or use a URN of your own.`;
  }
  return undefined;
}

/** What sets a declaration against those before it: a name, or URNs that could be taken for each other. */
function conflict(declaration: Declaration, others: readonly Declaration[]): string | undefined {
  const { name, schema, resourceType } = declaration;
  if (others.some((other) => isSameAttribute(declaration, other))) {
    return `"${name}" is declared twice.`;
  }
  for (const other of others) {
    if (schema === undefined || other.schema === undefined) continue;
    const isSame = isSameText(schema, other.schema);
    if (isSame && (schema !== other.schema || resourceType !== other.resourceType)) {
      return `The schemas of "${other.name}" and "${name}" must be spelled alike, and be of one resource type.`;
    }
    if (overlap(schema, other.schema)) {
      return `The schema of "${name}" and that of "${other.name}" must not begin with each other.`;
    }
  }
  return undefined;
}

/** Whether one URN goes on where another ends, so that its end could be taken for an attribute's name. */
function overlap(a: string, b: string): boolean {
  const [foldedA, foldedB] = [a.toLowerCase(), b.toLowerCase()];
  return foldedA.startsWith(`${foldedB}:`) || foldedB.startsWith(`${foldedA}:`);
}

function isSameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
