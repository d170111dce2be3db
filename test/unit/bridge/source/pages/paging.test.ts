import { describe, expect, test } from "vitest";
import { readNextLink } from "#bridge/source/pages/link.ts";
import { checkNext, checkNextUrl, pathSegment, trimSlashes } from "#bridge/source/pages/paging.ts";

const next = (link: string) => readNextLink(new Headers({ Link: link }));

describe("the next link of a Link header", () => {
  test.each([
    ["alone", '<https://a.example/x?after=1>; rel="next"'],
    [
      "behind the page itself",
      '<https://a.example/x>; rel="self", <https://a.example/x?after=1>; rel="next"',
    ],
    [
      "before another",
      '<https://a.example/x?after=1>; rel="next", <https://a.example/x>; rel="self"',
    ],
    ["without quotes", "<https://a.example/x?after=1>; rel=next"],
    ["in capitals", '<https://a.example/x?after=1>; REL="NEXT"'],
    ["among several types", '<https://a.example/x?after=1>; rel="last next"'],
    [
      "behind a parameter with a comma",
      '<https://a.example/x?after=1>; title="a, b; rel=prev"; rel="next"',
    ],
    ["without blanks", '<https://a.example/x>;rel="self",<https://a.example/x?after=1>;rel="next"'],
  ])("is found %s", (_name, link) => {
    expect(next(link)).toBe("https://a.example/x?after=1");
  });

  test("is given as it is written, commas and escapes included", () => {
    expect(next('<https://a.example/x?after=a,b%20c;d>; rel="next"')).toBe(
      "https://a.example/x?after=a,b%20c;d",
    );
  });

  test.each([
    '<https://a.example/x>; rel="self"',
    '<https://a.example/x>; rel="nextish"',
    "rubbish",
    "",
  ])("is not found in %j", (link) => {
    expect(next(link)).toBeUndefined();
  });
});

describe("a next page", () => {
  const BASE = "https://a.example/root";

  test("of the same origin passes as it came", () => {
    const url = "https://a.example/other?x=%2f";

    expect(checkNextUrl("Example", BASE, url, "https://a.example/first")).toBe(url);
  });

  test("at another host is malformed", () => {
    expect(() => checkNextUrl("Example", BASE, "https://b.example/", "x")).toThrow(
      "outside https://a.example",
    );
  });

  test("that is the current one is malformed", () => {
    const url = "https://a.example/page";

    expect(() => checkNextUrl("Example", BASE, url, url)).toThrow("the same page again");
    expect(() => checkNext("Example", "t1", "t1")).toThrow("the same page again");
  });

  test("that is not there is the end", () => {
    expect(checkNextUrl("Example", BASE, undefined, "x")).toBeUndefined();
    expect(checkNext("Example", undefined, undefined)).toBeUndefined();
  });
});

describe("a path", () => {
  test.each([
    ["a/b", "a%2Fb"],
    ["ada@example.com", "ada%40example.com"],
    ["a?b#c", "a%3Fb%23c"],
    ["../x", "..%2Fx"],
  ])("takes %j as one segment", (text, segment) => {
    expect(pathSegment(text)).toBe(segment);
  });

  test.each(["", ".", "..", "\ud800"])("cannot hold %j", (text) => {
    expect(pathSegment(text)).toBeUndefined();
  });

  test("goes behind a base address without its slashes", () => {
    expect(trimSlashes("https://a.example//")).toBe("https://a.example");
  });
});
