import { describe, expect, test } from "vitest";
import type { Filter } from "#scim/filter/syntax/ast.ts";
import {
  FILTER_BYTES_MAX,
  parseFilter,
  SEARCH_FILTER_BYTES_MAX,
} from "#scim/filter/syntax/parse.ts";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

const invalidFilter = expect.objectContaining({ status: 400, scimType: "invalidFilter" });

function equal(attribute: string, value: string | number | boolean | null): Filter {
  return { kind: "compare", path: { attribute }, operator: "eq", value };
}

function failure(text: string): unknown {
  try {
    return parseFilter(text);
  } catch (error) {
    return error;
  }
}

describe("comparisons", () => {
  test.each(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"])(
    "the operator %s compares an attribute with a value",
    (operator) => {
      const filter = parseFilter(`userName ${operator} "ada"`);

      expect(filter).toEqual({
        kind: "compare",
        path: { attribute: "userName" },
        operator,
        value: "ada",
      });
    },
  );

  test("pr takes no value", () => {
    const filter = parseFilter("title pr");

    expect(filter).toEqual({ kind: "present", path: { attribute: "title" } });
  });

  test("operators, keywords and literals are read in any case", () => {
    const filter = parseFilter("NOT (active EQ TRUE) AND title Eq Null OR nickName PR");

    expect(filter).toEqual({
      kind: "or",
      filters: [
        {
          kind: "and",
          filters: [{ kind: "not", filter: equal("active", true) }, equal("title", null)],
        },
        { kind: "present", path: { attribute: "nickName" } },
      ],
    });
  });

  test.each([
    ["0", 0],
    ["-12", -12],
    ["1.5", 1.5],
    ["2e3", 2000],
    ["1.5E+2", 150],
    ["25e-1", 2.5],
    ["false", false],
  ])("the literal %s is read as JSON reads it", (text, value) => {
    const filter = parseFilter(`x eq ${text}`);

    expect(filter).toEqual(equal("x", value));
  });

  test("a string has the escapes of JSON", () => {
    const filter = parseFilter(String.raw`x eq "a\"b\\c\/d\b\f\n\r\t\u00e9\ud83d\ude00"`);

    expect(filter).toEqual(equal("x", 'a"b\\c/d\b\f\n\r\té😀'));
  });

  test("brackets, operators and quotes inside a string are text", () => {
    const filter = parseFilter(`x eq "a] and (b or ' OR '1'='1"`);

    expect(filter).toEqual(equal("x", "a] and (b or ' OR '1'='1"));
  });

  test("Entra's quoted boolean stays a string for the attribute to read", () => {
    const filter = parseFilter('primary eq "True"');

    expect(filter).toEqual(equal("primary", "True"));
  });
});

describe("names", () => {
  test.each([
    ["name.givenName", { attribute: "name", subAttribute: "givenName" }],
    ["members.$ref", { attribute: "members", subAttribute: "$ref" }],
    ["profile-field_city", { attribute: "profile-field_city" }],
    [`${ENTERPRISE}:department`, { urn: ENTERPRISE, attribute: "department" }],
    [
      "URN:ietf:params:scim:schemas:core:2.0:User:name.givenName",
      {
        urn: "URN:ietf:params:scim:schemas:core:2.0:User",
        attribute: "name",
        subAttribute: "givenName",
      },
    ],
  ])("%s is split at its last colon and its dot", (name, path) => {
    const filter = parseFilter(`${name} pr`);

    expect(filter).toEqual({ kind: "present", path });
  });

  test.each([
    "a.b.c",
    ".a",
    "a.",
    "http://x:a",
    "2a",
    "a:b",
    "__proto__",
    "constructor.name",
    "x.prototype",
  ])("%s is no attribute name", (name) => {
    expect(failure(`${name} eq "x"`)).toEqual(invalidFilter);
  });
});

describe("precedence", () => {
  test("and binds stronger than or", () => {
    const filter = parseFilter("a eq 1 or b eq 2 and c eq 3");

    expect(filter).toEqual({
      kind: "or",
      filters: [equal("a", 1), { kind: "and", filters: [equal("b", 2), equal("c", 3)] }],
    });
  });

  test("parentheses bind strongest", () => {
    const filter = parseFilter("(a eq 1 or b eq 2) and c eq 3");

    expect(filter).toEqual({
      kind: "and",
      filters: [{ kind: "or", filters: [equal("a", 1), equal("b", 2)] }, equal("c", 3)],
    });
  });

  test("not denies the parentheses after it and nothing more", () => {
    const filter = parseFilter("not(a eq 1) and b eq 2");

    expect(filter).toEqual({
      kind: "and",
      filters: [{ kind: "not", filter: equal("a", 1) }, equal("b", 2)],
    });
  });

  test("not without parentheses is refused", () => {
    expect(failure("not userName pr")).toEqual(invalidFilter);
  });
});

