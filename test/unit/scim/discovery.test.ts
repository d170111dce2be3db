import { describe, expect, test } from "vitest";
import {
  findResourceType,
  findSchemaDocument,
  resourceTypes,
  schemaDocuments,
  serviceProviderConfig,
} from "#scim/discovery.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { isJsonObject } from "#scim/json.ts";
import { GROUP, USER } from "#scim/schema/registry.ts";
import { CORE_GROUP, CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";

const BASE_URL = "https://scim.example.com/scim/v2";
const TYPES = [USER, GROUP];

/** Every object inside a JSON value, the value itself included. */
function objectsIn(value: JsonValue): readonly JsonObject[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  return isJsonObject(value) ? [value, ...Object.values(value).flatMap(objectsIn)] : [];
}

const ATTRIBUTES = objectsIn(schemaDocuments(BASE_URL, TYPES)).filter((o) => "mutability" in o);

describe("serviceProviderConfig", () => {
  test("has the members of RFC 7643 §5, RFC 9865 §4 and RFC 9967 and no other", () => {
    const facts = { baseUrl: BASE_URL, advertisePagination: true, staged: false };
    expect(serviceProviderConfig(facts)).toEqual({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 1_000, maxPayloadSize: 1_048_576 },
      filter: { supported: true, maxResults: 1000 },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: "index",
        defaultPageSize: 100,
        maxPageSize: 1000,
        cursorTimeout: 3600,
      },
      securityEvents: {
        asyncRequest: "none",
        eventUris: [
          "urn:ietf:params:scim:event:prov:create:full",
          "urn:ietf:params:scim:event:prov:put:full",
          "urn:ietf:params:scim:event:prov:patch:full",
          "urn:ietf:params:scim:event:prov:delete",
          "urn:ietf:params:scim:event:prov:activate",
          "urn:ietf:params:scim:event:prov:deactivate",
        ],
      },
      authenticationSchemes: [
        {
          type: "oauthbearertoken",
          name: expect.any(String),
          description: expect.any(String),
          specUri: expect.any(String),
          primary: true,
        },
        {
          type: "oauth2",
          name: expect.any(String),
          description: expect.any(String),
          specUri: expect.any(String),
          primary: false,
        },
      ],
      meta: {
        resourceType: "ServiceProviderConfig",
        location: `${BASE_URL}/ServiceProviderConfig`,
      },
    });
  });
});

test("a ServiceProviderConfig leaves out what later RFCs added where a connector does not advertise it", () => {
  const facts = { baseUrl: BASE_URL, advertisePagination: false, staged: false };
  const config = serviceProviderConfig(facts);

  expect(config).not.toHaveProperty("pagination");
  expect(config).not.toHaveProperty("securityEvents");
});

test("a ServiceProviderConfig of a staged connector has no securityEvents: it delivers none", () => {
  const facts = { baseUrl: BASE_URL, advertisePagination: true, staged: true };

  expect(serviceProviderConfig(facts)).not.toHaveProperty("securityEvents");
});

describe("resourceTypes", () => {
  test("have the members of RFC 7643 §6 and no other", () => {
    expect(resourceTypes(BASE_URL, TYPES)).toEqual([
      {
        schemas: ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        id: "User",
        name: "User",
        endpoint: "/Users",
        description: expect.any(String),
        schema: CORE_USER,
        schemaExtensions: [{ schema: ENTERPRISE_USER, required: false }],
        meta: { resourceType: "ResourceType", location: `${BASE_URL}/ResourceTypes/User` },
      },
      {
        schemas: ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        id: "Group",
        name: "Group",
        endpoint: "/Groups",
        description: expect.any(String),
        schema: CORE_GROUP,
        meta: { resourceType: "ResourceType", location: `${BASE_URL}/ResourceTypes/Group` },
      },
    ]);
  });

  test("are found by their name", () => {
    expect(findResourceType(BASE_URL, TYPES, "Group")).toMatchObject({ id: "Group" });
    expect(findResourceType(BASE_URL, TYPES, "Device")).toBeUndefined();
  });
});

describe("schemaDocuments", () => {
  test("are one for each schema, with the members of RFC 7643 §7 and no other", () => {
    const documents = schemaDocuments(BASE_URL, TYPES);

    expect(documents.map(({ id }) => id)).toEqual([CORE_USER, ENTERPRISE_USER, CORE_GROUP]);
    expect(documents[0]).toEqual({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
      id: CORE_USER,
      name: "User",
      description: expect.any(String),
      attributes: expect.any(Array),
      meta: { resourceType: "Schema", location: `${BASE_URL}/Schemas/${CORE_USER}` },
    });
  });

  test("name each shared schema once", () => {
    expect(schemaDocuments(BASE_URL, [USER, USER])).toHaveLength(2);
  });

  test("are found by their URN in any letter case", () => {
    const found = findSchemaDocument(BASE_URL, TYPES, ENTERPRISE_USER.toUpperCase());

    expect(found).toMatchObject({ id: ENTERPRISE_USER, name: "EnterpriseUser" });
    expect(findSchemaDocument(BASE_URL, TYPES, "urn:other")).toBeUndefined();
  });

  test("give each attribute all the members that RFC 7643 §7 asks for", () => {
    const required = [
      "name",
      "type",
      "multiValued",
      "description",
      "required",
      "caseExact",
      "mutability",
      "returned",
      "uniqueness",
    ];
    const optional = ["canonicalValues", "referenceTypes", "subAttributes"];

    const lacking = ATTRIBUTES.filter((attribute) => required.some((name) => !(name in attribute)));
    const excessive = ATTRIBUTES.filter((attribute) =>
      Object.keys(attribute).some((name) => ![...required, ...optional].includes(name)),
    );

    expect(ATTRIBUTES.length).toBeGreaterThan(80);
    expect(lacking).toEqual([]);
    expect(excessive).toEqual([]);
  });

  test("give sub-attributes to complex attributes alone, and referenceTypes to references alone", () => {
    const oddComplex = ATTRIBUTES.filter((a) => "subAttributes" in a !== (a.type === "complex"));
    const oddReference = ATTRIBUTES.filter(
      (a) => "referenceTypes" in a !== (a.type === "reference"),
    );

    expect(oddComplex).toEqual([]);
    expect(oddReference).toEqual([]);
  });

  test("hold no null, which Entra's schema discovery refuses", () => {
    const holding = objectsIn(schemaDocuments(BASE_URL, TYPES)).filter((object) =>
      Object.values(object).includes(null),
    );

    expect(holding).toEqual([]);
  });

  test("suggest the types of an attribute, from which Entra derives its typed names", () => {
    const emails = ATTRIBUTES.find(({ name }) => name === "emails");

    expect(emails).toMatchObject({
      subAttributes: [{}, {}, { name: "type", canonicalValues: ["work", "home", "other"] }, {}],
    });
  });
});
