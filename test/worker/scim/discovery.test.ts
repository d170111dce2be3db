import { describe, expect, test } from "vitest";
import { createToken } from "#credentials/token.ts";
import {
  CORE_GROUP,
  CORE_USER,
  ENTERPRISE_USER,
  ERROR,
  LIST_RESPONSE,
  RESOURCE_TYPE,
  SCHEMA,
  SERVICE_PROVIDER_CONFIG,
} from "#scim/schema/urns.ts";
import { aUser, openGateway } from "#test/support/gateway.ts";

const gateway = openGateway();

const ORIGIN = "https://scim.example.com";
const BASE = `${ORIGIN}/scim/v2`;

/** SCIM_BASE_PATHS as the tests configure it. */
const BASE_PATHS = ["/scim/v2", "/api/connect/v1/scim/2.0", "/scim", "/api/scim/v2"];

const DOCUMENTS = [
  "/ServiceProviderConfig",
  "/ResourceTypes",
  "/ResourceTypes/User",
  "/ResourceTypes/Group",
  "/Schemas",
  `/Schemas/${CORE_USER}`,
  `/Schemas/${CORE_GROUP}`,
  `/Schemas/${ENTERPRISE_USER}`,
];

const ENDPOINTS = [...DOCUMENTS, "/Users", "/Users/x", "/Groups", "/Me", "/NoSuch"];

describe.each(DOCUMENTS)("%s", (path) => {
  test("answers without a token, and costs no query", async () => {
    const answer = await gateway.scim(path);

    expect(answer.status).toBe(200);
    expect(answer.headers.get("Content-Type")).toBe("application/scim+json");
    expect(answer.cost.roundTrips).toBe(0);
  });

  test("answers the same with a token", async () => {
    const client = await gateway.client();

    const anonymous = await gateway.scim(path);
    const known = await client.call(path);

    expect(known.status).toBe(200);
    expect(known.body).toEqual(anonymous.body);
  });

  test.each([
    [
      "that nobody has",
      async () => `Bearer ${(await createToken()).secret}`,
      ', error="invalid_token"',
    ],
    ["that is none", async () => "Bearer non-token", ', error="invalid_token"'],
    ["by Basic", async () => `Basic ${btoa("user:password")}`, ""],
    ["that is empty", async () => "", ""],
  ])("with a token %s is 401", async (_what, authorization, error) => {
    const headers = { Authorization: await authorization() };

    const answer = await gateway.scim(path, { headers });

    expect(answer).toMatchObject({ status: 401, body: { schemas: [ERROR], status: "401" } });
    expect(answer.headers.get("WWW-Authenticate")).toBe(`Bearer realm="scim"${error}`);
  });

  test("with a filter is 403, with and without a token", async () => {
    const client = await gateway.client();
    const query = "?filter=name%20eq%20%22User%22";

    const anonymous = await gateway.scim(`${path}${query}`);
    const known = await client.call(`${path}${query}`);

    expect(anonymous).toMatchObject({ status: 403, body: { schemas: [ERROR], status: "403" } });
    expect(known.status).toBe(403);
  });

  test("pages and sorts nothing: other parameters are ignored", async () => {
    const whole = await gateway.scim(path);

    const answer = await gateway.scim(`${path}?startIndex=2&count=1&sortBy=x&nosuch=1`);

    expect(answer).toMatchObject({ status: 200, body: whole.body });
  });

  test.each(["POST", "PUT", "PATCH", "DELETE"])("%s is 405 and names GET", async (method) => {
    const client = await gateway.client();

    const answer = await client.call(path, { method });

    expect(answer).toMatchObject({ status: 405, body: { schemas: [ERROR], status: "405" } });
    expect(answer.headers.get("Allow")).toBe("GET, HEAD");
  });
});

test("ServiceProviderConfig has exactly the members of RFC 7643 §5 and RFC 9865 §4", async () => {
  const { body } = await gateway.scim("/ServiceProviderConfig");

  expect(body).toEqual({
    schemas: [SERVICE_PROVIDER_CONFIG],
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
        specUri: expect.stringMatching(/^https:/),
        primary: true,
      },
      {
        type: "oauth2",
        name: expect.any(String),
        description: expect.any(String),
        specUri: expect.stringMatching(/^https:/),
        primary: false,
      },
    ],
    meta: { resourceType: "ServiceProviderConfig", location: `${BASE}/ServiceProviderConfig` },
  });
});

