import { expect, test } from "vitest";
import { loadExchangeFiles } from "./exchange.ts";
import items from "./items.json" with { type: "json" };

/** How many exchanges of provisioning clients there are at least; the products' come on top. */
const EXCHANGES_MIN = 200;

/** The clients whose dialects are played; the last folder holds those that have a paragraph together. */
const CLIENTS = ["okta", "entra", "onelogin", "jumpcloud", "google", "others"];

/** Entra adds the schema of its own groups, which is a name and no address. */
const ENTRA_GROUP = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";

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

test("there are at least 200 exchanges, some of each client", () => {
  const clients = exchanges.flatMap(({ file }) => /^idp\/(\w+)\//.exec(file)?.[1] ?? []);

  expect([...new Set(clients)].sort()).toEqual(CLIENTS.toSorted());
  expect(clients.length).toBeGreaterThanOrEqual(EXCHANGES_MIN);
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
  const hosts = JSON.stringify(files)
    .replaceAll(ENTRA_GROUP, "")
    .matchAll(/(?:@|https?:\/\/)([a-z0-9.-]+)/gi);
  const foreign = [...hosts]
    .map(([, host = ""]) => host.toLowerCase())
    .filter((host) => !/(?:^|\.)example\.(?:com|net|org)$/.test(host));

  expect(foreign).toEqual([]);
});
