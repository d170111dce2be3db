import { describe, expect, test } from "vitest";
import { aUser, openGateway, type TestClient } from "#test/support/gateway.ts";

const gateway = openGateway();

/** A client whose connector knows one user, who has left: deactivated, or deleted. */
async function withFormer(how: "inactive" | "deleted", members: object) {
  const client = await gateway.client();
  const created = await client.post(aUser({ title: "Dr", active: how !== "inactive", ...members }));
  if (how === "deleted") await client.remove(created.body.id);
  return { client, id: created.body.id, former: created.body };
}

async function total(client: TestClient): Promise<number> {
  const { body } = await client.call("/Users?count=0");
  return body.totalResults;
}

const refusal = { status: 409, body: { scimType: "uniqueness" } };

describe("a POST for an inactive user", () => {
  test.each([
    ["the same userName, both without externalId", {}, { userName: "ada" }],
    ["the same userName in another case", {}, { userName: "ADA" }],
    ["the same userName, first externalId", {}, { userName: "ada", externalId: "e1" }],
    ["the same userName, no externalId sent", { externalId: "e1" }, { userName: "ada" }],
    ["both the same", { externalId: "e1" }, { userName: "ada", externalId: "e1" }],
  ])("with %s restores it under its id", async (_how, former, sent) => {
    const { client, id } = await withFormer("inactive", { userName: "ada", ...former });

    const restored = await client.post(aUser(sent));

    expect(restored).toMatchObject({ status: 201, body: { id, active: true, ...sent } });
    expect(restored.headers.get("Location")).toBe(`https://scim.example.com/scim/v2/Users/${id}`);
  });

  test("replaces it in full", async () => {
    const { client } = await withFormer("inactive", { userName: "ada" });

    const restored = await client.post(aUser({ userName: "ada", nickName: "A" }));

    expect(restored.body).toMatchObject({ nickName: "A" });
    expect(restored.body).not.toHaveProperty("title");
  });

  test("keeps its creation time and never repeats a version", async () => {
    const { client, former } = await withFormer("inactive", { userName: "ada" });

    const restored = await client.post(aUser({ userName: "ada" }));

    expect(restored.body.meta.created).toBe(former.meta.created);
    expect(restored.headers.get("ETag")).toBe('W/"2"');
  });

  test.each([
    ["inactive", [{}]],
    ["inactive", [{ type: "work", value: "" }]],
    ["deleted", [{}]],
  ] as const)("(%s) must not empty a list by values that say nothing: %j", async (how, emails) => {
    const former = { userName: "ada", externalId: "e1", emails: [{ value: "a@example.com" }] };
    const { client, id } = await withFormer(how, former);

    const refused = await client.post(aUser({ userName: "ada", externalId: "e1", emails }));
    const restored = await client.post(aUser({ userName: "ada", externalId: "e1", emails: [] }));

    expect(refused).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
    expect(restored).toMatchObject({ status: 201, body: { id } });
  });

  test("leaves it inactive when the body says so", async () => {
    const { client, id } = await withFormer("inactive", { userName: "ada" });

    const restored = await client.post(aUser({ userName: "ada", active: "False" }));

    expect(restored).toMatchObject({ status: 201, body: { id, active: false } });
  });

  test("adds no user", async () => {
    const { client } = await withFormer("inactive", { userName: "ada" });

    await client.post(aUser({ userName: "ada" }));

    expect(await total(client)).toBe(1);
  });

  test("moves the lookup by e-mail to the new address", async () => {
    const members = { userName: "ada", emails: [{ value: "old@b.c", type: "work" }] };
    const { client, id } = await withFormer("inactive", members);
    await client.post(aUser({ userName: "ada", emails: [{ value: "new@b.c", type: "work" }] }));

    const old = await client.find('emails.value eq "old@b.c"');
    const found = await client.find('emails.value eq "new@b.c"');

    expect(old.body.totalResults).toBe(0);
    expect(found.body.Resources[0].id).toBe(id);
  });

  test("with a contradicting externalId is refused", async () => {
    const { client, id } = await withFormer("inactive", { userName: "ada", externalId: "e1" });

    const refused = await client.post(aUser({ userName: "ada", externalId: "e2" }));

    expect(refused).toMatchObject(refusal);
    expect((await client.get(id)).body).toMatchObject({ active: false, externalId: "e1" });
  });

  test("whose unique externalId another live user has is refused", async () => {
    const { client } = await withFormer("inactive", { userName: "ada" });
    await client.changeSettings({ uniqueExternalId: true });
    await client.post(aUser({ userName: "bob", externalId: "e2" }));

    const refused = await client.post(aUser({ userName: "ada", externalId: "e2" }));

    expect(refused).toMatchObject(refusal);
  });

  test("whose userName an active user has is refused", async () => {
    const { client, id } = await withFormer("inactive", { userName: "ada", externalId: "e1" });
    await client.post(aUser({ userName: "bob" }));

    const refused = await client.post(aUser({ userName: "bob", externalId: "e1" }));

    expect(refused).toMatchObject(refusal);
    expect((await client.get(id)).body).toMatchObject({ active: false, userName: "ada" });
  });

  test.each([
    ["externalId", { userName: "new", externalId: "e1", emails: [{ value: "a@b.c" }] }],
    ["userName", { userName: "ada" }],
  ])("with the same %s is refused where reprovision is conflict", async (attribute, sent) => {
    const emails = [{ value: "A@b.c", primary: true }];
    const former = { userName: "ada", externalId: "e1", emails };
    const { client, id } = await withFormer("inactive", former);
    await client.changeSettings({ reprovision: "conflict" });

    const refused = await client.post(aUser(sent));

    expect(refused).toMatchObject(refusal);
    expect(refused.body.detail).toContain(`"${attribute}"`);
    expect((await client.get(id)).body.active).toBe(false);
  });

  test("restores again once reprovision is back at restore", async () => {
    const { client, id } = await withFormer("inactive", { userName: "ada" });
    await client.changeSettings({ reprovision: "conflict" });
    await client.changeSettings({ reprovision: "restore" });

    const restored = await client.post(aUser({ userName: "ada" }));

    expect(restored).toMatchObject({ status: 201, body: { id } });
  });
});