describe("value paths", () => {
  test("brackets hold a filter on one value", () => {
    const filter = parseFilter('emails[type eq "work" and value co "x"]');

    expect(filter).toEqual({
      kind: "some",
      path: { attribute: "emails" },
      filter: {
        kind: "and",
        filters: [
          equal("type", "work"),
          { kind: "compare", path: { attribute: "value" }, operator: "co", value: "x" },
        ],
      },
    });
  });

  test("a sub-attribute after the brackets joins the filter inside (Entra)", () => {
    const filter = parseFilter('emails[type eq "work"].value eq "x"');

    expect(filter).toEqual(parseFilter('emails[type eq "work" and value eq "x"]'));
  });

  test("a sub-attribute after brackets with or joins the whole of it", () => {
    const filter = parseFilter('emails[type eq "work" or primary eq true].value pr');

    expect(filter).toEqual(parseFilter('emails[(type eq "work" or primary eq true) and value pr]'));
  });

  test.each([
    ["ne", '"x"', 'not (emails[type eq "work" and value eq "x"])'],
    ["eq", "null", 'not (emails[type eq "work" and value pr])'],
    ["ne", "null", 'emails[type eq "work" and value pr]'],
    ["gt", '"x"', 'emails[type eq "work" and value gt "x"]'],
  ])("%s %s after the brackets means %s", (operator, value, standard) => {
    const filter = parseFilter(`emails[type eq "work"].value ${operator} ${value}`);

    expect(filter).toEqual(parseFilter(standard));
  });

  test.each([
    "emails[]",
    "emails[a[b eq 1]]",
    'emails[type eq "work"',
    "emails[type pr].",
    "emails]",
  ])("%s is refused", (text) => {
    expect(failure(text)).toEqual(invalidFilter);
  });
});

describe("malformed filters", () => {
  test.each([
    "",
    "  ",
    "userName",
    "userName eq",
    'userName eq "a',
    'userName xx "a"',
    "userName eq a",
    'userName eq "a" "b"',
    'userName eq "a" and',
    'and userName eq "a"',
    '(userName eq "a"',
    'userName eq "a")',
    "()",
    String.raw`userName eq "\q"`,
    String.raw`userName eq "\u12g4"`,
    String.raw`userName eq "\ud800"`,
    'userName eq "\ud800"',
    'userName eq "a\nb"',
    "x eq 01",
    "x eq 1.",
    "x eq .5",
    "x eq 1e",
    "x eq -",
    "x eq 1e400",
    "x eq 1a",
    "x eq 'a'",
    "x = 1",
    "ünï eq 1",
  ])("%j is invalidFilter", (text) => {
    expect(failure(text)).toEqual(invalidFilter);
  });

  test("the detail says where the filter broke and what was expected there", () => {
    expect(failure('userName xx "a"')).toHaveProperty(
      "detail",
      'Expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr) at character 10, found "xx".',
    );
    expect(failure('userName eq "a')).toHaveProperty(
      "detail",
      "Character 13 is or begins a string that is never closed.",
    );
    expect(failure("userName eq")).toHaveProperty(
      "detail",
      "Expected a quoted string, a number, true, false or null at character 12, found the end of the text.",
    );
  });
});

describe("limits", () => {
  function nested(levels: number): string {
    return `${"(".repeat(levels)}a pr${")".repeat(levels)}`;
  }

  function terms(count: number, operator: string): string {
    return Array.from({ length: count }, () => "a pr").join(` ${operator} `);
  }

  test("20 levels are read and 21 refused", () => {
    expect(parseFilter(nested(20))).toEqual(parseFilter("a pr"));
    expect(failure(nested(21))).toEqual(invalidFilter);
  });

  test("brackets and not count as levels", () => {
    expect(failure(`${"(".repeat(20)}a[b pr]${")".repeat(20)}`)).toEqual(invalidFilter);
    expect(failure(`${"not (".repeat(21)}a pr${")".repeat(21)}`)).toEqual(invalidFilter);
  });

  test.each(["and", "or"])("50 terms joined by %s are read and 51 refused", (operator) => {
    expect(parseFilter(terms(50, operator))).toHaveProperty("filters.length", 50);
    expect(failure(terms(51, operator))).toEqual(invalidFilter);
  });

  test("terms inside brackets count", () => {
    const text = Array.from({ length: 26 }, () => "a[b pr].c pr").join(" or ");

    expect(failure(text)).toEqual(invalidFilter);
  });

  test("the length limit counts bytes", () => {
    const longest = `ab eq "${"é".repeat((FILTER_BYTES_MAX - 8) / 2)}"`;

    expect(failure(longest)).toHaveProperty("kind", "compare");
    expect(failure(`${longest} `)).toEqual(invalidFilter);
  });

  test("a search may raise the length limit", () => {
    const text = `a eq "${"x".repeat(8000)}"`;

    expect(parseFilter(text, { bytesMax: SEARCH_FILTER_BYTES_MAX })).toHaveProperty(
      "kind",
      "compare",
    );
  });

  test.each([
    ["10,000 opening parentheses", "(".repeat(10_000), 30],
    ["10,000 nots", "not (".repeat(10_000), 50],
    ["10,000 terms", terms(10_000, "or"), 200],
  ])("%s are given up after a bounded number of steps", (_, text, stepsMax) => {
    let steps = 0;
    const onStep = () => {
      steps += 1;
    };

    expect(() => parseFilter(text, { bytesMax: 1_000_000, onStep })).toThrow(invalidFilter);
    expect(steps).toBeLessThan(stepsMax);
  });
});
