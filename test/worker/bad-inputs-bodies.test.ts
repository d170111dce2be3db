import { describe, expect, test } from "vitest";
import { CORE_USER } from "#scim/urns.ts";
import {
  ADA,
  expectRefused,
  expectScimError,
  patch,
  patchBody,
  post,
  put,
  type Row,
  replace,
  type Sent,
  send,
  withAda,
} from "#test/support/bad-input.ts";
import { aPatch, aUser, openGateway } from "#test/support/gateway.ts";

// BAD-INPUTS, sections C, E and F: what stands in a body.

const gateway = openGateway();

describe("C JSON", () => {
  const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
  const mails = Array.from({ length: 101 }, (_, n) => ({ value: `m${n}@example.com` }));
  const rows: Row[] = [
    ["31", "half an object", post("{"), 400, "invalidSyntax"],
    ["32", "bytes that are no UTF-8", post(notUtf8()), 400, "invalidSyntax"],
    ["34", "a list", post([]), 400, "invalidSyntax"],
    ["34", "a string", post('"x"'), 400, "invalidSyntax"],
    ["34", "null", post("null"), 400, "invalidSyntax"],
    ["34", "a number", post("1"), 400, "invalidSyntax"],
    ["34", "a list in a PUT", put([]), 400, "invalidSyntax"],
    ["34", "null in a PATCH", patchBody("null"), 400, "invalidSyntax"],
    ["35", "nesting 33 deep", post(`{"userName":"a","x":${deep(32)}}`), 400, "invalidSyntax"],
    ["36", "nesting 100,000 deep", post(deep(100_000)), 400, "invalidSyntax"],
    ["37", "two spellings", post('{"userName":"a","USERNAME":"b"}'), 400, "invalidSyntax"],
    ["37", "one name twice", post('{"userName":"a","userName":"a"}'), 400, "invalidSyntax"],
    ["38", "__proto__", post('{"userName":"a","__proto__":{"polluted":1}}'), 400, "invalidSyntax"],
    [
      "38",
      "an escaped __proto__",
      post('{"userName":"a","\\u005f_proto__":{"polluted":1}}'),
      400,
      "invalidSyntax",
    ],
    ["39", "constructor", post('{"constructor":{"prototype":{}}}'), 400, "invalidSyntax"],
    ["40", "active 1e400", post('{"userName":"a","active":1e400}'), 400, "invalidValue"],
    ["41", "101 e-mails", post(aUser({ emails: mails })), 400, "invalidValue"],
    ["42", "100 KB of name", post(aUser({ displayName: "x".repeat(1e5) })), 400, "invalidValue"],
    ["43", "NUL in a userName", post(aUser({ userName: "a\u0000b" })), 400, "invalidValue"],
    ["44", "half a pair in a userName", post('{"userName":"\\ud800"}'), 400, "invalidValue"],
    ["45", "CR LF in a userName", post(aUser({ userName: "a\r\nb" })), 400, "invalidValue"],
    ["45", "U+202E in a userName", post(aUser({ userName: "a\u202eb" })), 400, "invalidValue"],
    ["46", "userName 123", post(aUser({ userName: 123 })), 400, "invalidValue"],
    ["46", "userName {}", post(aUser({ userName: {} })), 400, "invalidValue"],
    ["46", "userName []", post(aUser({ userName: [] })), 400, "invalidValue"],
    ["46", "userName true", post(aUser({ userName: true })), 400, "invalidValue"],
    ["48", 'active "maybe"', post(aUser({ active: "maybe" })), 400, "invalidValue"],
    ["48", "active 1", post(aUser({ active: 1 })), 400, "invalidValue"],
  ];

  test.each(rows)("%s: %s", async (_row, _what, sent, status, scimType) => {
    await expectRefused(sent, status, scimType);
  });

  test("33: a byte order mark before a valid body is 201", async () => {
    const client = await gateway.client();

    const created = await client.post(`\uFEFF${JSON.stringify(aUser({ userName: "ada" }))}`);

    expect(created).toMatchObject({ status: 201, body: { userName: "ada" } });
  });

  test("38: __proto__ in a body reaches no prototype", async () => {
    const client = await gateway.client();

    await client.post('{"userName":"a","__proto__":{"polluted":1}}');

    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  test('47: active "True" is 201 and true', async () => {
    const client = await gateway.client();

    const created = await client.post(aUser({ active: "True" }));

    expect(created).toMatchObject({ status: 201, body: { active: true } });
  });
});

describe("E PATCH", () => {
  const many = Array(1_001).fill(replace("title"));
  const rows: Row[] = [
    ["68", "no Operations", patchBody({ schemas: [] }), 400, "invalidSyntax"],
    ["69", "Operations {}", patchBody({ Operations: {} }), 400, "invalidSyntax"],
    ["71", "an unknown op", patch({ op: "frobnicate", path: "title" }), 400, "invalidSyntax"],
    ["73", "remove without a path", patch({ op: "remove" }), 400, "noTarget"],
    ["74", "another id", patch(replace("id")), 400, "mutability"],
    ["75", "meta.created", patch(replace("meta.created")), 400, "mutability"],
    ["76", "groups", patch(replace("groups", [{ value: "g" }])), 400, "mutability"],
    ["78", "__proto__.admin", patch(replace("__proto__.admin")), 400, "invalidPath"],
    ["79", "constructor", patch(replace("constructor.prototype.x")), 400, "invalidPath"],
    [
      "80",
      "__proto__ in a value",
      patchBody('{"Operations":[{"op":"add","value":{"__proto__":{"admin":true}}}]}'),
      400,
      "invalidSyntax",
    ],
    ["81", "an open bracket", patch(replace('emails[type eq "work"')), 400, "invalidPath"],
    ["82", "co without a match", patch(replace('emails[type co "q"].value')), 400, "noTarget"],
    [
      "82",
      "or without a match",
      patch(replace('emails[type eq "q" or display eq "q"].value')),
      400,
      "noTarget",
    ],
    ["84", "1,001 operations", patch(...many), 400, "invalidSyntax"],
    [
      "85",
      "a valid and an invalid one",
      patch(replace("title"), replace("active")),
      400,
      "invalidValue",
    ],
    ["87", "a stale If-Match", { ...patch(replace("title")), headers: ifMatch('W/"0"') }, 412],
    ["88", "If-Match garbage", { ...patch(replace("title")), headers: ifMatch("garbage") }, 412],
    ["89", "remove userName", patch({ op: "remove", path: "userName" }), 400, "mutability"],
    ["90", "active {}", patch(replace("active", {})), 400, "invalidValue"],
    ["91", "a path of 3 KB", patch(replace("x".repeat(3 * 1024))), 400, "invalidPath"],
  ];

  test.each(rows)("%s: %s", async (_row, _what, sent, status, scimType) => {
    await expectRefused(sent, status, scimType);
  });

  const strictRows: Row[] = [
    [
      "83",
      "an unknown sub-attribute",
      patch(replace('emails[type eq "work"].nope')),
      400,
      "invalidPath",
    ],
    ["92", "no schemas", patchBody({ Operations: [replace("title")] }), 400, "invalidSyntax"],
  ];

  test.each(strictRows)("%s: %s, strict", async (_row, _what, sent, status, scimType) => {
    await expectRefused(sent, status, scimType, { strict: true });
  });

  test("86: a userName that another user has", async () => {
    const { client, id, created } = await withAda();
    await client.post(aUser({ userName: "Bob" }));

    const answer = await client.patch(id, aPatch(replace("title"), replace("userName", "bOB")));

    expectScimError(answer, 409, "uniqueness");
    expect((await client.get(id)).body).toEqual(created);
  });

  test.each<[string, string, Sent, object]>([
    ["70", "Operations []", patchBody({ Operations: [] }), { userName: "ada" }],
    ["72", "op Add", patch({ op: "Add", path: "title", value: "x" }), { title: "x" }],
    ["72", "op Replace", patch({ op: "Replace", path: "title", value: "x" }), { title: "x" }],
    ["77", "path schemas", patch(replace("schemas", ["urn:x:y"])), { schemas: [CORE_USER] }],
    ["83", "an unknown sub-attribute", patch(replace('emails[type eq "work"].nope')), ADA],
    ["84", "1,000 operations", patch(...many.slice(1)), { title: "x" }],
    ["92", "no schemas", patchBody({ Operations: [replace("title")] }), { title: "x" }],
  ])("%s: %s is 200", async (_row, _what, sent, members) => {
    const { client, id } = await withAda();

    const answer = await send(client, id, sent);

    expect(answer).toMatchObject({ status: 200, body: members });
  });
});

describe("F create and replace", () => {
  const unknown = `${crypto.randomUUID()}`;
  const rows: Row[] = [
    ["93", "no userName", post({ schemas: [CORE_USER] }), 400, "invalidValue"],
    ["93", "userName null", post(aUser({ userName: null })), 400, "invalidValue"],
    ["93", "no userName in a PUT", put({ schemas: [CORE_USER] }), 400, "invalidValue"],
    ["94", 'userName ""', post(aUser({ userName: "" })), 400, "invalidValue"],
    ["95", 'userName "  "', post(aUser({ userName: "  " })), 400, "invalidValue"],
    ["96", "userName in another case", post(aUser({ userName: "ADA" })), 409, "uniqueness"],
    ["98", "full-width userName", post(aUser({ userName: "ａｄａ" })), 409, "uniqueness"],
    ["106", "PUT of an unknown id", { ...put(aUser()), path: `/Users/${unknown}` }, 404],
  ];

  test.each(rows)("%s: %s", async (_row, _what, sent, status, scimType) => {
    await expectRefused(sent, status, scimType);
  });

  const strictRows: Row[] = [
    ["101", "schemas []", post(aUser({ schemas: [] })), 400, "invalidSyntax"],
    ["102", "an unknown schema only", post(aUser({ schemas: ["urn:x"] })), 400, "invalidSyntax"],
    ["105", "another id in a PUT", put(aUser({ id: unknown })), 400, "mutability"],
  ];

  test.each(strictRows)("%s: %s, strict", async (_row, _what, sent, status, scimType) => {
    await expectRefused(sent, status, scimType, { strict: true });
  });

  test("97: a userName that differs by the Kelvin sign only", async () => {
    const client = await gateway.client();
    await client.post(aUser({ userName: "k@x" }));

    const answer = await client.post(aUser({ userName: "\u212A@x" }));

    expectScimError(answer, 409, "uniqueness");
  });

  test.each<[string, string, Sent, number, object]>([
    ["99", "id and meta", post(aUser({ id: "1", meta: { version: "x" } })), 201, { active: true }],
    ["101", "schemas []", post(aUser({ schemas: [] })), 201, { schemas: [CORE_USER] }],
    [
      "102",
      "an unknown schema only",
      post(aUser({ schemas: ["urn:x"] })),
      201,
      { schemas: [CORE_USER] },
    ],
    [
      "104",
      "two primary e-mails",
      post(aUser({ emails: [aPrimary("a@b.c"), aPrimary("d@e.f")] })),
      201,
      { emails: [{ value: "a@b.c", primary: false }, aPrimary("d@e.f")] },
    ],
    ["105", "another id in a PUT", put(aUser({ id: unknown, title: "x" })), 200, { title: "x" }],
    ["107", "a script", post(aUser({ displayName: "<script>" })), 201, { displayName: "<script>" }],
  ])("%s: %s is accepted", async (_row, _what, sent, status, members) => {
    const { client, id } = await withAda();

    const answer = await send(client, id, sent);

    expect(answer).toMatchObject({ status, body: members });
    expect(answer.body.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.body.id).not.toBe(unknown);
  });

  test("100: an externalId is no id", async () => {
    const client = await gateway.client();
    const created = await client.post(aUser({ externalId: "1" }));

    const answer = await client.get("1");

    expect(created.body.id).toMatch(/^[0-9a-f-]{36}$/);
    expectScimError(answer, 404);
  });

  test("103: a password is in no answer", async () => {
    const client = await gateway.client();

    const created = await client.post(aUser({ password: "canary-103" }));

    expect(JSON.stringify(created.body)).not.toContain("canary-103");
    expect(JSON.stringify((await client.get(created.body.id)).body)).not.toContain("canary-103");
  });

  test("107: a script is answered as JSON that no browser sniffs", async () => {
    const client = await gateway.client();

    const { headers } = await client.post(aUser({ displayName: "<script>alert(1)</script>" }));

    expect(headers.get("Content-Type")).toBe("application/scim+json");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  });

  test("110: DELETE twice is 204, then 404", async () => {
    const { client, id } = await withAda();

    const first = await client.remove(id);
    const second = await client.remove(id);

    expect(first.status).toBe(204);
    expectScimError(second, 404);
  });
});

function ifMatch(tag: string) {
  return { "If-Match": tag };
}

function aPrimary(value: string) {
  return { value, primary: true };
}

function notUtf8(): Uint8Array {
  const text = new TextEncoder().encode('{"userName":"??"}');
  return text.map((byte) => (byte === 0x3f ? 0xff : byte));
}
