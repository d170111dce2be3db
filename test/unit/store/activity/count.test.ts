import { expect, test } from "vitest";
import { countRows, hourOf, type LoggedRow } from "#store/activity/count.ts";
import type { ConnectorId } from "#store/connector-id.ts";

const HOUR_MS = 3_600_000;
const NOW = 500_000 * HOUR_MS + 30 * 60_000;

let rowId = 0;

function aRow(members: Partial<LoggedRow> & { readonly connector?: number } = {}): LoggedRow {
  rowId += 1;
  const { connector = 1, ...others } = members;
  return {
    rowId,
    // A number of the tests' own.
    connectorId: connector as ConnectorId,
    opId: `op-${rowId}`,
    at: NOW - 10 * 60_000,
    method: "GET",
    actor: null,
    status: 200,
    latencyMs: 5,
    refusalKey: null,
    count: null,
    ...others,
  };
}

test("requests are counted by connector, hour and class, with how long they took", () => {
  const rows = [
    aRow({ status: 201, method: "POST", latencyMs: 20 }),
    aRow({ status: 304 }),
    aRow({ status: 409, at: NOW - HOUR_MS }),
    aRow({ status: 503, connector: 2, latencyMs: 3_000 }),
  ];

  const { end, hours, totals } = countRows(rows, NOW);

  expect(end).toBe(rows.at(-1)?.rowId);
  expect(hours).toEqual([
    expect.objectContaining({
      connectorId: 1,
      hour: hourOf(NOW),
      requests2xx: 1,
      requests3xx: 1,
      requests4xx: 0,
      latencyMs: 25,
    }),
    expect.objectContaining({ connectorId: 1, hour: hourOf(NOW) - 1, requests4xx: 1 }),
    expect.objectContaining({ connectorId: 2, requests5xx: 1, latencyMs: 3_000 }),
  ]);
  expect(totals).toEqual([
    expect.objectContaining({
      connectorId: 1,
      requests2xx: 1,
      requests4xx: 1,
      upTo10: 2,
      upTo25: 1,
    }),
    expect.objectContaining({ connectorId: 2, requests5xx: 1, upTo2500: 0 }),
    // All together.
    expect.objectContaining({ connectorId: 0, requests2xx: 1, requests5xx: 1, upTo10: 2 }),
  ]);
});

test.each([
  ["a write of the Bridge", { method: "BRIDGE" }],
  ["an alert", { method: "ALERT" }],
  ["what an administrator did", { method: "POST", actor: "ada@example.com" }],
])("%s is no request", (_what, members) => {
  expect(countRows([aRow(members)], NOW)).toEqual({ end: rowId, hours: [], totals: [] });
});

test("a row of refused callers counts as many as it stands for, and apart from requests", () => {
  const rows = [
    aRow({ status: 401, refusalKey: "m c revoked", count: 40 }),
    aRow({ status: 503, refusalKey: "m c closed", count: 2 }),
  ];

  const [hour] = countRows(rows, NOW).hours;

  expect(hour).toMatchObject({ refusals4xx: 40, refusals5xx: 2, requests4xx: 0, latencyMs: 0 });
});

test.each([
  ["of this minute", 0, 1],
  ["of two minutes ago", -120_000, 1],
  ["of three minutes ago", -180_000, 3],
  ["of a clock that is minutes ahead", 180_000, 3],
])(
  "a row of refused callers %s stops the count where it may still grow",
  (_what, offset, counted) => {
    const rows = [
      aRow(),
      aRow({ status: 401, refusalKey: "m c r", count: 1, at: NOW + offset }),
      aRow(),
    ];

    expect(countRows(rows, NOW).end).toBe(rows[counted - 1]?.rowId);
  },
);

test("the last request and the last error are the newest by time, whatever the order of rows", () => {
  const rows = [
    aRow({ at: NOW - 1_000, status: 404 }),
    aRow({ at: NOW - 3_000, status: 500 }),
    aRow({ at: NOW - 2_000 }),
  ];

  const [totals] = countRows(rows, NOW).totals;

  expect(totals).toMatchObject({
    lastRequestAt: NOW - 1_000,
    lastErrorAt: NOW - 1_000,
    lastErrorStatus: 404,
    lastErrorId: rows[0]?.opId,
  });
});

test("nothing is counted of no rows, and of rows that may all still grow", () => {
  const nothing = { end: undefined, hours: [], totals: [] };

  expect(countRows([], NOW)).toEqual(nothing);
  expect(countRows([aRow({ refusalKey: "m", count: 1, at: NOW })], NOW)).toEqual(nothing);
});
