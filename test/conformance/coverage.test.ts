import { expect, test } from "vitest";
import { loadExchangeFiles } from "./exchange.ts";
import items from "./items.json" with { type: "json" };

/** The two identity providers most customers use are held to their whole life cycles. */
const OKTA_AND_ENTRA_MIN = 60;

const files = loadExchangeFiles();
const exchanges = files.flatMap((file) =>
  file.exchanges.map((exchange) => ({ ...exchange, file: file.name })),
);
const covered = new Set(exchanges.flatMap((exchange) => exchange.items));

test.each(items)("$id has an exchange: $about", ({ id }) => {
  expect([...covered]).toContain(id);
});

test("exchanges name only items that the list explains", () => {
  const known = new Set(items.map((item) => item.id));

  expect([...covered].filter((item) => !known.has(item))).toEqual([]);
});

test("Okta and Entra have at least 60 exchanges", () => {
  const count = exchanges.filter(({ file }) => /^(?:okta|entra)\//.test(file)).length;

  expect(count).toBeGreaterThanOrEqual(OKTA_AND_ENTRA_MIN);
});

test("every write is read back", () => {
  const unread = exchanges
    .filter(({ request, readBack }) => request.method !== "GET" && readBack === undefined)
    .map(({ file, title }) => `${file}: ${title}`);

  expect(unread).toEqual([]);
});

test("titles are unique in their file", () => {
  const names = exchanges.map(({ file, title }) => `${file}: ${title}`);

  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

test("names and addresses are of the reserved example domains", () => {
  const hosts = JSON.stringify(files).matchAll(/(?:@|https?:\/\/)([a-z0-9.-]+)/gi);
  const foreign = [...hosts]
    .map(([, host = ""]) => host.toLowerCase())
    .filter((host) => !/(?:^|\.)example\.(?:com|net|org)$/.test(host));

  expect(foreign).toEqual([]);
});
