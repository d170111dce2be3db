import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "#scim/json.ts";

describe("parseJson", () => {
  test("returns what JSON.parse returns", () => {
    const text =
      ' {"userName":"ada","emails":[{"value":"a\\"b","primary":true}],"n":[1,-2.5e3,null]} ';

    const value = parseJson(text);

    expect(value).toEqual(JSON.parse(text));
  });

  test("agrees with JSON.parse on every document that it does not refuse by name or depth", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/"(__proto__|constructor|prototype)"/.test(text));

        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test.each(["", "  ", "{", '{"a":1,}', '{"a" 1}', '{"a":"b', '"\\q"', "[1]]", "nul", '{"\\q":1}'])(
    "refuses %j, which is not JSON, as invalidSyntax",
    (text) => {
      expect(() => parseJson(text)).toThrow(
        expect.objectContaining({ status: 400, scimType: "invalidSyntax" }),
      );
    },
  );

  test("does not repeat the body in the detail of a syntax error", () => {
    expect(() => parseJson('{"password":"hunter2",,}')).toThrow(/^((?!hunter2).)*$/);
  });

  test("says that an empty body is empty", () => {
    expect(() => parseJson("")).toThrow("The body is empty");
  });

  test.each(["[", '{"a":'])("accepts 32 levels of %s and refuses 33", (open) => {
    const close = open === "[" ? "]" : "}";
    const nested = (levels: number) => `${open.repeat(levels)}1${close.repeat(levels)}`;

    expect(parseJson(nested(32))).toEqual(JSON.parse(nested(32)));
    expect(() => parseJson(nested(33))).toThrow("deeper than 32 levels (character ");
  });

  test("refuses 100,000 levels without overflowing the stack", () => {
    expect(() => parseJson("[".repeat(100_000))).toThrow("deeper than 32 levels");
  });

  test.each([
    ['{"a":1,"a":2}', "a"],
    ['{"x":[{"b":1,"c":{"b":3},"b":2}]}', "b"],
    ['{"a":1,"\\u0061":2}', "a"],
    ['{"a":{"b":[1,"a"]},"a":1}', "a"],
  ])("refuses %s, where one object has the name %j twice", (text, name) => {
    expect(() => parseJson(text)).toThrow(`The name "${name}" occurs twice in one object`);
  });

  test.each([
    '{"a":{"b":1},"b":{"a":1}}',
    '[{"a":1},{"a":1}]',
    '{"a":"a","A":"a"}',
    '{"a":["a","a",{"a":1}]}',
    '{"a\\\\":1,"a":"\\\\"}',
  ])("accepts %s, where no object has a name twice", (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  test.each(["__proto__", "constructor", "prototype", "\\u005f_proto__"])(
    "refuses the name %s at any depth",
    (name) => {
      expect(() => parseJson(`{"a":[{"${name}":{"polluted":1}}]}`)).toThrow(
        /^The name "\w+" is not allowed \(character 8\)\.$/,
      );
    },
  );

  test("accepts as a value what it refuses as a name", () => {
    expect(parseJson('["__proto__",{"a":"constructor"}]')).toEqual([
      "__proto__",
      { a: "constructor" },
    ]);
  });

  test("cuts a long name in the detail", () => {
    const name = "n".repeat(5000);

    expect(() => parseJson(`{"${name}":1,"${name}":2}`)).toThrow(/^.{128,200}$/);
  });
});
