import { describe, expect, test } from "vitest";
import { aPatch, aUser, filterQuery, openGateway } from "#test/support/gateway.ts";

const gateway = openGateway();

describe("CVE-2022-1680: an e-mail address takes over nobody's account", () => {
  const shared = [{ value: "ceo@example.com", type: "work" }];

  test("taking on another user's address leaves both users who they were", async () => {
    const { token } = await gateway.connector();
    const victim = await gateway.scim("/Users", { token, body: aUser({ emails: shared }) });
    const other = await gateway.scim("/Users", { token, body: aUser() });
    const body = aPatch({ op: "replace", path: "emails", value: shared });

    const patched = await gateway.scim(`/Users/${other.body.id}`, { token, method: "PATCH", body });

    const read = await gateway.scim(`/Users/${victim.body.id}`, { token });
    expect([patched.status, patched.body.id]).toEqual([200, other.body.id]);
    expect(read.body).toEqual(victim.body);
  });

  test("a new user with an inactive user's address becomes a user of its own", async () => {
    const { token } = await gateway.connector();
    const body = aUser({ emails: shared, active: false });
    const leaver = await gateway.scim("/Users", { token, body });

    const heir = await gateway.scim("/Users", { token, body: aUser({ emails: shared }) });

    const found = await gateway.scim(`/Users${filterQuery('emails.value eq "ceo@example.com"')}`, {
      token,
    });
    expect(heir.status).toBe(201);
    expect(heir.body.id).not.toBe(leaver.body.id);
    expect(found.body.totalResults).toBe(2);
  });
});

describe("CVE-2025-41115: a numeric externalId never acts as an id", () => {
  test.each(["GET", "PUT", "PATCH", "DELETE"])("%s of it is 404", async (method) => {
    const { token } = await gateway.connector();
    const body = aUser({ externalId: "1" });
    const { body: user } = await gateway.scim("/Users", { token, body });

    const answer = await gateway.scim("/Users/1", {
      token,
      method,
      ...(method === "PUT" && { body }),
      ...(method === "PATCH" && { body: aPatch({ op: "replace", path: "active", value: false }) }),
    });

    const read = await gateway.scim(`/Users/${user.id}`, { token });
    expect(answer.status).toBe(404);
    expect(read.body).toEqual(user);
  });

  test("a filter on id does not find it", async () => {
    const { token } = await gateway.connector();
    await gateway.scim("/Users", { token, body: aUser({ externalId: "1" }) });

    const found = await gateway.scim(`/Users${filterQuery('id eq "1"')}`, { token });

    expect(found.body.totalResults).toBe(0);
  });
});

describe("CVE-2026-92539: no request reaches another connector", () => {
  test.each(["Users", "Groups"])(
    "another connector's /%s are as unknown as a random id",
    async (type) => {
      const owner = await gateway.connector();
      const stranger = await gateway.connector();
      const body = type === "Users" ? aUser() : { displayName: crypto.randomUUID() };
      const { body: own } = await gateway.scim(`/${type}`, { token: owner.token, body });
      const { token } = stranger;

      const foreign = await gateway.scim(`/${type}/${own.id}`, { token, method: "DELETE" });
      const random = await gateway.scim(`/${type}/${crypto.randomUUID()}`, {
        token,
        method: "DELETE",
      });

      const kept = await gateway.scim(`/${type}/${own.id}`, { token: owner.token });
      expect([foreign.status, foreign.body]).toEqual([random.status, random.body]);
      expect(kept.status).toBe(200);
    },
  );
});
