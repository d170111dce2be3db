import { BULK_BYTES_MAX, BULK_OPERATIONS_MAX } from "#scim/bulk/bulk.ts";
import { COUNT_DEFAULT, COUNT_MAX, CURSOR_TIMEOUT_SECONDS } from "#scim/list/list.ts";
import {
  PROVISIONING_EVENTS,
  RESOURCE_TYPE,
  SCHEMA,
  SERVICE_PROVIDER_CONFIG,
} from "#scim/schema/urns.ts";
import type { Attribute, ResourceType, Schema } from "./attribute.ts";
import type { JsonObject } from "./json.ts";
import { schemasOf } from "./schema/registry.ts";

/** What a ServiceProviderConfig depends on; `baseUrl` is the SCIM base URL without a last slash. */
export interface ServiceProviderFacts {
  readonly baseUrl: string;
  readonly advertisePagination: boolean;
  readonly staged: boolean;
}

/**
 * The ServiceProviderConfig of RFC 7643 §5, with what later RFCs add to it if that is wanted: the `pagination`
 * of RFC 9865 §4 and, of a connector that delivers anything, the `securityEvents` of RFC 9967.
 */
export function serviceProviderConfig({
  baseUrl,
  advertisePagination,
  staged,
}: ServiceProviderFacts): JsonObject {
  return {
    schemas: [SERVICE_PROVIDER_CONFIG],
    patch: { supported: true },
    bulk: {
      supported: true,
      maxOperations: BULK_OPERATIONS_MAX,
      maxPayloadSize: BULK_BYTES_MAX,
    },
    filter: { supported: true, maxResults: COUNT_MAX },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    ...(advertisePagination && { pagination: PAGINATION }),
    ...(advertisePagination && !staged && { securityEvents: SECURITY_EVENTS }),
    authenticationSchemes: [
      {
        type: "oauthbearertoken",
        name: "OAuth Bearer Token",
        description: "A bearer token in the Authorization header, as RFC 6750 describes.",
        specUri: "https://www.rfc-editor.org/info/rfc6750",
        primary: true,
      },
      {
        type: "oauth2",
        name: "OAuth 2.0 Client Credentials",
        description: "An access token from the token endpoint, as RFC 6749 section 4.4 describes.",
        specUri: "https://www.rfc-editor.org/info/rfc6749",
        primary: false,
      },
    ],
    meta: {
      resourceType: "ServiceProviderConfig",
      location: `${baseUrl}/ServiceProviderConfig`,
    },
  };
}

const PAGINATION = {
  cursor: true,
  index: true,
  defaultPaginationMethod: "index",
  defaultPageSize: COUNT_DEFAULT,
  maxPageSize: COUNT_MAX,
  cursorTimeout: CURSOR_TIMEOUT_SECONDS,
};

/** No request is completed later, and the feed has events of these kinds (RFC 9967). */
const SECURITY_EVENTS = { asyncRequest: "none", eventUris: Object.values(PROVISIONING_EVENTS) };

/** The resource types of RFC 7643 §6 as the resources that /ResourceTypes lists. */
export function resourceTypes(
  baseUrl: string,
  types: readonly ResourceType[],
): readonly JsonObject[] {
  return types.map((type) => resourceTypeDocument(baseUrl, type));
}

/** The resource type of RFC 7643 §6 with the given id, which is its name. */
export function findResourceType(
  baseUrl: string,
  types: readonly ResourceType[],
  id: string,
): JsonObject | undefined {
  const type = types.find(({ name }) => name === id);
  return type && resourceTypeDocument(baseUrl, type);
}

/** The schemas of RFC 7643 §7 that the resource types use, as the resources that /Schemas lists. */
export function schemaDocuments(
  baseUrl: string,
  types: readonly ResourceType[],
): readonly JsonObject[] {
  const schemas = new Set(types.flatMap(schemasOf));
  return [...schemas].map((schema) => schemaDocument(baseUrl, schema));
}

/** The schema of RFC 7643 §7 with the given URN, in any letter case. */
export function findSchemaDocument(
  baseUrl: string,
  types: readonly ResourceType[],
  id: string,
): JsonObject | undefined {
  const folded = id.toLowerCase();
  const schema = types.flatMap(schemasOf).find((known) => known.id.toLowerCase() === folded);
  return schema && schemaDocument(baseUrl, schema);
}

function resourceTypeDocument(baseUrl: string, type: ResourceType): JsonObject {
  const schemaExtensions = type.extensions.map(({ schema, required }) => ({
    schema: schema.id,
    required,
  }));
  return {
    schemas: [RESOURCE_TYPE],
    id: type.name,
    name: type.name,
    endpoint: type.endpoint,
    description: type.description,
    schema: type.schema.id,
    ...(schemaExtensions.length > 0 && { schemaExtensions }),
    meta: { resourceType: "ResourceType", location: `${baseUrl}/ResourceTypes/${type.name}` },
  };
}

function schemaDocument(baseUrl: string, schema: Schema): JsonObject {
  return {
    schemas: [SCHEMA],
    id: schema.id,
    name: schema.name,
    description: schema.description,
    attributes: schema.attributes.map(attributeDocument),
    meta: { resourceType: "Schema", location: `${baseUrl}/Schemas/${schema.id}` },
  };
}

function attributeDocument(attribute: Attribute): JsonObject {
  const { canonicalValues, referenceTypes, subAttributes } = attribute;
  return {
    name: attribute.name,
    type: attribute.type,
    multiValued: attribute.multiValued,
    description: attribute.description,
    required: attribute.required,
    ...(canonicalValues && { canonicalValues }),
    caseExact: attribute.caseExact,
    mutability: attribute.mutability,
    returned: attribute.returned,
    uniqueness: attribute.uniqueness,
    ...(referenceTypes && { referenceTypes }),
    ...(attribute.type === "complex" && { subAttributes: subAttributes.map(attributeDocument) }),
  };
}