test("a connector can do without what RFC 9865 and RFC 9967 add to its ServiceProviderConfig", async () => {
  const client = await gateway.client({ settings: { advertisePagination: false } });

  const own = await client.call("/ServiceProviderConfig");
  const anonymous = await gateway.scim("/ServiceProviderConfig");

  expect(own.body).not.toHaveProperty("pagination");
  expect(own.body).not.toHaveProperty("securityEvents");
  expect(own.body.sort).toEqual({ supported: true });
  expect(anonymous.body).toHaveProperty("pagination");
});

test("ResourceTypes lists User and Group", async () => {
  const { body } = await gateway.scim("/ResourceTypes");

  expect(body).toEqual({
    schemas: [LIST_RESPONSE],
    totalResults: 2,
    startIndex: 1,
    itemsPerPage: 2,
    Resources: [
      {
        schemas: [RESOURCE_TYPE],
        id: "User",
        name: "User",
        description: expect.any(String),
        endpoint: "/Users",
        schema: CORE_USER,
        schemaExtensions: [{ schema: ENTERPRISE_USER, required: false }],
        meta: { resourceType: "ResourceType", location: `${BASE}/ResourceTypes/User` },
      },
      {
        schemas: [RESOURCE_TYPE],
        id: "Group",
        name: "Group",
        description: expect.any(String),
        endpoint: "/Groups",
        schema: CORE_GROUP,
        meta: { resourceType: "ResourceType", location: `${BASE}/ResourceTypes/Group` },
      },
    ],
  });
});

test("Schemas lists the three schemas in use", async () => {
  const { body } = await gateway.scim("/Schemas");

  expect(body).toMatchObject({ totalResults: 3, startIndex: 1, itemsPerPage: 3 });
  expect(body.Resources.map(({ id }: { id: string }) => id)).toEqual([
    CORE_USER,
    ENTERPRISE_USER,
    CORE_GROUP,
  ]);
});

test.each([CORE_USER, CORE_GROUP, ENTERPRISE_USER])(
  "schema %s is what Schemas lists",
  async (urn) => {
    const listed = await gateway.scim("/Schemas");

    const { body } = await gateway.scim(`/Schemas/${urn}`);

    expect(Object.keys(body).sort()).toEqual([
      "attributes",
      "description",
      "id",
      "meta",
      "name",
      "schemas",
    ]);
    expect(body).toMatchObject({
      schemas: [SCHEMA],
      id: urn,
      meta: { resourceType: "Schema", location: `${BASE}/Schemas/${urn}` },
    });
    expect(listed.body.Resources).toContainEqual(body);
  },
);

test("a schema's URN may come in another case, or escaped", async () => {
  const upper = await gateway.scim(`/Schemas/${CORE_USER.toUpperCase()}`);
  const escaped = await gateway.scim(`/Schemas/${encodeURIComponent(CORE_USER)}`);

  expect(upper.body.id).toBe(CORE_USER);
  expect(escaped.body.id).toBe(CORE_USER);
});

test.each([
  "/Schemas/urn:example:nosuch",
  "/Schemas/__proto__",
  "/ResourceTypes/Nosuch",
  "/ResourceTypes/constructor",
])("%s is 404, with and without a token", async (path) => {
  const client = await gateway.client();

  const anonymous = await gateway.scim(path);
  const known = await client.call(path);

  expect(anonymous).toMatchObject({ status: 404, body: { schemas: [ERROR], status: "404" } });
  expect(known.status).toBe(404);
});

test("a disabled connector's token is 403 on discovery too", async () => {
  const client = await gateway.client();
  const body = { status: "disabled" };
  await gateway.admin(`/connectors/${client.id}`, { method: "PATCH", body });

  const answer = await client.call("/ServiceProviderConfig");

  expect(answer.status).toBe(403);
});

