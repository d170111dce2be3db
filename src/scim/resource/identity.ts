import type { ResourceType } from "#scim/attribute.ts";
import { isJsonObject, type JsonObject, type JsonValue, readMember } from "#scim/json.ts";
import type { CandidateKeys, TypeName } from "#scim/ports.ts";
import { foldText } from "#scim/text.ts";
import type { Document } from "./resource.ts";

/** The attribute by which resources of a type are named, and unique in their connector. */
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

/** The value of the e-mail address marked as primary (RFC 7643 §2.4), else of the first one, as it is stored. */
export function primaryEmailOf(document: JsonObject): string | undefined {
  const emails = readMember(document, "emails");
  if (!Array.isArray(emails)) return undefined;
  const elements: readonly JsonValue[] = emails;
  const objects = elements.filter((each) => isJsonObject(each));
  const primary = objects.find((each) => readMember(each, "primary") === true) ?? objects[0];
  const value = primary === undefined ? undefined : readMember(primary, "value");
  return typeof value === "string" ? value : undefined;
}
