import { describe, expect, test } from "vitest";
import { openGateway } from "#test/support/gateway.ts";

const gateway = openGateway();

async function document() {
  return (await gateway.admin("/openapi.json")).body;
}

/** The calls of a document as "GET /connectors/{id}". */
function callsOf(
  paths: Readonly<Record<string, Readonly<Record<string, object>>>>,
): readonly string[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methodsOf(methods)).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

test("it is an OpenAPI 3.1 document under the admin API", async () => {
  const { status, body } = await gateway.admin("/openapi.json");

  expect(status).toBe(200);
  expect(body).toMatchObject({ openapi: "3.1.0", servers: [{ url: "/admin/v1" }] });
});

test("it has every call of the admin API, of that for applications and of that for set-up links, and no other", async () => {
  const routes = gateway.routes
    .filter(({ method, path }) => method !== "ALL" && /^\/(?:(?:admin|setup)\/)?v1\//.test(path))
    .map(({ method, path }) => `${method} ${path.replace(/^\/admin\/v1/, "")}`)
    .map((call) => call.replaceAll(/:(\w+)/g, "{$1}"));

  const { paths } = await document();

  expect(callsOf(paths).toSorted()).toEqual(routes.toSorted());
});

test("what applications and holders of set-up links call stands beside the admin API, with credentials of its own", async () => {
  const { paths, components } = await document();

  for (const [path, { servers, ...methods }] of Object.entries<PathItem>(paths)) {
    const isOurs = path.startsWith("/v1/");
    const isOfLinks = path.startsWith("/setup/v1/");
    expect(servers, path).toEqual(isOurs || isOfLinks ? [{ url: "/" }] : undefined);
    for (const { tags, security } of Object.values(methods)) {
      expect(tags.includes("Applications"), path).toBe(isOurs);
      const isOpen = path === "/v1/jwks.json";
      const asked = isOpen ? [] : [{ applicationKey: [] }];
      const ofLinks = isOfLinks ? [{ setupSession: [] }] : undefined;
      expect(security, path).toEqual(isOurs ? asked : ofLinks);
    }
  }
  expect(components.securitySchemes.applicationKey).toMatchObject({ scheme: "bearer" });
  expect(components.securitySchemes.setupSession).toMatchObject({ in: "cookie" });
});

test("each call has a name of its own and names the ids in its path", async () => {
  const { paths } = await document();

  const operations = operationsOf(paths);
  const names = operations.map(({ operationId }) => operationId);
  expect(new Set(names).size).toBe(names.length);
  for (const { path, parameters = [] } of operations) {
    const inPath = parameters.filter((each) => each.in === "path");
    const named = inPath.map(({ name }) => `{${name}}`);
    expect(named).toEqual(path.match(/\{\w+\}/g) ?? []);
  }
});

describe("what a call takes is what the Worker checks", () => {
  test("in a body", async () => {
    const { paths, components } = await document();

    const { schema } = paths["/connectors"].post.requestBody.content["application/json"];

    expect(schema).toEqual({ $ref: "#/components/schemas/NewConnector" });
    const { NewConnector, ChosenConnectorSettings } = components.schemas;
    expect(NewConnector).toMatchObject({ required: ["name"], additionalProperties: false });
    const { rateLimit } = ChosenConnectorSettings.properties;
    expect(rateLimit.enum).toEqual(["low", "standard", "high"]);
  });

  test("in a query", async () => {
    const { paths } = await document();

    const { parameters } = paths["/connectors/{id}/events"].get;

    const inQuery = new Map(parameters.map((each: { name: string }) => [each.name, each]));
    expect(inQuery.get("limit")).toMatchObject({
      in: "query",
      schema: { type: "integer", minimum: 1, maximum: 500, default: 50 },
    });
    expect(inQuery.get("from")).toMatchObject({
      in: "query",
      schema: { type: "string", format: "date-time" },
    });
  });
});

test("each answer with content has a schema, and each refusal is a problem", async () => {
  const { paths, components } = await document();

  const problem = { schema: { $ref: "#/components/schemas/Problem" } };
  for (const response of Object.values<{ content: object }>(components.responses)) {
    expect(response.content).toEqual({ "application/problem+json": problem });
  }
  for (const { operationId, responses } of operationsOf(paths)) {
    for (const [status, response] of Object.entries(responses)) {
      const call = `${operationId} ${status}`;
      if (Number(status) >= 400) {
        expect(response.$ref, call).toMatch(/^#\/components\/responses\//);
        continue;
      }
      const contents = Object.values(response.content ?? {});
      if (status !== "204" && status !== "304") expect(contents, call).not.toEqual([]);
      for (const { schema } of contents) expect(Object.keys(schema), call).not.toEqual([]);
    }
  }
});

test("what can be read and changed has its tag, and each change of it a 412", async () => {
  const { paths } = await document();
  const namesOf = (call: string, path: string) =>
    paths[path][call].parameters.flatMap(({ $ref }: { $ref?: string }) =>
      $ref === undefined ? [] : [$ref.split("/").at(-1)],
    );

  for (const [path, methods] of Object.entries<Record<string, object>>(paths)) {
    if (methods.get === undefined || !(methods.patch || methods.put)) continue;
    const { ETag } = paths[path].get.responses[200].headers;
    expect(ETag).toEqual({ $ref: "#/components/headers/ETag" });
    for (const method of ["patch", "put", "delete"].filter((name) => name in methods)) {
      expect(namesOf(method, path)).toEqual(["IfMatch", "IfNoneMatch"]);
      expect(paths[path][method].responses).toHaveProperty("412");
    }
  }
  expect(namesOf("post", "/connectors/{id}/approve")).toContain("IfMatch");
  expect(namesOf("get", "/connectors/{id}")).toEqual(["IfNoneMatch"]);
});

/** The calls of a path, without what else a path may say. */
function methodsOf<Call>({ servers: _, ...methods }: Readonly<Record<string, Call>>) {
  return methods;
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads members of a document that it just described
type PathItem = Readonly<Record<string, any>>;

interface Described {
  readonly path: string;
  readonly operationId: string;
  readonly parameters?: readonly { readonly in?: string; readonly name?: string }[];
  readonly responses: Readonly<
    Record<string, { $ref?: string; content?: Record<string, { schema: object }> }>
  >;
}

function operationsOf(
  paths: Readonly<Record<string, Readonly<Record<string, Omit<Described, "path">>>>>,
): readonly Described[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methodsOf(methods)).map((described) => ({ path, ...described })),
  );
}

describe("an error says where the fault is", () => {
  test.each([
    [{ name: 3 }, ["#/name"]],
    [
      { name: "A", settings: { rateLimit: "huge", "a/b": 1 } },
      ["#/settings/rateLimit", "#/settings/a~1b"],
    ],
    [{ name: "A", colour: "red" }, ["#/colour"]],
    [[], ["#"]],
  ])("in a body: %j", async (body, pointers) => {
    const answer = await gateway.admin("/connectors", { body });

    expect(answer.status).toBe(400);
    const found = answer.body.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(found).toEqual(pointers);
  });

  test.each([
    ["/connectors?limit=0", "limit"],
    ["/connectors?colour=red", "colour"],
    ["/connectors/x/tokens?colour=red", "colour"],
    ["/openapi.json?colour=red", "colour"],
  ])("in a query: %s", async (path, parameter) => {
    const answer = await gateway.admin(path);

    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([{ parameter, detail: expect.stringMatching(/\S/) }]);
  });
});

test.each([
  ["PUT", "/connectors", 405, "POST, GET, HEAD"],
  ["POST", "/connectors/x/bridge/runs/y", 405, "GET, HEAD"],
  ["GET", "/connectors/x/bridge/pause", 405, "POST"],
  ["GET", "/no-such-call", 404, null],
])("%s %s is %i with the methods that there are", async (method, path, status, allow) => {
  const answer = await gateway.admin(path, { method });

  expect(answer.status).toBe(status);
  expect(answer.headers.get("Allow")).toBe(allow);
});

test("what is made says where it is", async () => {
  const { headers, body } = await gateway.admin("/connectors", { body: { name: "Okta" } });
  const connector = `/connectors/${body.connector.id}`;
  expect(headers.get("Location")).toBe(`/admin/v1${connector}`);

  const made = await gateway.admin(`${connector}/webhooks`, {
    body: { url: "https://a.example/" },
  });

  expect(made.headers.get("Location")).toBe(`/admin/v1${connector}/webhooks/${made.body.id}`);
  const read = await gateway.admin(`${connector}/webhooks/${made.body.id}`);
  expect(read.status).toBe(200);
});
