import { expect, test } from "vitest";
import { parseAnswer } from "#bridge/source/http/json.ts";
import { isJsonObject, readMember } from "#scim/json.ts";

test("members may have any name, twice too, and reach no prototype", () => {
  const text = '{"id":"1","constructor":"Acme","__proto__":{"admin":true},"id":"2"}';

  const answer = parseAnswer(text);

  const record = isJsonObject(answer) ? answer : {};
  expect(Object.entries(record)).toEqual([
    ["id", "2"],
    ["constructor", "Acme"],
    ["__proto__", { admin: true }],
  ]);
  expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
  expect([readMember(record, "admin"), readMember({}, "admin")]).toEqual([undefined, undefined]);
});

test("32 levels may be nested and no more, wherever brackets stand in strings", () => {
  const nested = (levels: number) => `${"[".repeat(levels)}"]\\"]"${"]".repeat(levels)}`;

  expect(parseAnswer(nested(32))).toBeDefined();
  expect(parseAnswer(nested(33))).toBeUndefined();
  expect(parseAnswer("[".repeat(2_500_000))).toBeUndefined();
  expect(parseAnswer(`{"a":"${"[".repeat(100)}","b":"\\\\","c":["}"]}`)).toBeDefined();
});

test.each(["", "{", '{"a":1]', "nothing", '"open', "[}"])("%j is no JSON", (text) => {
  expect(parseAnswer(text)).toBeUndefined();
});
