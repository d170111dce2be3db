import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import * as z from "zod";

/** Any JSON value of a body. */
export type Json = z.infer<typeof json>;

/** What an answer must be; see README.md for each member. */
export type Expectation = z.infer<typeof expectation>;

/** One request, or several of the same form, with the answer it must get and a read that proves it. */
export type Exchange = z.infer<typeof exchange>;

/** What one client does, in order, in a connector of its own. */
export type ExchangeFile = z.infer<typeof exchangeFile> & { readonly name: string };

/** Reads every exchange file; a misspelt member is an error, so that no check is lost in silence. */
export function loadExchangeFiles(): readonly ExchangeFile[] {
  return ["idp", "products"].flatMap(loadFolder);
}

function loadFolder(folder: string): readonly ExchangeFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".json"))
    .sort()
    .map((path) => ({ name: `${folder}/${path}`, ...readExchangeFile(join(ROOT, folder, path)) }));
}

const ROOT = import.meta.dirname;

const json = z.json();
const texts = z.record(z.string(), z.string());

const expectation = z.strictObject({
  status: z.int(),
  headers: texts.default({}),
  body: z.record(z.string(), json).default({}),
  types: z.record(z.string(), z.enum(["string", "integer", "boolean"])).default({}),
  matches: texts.default({}),
  absent: z.array(z.string()).default([]),
});

const request = z.strictObject({
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]),
  path: z.string().startsWith("/"),
  headers: texts.default({}),
  body: json.optional(),
});

const readBack = expectation.extend({
  path: z.string().startsWith("/"),
  status: z.int().default(200),
});

const exchange = z.strictObject({
  title: z.string().min(1),
  items: z.array(z.string()).min(1),
  times: z.int().positive().default(1),
  request,
  expect: expectation,
  save: texts.default({}),
  readBack: readBack.optional(),
});

const exchangeFile = z.strictObject({
  client: z.string().min(1),
  about: z.string().min(1),
  basePath: z.string().startsWith("/").optional(),
  headers: texts.default({}),
  settings: z.record(z.string(), json).default({}),
  attributes: z.array(z.record(z.string(), json)).default([]),
  exchanges: z.array(exchange).min(1),
});

function readExchangeFile(path: string): z.infer<typeof exchangeFile> {
  const parsed = exchangeFile.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (parsed.success) return parsed.data;
  throw new Error(`${relative(ROOT, path)}\n${z.prettifyError(parsed.error)}`);
}