describe("a POST after a DELETE", () => {
  test.each([
    ["the same userName", { userName: "ada", externalId: "e1" }],
    ["its userName in another case", { userName: "ADA", externalId: "e1" }],
  ])("with the same externalId and %s restores the old id", async (_how, sent) => {
    const { client, id } = await withFormer("deleted", { userName: "ada", externalId: "e1" });

    const restored = await client.post(aUser(sent));

    expect(restored).toMatchObject({ status: 201, body: { id, active: true, ...sent } });
    expect((await client.get(id)).body).toEqual(restored.body);
  });

  test("restores under reprovision conflict too, since nobody live is in the way", async () => {
    const { client, id } = await withFormer("deleted", { userName: "ada", externalId: "e1" });
    await client.changeSettings({ reprovision: "conflict" });

    const restored = await client.post(aUser({ userName: "ada", externalId: "e1" }));

    expect(restored).toMatchObject({ status: 201, body: { id } });
  });

  test("keeps the creation time, replaces in full and never repeats a version", async () => {
    const { client, former } = await withFormer("deleted", { userName: "ada", externalId: "e1" });

    const restored = await client.post(aUser({ userName: "ada", externalId: "e1" }));

    expect(restored.body.meta.created).toBe(former.meta.created);
    expect(restored.body).not.toHaveProperty("title");
    expect(restored.body.meta.version).toBe('W/"3"');
  });

  test("brings a restored user back into lists, filters and counts", async () => {
    const { client, id } = await withFormer("deleted", { userName: "ada", externalId: "e1" });
    const emails = [{ value: "ada@b.c" }];
    await client.post(aUser({ userName: "ada", externalId: "e1", emails }));

    const found = await client.find('emails.value eq "ada@b.c"');

    expect(found.body.Resources[0].id).toBe(id);
    expect(await total(client)).toBe(1);
  });

  test.each([
    ["without externalId", {}],
    ["with another externalId", { externalId: "e2" }],
  ])("with the same userName %s makes a new user", async (_how, sent) => {
    const { client, id } = await withFormer("deleted", { userName: "ada", externalId: "e1" });

    const created = await client.post(aUser({ userName: "ada", ...sent }));

    expect(created.status).toBe(201);
    expect(created.body.id).not.toBe(id);
    expect((await client.get(id)).status).toBe(404);
  });

  test("for a userName deleted twice makes a third user", async () => {
    const { client } = await withFormer("deleted", { userName: "ada" });
    const second = await client.post(aUser({ userName: "ada" }));
    await client.remove(second.body.id);

    const third = await client.post(aUser({ userName: "ada" }));

    expect(third.status).toBe(201);
    expect(third.body.id).not.toBe(second.body.id);
  });

  test("whose userName is in use again is refused and restores nobody", async () => {
    const { client, id } = await withFormer("deleted", { userName: "ada", externalId: "e1" });
    await client.post(aUser({ userName: "ada", externalId: "e2" }));

    const refused = await client.post(aUser({ userName: "ada", externalId: "e1" }));

    expect(refused).toMatchObject(refusal);
    expect((await client.get(id)).status).toBe(404);
  });

  test("restores no user once another has taken its unique externalId", async () => {
    const { client, id } = await withFormer("deleted", { userName: "ada", externalId: "e1" });
    await client.changeSettings({ uniqueExternalId: true });
    const heir = await client.post(aUser({ userName: "bob" }));
    await client.put(heir.body.id, aUser({ userName: "bob", externalId: "e1" }));

    const refused = await client.post(aUser({ userName: "ada", externalId: "e1" }));

    expect(refused).toMatchObject(refusal);
    expect((await client.get(id)).status).toBe(404);
  });

  test("restores nobody on an equal e-mail address alone", async () => {
    const emails = [{ value: "ada@b.c", type: "work", primary: true }];
    const { client, id } = await withFormer("inactive", { emails });

    const created = await client.post(aUser({ emails }));

    expect(created.status).toBe(201);
    expect(created.body.id).not.toBe(id);
  });
});
