// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text is what is judged
import { readdirSync, readFileSync } from "node:fs";
import { getTableColumns, getTableName, is } from "drizzle-orm";
import { SQLiteTable } from "drizzle-orm/sqlite-core";
import { parseSync } from "vite";
import { expect, test } from "vitest";
import * as bridgeSchema from "#bridge/storage/schema.ts";
import * as webhookSchema from "#delivery/storage/schema.ts";
import * as schema from "#store/schema.ts";

/** The rooms that speak to a database, each with its tables. Others do not: test/unit/guards.test.ts. */
const ROOMS: readonly (readonly [folder: string, schema: object])[] = [
  ["src/store", schema],
  ["src/delivery", webhookSchema],
  ["src/bridge", bridgeSchema],
];

/** The machinery that writes statements out. */
const MACHINERY = ["src/store/statement.ts", "src/store/rows.ts"];

/** A string or a template of the source, its expressions left out, and the function whose tag it bears. */
interface Text {
  readonly text: string;
  readonly tag: string | undefined;
}

interface Found {
  readonly texts: readonly Text[];
  /** The methods that are called, by name. */
  readonly methods: readonly string[];
}

function read(file: string, source: string): Found {
  const texts: Text[] = [];
  const methods: string[] = [];
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const each of node) walk(each);
      return;
    }
    if (!isNode(node) || SKIPPED.has(node.type)) return;
    if (typeof node.value === "string" && node.type === "Literal")
      texts.push({ text: node.value, tag: undefined });
    if (node.type === "CallExpression") methods.push(nameOf(node.callee));
    if (node.type === "TemplateLiteral") texts.push({ text: textOf(node), tag: undefined });
    if (node.type === "TaggedTemplateExpression") {
      texts.push({ text: textOf(node.quasi), tag: nameOf(node.tag) });
      walk(isNode(node.quasi) && node.quasi.expressions);
      return;
    }
    for (const member of Object.values(node)) walk(member);
  };
  walk(parseSync(file, source).program.body);
  return { texts, methods };
}

/** What holds texts that are no values. */
const SKIPPED = new Set<unknown>(["ImportDeclaration", "TSLiteralType"]);

/** The name of `name` or of `….name`; empty for anything else. */
function nameOf(node: unknown): string {
  if (!isNode(node)) return "";
  if (typeof node.name === "string") return node.name;
  return isNode(node.property) ? `.${nameOf(node.property)}` : "";
}

function textOf(quasi: unknown): string {
  if (!isNode(quasi) || !Array.isArray(quasi.quasis)) return "";
  return quasi.quasis.map((part) => part?.value?.cooked ?? "").join("…");
}

function isNode(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** The tables of a schema, and those of their columns whose names are no words of prose. */
function namesOf(tables: object): ReadonlySet<string> {
  const names = Object.values(tables)
    .filter((each) => is(each, SQLiteTable))
    .flatMap((table) => [
      getTableName(table),
      ...Object.values(getTableColumns(table))
        .map(({ name }) => name)
        .filter((name) => name.includes("_")),
    ]);
  return new Set(names);
}

/** A statement of SQL; the "do update set" of an upsert names no table. */
const STATEMENT = new RegExp(
  [
    "\\bselect\\b.+\\bfrom\\b",
    "\\binsert\\s+(or\\s+\\w+\\s+)?into\\b",
    "(?<!\\bdo\\s+)\\bupdate\\b.+\\bset\\b.+=",
    "\\bdelete\\s+from\\b",
  ].join("|"),
  "is",
);

/** A word; `changes()` is a function of SQLite, and no table. */
const WORD = /\b(?!changes\(\))\w+/g;

/** What of SQL a file holds as text. */
function sqlIn(file: string, source: string, names: ReadonlySet<string>): readonly string[] {
  const { texts, methods } = read(file, source);
  const isMachinery = MACHINERY.includes(file);
  const calls = methods.filter(
    (name) => name === ".transaction" || (name === ".prepare" && file !== "src/store/statement.ts"),
  );
  const isNamed = ({ text, tag }: Text) =>
    tag === "sql" && (text.match(WORD) ?? []).some((word) => names.has(word));
  const isStatement = ({ text }: Text) => !isMachinery && STATEMENT.test(text);
  const found = texts.filter((text) => isNamed(text) || isStatement(text));
  return [...calls, ...found.map(({ text }) => text)];
}

test.each([
  ["a statement", "const a = 'Delete  from users'"],
  ["a statement in a template", "const a = `select x\n from ${b}`"],
  ["an update", "run(`UPDATE ${table} SET a = 1`)"],
  ["an insert", "const a = 'INSERT OR IGNORE INTO x'"],
  ["a table by its name", "const a = sql<number>`count(resources)`"],
  ["a table whose name a function bears", "const a = sql`count(changes)`"],
  ["a column by its name", "const a = eq(b, sql`coalesce(${c}, d.name_key)`)"],
  ["a column inside of an expression", "const a = sql`${b} > ${sql`1 + name_key`}`"],
  ["a text that D1 prepares", "this.db.prepare(text)"],
  ["a transaction", "await db.transaction(async () => {})"],
])("%s is found", (_, source) => {
  expect(sqlIn("src/store/x.ts", source, namesOf(schema))).toHaveLength(1);
});

test.each([
  ["an expression", "const a = sql`coalesce(${users.name}, 1) > ${now}`"],
  ["a function that bears a table's name", "const a = sql`changes()`"],
  ["an upsert's assignment", "const a = sql`on conflict do update set ${count} = 1`"],
  ["an import", "import { a } from './resources.ts'"],
  ["the builder", "prepare(db, build.select(a).from(b))"],
])("%s is none", (_, source) => {
  expect(sqlIn("src/store/x.ts", source, namesOf(schema))).toEqual([]);
});

const FILES = ROOMS.flatMap(([folder, tables]) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith("schema.ts"))
    .map((name) => [`${folder}/${name}`, namesOf(tables)] as const),
);

test.each(FILES)("%s holds no SQL", (file, names) => {
  expect(sqlIn(file, readFileSync(file, "utf8"), names)).toEqual([]);
});

test("no two tables have one name: drizzle-orm knows the columns of a name by the first that had it", () => {
  const names = ["src/store", "src/delivery", "src/bridge"]
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" }).map((each) => `${folder}/${each}`),
    )
    .filter((path) => path.endsWith(".ts"))
    .flatMap((path) => [...readFileSync(path, "utf8").matchAll(/\bsqliteTable\(\s*"(\w+)"/g)])
    .map(([, name]) => name);

  expect(names.length).toBeGreaterThan(50);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});
