import { expect, test } from "vitest";
import type { AdminOperation } from "#http/admin/call/operation.ts";
import { OPERATIONS } from "#http/admin/operations.ts";
import { APPLICATION_OPERATIONS } from "#http/application/operations.ts";
import { openGateway } from "#test/support/gateway.ts";

// What a call does not know it refuses, on every route, whatever its method: a typing error must not change what it does.

const gateway = openGateway();

const named = (api: "admin" | "api", operations: Readonly<Record<string, AdminOperation>>) =>
  Object.values(operations).map((operation) => ({ api, ...operation }));

const operations = [...named("admin", OPERATIONS), ...named("api", APPLICATION_OPERATIONS)];

/** The path of an operation, on a connector that is there and things that are not. */
async function pathOf(path: string): Promise<string> {
  const { id } = await gateway.connector();
  return path.replace(":id", id).replaceAll(/:\w+/g, "01a201d4-0eb1-7478-ab0c-135f14257380");
}

test("no operation is left out", () => {
  expect(operations.length).toBeGreaterThan(60);
  expect(new Set(operations.map(({ method }) => method)).size).toBe(5);
});

test.each(operations)("$api: $method $path refuses an unknown parameter", async (operation) => {
  const { api, method, query, body: schema } = operation;
  const path = await pathOf(operation.path);
  const body = schema === undefined ? {} : { body: {} };

  const { status, body: problem } = await gateway[api](`${path}?nobody=1`, { method, ...body });

  expect(status).toBe(400);
  const unknown = { parameter: "nobody", detail: "Nothing of this name is known here." };
  expect(problem.errors).toContainEqual(unknown);
  const twice = await gateway[api](`${path}?nobody=1&nobody=1`, { method, ...body });
  expect(twice.status).toBe(400);
  // A parameter that is nearly one that it knows.
  if (query === undefined) return;
  expect((await gateway[api](`${path}?Limit=1`, { method, ...body })).status).toBe(400);
});

const withoutBody = operations.filter(({ method, body }) => method !== "GET" && body === undefined);

test.each(withoutBody)("$method $path refuses a body with members", async (operation) => {
  const { method } = operation;
  const path = await pathOf(operation.path);

  const { status, body } = await gateway.admin(path, { method, body: { users: "delete" } });

  expect(status).toBe(400);
  expect(body.errors).toEqual([
    { pointer: "#/users", detail: "Nothing of this name is known here." },
  ]);
  for (const wrong of [[], "x", 1, null]) {
    expect((await gateway.admin(path, { method, body: wrong })).status).toBe(400);
  }
});

test("a DELETE with a body changes nothing, and one with an empty body does what it says", async () => {
  const { id } = await gateway.connector();
  const path = `/connectors/${id}`;
  const ended = (body: object) => gateway.admin(path, { method: "DELETE", body });

  expect((await ended({ users: "keep" })).status).toBe(400);
  expect((await gateway.admin(path)).status).toBe(200);
  expect((await ended({})).status).toBe(204);
});

const withBody = operations.filter(({ body }) => body !== undefined);

test.each(withBody)("$method $path refuses an unknown member of its body", async (operation) => {
  const { method } = operation;
  const path = await pathOf(operation.path);

  const { status } = await gateway.admin(path, { method, body: { nobody: 1 } });

  // A thing that is not there is told of first.
  const isOfNothing = /:(?!id\b)|\/bridge/.test(operation.path);
  expect(isOfNothing ? [400, 404] : [400]).toContain(status);
});
