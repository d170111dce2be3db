import type { AttributeTarget } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import type { TypeName } from "#scim/ports.ts";
import { isName } from "./indexed.ts";

/** The column that holds an attribute, where one does; the rest is read from the folded document. */
export function columnOf(target: AttributeTarget, type: TypeName): string | undefined {
  if (isName(target)) return "resources.name_key";
  if (target.extension !== undefined) return undefined;
  const { attribute, subAttribute } = target;
  switch (subAttribute === undefined ? attribute.name : `${attribute.name}.${subAttribute.name}`) {
    case "id":
      return "resources.id";
    case "externalId":
      return "resources.external_id";
    case "meta":
    case "meta.created":
      return "resources.created_at";
    case "meta.lastModified":
      return "resources.modified_at";
    case "meta.version":
      return "('W/\"' || resources.version || '\"')";
    case "meta.resourceType":
      return `'${type}'`;
    case "meta.location":
      throw ScimError.invalidFilter('"meta.location" cannot be filtered; filter on "id" instead.');
    default:
      return undefined;
  }
}
