import { afterEach, describe, expect, test, vi } from "vitest";
import { ADMIN_ROWS } from "#test/support/bad-input/rows-admin.ts";
import { ANSWER_ROWS } from "#test/support/bad-input/rows-answers.ts";
import { AUTHENTICATION_ROWS, HTTP_ROWS } from "#test/support/bad-input/rows-http.ts";
import { JSON_ROWS } from "#test/support/bad-input/rows-json.ts";
import { LISTING_ROWS } from "#test/support/bad-input/rows-listings.ts";
import { OAUTH_ROWS } from "#test/support/bad-input/rows-oauth.ts";
import { PATCH_ROWS } from "#test/support/bad-input/rows-patch.ts";
import { FILTER_ROWS, QUERY_ROWS } from "#test/support/bad-input/rows-queries.ts";
import { RESOURCE_ROWS } from "#test/support/bad-input/rows-resources.ts";
import { BULK_ROWS, TENANCY_ROWS } from "#test/support/bad-input/rows-tenancy.ts";
import { INTERVAL_ROWS, URL_ROWS } from "#test/support/bad-input/rows-urls.ts";
import { REDIRECT_ROWS, WEBHOOK_ROWS } from "#test/support/bad-input/rows-webhooks.ts";
import { type HttpRow, overHttp, type TriedRow } from "#test/support/bad-input/table.ts";

// The catalogue of bad inputs, row by row. A row is data: what is sent and what it must be answered;
// what else it needs is a named function beside it. A section that is not spoken over HTTP to the
// gateway brings TriedRow objects of its own and stands in SECTIONS like the others.

const OVER_HTTP: readonly (readonly [section: string, rows: readonly HttpRow[]])[] = [
  ["A authentication", AUTHENTICATION_ROWS],
  ["B HTTP", HTTP_ROWS],
  ["C JSON", JSON_ROWS],
  ["D filter", FILTER_ROWS],
  ["E PATCH", PATCH_ROWS],
  ["F create and replace", RESOURCE_ROWS],
  ["G query", QUERY_ROWS],
  ["H tenancy", TENANCY_ROWS],
  ["I Bulk", BULK_ROWS],
  ["J URLs", URL_ROWS],
  ["J intervals", INTERVAL_ROWS],
  ["J admin", ADMIN_ROWS],
  ["L OAuth", OAUTH_ROWS],
];

const SECTIONS: readonly (readonly [section: string, rows: readonly TriedRow[]])[] = [
  ...OVER_HTTP.map(([section, rows]) => [section, overHttp(rows)] as const),
  ["J redirects", REDIRECT_ROWS],
  ["K answers to the Bridge", ANSWER_ROWS],
  ["K listings for the Bridge", LISTING_ROWS],
  ["M webhooks", WEBHOOK_ROWS],
];

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(SECTIONS)("%s", (_section, rows) => {
  test.each(rows)("$row: $what", ({ run }) => run());
});

test("every row of the catalogue is tried", () => {
  // Number 14 was never given.
  const catalogue = [...numbers(1, 13), ...numbers(15, 180), "168a", "168b"].map(String);

  const tried = new Set(SECTIONS.flatMap(([, rows]) => rows.map(({ row }) => String(row))));

  expect([...tried].sort()).toEqual(catalogue.sort());
});

test("no row but /Me is answered 5xx", () => {
  const rows = OVER_HTTP.flatMap(([, each]) => each);

  expect(rows.filter(({ status }) => status >= 500).map(({ what }) => what)).toEqual(["/Me"]);
});

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
