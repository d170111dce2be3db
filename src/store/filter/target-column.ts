import { type SQLWrapper, sql } from "drizzle-orm";
import type { AttributeTarget } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import type { TypeName } from "#scim/ports.ts";
import { resources } from "#store/schema.ts";
import { literal } from "#store/statement.ts";
import { isName } from "./indexed.ts";

/** The column that holds an attribute, where one does; the rest is read from the folded document. */
export function columnOf(target: AttributeTarget, type: TypeName): SQLWrapper | undefined {
  if (isName(target)) return resources.nameKey;
  if (target.extension !== undefined) return undefined;
  const { attribute, subAttribute } = target;
  switch (subAttribute === undefined ? attribute.name : `${attribute.name}.${subAttribute.name}`) {
    case "id":
      return resources.id;
    case "externalId":
      return resources.externalId;
    case "meta":
    case "meta.created":
      return resources.createdAt;
    case "meta.lastModified":
      return resources.modifiedAt;
    case "meta.version":
      return sql`('W/"' || ${resources.version} || '"')`;
    case "meta.resourceType":
      return literal(type);
    case "meta.location":
      throw ScimError.invalidFilter('"meta.location" cannot be filtered; filter on "id" instead.');
    default:
      return undefined;
  }
}