describe.each(BASE_PATHS)("under the base path %s", (basePath) => {
  test("a created user has its location there", async () => {
    const { token } = await gateway.connector();

    const created = await gateway.scim("/Users", { basePath, token, body: aUser() });

    const location = `${ORIGIN}${basePath}/Users/${created.body.id}`;
    expect(created.headers.get("Location")).toBe(location);
    expect(created.body.meta.location).toBe(location);
  });

  test("a user created under another one is read with its location there", async () => {
    const client = await gateway.client();
    const { id } = (await client.post(aUser())).body;

    const read = await gateway.scim(`/Users/${id}`, { basePath, token: client.token });

    expect(read.body.meta.location).toBe(`${ORIGIN}${basePath}/Users/${id}`);
  });

  test("a listed user has its location there", async () => {
    const client = await gateway.client();
    const { id } = (await client.post(aUser())).body;

    const { body } = await gateway.scim("/Users", { basePath, token: client.token });

    expect(body.Resources[0].meta.location).toBe(`${ORIGIN}${basePath}/Users/${id}`);
  });

  test.each(["PUT", "PATCH"])("%s answers with the location there", async (method) => {
    const client = await gateway.client();
    const { id } = (await client.post(aUser())).body;
    const body = { ...aUser(), Operations: [{ op: "replace", path: "title", value: "x" }] };

    const answer = await gateway.scim(`/Users/${id}`, {
      basePath,
      token: client.token,
      method,
      body,
    });

    expect(answer.body.meta.location).toBe(`${ORIGIN}${basePath}/Users/${id}`);
  });

  test.each(["/ServiceProviderConfig", "/ResourceTypes/User", `/Schemas/${CORE_USER}`])(
    "%s has its location there, with and without a token",
    async (path) => {
      const { token } = await gateway.connector();

      const anonymous = await gateway.scim(path, { basePath });
      const known = await gateway.scim(path, { basePath, token });

      expect(anonymous.body.meta.location).toBe(`${ORIGIN}${basePath}${path}`);
      expect(known.body).toEqual(anonymous.body);
    },
  );

  test("an endpoint that does not exist is a SCIM 404, and 401 without a token", async () => {
    const { token } = await gateway.connector();

    const known = await gateway.scim("/NoSuch", { basePath, token });
    const anonymous = await gateway.scim("/NoSuch", { basePath });

    expect(known).toMatchObject({ status: 404, body: { schemas: [ERROR] } });
    expect(anonymous.status).toBe(401);
  });
});

test("a path outside of every base path is a SCIM 404", async () => {
  const answer = await gateway.scim("/Users", { basePath: "/nowhere" });

  expect(answer).toMatchObject({ status: 404, body: { schemas: [ERROR], status: "404" } });
});

describe("a header about the host", () => {
  const headers = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Original-URL": "/evil",
    Forwarded: "host=evil.example;proto=http",
  };

  test("changes no location of discovery", async () => {
    const { body } = await gateway.scim("/ServiceProviderConfig", { headers });

    expect(body.meta.location).toBe(`${BASE}/ServiceProviderConfig`);
  });

  test("changes no location of a user", async () => {
    const client = await gateway.client();

    const created = await client.call("/Users", { body: aUser(), headers });

    expect(created.headers.get("Location")).toBe(`${BASE}/Users/${created.body.id}`);
    expect(created.body.meta.location).toBe(`${BASE}/Users/${created.body.id}`);
  });

  test("changes no base URL that administrators are shown", async () => {
    const { body } = await gateway.admin("/connectors", { body: { name: "x" }, headers });

    expect(body.connector.scimBaseUrl).toBe(BASE);
  });
});

describe.each(ENDPOINTS)("the headers of %s", (path) => {
  const origin = { Origin: "https://evil.example" };

  test("forbid sniffing and caching", async () => {
    const client = await gateway.client();

    const { headers } = await client.call(path);

    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("Cache-Control")).toBe("no-store");
    expect(headers.get("Content-Type")).toBe("application/scim+json");
  });

  test.each(["GET", "OPTIONS"])("of %s open nothing to another origin", async (method) => {
    const client = await gateway.client();
    const preflight = { ...origin, "Access-Control-Request-Method": "POST" };

    const { headers } = await client.call(path, { method, headers: preflight });

    expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  test("of a preflight without a token open nothing either", async () => {
    const { headers } = await gateway.scim(path, { method: "OPTIONS", headers: origin });

    expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  });
});
