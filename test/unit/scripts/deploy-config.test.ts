import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readDatabaseName, withDatabaseId } from "../../../scripts/lib/deploy-config.js";

const ID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
const OTHER_ID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

const TWO_DATABASES = `name = "scim-edge" # the Worker
main = "src/worker.ts"

[[d1_databases]]
binding = "AUDIT"
database_name = "audit"
database_id = "${OTHER_ID}"

[[ d1_databases ]] # the directory
  binding = 'DB' # see drizzle/
  database_name = 'directory'

[vars]
binding = "DB"
`;

test("the name is read from the table of that binding", () => {
  expect(readDatabaseName(TWO_DATABASES, "DB")).toBe("directory");
  expect(readDatabaseName(TWO_DATABASES, "AUDIT")).toBe("audit");
});

test("the id is added to the table of that binding alone", () => {
  const result = withDatabaseId(TWO_DATABASES, "DB", ID);

  expect(result).toContain(`[[ d1_databases ]] # the directory\ndatabase_id = "${ID}"\n`);
  expect(result.split("database_id")).toHaveLength(3);
  expect(result).toContain(OTHER_ID);
});

test("an id that is there already is replaced", () => {
  const result = withDatabaseId(TWO_DATABASES, "AUDIT", ID);

  expect(result).not.toContain(OTHER_ID);
  expect(result.split(ID)).toHaveLength(2);
});

test("every other line stays as it is", () => {
  const result = withDatabaseId(TWO_DATABASES, "DB", ID);

  const lines = result.split("\n").filter((line) => line !== `database_id = "${ID}"`);
  expect(lines.slice(1).join("\n")).toBe(TWO_DATABASES);
});

test("a file with Windows line ends is understood", () => {
  const result = withDatabaseId(TWO_DATABASES.replaceAll("\n", "\r\n"), "DB", ID);

  expect(result).toBe(withDatabaseId(TWO_DATABASES, "DB", ID));
});

test("the table may be the last of the file", () => {
  const result = withDatabaseId('[[d1_databases]]\nbinding = "DB"', "DB", ID);

  expect(result).toContain(`[[d1_databases]]\ndatabase_id = "${ID}"\nbinding = "DB"`);
});

test("a missing binding is an error", () => {
  expect(() => withDatabaseId(TWO_DATABASES, "CACHE", ID)).toThrow("no D1 binding CACHE");
  expect(() => readDatabaseName('name = "x"', "DB")).toThrow("no D1 binding DB");
});

test("text that is no database id never reaches the file", () => {
  expect(() => withDatabaseId(TWO_DATABASES, "DB", 'x"\n[vars]')).toThrow("no database id");
});

test("the project's own wrangler.toml has the binding and no id", () => {
  const toml = readFileSync("wrangler.toml", "utf8");

  expect(readDatabaseName(toml, "DB")).toBe("scim-edge");
  expect(toml).not.toMatch(/^\s*database_id/m);
});
