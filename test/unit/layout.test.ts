import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

/** Each folder of src with those it may import (docs/architecture.md); worker.ts and cron.ts stand above all. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  scim: [],
  credentials: [],
  store: ["scim", "drizzle/meta"],
  delivery: ["store", "credentials", "drizzle/webhook"],
  bridge: ["scim", "store", "credentials", "drizzle/bridge"],
  http: ["scim", "store", "credentials", "bridge", "delivery"],
};

const FILES_MAX = 16;

const READ = /\.(?:ts|js|md|grit)$/;

/** Names of documents that are not in this repository: what they say is said where it is needed. */
const ELSEWHERE =
  /\b(?:SEMANTICS|BAD-INPUTS|DESIGN|(?:CLIENTS|SOURCES|HOUSE|STYLE|PLATFORM|REPORTS)\.md)\b/g;

/** A test as docs/conformance.md names it: `worker/users/create`, and `…/delete` beside it. */
const SHOWN_IN = /`(unit|worker|faults|property|conformance|…)\/([\w.-]+(?:\/[\w.-]+)*)`/g;

const IMPORT = /\b(?:from|import)\s*\(?\s*"(?:(\.[^"]+)|#([^"]+))"/g;

/** Each file of src with those of src that it imports, all by their paths below src. */
const IMPORTS: ReadonlyMap<string, readonly string[]> = new Map(
  filesBelow("src")
    .filter((file) => file.endsWith(".ts"))
    .map((file) => [file, importsIn(file, readFileSync(join("src", file), "utf8"))]),
);

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

function importsIn(file: string, text: string): readonly string[] {
  return [...text.matchAll(IMPORT)].map(([, relative, named = ""]) =>
    relative === undefined ? named : normalize(join(dirname(file), relative)),
  );
}

/** The folders above a file, from its own on. */
function foldersOf(file: string): readonly string[] {
  const folder = dirname(file);
  return folder === "." ? [] : [folder, ...foldersOf(folder)];
}

/** A folder below a folder of src is a room; a file that stands in a folder of src is one by itself. */
function roomOf(file: string): string {
  const folder = dirname(file);
  return folder.includes("/") ? folder : file;
}

/** Groups what is imported by a name for each file: by its room, or by itself. */
function arrows(nameOf: (file: string) => string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const [file, imported] of IMPORTS) {
    const from = nameOf(file);
    const to = found.get(from) ?? new Set();
    for (const other of imported) if (nameOf(other) !== from) to.add(nameOf(other));
    found.set(from, to);
  }
  return found;
}

/** What stands in a circle, or between two: whoever imports nothing that is left, or is not imported, goes, again and again. */
function leftInCircles(graph: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  let left = [...graph.keys()];
  for (;;) {
    const remaining = new Set(left);
    const imported = new Set(left.flatMap((name) => [...(graph.get(name) ?? [])]));
    const next = left.filter(
      (name) => imported.has(name) && [...(graph.get(name) ?? [])].some((to) => remaining.has(to)),
    );
    if (next.length === left.length) return next;
    left = next;
  }
}

