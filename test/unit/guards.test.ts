import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

function read(path: string): string {
  return readFileSync(path, "utf8");
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return filesIn(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

/** What reaches a database, or writes text into a statement past its bound parameters. */
const REACHES_D1 = /\.prepare\(/;
const BUILDS_STATEMENTS = /from "drizzle-orm/;
const RAW = /\bsql\.raw\(/;

describe("what SECURITY.md says of this repository", () => {
  test("statements for D1 are written in src/store alone", () => {
    const outside = filesIn("src").filter((path) => !path.startsWith(join("src", "store")));

    expect(outside.length).toBeGreaterThan(100);
    expect(outside.filter((path) => REACHES_D1.test(read(path)))).toEqual([]);
  });

  test("statements for a Durable Object's own tables are written beside these alone", () => {
    const rooms = ["store", "bridge/storage", "delivery/storage"].map((room) => join("src", room));
    const outside = filesIn("src").filter((path) => !rooms.some((room) => path.startsWith(room)));

    expect(outside.length).toBeGreaterThan(100);
    expect(outside.filter((path) => BUILDS_STATEMENTS.test(read(path)))).toEqual([]);
  });

  test("no text is put into a statement as it is, but what was a statement's before", () => {
    expect(filesIn("src").filter((path) => RAW.test(read(path)))).toEqual([]);
    expect(filesIn("src").filter((path) => read(path).includes("StringChunk"))).toEqual([
      join("src", "store", "statement.ts"),
    ]);
  });

  test("the platform's log leaves the query string out", () => {
    expect(read("wrangler.toml")).toMatch(/^redact_query_string = true$/m);
  });

  test.each([".dev.vars", "wrangler.deploy.json"])("git ignores %s", (name) => {
    expect(read(".gitignore").split("\n")).toContain(name);
  });

  test("what is made for development is readable by its owner alone", () => {
    expect(read("scripts/lib/dev-vars.js")).toMatch(/mode: 0o600/);
  });
});
