import { expect, test } from "vitest";
import { CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { aUser, openGateway } from "#test/support/gateway.ts";

const gateway = openGateway();

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

test("a created user is answered with 201, its id, its meta, its tag and its Location", async () => {
  const client = await gateway.client();

  const { status, headers, body } = await client.post({ schemas: [CORE_USER], userName: "ada" });

  const location = `https://scim.example.com/scim/v2/Users/${body.id}`;
  expect(status).toBe(201);
  expect(headers.get("Location")).toBe(location);
  expect(headers.get("ETag")).toBe('W/"1"');
  expect(headers.get("Content-Type")).toBe("application/scim+json");
  expect(body).toEqual({
    schemas: [CORE_USER],
    userName: "ada",
    active: true,
    id: expect.stringMatching(UUID),
    meta: {
      resourceType: "User",
      created: expect.any(String),
      lastModified: body.meta.created,
      version: 'W/"1"',
      location,
    },
  });
});

test("a created user is read back as it was answered", async () => {
  const client = await gateway.client();
  const created = await client.post(aUser({ title: "Countess", emails: [{ value: "ada@b.c" }] }));

  const read = await client.get(created.body.id);

  expect(read.body).toEqual(created.body);
});

test("attributes narrow the answer to a POST, which still has its Location", async () => {
  const client = await gateway.client();

  const created = await client.call("/Users?attributes=title", { body: aUser({ title: "Dr" }) });

  expect(Object.keys(created.body).sort()).toEqual(["id", "schemas", "title"]);
  expect(created.headers.get("Location")).toContain(created.body.id);
});

test.each([
  ["the same text", "kim@example.com", "kim@example.com"],
  ["another letter case", "kim@example.com", "KIM@Example.COM"],
  ["a Kelvin sign U+212A", "kim@example.com", "\u212Aim@example.com"],
  ["full-width letters", "kim@example.com", "ｋｉｍ@example.com"],
  ["a ligature", "fi@example.com", "ﬁ@example.com"],
  ["a letter composed of two", "jose\u0301", "JOS\u00C9"],
  ["a small letter outside ASCII", "ÄÖ", "äö"],
])("the userName of an active user is refused in %s", async (_what, held, sent) => {
  const client = await gateway.client();
  await client.post(aUser({ userName: held }));

  const refused = await client.post(aUser({ userName: sent }));

  expect(refused).toMatchObject({ status: 409, body: { scimType: "uniqueness" } });
});

test.each([
  ["ß and ss", "straße", "strasse"],
  ["a letter with and without its accent", "jose", "josé"],
  ["a dot", "a.b@example.com", "ab@example.com"],
])("userNames that differ by %s are two users", async (_what, held, sent) => {
  const client = await gateway.client();
  await client.post(aUser({ userName: held }));

  const created = await client.post(aUser({ userName: sent }));

  expect(created).toMatchObject({ status: 201, body: { userName: sent } });
});

test.each([
  ["userName", { userName: "ada", externalId: "e2" }],
  ["externalId", { userName: "other", externalId: "e1" }],
])("a refused %s is named and gives nobody's id away", async (attribute, members) => {
  const client = await gateway.client({ settings: { uniqueExternalId: true } });
  const held = await client.post(aUser({ userName: "ada", externalId: "e1" }));

  const refused = await client.post(aUser(members));

  expect(refused).toMatchObject({ status: 409, body: { scimType: "uniqueness", status: "409" } });
  expect(refused.body.detail).toContain(`"${attribute}"`);
  expect(JSON.stringify(refused.body)).not.toContain(held.body.id);
});

test("an externalId is compared exactly", async () => {
  const client = await gateway.client();
  await client.post(aUser({ externalId: "abc" }));

  const created = await client.post(aUser({ externalId: "ABC" }));

  expect(created.status).toBe(201);
});

test("a refused create leaves the user that is there as it was", async () => {
  const client = await gateway.client();
  const held = await client.post(aUser({ userName: "ada", title: "Dr" }));

  await client.post(aUser({ userName: "ada", title: "Prof" }));

  const read = await client.get(held.body.id);
  expect(read.body).toEqual(held.body);
});

test.each([
  ["id", { id: "mine" }],
  ["meta", { meta: { created: "2001-01-01T00:00:00Z", version: 'W/"9"', resourceType: "X" } }],
  ["groups", { groups: [{ value: "g1" }] }],
])("%s from the client is ignored", async (_name, members) => {
  const client = await gateway.client();

  const { status, body } = await client.post(aUser(members));

  expect(status).toBe(201);
  expect(body.id).toMatch(UUID);
  expect(body.meta).toMatchObject({ resourceType: "User", version: 'W/"1"' });
  expect(body.meta.created).not.toContain("2001");
  expect(body).not.toHaveProperty("groups");
});

test("a password is taken and never answered", async () => {
  const client = await gateway.client();

  const created = await client.post(aUser({ password: "hunter2hunter2" }));

  expect(created.status).toBe(201);
  expect(JSON.stringify(created.body)).not.toMatch(/hunter2|password/i);
});

test.each([
  ["no schemas", { schemas: undefined }],
  ["an extra schema", { schemas: [CORE_USER, "http://schemas.microsoft.com/2006/11/x:2.0"] }],
  ["an unknown schema only", { schemas: ["urn:example:unknown"] }],
  ["an empty list of schemas", { schemas: [] }],
  ["an unknown attribute", { user_mobile: "+49" }],
  ["an unknown sub-attribute", { name: { givenName: "Ada", nick: "A" } }],
  ["an extension's attribute at the top level", { department: "Engines" }],
])("%s is let pass, and refused by a strict connector", async (_what, members) => {
  const lenient = await gateway.client();
  const strict = await gateway.client({ settings: { strict: true } });

  const accepted = await lenient.post(aUser(members));
  const refused = await strict.post(aUser(members));

  expect(accepted.status).toBe(201);
  expect(refused.status).toBe(400);
});

test("what the schemas do not know is kept out of the user", async () => {
  const client = await gateway.client();

  const created = await client.post(aUser({ user_mobile: "+49", name: { nick: "A" } }));

  expect(Object.keys(created.body).sort()).toEqual(["active", "id", "meta", "schemas", "userName"]);
});

test("names in a body are read in any letter case, at any depth", async () => {
  const client = await gateway.client();

  const { body } = await client.post({
    SCHEMAS: [CORE_USER],
    USERNAME: "ada",
    Name: { GIVENNAME: "Ada" },
    Emails: [{ VALUE: "ada@b.c", Primary: true }],
    [ENTERPRISE_USER.toUpperCase()]: { Department: "Engines" },
  });

  expect(body).toMatchObject({
    schemas: [CORE_USER, ENTERPRISE_USER],
    userName: "ada",
    name: { givenName: "Ada" },
    emails: [{ value: "ada@b.c", primary: true }],
    [ENTERPRISE_USER]: { department: "Engines" },
  });
});

test.each([
  ["at the top", { title: "a", TITLE: "b" }],
  ["in a complex value", { name: { givenName: "a", GivenName: "b" } }],
  ["in a list", { emails: [{ value: "a", Value: "b" }] }],
  ["in an extension", { [ENTERPRISE_USER]: { division: "a", Division: "b" } }],
])("two spellings of one name %s are invalidSyntax", async (_where, members) => {
  const client = await gateway.client();

  const refused = await client.post(aUser(members));

  expect(refused).toMatchObject({ status: 400, body: { scimType: "invalidSyntax" } });
});

test.each([
  ["a locale of another form", { locale: "en_US" }],
  ["a time zone that is none", { timezone: "Mars/Olympus" }],
  ["a language that is none", { preferredLanguage: "Klingon" }],
  ["a country by its name", { addresses: [{ country: "Germany" }] }],
  ["a phone number in words", { phoneNumbers: [{ value: "call me", type: "EHUDZV" }] }],
  ["a reference that is no URL", { profileUrl: "not a url" }],
  ["a type beyond the suggested ones", { emails: [{ value: "a@b.c", type: "EHUDZV" }] }],
  ["case, blanks and line breaks", { title: "  Dr.\n PROF  " }],
  ["joiners, marks and directions", { displayName: "ا\u200Dب e\u0301 \u202Ex" }],
])("%s is kept exactly as sent", async (_what, members) => {
  const client = await gateway.client();

  const created = await client.post(aUser(members));

  expect(created).toMatchObject({ status: 201, body: members });
});

test.each([
  ["NUL in any string", { title: "a\u0000b" }],
  ["NUL in a nested string", { emails: [{ value: "a\u0000b" }] }],
  ["half a surrogate pair", { name: { givenName: "\ud800" } }],
  ["NUL in an attribute that nobody knows", { nobody: "a\u0000b" }],
  ["half a surrogate pair in a password", { password: "\udc00" }],
  ["a tab in an externalId", { externalId: "a\tb" }],
  ["a line break in a userName", { userName: "a\nb" }],
  ["a bidirectional override in an externalId", { externalId: "a\u202Eb" }],
  ["a bidirectional isolate in a userName", { userName: "a\u2066b" }],
])("%s is refused", async (_what, members) => {
  const client = await gateway.client();

  const refused = await client.post(aUser(members));

  expect(refused).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
});

test.each([null, "", []])("%j leaves an optional attribute unassigned", async (nothing) => {
  const client = await gateway.client();
  const members = { title: nothing, name: nothing, emails: nothing, externalId: nothing };

  const created = await client.post(aUser({ ...members, [ENTERPRISE_USER]: nothing }));

  expect(created.status).toBe(201);
  expect(Object.keys(created.body).sort()).toEqual(["active", "id", "meta", "schemas", "userName"]);
});

test.each([
  ["True", true],
  ["true", true],
  ["FALSE", false],
  ["False", false],
])("active %j is the boolean %j", async (sent, stored) => {
  const client = await gateway.client();

  const created = await client.post(aUser({ active: sent }));

  expect(created.body.active).toBe(stored);
});

test("of two primary values the last one stays primary", async () => {
  const client = await gateway.client();
  const emails = [
    { value: "a@b.c", primary: true },
    { value: "d@e.f", primary: true },
  ];

  const created = await client.post(aUser({ emails }));

  expect(created.body.emails).toEqual([
    { value: "a@b.c", primary: false },
    { value: "d@e.f", primary: true },
  ]);
});

test("one e-mail in place of a list is a list of one", async () => {
  const client = await gateway.client();

  const created = await client.post(aUser({ emails: { value: "a@b.c", type: "work" } }));

  expect(created.body.emails).toEqual([{ value: "a@b.c", type: "work" }]);
});

test.each([
  ["a string", "m1"],
  ["an object", { value: "m1" }],
  ["a list of one", [{ value: "m1" }]],
])("a manager as %s is an object with its value", async (_what, manager) => {
  const client = await gateway.client();

  const created = await client.post(aUser({ [ENTERPRISE_USER]: { manager } }));

  expect(created.body[ENTERPRISE_USER].manager).toEqual({ value: "m1" });
});
