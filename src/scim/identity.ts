import type { CandidateKeys, TypeName } from "./ports.ts";
import type { Document } from "./resource.ts";
import type { ResourceType } from "./schema/attribute.ts";
import { foldText } from "./text.ts";

/** The attribute by which resources of a type are named, and unique in their connector (SEMANTICS 5). */
export function nameAttribute(type: TypeName): "userName" | "displayName" {
  return type === "User" ? "userName" : "displayName";
}

/** The keys under which a resource is unique in its connector. */
export function identityOf(type: ResourceType, document: Document): CandidateKeys {
  const name = document[nameAttribute(type.name)];
  const { externalId } = document;
  return {
    nameKey: typeof name === "string" ? foldText(name) : "",
    externalId: typeof externalId === "string" ? externalId : undefined,
  };
}
