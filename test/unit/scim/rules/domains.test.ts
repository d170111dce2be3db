import { describe, expect, test } from "vitest";
import { asciiDomain, outsideAddress } from "#scim/rules/domains.ts";

describe("the ASCII form of a domain", () => {
  test.each([
    ["Example.COM", "example.com"],
    ["münchen.example", "xn--mnchen-3ya.example"],
    ["MÜNCHEN.example", "xn--mnchen-3ya.example"],
    ["xn--mnchen-3ya.example", "xn--mnchen-3ya.example"],
    ["ｅxample。com", "example.com"],
    ["localhost", "localhost"],
    ["127.0.0.1", "127.0.0.1"],
  ])("of %s is %s", (text, ascii) => {
    expect(asciiDomain(text)).toBe(ascii);
  });

  test.each([
    "",
    ".",
    "example.com.",
    ".example.com",
    "a..b",
    "*.example.com",
    "@example.com",
    "example.com/x",
    "example.com?x",
    "example.com#x",
    "example.com:443",
    "evil.com\\@example.com",
    "exa mple.com",
    "münchen.example/x",
    "münchen.example:80",
    "example.com／x",
    "[::1]",
    "a%2eb",
    `${"a".repeat(64)}.com`,
    "é".repeat(300),
  ])("is none of %j", (text) => {
    expect(asciiDomain(text)).toBeUndefined();
  });
});

describe("a user in the domains of a connector", () => {
  const rules = { allowedDomains: ["example.com", "xn--mnchen-3ya.example"] };
  const outside = (after: object, before?: object) =>
    outsideAddress(before as never, after as never, rules);

  test.each([
    { userName: "ada" },
    { userName: "ada@EXAMPLE.com" },
    { userName: "ada@münchen.example", emails: [{ value: "ada@XN--mnchen-3ya.example" }] },
    {
      userName: "ada",
      emails: [{ value: "a@evil.com" }, { value: "a@example.com", primary: true }],
    },
    { userName: '"a@evil.com"@example.com' },
  ])("is inside: %j", (user) => {
    expect(outside(user)).toBeUndefined();
  });

  test.each([
    [{ userName: "ada@evil.com" }, "userName", "evil.com"],
    [{ userName: "ada@sub.example.com" }, "userName", "sub.example.com"],
    [{ userName: "ada@example.com.evil.com" }, "userName", "example.com.evil.com"],
    [{ userName: "ada@notexample.com" }, "userName", "notexample.com"],
    [{ userName: "ada@example.com@evil.com" }, "userName", "evil.com"],
    [{ userName: "ada@example.com." }, "userName", "example.com."],
    [{ userName: "ada@" }, "userName", ""],
    [{ userName: "ada", emails: [{ value: "a@evil.com" }] }, "emails", "evil.com"],
    [{ userName: "ada", emails: [{ value: "nobody" }] }, "emails", ""],
    [
      {
        userName: "ada",
        emails: [{ value: "a@example.com" }, { value: "a@x.org", primary: true }],
      },
      "emails",
      "x.org",
    ],
  ])("is outside: %j", (user, attribute, domain) => {
    expect(outside(user)).toEqual({ attribute, domain });
  });

  test("may be anywhere where none is listed", () => {
    const user = { userName: "ada@evil.com" };

    expect(outsideAddress(undefined, user, { allowedDomains: [] })).toBeUndefined();
  });

  const EVE = { userName: "eve@evil.com", active: true };
  const OFF = { ...EVE, active: false };

  test.each([
    ["who is switched off", EVE, OFF],
    ["who is switched off and renamed", EVE, { ...OFF, userName: "eve@worse.com" }],
    ["who stays off as it was", OFF, { ...OFF, title: "Former" }],
    ["who comes inside while off", OFF, { ...OFF, userName: "eve@example.com" }],
  ])("somebody outside %s is let pass", (_what, before, after) => {
    expect(outside(after, before)).toBeUndefined();
  });

  test.each([
    ["who is switched on", OFF, EVE],
    ["who stays on", EVE, { ...EVE, title: "New" }],
    ["who is created, inactive or not", undefined, OFF],
    ["who gets another name outside while off", OFF, { ...OFF, userName: "eve@worse.com" }],
  ])("somebody outside %s is found", (_what, before, after) => {
    expect(outside(after, before)).toMatchObject({ attribute: "userName" });
  });
});
