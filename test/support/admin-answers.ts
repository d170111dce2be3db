import { expect } from "vitest";
import type { AdminOperation } from "#http/admin/call/operation.ts";
import { PROBLEM } from "#http/admin/call/schemas.ts";
import { OPERATIONS } from "#http/admin/operations.ts";
import { APPLICATION_OPERATIONS } from "#http/application/operations.ts";
import { SETUP_OPERATIONS } from "#http/setup/operations.ts";

/** An answer of the admin API, or of the one for applications, as a test got it. */
interface Seen {
  readonly api: "/admin/v1" | "/v1" | "/setup/v1";
  readonly method: string;
  /** Below the API's own. */
  readonly path: string;
  readonly status: number;
  readonly type: string;
  /** The Location header. */
  readonly location: string | null;
  readonly body: unknown;
}

/** Those with fewer ids in their paths first, as `/events/export` goes before `/events/:eventId`. */
const CALLS = {
  "/admin/v1": callsOf(OPERATIONS),
  "/v1": callsOf(APPLICATION_OPERATIONS),
  "/setup/v1": callsOf(SETUP_OPERATIONS),
};

function callsOf(operations: Readonly<Record<string, AdminOperation>>) {
  return Object.values(operations)
    .map((operation) => ({
      operation,
      pattern: new RegExp(`^${operation.path.replaceAll(/:\w+/g, "[^/]+")}$`),
      ids: operation.path.split(":").length,
    }))
    .toSorted((a, b) => a.ids - b.ids);
}

/** Fails the test whose call was answered otherwise than its operation, and so OpenAPI, says. */
export function expectDescribed(seen: Seen): void {
  const { method, status, type, body } = seen;
  // As the gateway itself reads a path: doubled slashes count as one, one at the end as none.
  const path = seen.path.replaceAll(/\/+/g, "/").replace(/(?<=.)\/$/, "");
  const call = `${method} ${path}: ${status}`;
  if (status >= 400) {
    expect(type, call).toBe("application/problem+json");
    if (method !== "HEAD") expect(PROBLEM.parse(body), call).toEqual(body);
    return;
  }
  const asked = method === "HEAD" ? "GET" : method;
  const operation = CALLS[seen.api].find(
    (each) => each.operation.method === asked && each.pattern.test(path),
  )?.operation;
  if (operation === undefined) throw new Error(`${call} is an answer of no operation.`);
  if (status === 201) expect(seen.location, call).toMatch(new RegExp(`^${seen.api}/[^?]+$`));
  if (status === 304) expect(operation.isKnowable, call).toBe(true);
  else expectAnswer(operation, { ...seen, call });
}

function expectAnswer(
  { answers, media }: AdminOperation,
  { method, status, type, body, call }: Seen & { readonly call: string },
): void {
  const schema = answers[status];
  if (schema === undefined) throw new Error(`${call} is not described.`);
  if (schema === null) {
    const types = Object.keys(media ?? {});
    if (types.length === 0) expect(body, call).toBeUndefined();
    else expect(types, call).toContain(type);
    return;
  }
  expect(type, call).toBe("application/json");
  if (method === "HEAD") return;
  const { data, error } = schema.safeParse(body);
  if (error !== undefined) throw new Error(`${call} is not as described: ${error.message}`);
  expect(data, call).toEqual(body);
}