describe("the layout of the source", () => {
  test("its imports are found", () => {
    expect(IMPORTS.get("scim/text.ts")).toContain("scim/json.ts");
    expect(
      [...IMPORTS.values()].flat().filter((file) => file.endsWith(".ts")).length,
    ).toBeGreaterThan(1000);
    expect(
      leftInCircles(
        new Map([
          ["a", new Set(["b"])],
          ["b", new Set(["a"])],
          ["c", new Set()],
        ]),
      ),
    ).toEqual(["a", "b"]);
  });

  test("a folder imports those below it alone", () => {
    const upward = [...IMPORTS].flatMap(([file, imported]) => {
      const [top = ""] = file.split("/");
      const allowed = BELOW[top];
      if (allowed === undefined) return [];
      return imported
        .filter(
          (other) =>
            !other.startsWith(`${top}/`) && !allowed.some((each) => other.startsWith(`${each}/`)),
        )
        .map((other) => `${file} imports ${other}`);
    });

    expect(upward).toEqual([]);
  });

  test("rooms do not import each other in a circle, not even their types", () => {
    expect(leftInCircles(arrows(roomOf))).toEqual([]);
  });

  test("files do not import each other in a circle, not even their types", () => {
    expect(leftInCircles(arrows((file) => file))).toEqual([]);
  });

  test("a room says what it is, and the files that it names are there", () => {
    const rooms = new Set(
      [...IMPORTS.keys()].flatMap((file) => {
        const [top = "", room = "", below] = file.split("/");
        return room === "" ? [] : [top, ...(below === undefined ? [] : [`${top}/${room}`])];
      }),
    );
    const wrong = [...rooms].flatMap((room) => {
      const path = join("src", room, "README.md");
      if (!existsSync(path)) return [`${path} is missing`];
      const named = [...readFileSync(path, "utf8").matchAll(/`([\w./-]+\.ts)`/g)];
      return named.flatMap(([, file = ""]) =>
        existsSync(join("src", room, file)) || existsSync(file) ? [] : [`${path} names ${file}`],
      );
    });

    expect(wrong).toEqual([]);
  });

  test("the files that docs/architecture.md names are there", () => {
    const text = readFileSync("docs/architecture.md", "utf8");
    const named = [...text.matchAll(/`((?:src|test|scripts)\/[\w./-]+)`/g)].map(
      ([, file = ""]) => file,
    );

    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((file) => !existsSync(file))).toEqual([]);
  });

  test("the tests that docs/conformance.md names are there", () => {
    const tests = filesBelow("test").map((file) => file.replace(/(?:\.test)?\.(?:ts|json)$/, ""));
    const places = new Set(tests.flatMap((file) => [file, ...foldersOf(file)]));
    const named: string[] = [];
    for (const [, folder, rest = ""] of readFileSync("docs/conformance.md", "utf8").matchAll(
      SHOWN_IN,
    )) {
      // `…/name` stands beside the one before.
      named.push(`${folder === "…" ? dirname(named.at(-1) ?? "") : folder}/${rest}`);
    }

    expect(named.length).toBeGreaterThan(150);
    expect(named.filter((each) => !places.has(each))).toEqual([]);
  });

  test.each(["src", "test"])("a folder of %s holds few files", (top) => {
    const counts = new Map<string, number>();
    for (const file of filesBelow(top)) {
      if (file.endsWith(".md")) continue;
      counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    }

    expect([...counts].filter(([, count]) => count > FILES_MAX)).toEqual([]);
  });

  test("no file refers to a document that is not here", () => {
    const folders = ["src", "test", "docs", "scripts", "bench", "lint"];
    const files = [
      ...folders.flatMap((folder) => filesBelow(folder).map((file) => join(folder, file))),
      ...readdirSync(".").filter((name) => name.endsWith(".md")),
    ].filter((file) => READ.test(file) && !file.includes("node_modules"));
    const citing = files.flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(ELSEWHERE)].map(([text]) => `${file} cites ${text}`),
    );

    expect("as SEMANTICS 6 and HOUSE.md say".match(ELSEWHERE)).toEqual(["SEMANTICS", "HOUSE.md"]);
    expect(files.length).toBeGreaterThan(900);
    expect(citing.filter((each) => !each.startsWith("test/unit/layout.test.ts "))).toEqual([]);
  });

  test("an exported name is the name of one thing", () => {
    const places = new Map<string, string[]>();
    for (const file of IMPORTS.keys()) {
      for (const name of exportedBy(readFileSync(join("src", file), "utf8"))) {
        places.set(name, [...(places.get(name) ?? []), file]);
      }
    }

    expect(places.size).toBeGreaterThan(1000);
    expect([...places].filter(([, files]) => files.length > 1)).toEqual([]);
  });
});

const EXPORT =
  /^export (?:abstract |async )?(?:const|function\*?|class|interface|type) ([A-Za-z_$][\w$]*)/gm;

/** The names that a file exports; one that is a value and a type at once counts once. */
function exportedBy(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(EXPORT)].map(([, name = ""]) => name));
}
