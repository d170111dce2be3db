import { describe, expect, test } from "vitest";
import { openGateway } from "#test/support/gateway.ts";

const gateway = openGateway();

async function document() {
  return (await gateway.admin("/openapi.json")).body;
}

/** The calls of a document as "GET /connectors/{id}". */
function callsOf(paths: Readonly<Record<string, object>>): readonly string[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

test("it is an OpenAPI 3.1 document under the admin API", async () => {
  const { status, body } = await gateway.admin("/openapi.json");

  expect(status).toBe(200);
  expect(body).toMatchObject({ openapi: "3.1.0", servers: [{ url: "/admin/v1" }] });
});

test("it has every call of the admin API and no other", async () => {
  const routes = gateway.routes
    .filter(({ method, path }) => method !== "ALL" && path.startsWith("/admin/v1/"))
    .map(({ method, path }) => `${method} ${path.slice("/admin/v1".length)}`)
    .map((call) => call.replaceAll(/:(\w+)/g, "{$1}"));

  const { paths } = await document();

  expect(callsOf(paths).toSorted()).toEqual(routes.toSorted());
});

test("each call has a name of its own and names the ids in its path", async () => {
  const { paths } = await document();

  const operations = Object.entries<object>(paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation) => ({ path, ...operation })),
  );
  const names = operations.map(({ operationId }) => operationId);
  expect(new Set(names).size).toBe(names.length);
  for (const { path, parameters = [] } of operations) {
    const inPath = parameters.filter((each: { in: string }) => each.in === "path");
    const named = inPath.map(({ name }: { name: string }) => `{${name}}`);
    expect(named).toEqual(path.match(/\{\w+\}/g) ?? []);
  }
});

describe("what a call takes is what the Worker checks", () => {
  test("in a body", async () => {
    const { paths } = await document();

    const { schema } = paths["/connectors"].post.requestBody.content["application/json"];

    expect(schema).toMatchObject({ required: ["name"], additionalProperties: false });
    expect(schema.properties.settings.properties.rateLimit.enum).toEqual([
      "low",
      "standard",
      "high",
    ]);
  });

  test("in a query", async () => {
    const { paths } = await document();

    const { parameters } = paths["/connectors/{id}/events"].get;

    expect(parameters).toContainEqual({
      name: "limit",
      in: "query",
      schema: { type: "integer", minimum: 1, maximum: 500, default: 50 },
    });
    expect(parameters).toContainEqual({
      name: "from",
      in: "query",
      schema: { type: "string", format: "date-time" },
    });
  });
});

test("what can be read and changed has its tag, and each change of it a 412", async () => {
  const { paths } = await document();
  const namesOf = (call: string, path: string) =>
    paths[path][call].parameters.flatMap((each: { in: string; name: string }) =>
      each.in === "header" ? [each.name] : [],
    );

  for (const [path, methods] of Object.entries<Record<string, object>>(paths)) {
    if (methods.get === undefined || !(methods.patch || methods.put)) continue;
    expect(paths[path].get.responses[200].headers.ETag.schema.type).toBe("string");
    for (const method of ["patch", "put", "delete"].filter((name) => name in methods)) {
      expect(namesOf(method, path)).toEqual(["If-Match", "If-None-Match"]);
      expect(paths[path][method].responses).toHaveProperty("412");
    }
  }
  expect(namesOf("post", "/connectors/{id}/approve")).toContain("If-Match");
  expect(namesOf("get", "/connectors/{id}")).toEqual(["If-None-Match"]);
});
