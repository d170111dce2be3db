import type { Attribute } from "#scim/attribute.ts";
import {
  complexAttribute,
  dateTimeAttribute,
  referenceAttribute,
  stringAttribute,
} from "./define.ts";

/** The `schemas` attribute of RFC 7643 §3; computed from the document, so a client cannot write it. */
export const SCHEMAS: Attribute = referenceAttribute(
  "schemas",
  "The URIs of the schemas that the resource uses.",
  ["uri"],
  { multiValued: true, required: true, mutability: "readOnly", returned: "always" },
);

/** The `id` attribute of RFC 7643 §3.1. */
export const ID: Attribute = stringAttribute(
  "id",
  "The identifier that the service provider gives to the resource; it never changes.",
  {
    required: true,
    caseExact: true,
    mutability: "readOnly",
    returned: "always",
    uniqueness: "server",
  },
);

/** The `externalId` attribute of RFC 7643 §3.1. */
export const EXTERNAL_ID: Attribute = stringAttribute(
  "externalId",
  "The identifier by which the provisioning client knows the resource.",
  { caseExact: true },
);

const READ_ONLY = { mutability: "readOnly" } as const;
const READ_ONLY_EXACT = { mutability: "readOnly", caseExact: true } as const;

/** The `meta` attribute of RFC 7643 §3.1. */
export const META: Attribute = complexAttribute(
  "meta",
  "What the service provider knows about the resource itself.",
  [
    stringAttribute("resourceType", "The name of the resource's type.", READ_ONLY_EXACT),
    dateTimeAttribute("created", "When the resource was created here.", READ_ONLY),
    dateTimeAttribute("lastModified", "When the resource was last changed here.", READ_ONLY),
    referenceAttribute("location", "The URI of the resource.", ["uri"], READ_ONLY),
    stringAttribute("version", "The entity tag of the resource's state.", READ_ONLY_EXACT),
  ],
  READ_ONLY,
);

/** The attributes that every resource has and no schema lists (RFC 7643 §3.1). */
export const COMMON_ATTRIBUTES: readonly Attribute[] = [SCHEMAS, ID, EXTERNAL_ID, META];
