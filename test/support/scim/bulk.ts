import { BULK_REQUEST } from "#scim/schema/urns.ts";
import { aPatch, aUser, type TestAnswer, type TestClient } from "#test/support/gateway.ts";

/** One operation as a client writes it. */
export type SentOperation = Readonly<Record<string, unknown>>;

/** A BulkRequest with the given operations. */
export function aBulk(operations: readonly SentOperation[], members: object = {}) {
  return { schemas: [BULK_REQUEST], ...members, Operations: operations };
}

/** Sends a BulkRequest to a client's /Bulk. */
export function sendBulk(
  client: TestClient,
  operations: readonly SentOperation[],
  members: object = {},
): Promise<TestAnswer> {
  return client.call("/Bulk", { body: aBulk(operations, members) });
}

/** An operation that creates a user, with a bulkId of its own. */
export function postUser(members: Readonly<Record<string, unknown>> = {}, bulkId?: string) {
  const data = aUser(members);
  return { method: "POST", path: "/Users", bulkId: bulkId ?? data.userName, data };
}

/** An operation that creates a group of the given member values. */
export function postGroup(bulkId: string, ...members: readonly string[]) {
  const data = { displayName: bulkId, members: members.map((value) => ({ value })) };
  return { method: "POST", path: "/Groups", bulkId, data };
}

/** An operation that replaces one attribute of a resource. */
export function patchAttribute(path: string, attribute: string, value: unknown) {
  return { method: "PATCH", path, data: aPatch({ op: "replace", path: attribute, value }) };
}

/** The statuses of a BulkResponse's operations, in their order. */
export function statusesOf(answer: TestAnswer): readonly string[] {
  return answer.body.Operations.map(({ status }: { status: string }) => status);
}

/** The id at the end of a location. */
export function idIn({ location }: { readonly location: string }): string {
  return location.slice(location.lastIndexOf("/") + 1);
}
