import { describe, expect, test } from "vitest";
import { CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { aPatch, aUser, openGateway } from "#test/support/gateway.ts";

const gateway = openGateway();

const ADA = {
  userName: "ada",
  title: "Dr",
  name: { givenName: "Ada", familyName: "Lovelace" },
  emails: [{ value: "ada@work", type: "work", primary: true }],
  [ENTERPRISE_USER]: { department: "Engines", manager: { value: "m1" } },
};

/** A client whose connector has one user. */
async function withUser(settings: object = {}) {
  const client = await gateway.client({ settings });
  const schemas = [CORE_USER, ENTERPRISE_USER];
  const { body } = await client.post(aUser({ ...ADA, schemas }));
  return { client, id: body.id as string, created: body };
}

function replace(path: string, value: unknown) {
  return { op: "replace", path, value };
}

test.each([
  ["an op in capitals", { op: "Replace", path: "title", value: "x" }, { title: "x" }],
  ["members in capitals", { OP: "ADD", Path: "nickName", VALUE: "x" }, { nickName: "x" }],
  ["a path in another case", replace("NAME.GIVENNAME", "x"), { name: { givenName: "x" } }],
  ["a core attribute with its URN", replace(`${CORE_USER}:title`, "x"), { title: "x" }],
  [
    "an extension's attribute",
    replace(`${ENTERPRISE_USER}:department`, "x"),
    { [ENTERPRISE_USER]: { department: "x" } },
  ],
  [
    "a URN in another case",
    replace(`${ENTERPRISE_USER.toUpperCase()}:Department`, "x"),
    { [ENTERPRISE_USER]: { department: "x" } },
  ],
  [
    "dotted and qualified names without a path",
    { op: "replace", value: { "name.givenName": "x", [`${ENTERPRISE_USER}:division`]: "y" } },
    { name: { givenName: "x", familyName: "Lovelace" }, [ENTERPRISE_USER]: { division: "y" } },
  ],
  [
    "a whole extension without a path",
    { op: "add", value: { [ENTERPRISE_USER]: { division: "y", schemas: ["x"] } } },
    { [ENTERPRISE_USER]: { department: "Engines", division: "y" } },
  ],
  [
    "a manager as a bare string",
    replace("manager", "m2"),
    { [ENTERPRISE_USER]: { manager: { value: "m2" } } },
  ],
  ["active as a string", replace("active", "False"), { active: false }],
  [
    "a part of a complex value",
    replace("name", { givenName: "x" }),
    { name: { givenName: "x", familyName: "Lovelace" } },
  ],
])("%s is understood", async (_what, operation, expected) => {
  const { client, id } = await withUser();

  const patched = await client.patch(id, aPatch(operation));

  expect(patched).toMatchObject({ status: 200, body: expected });
});

describe("values of a list", () => {
  test.each(["add", "Replace"])("%s on an unmatched type makes the value", async (op) => {
    const { client, id } = await withUser();
    const path = 'emails[type eq "home"].value';

    const patched = await client.patch(id, aPatch({ op, path, value: "ada@home" }));

    expect(patched.body.emails).toEqual([...ADA.emails, { type: "home", value: "ada@home" }]);
  });

  test("a changed e-mail is found, its former value no more", async () => {
    const { client, id } = await withUser();
    await client.patch(id, aPatch(replace('emails[type eq "work"].value', "new@work")));

    const old = await client.find('emails.value eq "ada@work"');
    const found = await client.find('emails[type eq "work"].value eq "new@work"');

    expect(old.body.totalResults).toBe(0);
    expect(found.body.Resources[0].id).toBe(id);
  });

  test("a replace that matches nothing is noTarget for a strict connector", async () => {
    const { client, id } = await withUser({ strict: true });

    const refused = await client.patch(id, aPatch(replace('emails[type eq "home"].value', "x")));

    expect(refused).toMatchObject({ status: 400, body: { scimType: "noTarget" } });
  });

  test("a remove that matches nothing changes nothing", async () => {
    const { client, id, created } = await withUser();

    const patched = await client.patch(
      id,
      aPatch({ op: "remove", path: 'emails[type eq "home"]' }),
    );

    expect(patched).toMatchObject({ status: 200, body: created });
  });

  test("a remove that matches nothing is noTarget for a strict connector", async () => {
    const { client, id } = await withUser({ strict: true });

    const refused = await client.patch(
      id,
      aPatch({ op: "remove", path: 'emails[type eq "home"]' }),
    );

    expect(refused).toMatchObject({ status: 400, body: { scimType: "noTarget" } });
  });

  test("add repeats no value that is there", async () => {
    const { client, id } = await withUser();
    const value = [{ value: "ada@work", type: "work" }];

    const patched = await client.patch(id, aPatch({ op: "add", path: "emails", value }));

    expect(patched.body.emails).toEqual(ADA.emails);
  });

  test("a new primary value demotes the old one", async () => {
    const { client, id } = await withUser();
    const value = [{ value: "ada@home", type: "home", primary: true }];

    const patched = await client.patch(id, aPatch({ op: "add", path: "emails", value }));

    expect(patched.body.emails).toEqual([
      { value: "ada@work", type: "work", primary: false },
      { value: "ada@home", type: "home", primary: true },
    ]);
  });
});

test.each([
  ["replace by an empty string", replace("title", "")],
  ["replace by null", replace("title", null)],
  ["remove", { op: "remove", path: "title" }],
  ["an empty string without a path", { op: "replace", value: { title: "" } }],
])("%s clears an attribute", async (_how, operation) => {
  const { client, id } = await withUser();

  const patched = await client.patch(id, aPatch(operation));

  expect(patched.status).toBe(200);
  expect(patched.body).not.toHaveProperty("title");
});

test.each([[""], [null], [{ value: "" }]])("%j clears the manager", async (value) => {
  const { client, id } = await withUser();

  const patched = await client.patch(id, aPatch(replace(`${ENTERPRISE_USER}:manager`, value)));

  expect(patched.body[ENTERPRISE_USER]).toEqual({ department: "Engines" });
});

test("an extension without attributes leaves schemas, and comes back with the first one", async () => {
  const { client, id } = await withUser();

  const emptied = await client.patch(id, aPatch({ op: "remove", path: ENTERPRISE_USER }));
  const filled = await client.patch(id, aPatch(replace(`${ENTERPRISE_USER}:division`, "y")));

  expect(emptied.body.schemas).toEqual([CORE_USER]);
  expect(filled.body.schemas).toEqual([CORE_USER, ENTERPRISE_USER]);
});
