import { expect } from "vitest";
import { aUser } from "#test/support/gateway.ts";
import { filter, list, type Sent, withAda } from "./bad-input.ts";
import { type HttpRow, refused } from "./table.ts";

/** Section D: filters. The parser's limits are counted in its own tests. */
export const FILTER_ROWS: readonly HttpRow[] = [
  ...refused(400, "invalidFilter", [
    [49, "no value", filter("userName eq")],
    [50, "an open string", filter('userName eq "a')],
    [51, "an unknown operator", filter('userName xx "a"')],
    [52, "21 parentheses", filter(nested(21))],
    [53, "10,000 parentheses", search("(".repeat(10_000))],
    [54, "51 or-ed terms", filter(terms(51, "or"))],
    [55, "150 and-ed terms", filter(terms(150, "and"))],
    [56, "9 KB", filter(`title eq "${"x".repeat(9 * 1024)}"`)],
    [60, "password", filter('password eq "x"')],
    [60, "password pr", filter("password pr")],
    [61, "__proto__", filter('__proto__ eq "x"')],
    [61, "constructor", filter('constructor.name eq "x"')],
    [61, "prototype in brackets", filter('emails[prototype eq "x"]')],
    [62, "an open bracket", filter('emails[type eq "work"')],
    [63, "not without parentheses", filter("not userName pr")],
    [64, "an order of booleans", filter("active gt true")],
    [65, "a date that is none", filter('meta.created gt "nope"')],
    [66, "half a surrogate pair", filter('userName eq "\\ud800"')],
    [66, "an unknown escape", filter('userName eq "\\q"')],
    [67, "an unknown attribute", filter('nosuch eq "x"')],
  ]),
  finding(52, "20 parentheses", nested(20), 1),
  finding(54, "50 or-ed terms", terms(50, "or"), 1),
  finding(57, "60 bytes of co", `userName co "${"x".repeat(60)}"`, 0),
  finding(57, "1,900 bytes of co", `userName co "${"%_".repeat(950)}"`, 0),
  finding(58, "a percent sign", 'userName co "%"', 0),
  finding(58, "an underscore", 'userName co "_"', 0),
  finding(58, "a percent sign in sw", 'userName sw "%"', 0),
  finding(59, "SQL in a value", "userName eq \"x' OR '1'='1\"", 0),
];

/** Section G: the other parameters of a list. */
export const QUERY_ROWS: readonly HttpRow[] = [
  ...refused(400, "invalidValue", [
    [112, "startIndex=abc", list("?startIndex=abc")],
    [112, "startIndex=1.5", list("?startIndex=1.5")],
    [112, "count=ten", list("?count=ten")],
    [112, "two counts", list("?count=1&count=2")],
  ]),
  ...refused(400, "invalidPath", [[116, "sortBy=password", list("?sortBy=password")]]),
  ...refused(400, "invalidCursor", [
    [118, "a forged cursor", list("?cursor=eyJpZCI6IjEifQ")],
    [118, "another connector's cursor", strangersCursor],
  ]),
  listing(111, "?startIndex=-5", { startIndex: 1, itemsPerPage: 1 }),
  listing(113, "?count=-1", { itemsPerPage: 0, Resources: [] }),
  listing(114, "?count=1000000000", { itemsPerPage: 1 }),
  listing(115, "?startIndex=1000000000000000", { itemsPerPage: 0, Resources: [] }),
  listing(115, "?startIndex=1e400", { itemsPerPage: 0, Resources: [] }),
  {
    row: 117,
    what: "attributes=__proto__",
    sent: { path: "/Users/{id}?attributes=__proto__,constructor" },
    status: 200,
    after: (_world, { body }) => expect(Object.keys(body).sort()).toEqual(["id", "schemas"]),
  },
];

function nested(levels: number): string {
  return `${"(".repeat(levels)}userName pr${")".repeat(levels)}`;
}

function terms(count: number, word: string): string {
  return Array(count).fill("userName pr").join(` ${word} `);
}

function search(text: string): Sent {
  return { path: "/Users/.search", body: { filter: text } };
}

/** A filter that is answered with so many of a connector's one user. */
function finding(row: number, what: string, text: string, totalResults: number): HttpRow {
  return { row, what, sent: filter(text), status: 200, body: { totalResults } };
}

/** A query that is answered although it is odd. */
function listing(row: number, query: string, members: object): HttpRow {
  const body = { totalResults: 1, ...members };
  return { row, what: query, sent: list(query), status: 200, body };
}

async function strangersCursor(): Promise<Sent> {
  const { client } = await withAda();
  await client.post(aUser());
  const { body } = await client.call("/Users?cursor=&count=1");
  return list(`?count=1&cursor=${body.nextCursor}`);
}
