import { expect, test } from "vitest";
import { IsolateCache } from "#http/isolate-cache.ts";
import type { ResourceRecord } from "#scim/ports.ts";
import type { ConnectorId } from "#store/connector-id.ts";

const MINUTE_MS = 60_000;

function connector(number: number): ConnectorId {
  return number as ConnectorId;
}

function aRecord(id: string, documentText = "{}"): ResourceRecord {
  return {
    rowId: 1,
    type: "User",
    id,
    version: 1,
    createdAt: 0,
    modifiedAt: 0,
    deletedAt: undefined,
    documentText,
    groupsText: "[]",
  };
}

function aCache() {
  let now = 1_800_000_000_000;
  const clock = { now: () => now, sleep: () => Promise.resolve(), random: () => 0 };
  const cache = new IsolateCache(clock);
  return {
    cache,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test("two connectors that hold a user of one id are told apart", () => {
  const { cache } = aCache();

  cache.keepUser(connector(1), aRecord("u", `{"userName":"one"}`));
  cache.keepUser(connector(12), aRecord("u", `{"userName":"two"}`));
  cache.forgetUser(connector(2), "u");

  expect(cache.user(connector(1), "u")?.documentText).toContain("one");
  expect(cache.user(connector(12), "u")?.documentText).toContain("two");
  expect(cache.user(connector(3), "u")).toBeUndefined();
});

test("a thousand users are kept, and the one that was set longest ago goes first", () => {
  const { cache } = aCache();
  const ids = Array.from({ length: 1_001 }, (_, n) => `u${n}`);

  for (const id of ids.slice(0, 1_000)) cache.keepUser(connector(1), aRecord(id));
  cache.keepUser(connector(1), aRecord("u0"));
  cache.keepUser(connector(1), aRecord("u1000"));

  const kept = ids.filter((id) => cache.user(connector(1), id) !== undefined);
  expect(kept).toEqual(ids.filter((id) => id !== "u1"));
});

test("what is older than five minutes is not believed, whichever way the clock was set", () => {
  const { cache, pass } = aCache();
  cache.keepUser(connector(1), aRecord("u"));

  pass(5 * MINUTE_MS);
  expect(cache.user(connector(1), "u")).toBeDefined();
  pass(1);
  expect(cache.user(connector(1), "u")).toBeUndefined();

  cache.keepUser(connector(1), aRecord("u"));
  pass(-6 * MINUTE_MS);
  expect(cache.user(connector(1), "u")).toBeUndefined();
});
