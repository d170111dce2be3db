import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvLine } from "#http/admin/call/csv.ts";

/** What spreadsheets take for the sign of a formula, full-width and small forms included. */
const SIGNS = [..."=+-@＝＋－＠﹦﹢﹣﹫"];

/** What they pass over in front of it: blanks, invisible characters and quotes. */
const BLANKS = [
  " ",
  "\u00a0",
  "\u3000",
  "\u2009",
  "\ufeff",
  "\u200b",
  "\u00ad",
  "\u202e",
  "\u0000",
  "\u0007",
  '"',
];

/** Where they, by locale and choice, begin another cell or line. */
const BREAKS = [";", "\t", "\n", "\r", "\r\n", "\v", "\f", "\u0085", "\u2028", "\u2029"];

/** The first visible characters of the cells that a careless reader sees, who cuts at a separator whatever is quoted. */
function carelessly(line: string, separators: string): readonly string[] {
  return line
    .split(new RegExp(`[${separators}\t\n\r\v\f\u0085\u2028\u2029]`))
    .map((cell) => cell.replace(/^[\p{Z}\p{C}"]+/u, ""));
}

/** The cells of a line as RFC 4180 reads them. */
function cellsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(?:,|\r\n$)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
  );
}

const isFormula = (cell: string) => SIGNS.some((sign) => cell.startsWith(sign));

const hostile = fc
  .array(fc.constantFrom(...SIGNS, ...BLANKS, ...BREAKS, "'", ",", "a", "1", "|", "HYPERLINK("), {
    maxLength: 20,
  })
  .map((parts) => parts.join(""));

describe("no cell is a formula, wherever a spreadsheet cuts the line", () => {
  test.each([";", ",;"])("hostile texts, cut at %s", (separators) => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), (cells) => {
        const line = csvLine(cells);

        const own = cellsOf(line).flatMap((cell) => carelessly(cell, ";"));
        // A comma in a quoted cell is no separator to anybody who cuts at semicolons.
        const cut = separators === ";" ? carelessly(line, ";") : own;
        expect(cut.filter(isFormula)).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each(BREAKS.flatMap((br) => SIGNS.map((sign) => [br, sign])))("after %j, %s", (br, sign) => {
    for (const blank of ["", ...BLANKS, BLANKS.join("")]) {
      const line = csvLine([`a${br}${blank}${sign}1`, `${blank}${sign}1`]);

      expect(carelessly(line, ";,").filter(isFormula)).toEqual([]);
    }
  });
});

test("text alone is changed, and only by apostrophes", () => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), (cells) => {
      const read = cellsOf(csvLine(cells));

      const bare = (text: string) => text.replaceAll("'", "");
      expect(read.map(bare)).toEqual(cells.map(bare));
    }),
  );
});

test.each([
  "",
  "a",
  "a-b",
  "a=b",
  "ada@example.com",
  "a + b; c - d",
  "2026-01-01",
  "a, -b",
  "Ω=1",
  "'=1",
])("%j stays as it is", (text) => {
  expect(cellsOf(csvLine([text]))).toEqual([text]);
});

// Some spreadsheets drop these before they look at what follows.
test.each(["\t", "\r", "\n", "\t=1", "\r\n+1"])("%j gets an apostrophe in front", (text) => {
  expect(cellsOf(csvLine([text]))[0]).toMatch(/^'[\t\r\n]/);
});

test("numbers and what is missing stay as they are", () => {
  expect(csvLine([-1, null, 0])).toBe("-1,,0\r\n");
});

test.each([
  ["tabs", "\t"],
  ["blanks", " "],
  ["semicolons", ";"],
  ["quotes", '"'],
  ["blanks after breaks", "\n  "],
  ["signs", "="],
  ["signs after breaks", ";="],
])("a cell of many %s grows by an apostrophe for each break at most", (_what, text) => {
  const cell = text.repeat(10_000);

  const length = csvLine([cell]).length;

  expect(length).toBeLessThanOrEqual(2 * cell.length + 5);
});
