import { describe, expect, test } from "vitest";
import { expectRefused, filter, list, type Row, withAda } from "#test/support/bad-input.ts";

// BAD-INPUTS, sections D and G: what stands in a query.

describe("D filter", () => {
  const nested = `${"(".repeat(21)}title pr${")".repeat(21)}`;
  const search = (text: string) => ({ path: "/Users/.search", body: { filter: text } });
  const terms = (count: number, word: string) => Array(count).fill("title pr").join(` ${word} `);
  const rows: Row[] = [
    ["49", "no value", filter("userName eq"), 400, "invalidFilter"],
    ["50", "an open string", filter('userName eq "a'), 400, "invalidFilter"],
    ["51", "an unknown operator", filter('userName xx "a"'), 400, "invalidFilter"],
    ["52", "21 parentheses", filter(nested), 400, "invalidFilter"],
    ["53", "10,000 parentheses", search("(".repeat(10_000)), 400, "invalidFilter"],
    ["54", "51 or-ed terms", filter(terms(51, "or")), 400, "invalidFilter"],
    ["55", "150 and-ed terms", filter(terms(150, "and")), 400, "invalidFilter"],
    ["56", "9 KB", filter(`title eq "${"x".repeat(9 * 1024)}"`), 400, "invalidFilter"],
    ["60", "password", filter('password eq "x"'), 400, "invalidFilter"],
    ["60", "password pr", filter("password pr"), 400, "invalidFilter"],
    ["61", "__proto__", filter('__proto__ eq "x"'), 400, "invalidFilter"],
    ["61", "constructor", filter('constructor.name eq "x"'), 400, "invalidFilter"],
    ["61", "prototype in brackets", filter('emails[prototype eq "x"]'), 400, "invalidFilter"],
    ["62", "an open bracket", filter('emails[type eq "work"'), 400, "invalidFilter"],
    ["63", "not without parentheses", filter("not userName pr"), 400, "invalidFilter"],
    ["64", "an order of booleans", filter("active gt true"), 400, "invalidFilter"],
    ["65", "a date that is none", filter('meta.created gt "nope"'), 400, "invalidFilter"],
    ["66", "half a surrogate pair", filter('userName eq "\\ud800"'), 400, "invalidFilter"],
    ["66", "an unknown escape", filter('userName eq "\\q"'), 400, "invalidFilter"],
    ["67", "an unknown attribute", filter('nosuch eq "x"'), 400, "invalidFilter"],
  ];

  test.each(rows)("%s: %s", async (_row, _what, sent, status, scimType) => {
    await expectRefused(sent, status, scimType);
  });

  test.each([
    ["52", "20 parentheses", `${"(".repeat(20)}userName pr${")".repeat(20)}`, 1],
    ["54", "50 or-ed terms", Array(50).fill("userName pr").join(" or "), 1],
    ["57", "60 bytes of co", `userName co "${"x".repeat(60)}"`, 0],
    ["57", "1,900 bytes of co", `userName co "${"%_".repeat(950)}"`, 0],
    ["58", "a percent sign", 'userName co "%"', 0],
    ["58", "an underscore", 'userName co "_"', 0],
    ["58", "a percent sign in sw", 'userName sw "%"', 0],
    ["59", "SQL in a value", "userName eq \"x' OR '1'='1\"", 0],
  ])("%s: %s is 200", async (_row, _what, text, totalResults) => {
    const { client } = await withAda();

    const found = await client.find(text);

    expect(found).toMatchObject({ status: 200, body: { totalResults } });
  });
});

describe("G query", () => {
  const rows: Row[] = [
    ["112", "startIndex=abc", list("?startIndex=abc"), 400, "invalidValue"],
    ["112", "startIndex=1.5", list("?startIndex=1.5"), 400, "invalidValue"],
    ["112", "count=ten", list("?count=ten"), 400, "invalidValue"],
    ["112", "two counts", list("?count=1&count=2"), 400, "invalidValue"],
    ["116", "sortBy=password", list("?sortBy=password"), 400, "invalidPath"],
    ["118", "a forged cursor", list("?cursor=eyJpZCI6IjEifQ"), 400, "invalidCursor"],
  ];

  test.each(rows)("%s: %s", async (_row, _what, sent, status, scimType) => {
    await expectRefused(sent, status, scimType);
  });

  test.each([
    ["111", "?startIndex=-5", { startIndex: 1, itemsPerPage: 1 }],
    ["113", "?count=-1", { itemsPerPage: 0, Resources: [] }],
    ["114", "?count=1000000000", { itemsPerPage: 1 }],
    ["115", "?startIndex=1000000000000000", { itemsPerPage: 0, Resources: [] }],
    ["115", "?startIndex=1e400", { itemsPerPage: 0, Resources: [] }],
  ])("%s: %s is 200", async (_row, query, members) => {
    const { client } = await withAda();

    const listed = await client.call(`/Users${query}`);

    expect(listed).toMatchObject({ status: 200, body: { totalResults: 1, ...members } });
  });

  test("117: attributes=__proto__ is ignored", async () => {
    const { client, id } = await withAda();

    const read = await client.call(`/Users/${id}?attributes=__proto__,constructor`);

    expect(read.status).toBe(200);
    expect(Object.keys(read.body).sort()).toEqual(["id", "schemas"]);
  });
});
