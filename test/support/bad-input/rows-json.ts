import { expect } from "vitest";
import { aUser } from "#test/support/gateway.ts";
import { patchBody, post, put } from "./bad-input.ts";
import { type HttpRow, refused } from "./table.ts";

const MAILS = Array.from({ length: 101 }, (_, n) => ({ value: `m${n}@example.com` }));

const PROTO = '{"userName":"a","__proto__":{"polluted":1}}';

/** Section C: JSON that is none, or that hides something. */
export const JSON_ROWS: readonly HttpRow[] = [
  ...refused(400, "invalidSyntax", [
    [31, "half an object", post("{")],
    [32, "bytes that are no UTF-8", post(notUtf8())],
    [34, "a list", post([])],
    [34, "a string", post('"x"')],
    [34, "null", post("null")],
    [34, "a number", post("1")],
    [34, "a list in a PUT", put([])],
    [34, "null in a PATCH", patchBody("null")],
    [35, "nesting 33 deep", post(`{"userName":"a","x":${deep(32)}}`)],
    [36, "nesting 100,000 deep", post(deep(100_000))],
    [37, "two spellings", post('{"userName":"a","USERNAME":"b"}')],
    [37, "one name twice", post('{"userName":"a","userName":"a"}')],
    [38, "__proto__", post(PROTO), { after: isUnpolluted }],
    [38, "an escaped __proto__", post(PROTO.replace("__", "\\u005f_")), { after: isUnpolluted }],
    [39, "constructor", post('{"constructor":{"prototype":{}}}')],
  ]),
  {
    row: 33,
    what: "a byte order mark",
    sent: post(`\uFEFF${JSON.stringify(aUser())}`),
    status: 201,
  },
  {
    row: 35,
    what: "nesting 32 deep",
    sent: post(`{"userName":"a","x":${deep(31)}}`),
    status: 201,
  },
  ...refused(400, "invalidValue", [
    [40, "active 1e400", post('{"userName":"a","active":1e400}')],
    [41, "101 e-mails", post(aUser({ emails: MAILS }))],
    [42, "100 KB of name", post(aUser({ displayName: "x".repeat(1e5) }))],
    [43, "NUL in a userName", post(aUser({ userName: "a\u0000b" }))],
    [44, "half a pair in a userName", post('{"userName":"\\ud800"}')],
    [45, "CR LF in a userName", post(aUser({ userName: "a\r\nb" }))],
    [45, "U+202E in a userName", post(aUser({ userName: "a\u202eb" }))],
    [46, "userName 123", post(aUser({ userName: 123 }))],
    [46, "userName {}", post(aUser({ userName: {} }))],
    [46, "userName []", post(aUser({ userName: [] }))],
    [46, "userName true", post(aUser({ userName: true }))],
    [48, 'active "maybe"', post(aUser({ active: "maybe" }))],
    [48, "active 2", post(aUser({ active: 2 }))],
  ]),
  {
    row: 47,
    what: 'active "True", as Entra sends it',
    sent: post(aUser({ active: "True" })),
    status: 201,
    body: { active: true },
  },
];

function notUtf8(): Uint8Array {
  const text = new TextEncoder().encode('{"userName":"??"}');
  return text.map((byte) => (byte === 0x3f ? 0xff : byte));
}

function deep(levels: number): string {
  return `${"[".repeat(levels)}${"]".repeat(levels)}`;
}

function isUnpolluted(): void {
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
}
