import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { normaliseResource, orderDocument, schemasFor } from "#scim/resource/resource.ts";
import { GROUP, USER } from "#scim/schema/registry.ts";
import { CORE_GROUP, CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";

const MISSPELT = "urn:ietf:params:scim:schemas:extension:enterprise:2.0User";

const invalidValue = expect.objectContaining({ status: 400, scimType: "invalidValue" });
const invalidSyntax = expect.objectContaining({ status: 400, scimType: "invalidSyntax" });

function aUser(members: JsonObject = {}): JsonObject {
  return { schemas: [CORE_USER], userName: "ada", ...members };
}

function lenient(body: JsonValue) {
  return normaliseResource(USER, body, { strict: false });
}

function strict(body: JsonValue) {
  return normaliseResource(USER, body, { strict: true });
}

describe("the body of a resource", () => {
  test.each([[[]], ["x"], [null], [1], [true]])("%j is no object", (body) => {
    expect(() => lenient(body)).toThrow(invalidSyntax);
  });

  test("is stored with canonical names in schema order, extensions last", () => {
    const { document, warnings } = lenient({
      [ENTERPRISE_USER.toUpperCase()]: { Department: "R&D", employeenumber: "7" },
      EMAILS: [{ Type: "work", Value: "ada@example.com" }],
      ExternalID: "00u1",
      USERNAME: "ada",
    });

    expect(JSON.stringify(document)).toBe(
      JSON.stringify({
        externalId: "00u1",
        userName: "ada",
        emails: [{ value: "ada@example.com", type: "work" }],
        [ENTERPRISE_USER]: { employeeNumber: "7", department: "R&D" },
      }),
    );
    expect(warnings).toEqual([]);
  });

  test("loses what is read-only or never stored, silently and unread", () => {
    const { document, warnings } = strict(
      aUser({
        id: 5,
        meta: { resourceType: "User" },
        groups: [],
        password: { not: "a string" },
        displayName: null,
        addresses: [],
      }),
    );

    expect(document).toEqual({ userName: "ada" });
    expect(warnings).toEqual([]);
  });

  test("does not get a default for a missing active", () => {
    expect(lenient(aUser()).document).toEqual({ userName: "ada" });
  });

  test.each([{}, { userName: null }, { userName: "" }, { userName: [] }, { userName: "  " }])(
    "%j lacks the required userName",
    (body) => {
      expect(() => lenient(body)).toThrow(invalidValue);
    },
  );

  test("of a group lacks the required displayName", () => {
    const body = { schemas: [CORE_GROUP], members: [] };

    expect(() => normaliseResource(GROUP, body, { strict: false })).toThrow(
      '"displayName" is required',
    );
  });

  test("of a group may come from Entra", () => {
    const adscim = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";

    const { document, warnings } = normaliseResource(
      GROUP,
      {
        schemas: [CORE_GROUP, adscim],
        externalId: "8aa1",
        displayName: "Staff",
        meta: { resourceType: "Group" },
        members: [{ $ref: null, value: "u1", display: "Ada" }, "u2"],
      },
      { strict: false },
    );

    expect(document).toEqual({
      externalId: "8aa1",
      displayName: "Staff",
      members: [{ value: "u1" }, { value: "u2" }],
    });
    expect(warnings).toEqual([`The schema "${adscim}" is none of Group. It is left out.`]);
  });
});

describe("an extension", () => {
  test.each([null, "", [], {}, { manager: null, department: "" }])("may be %j", (value) => {
    expect(lenient(aUser({ [ENTERPRISE_USER]: value })).document).toEqual({ userName: "ada" });
  });

  test.each([["x"], [5], [[5]], [[{}, {}]]])("must not be %j", (value) => {
    expect(() => lenient(aUser({ [ENTERPRISE_USER]: value }))).toThrow(invalidValue);
  });

  test("has its URN in the location of an error", () => {
    expect(() => lenient(aUser({ [ENTERPRISE_USER]: { department: true } }))).toThrow(
      `"${ENTERPRISE_USER}:department" must be a string, not a boolean.`,
    );
  });
});

describe("the schemas of a body", () => {
  test.each([
    [undefined],
    [null],
    [[CORE_USER.toLowerCase()]],
    [[ENTERPRISE_USER, CORE_USER]],
    [[CORE_USER, MISSPELT]],
  ])("may be %j", (schemas) => {
    const body = schemas === undefined ? { userName: "ada" } : aUser({ schemas });

    expect(lenient(body).warnings).toEqual([]);
  });

  test.each([["x"], [5], [{}], [[5]], [[CORE_USER, null]]])("must not be %j", (schemas) => {
    expect(() => lenient(aUser({ schemas }))).toThrow(invalidSyntax);
  });

  test("may be empty or unknown, with a warning", () => {
    expect(lenient(aUser({ schemas: [] })).warnings).toEqual([
      `"schemas" must hold "${CORE_USER}". It is taken as given.`,
    ]);
    expect(lenient(aUser({ schemas: ["urn:other"] })).warnings).toEqual([
      'The schema "urn:other" is none of User. It is left out.',
      `"schemas" must hold "${CORE_USER}". It is taken as given.`,
    ]);
  });

  test.each([[null], [[]], [["urn:other"]]])("must not be %j on a strict connector", (schemas) => {
    expect(() => strict(aUser({ schemas }))).toThrow(invalidSyntax);
  });

  test("must not be missing on a strict connector", () => {
    expect(() => strict({ userName: "ada" })).toThrow(invalidSyntax);
  });
});

describe("schemasFor", () => {
  test("names the core schema and each extension that has a value", () => {
    const document = { userName: "ada", [ENTERPRISE_USER]: { department: "A" } };

    expect(schemasFor(USER, document)).toEqual([CORE_USER, ENTERPRISE_USER]);
    expect(schemasFor(USER, { userName: "ada", [ENTERPRISE_USER]: {} })).toEqual([CORE_USER]);
    expect(schemasFor(GROUP, document)).toEqual([CORE_GROUP]);
  });
});

describe("orderDocument", () => {
  test("makes equal documents serialise equally", () => {
    const document = lenient(
      aUser({
        externalId: "1",
        emails: [{ value: "a", type: "work", primary: true }],
        [ENTERPRISE_USER]: { employeeNumber: "7", manager: { value: "m" } },
      }),
    ).document;
    const shuffled = {
      [ENTERPRISE_USER]: { manager: { value: "m" }, employeeNumber: "7" },
      emails: [{ primary: true, type: "work", value: "a" }],
      userName: "ada",
      externalId: "1",
    };

    expect(JSON.stringify(orderDocument(USER, shuffled))).toBe(JSON.stringify(document));
  });

  test("leaves out what became unassigned", () => {
    const document = {
      userName: "ada",
      title: null,
      name: { givenName: "" },
      emails: [{}],
      roles: [],
      active: false,
      [ENTERPRISE_USER]: { manager: {} },
    };

    expect(orderDocument(USER, document)).toEqual({ userName: "ada", active: false });
  });

  test("keeps attributes that are no longer declared, last and by name", () => {
    const document = { zulu: 1, "urn:acme": { b: 1 }, userName: "ada" };

    expect(Object.keys(orderDocument(USER, document))).toEqual(["userName", "urn:acme", "zulu"]);
  });
});

describe("normaliseResource", () => {
  const text = fc.option(fc.string({ maxLength: 20 }).map((value) => value.replaceAll("\0", "")));
  const email = fc.record(
    { value: text, Type: text, primary: fc.constantFrom(true, false, "True", null) },
    { requiredKeys: [] },
  );
  const body = fc.record(
    {
      USERNAME: fc.stringMatching(/^[a-z]{1,9}$/),
      externalId: fc.option(fc.stringMatching(/^[a-z0-9]{0,9}$/)),
      active: fc.constantFrom(true, "False", null, ""),
      emails: fc.oneof(fc.array(email, { maxLength: 4 }), email, text),
      name: fc.record({ GivenName: text, nosuch: text }, { requiredKeys: [] }),
      [ENTERPRISE_USER]: fc.record(
        {
          Department: text,
          manager: fc.oneof(
            text,
            email.map(({ value }) => [{ value: value ?? null }]),
          ),
        },
        { requiredKeys: [] },
      ),
      division: text,
    },
    { requiredKeys: ["USERNAME"] },
  );

  test("changes nothing in what it returned", () => {
    fc.assert(
      fc.property(body, (sent) => {
        const first = lenient(sent).document;

        const again = lenient(first);

        expect(JSON.stringify(again.document)).toBe(JSON.stringify(first));
        expect(again.warnings).toEqual([]);
        expect(JSON.stringify(orderDocument(USER, first))).toBe(JSON.stringify(first));
      }),
    );
  });
});
