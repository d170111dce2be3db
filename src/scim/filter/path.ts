import type { AttributeTarget, ResourceType, Schema } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import type { AttributePath, Filter, ResolvedFilter } from "#scim/filter/syntax/ast.ts";
import { parseAttributePath } from "#scim/filter/syntax/attribute-path.ts";
import { isLongerThan, parseBrackets, takeSubAttribute } from "#scim/filter/syntax/parse.ts";
import { TokenReader } from "#scim/filter/syntax/tokens.ts";
import { findExtension, findTarget, isCoreSchema } from "#scim/schema/registry.ts";
import { resolveValueFilter } from "./resolve.ts";

/** A PATCH path of RFC 7644 §3.5.2: a schema's URN alone, or an attribute, perhaps a valuePath. */
export type Path =
  | { readonly kind: "schema"; readonly urn: string }
  | (AttributePath & { readonly kind: "attribute"; readonly filter?: Filter });

/** What a path stands for in a resource type. */
export type ResolvedPath =
  | { readonly kind: "schema"; readonly schema: Schema }
  | { readonly kind: "attribute"; readonly target: PathTarget };

/** An attribute, or those of its values that a filter chooses, or a sub-attribute of either. */
export interface PathTarget extends AttributeTarget {
  readonly filter: ValueFilter | undefined;
}

/** The filter of a valuePath: as written, to create a value from, and resolved, to match values. */
export interface ValueFilter {
  readonly parsed: Filter;
  readonly resolved: ResolvedFilter;
}

/** The longest path; no client sends one of a hundredth of it. */
export const PATH_BYTES_MAX = 2048;

/** Parses a PATCH path (RFC 7644 §3.5.2 and Figure 7); the type's own URNs tell a bare URN apart. */
export function parsePath(text: string, type: ResourceType): Path {
  if (isLongerThan(text, PATH_BYTES_MAX)) {
    throw ScimError.invalidPath(`The path is longer than ${PATH_BYTES_MAX} bytes.`);
  }
  const tokens = new TokenReader(text, ScimError.invalidPath);
  const head = tokens.next.kind === "word" ? tokens.next.text : "";
  const isSchema = isCoreSchema(type, head) || findExtension(type, head) !== undefined;
  const path = isSchema ? undefined : parseAttributePath(head);
  if (!isSchema && path === undefined) throw tokens.expected("an attribute path");
  tokens.take();
  const parsed: Path = path === undefined ? { kind: "schema", urn: head } : parseRest(tokens, path);
  tokens.expect("end");
  return parsed;
}

/**
 * Finds what a path names; undefined when the resource type has no such attribute. A filter on a
 * simple attribute with one value is invalidPath, one that cannot be evaluated invalidFilter (RFC 7644
 * Table 9); on a complex one it is matched against the one value.
 */
export function resolvePath(type: ResourceType, path: Path): ResolvedPath | undefined {
  if (path.kind === "schema") {
    const schema = isCoreSchema(type, path.urn) ? type.schema : findExtension(type, path.urn);
    return schema && { kind: "schema", schema };
  }
  const target = findTarget(type, path);
  if (target === undefined) return undefined;
  const { multiValued, type: kind } = target.attribute;
  if (path.filter !== undefined && !multiValued && kind !== "complex") {
    throw ScimError.invalidPath(
      `"${target.attribute.name}" has one value, so a filter cannot choose among its values.`,
    );
  }
  const filter = path.filter && {
    parsed: path.filter,
    resolved: resolveValueFilter(target.attribute, path.filter),
  };
  return { kind: "attribute", target: { ...target, filter } };
}

function parseRest(tokens: TokenReader, path: AttributePath): Path {
  if (path.subAttribute !== undefined || tokens.next.kind !== "[") {
    return { kind: "attribute", ...path };
  }
  const filter = parseBrackets(tokens);
  const subAttribute = takeSubAttribute(tokens);
  return {
    kind: "attribute",
    ...path,
    filter,
    ...(subAttribute === undefined ? {} : { subAttribute }),
  };
}
