import { expect } from "vitest";
import { ERROR } from "#scim/schema/urns.ts";
import {
  aPatch,
  aUser,
  filterQuery,
  openGateway,
  type ScimRequest,
  type TestAnswer,
  type TestClient,
} from "#test/support/gateway.ts";

const gateway = openGateway();

/**
 * What a row sends, with the token of a client whose user is ada: `{id}` in the path stands for the id
 * of that user. To the admin API it goes with the admin token.
 */
export interface Sent extends ScimRequest {
  readonly to?: "admin";
  readonly path?: string;
  /** The gateway to ask, where it is not the one of all rows. */
  readonly through?: Gateway;
}

type Gateway = ReturnType<typeof openGateway>;

/** The user that is there. */
export const ADA = { userName: "ada", emails: [{ value: "ada@work", type: "work" }] };

/** A client whose connector has one user, ada. */
export async function withAda(settings: object = {}) {
  const client = await gateway.client({ settings });
  const { body } = await client.post(aUser(ADA));
  return { client, id: body.id as string, created: body };
}

/** Sends a row's input. */
export function send(client: TestClient, id: string, sent: Sent): Promise<TestAnswer> {
  const { path = "/Users", to, through = gateway, ...request } = sent;
  if (to === "admin") return through.admin(path, request);
  return through.scim(path.replace("{id}", id), { token: client.token, ...request });
}

/** Expects the error body of RFC 7644 §3.12 with exactly its members. */
export function expectScimError(answer: TestAnswer, status: number, scimType?: string) {
  expect(answer.status).toBe(status);
  expect(answer.headers.get("Content-Type")).toBe("application/scim+json");
  expect(answer.body).toEqual({
    schemas: [ERROR],
    status: String(status),
    ...(scimType !== undefined && { scimType }),
    detail: expect.stringMatching(/\S/),
  });
}

/** A POST of /Users. */
export function post(body: unknown): Sent {
  return { method: "POST", body };
}

/** A PUT of the user that is there. */
export function put(body: unknown): Sent {
  return { method: "PUT", path: "/Users/{id}", body };
}

/** A PATCH of the user that is there, by operations. */
export function patch(...operations: readonly object[]): Sent {
  return patchBody(aPatch(...operations));
}

/** A PATCH of the user that is there, by its whole body. */
export function patchBody(body: unknown): Sent {
  return { method: "PATCH", path: "/Users/{id}", body };
}

/** A replace operation. */
export function replace(path: string, value: unknown = "x") {
  return { op: "replace", path, value };
}

/** A list with a query. */
export function list(query: string): Sent {
  return { path: `/Users${query}` };
}

/** A list with a filter. */
export function filter(text: string): Sent {
  return list(filterQuery(text));
}
