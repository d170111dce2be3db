import { expect, test } from "vitest";
import { DeferredLog } from "#http/log/deferred-log.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { EventRow } from "#store/event-log/events.ts";

const CONNECTOR = 1 as ConnectorId;

/** A database that counts the rows that reach it, and a clock whose pauses never end. */
function aLog() {
  const written: number[] = [];
  const bind = (...values: readonly unknown[]) => {
    const rows: unknown = JSON.parse(String(values.find((value) => /^[[{]/.test(String(value)))));
    return { rows: Array.isArray(rows) ? rows.length : 1 };
  };
  const db = {
    prepare: () => ({ bind }),
    batch: async (statements: readonly { readonly rows: number }[]) => {
      written.push(statements.reduce((sum, { rows }) => sum + rows, 0));
      return [];
    },
  } as unknown as D1Database;
  const clock = {
    now: () => 1_800_000_000_000,
    random: () => 0,
    sleep: () => new Promise<void>(() => undefined),
  };
  return { log: new DeferredLog(clock), databases: { DB: db }, written };
}

const ROW = { opId: "1", at: 0, method: "GET", path: "/Users", status: 200 } as EventRow;

test("a burst of requests does not pile its rows up in memory: two hundred are written at once", () => {
  const { log, databases, written } = aLog();

  for (let n = 0; n < 450; n += 1) log.addEvents(databases, CONNECTOR, [ROW], () => undefined);

  expect(written).toEqual([200, 200]);
});
