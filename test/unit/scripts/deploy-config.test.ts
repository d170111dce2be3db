import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { generatedConfig, readTarget, withVariable } from "../../../scripts/lib/deploy-config.js";
import { ROOT } from "../../../scripts/lib/project.js";

const ID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";

const TOML = `name = "directory" # the Worker
main = "worker.ts"
compatibility_date = "2026-11-02"

[[d1_databases]]
binding = "AUDIT"
database_name = "audit"

[[ d1_databases ]] # the directory
  binding = 'DB' # see drizzle/
  database_name = 'directory'
  migrations_dir = "sql"

[vars]
PUBLIC_URL = ""

[env.staging.vars]
PUBLIC_URL = ""

[[env.staging.d1_databases]]
binding = "DB"
database_name = "directory-staging"
migrations_dir = "sql"
`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scim-edge-config-"));
  mkdirSync(join(folder, "sql"));
  writeFileSync(join(folder, "sql/0001_b.sql"), "");
  writeFileSync(join(folder, "sql/0000_a.sql"), "");
});

afterEach(() => rmSync(folder, { recursive: true }));

function fileOf(text: string, name = "wrangler.toml"): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const decided = {
  worker: "w",
  accountId: "acme",
  database: { name: "d", id: ID },
  variables: { DATA_JURISDICTION: "eu" },
};

describe("the target", () => {
  test("of the top level and of an environment are told apart", () => {
    const file = fileOf(TOML);

    expect(readTarget(file, undefined)).toMatchObject({
      worker: "directory",
      databaseName: "directory",
      migrations: ["0000_a.sql", "0001_b.sql"],
    });
    expect(readTarget(file, "staging")).toMatchObject({
      worker: "directory-staging",
      databaseName: "directory-staging",
    });
  });

  test("may stand in a JSON file", () => {
    const d1 = { binding: "DB", database_name: "other", migrations_dir: "sql" };
    const file = fileOf(JSON.stringify({ name: "json", d1_databases: [d1] }), "wrangler.json");

    expect(readTarget(file, undefined)).toMatchObject({ worker: "json", databaseName: "other" });
  });

  test("is refused where the environment is not there, which wrangler would take for the top level", () => {
    expect(() => readTarget(fileOf(TOML), "stagign")).toThrow(
      /has no \[env\.stagign\]; it has staging/,
    );
  });

  test("is refused where the environment has no database, or that of another", () => {
    const bare = `${TOML}\n[env.bare]\nname = "bare"\n`;
    const shared = TOML.replace("directory-staging", "directory");

    expect(() => readTarget(fileOf(bare), "bare")).toThrow("has no D1 binding DB");
    expect(() => readTarget(fileOf(shared), "staging")).toThrow("name the same database");
    expect(() => readTarget(fileOf(shared), undefined)).toThrow("name the same database");
  });

  test("is refused where the environment would take over the routes of the top level", () => {
    const routed = TOML.replace(
      'main = "worker.ts"',
      'main = "worker.ts"\nroutes = [{ pattern = "scim.example.com", custom_domain = true }]',
    );
    const own = routed.replace(
      "[env.staging.vars]",
      "[env.staging]\nroutes = []\n[env.staging.vars]",
    );

    expect(() => readTarget(fileOf(routed), "staging")).toThrow("routes of the top level");
    expect(readTarget(fileOf(own), "staging").worker).toBe("directory-staging");
    expect(readTarget(fileOf(routed), undefined).worker).toBe("directory");
  });
});

describe("the generated file", () => {
  test("holds what was decided for its environment, and no other environment", () => {
    const { file, text } = generatedConfig(readTarget(fileOf(TOML), "staging"), decided);

    expect(file).toBe(join(folder, "wrangler.deploy.json"));
    const config = JSON.parse(text);
    expect(config.env).toEqual({
      staging: {
        name: "w",
        account_id: "acme",
        vars: { PUBLIC_URL: "", DATA_JURISDICTION: "eu" },
        d1_databases: [
          { binding: "DB", database_name: "d", database_id: ID, migrations_dir: "sql" },
        ],
      },
    });
  });

  test("of the top level changes the one binding and has no environments", () => {
    const config = JSON.parse(generatedConfig(readTarget(fileOf(TOML), undefined), decided).text);

    expect(config).toMatchObject({ name: "w", account_id: "acme", main: "worker.ts" });
    expect(config).not.toHaveProperty("env");
    expect(config.d1_databases).toEqual([
      { binding: "AUDIT", database_name: "audit" },
      { binding: "DB", database_name: "d", database_id: ID, migrations_dir: "sql" },
    ]);
  });

  test("is git-ignored", () => {
    expect(readFileSync(join(ROOT, ".gitignore"), "utf8")).toContain("\nwrangler.deploy.json\n");
    expect(existsSync(join(ROOT, "wrangler.deploy.json"))).toBe(false);
  });
});

describe("a variable in wrangler.toml", () => {
  const put = (toml: string, environment?: string) =>
    withVariable(toml, "PUBLIC_URL", "https://a.example", environment);

  test("is put where it was empty, of its environment alone, and nothing else changes", () => {
    const [top, staging] = [put(TOML), put(TOML, "staging")];

    expect(top).not.toBe(staging);
    for (const text of [top, staging]) {
      expect(text.replace("https://a.example", "")).toBe(TOML);
      expect(text.split("https://a.example")).toHaveLength(2);
    }
    expect(staging.indexOf("https://a.example")).toBeGreaterThan(staging.indexOf("[env.staging"));
    expect(top.indexOf("https://a.example")).toBeLessThan(top.indexOf("[env.staging"));
  });

  test.each([
    'PUBLIC_URL = ""',
    '[vars]\nA = "b"\n[other]\nPUBLIC_URL = ""',
    '[vars]\nPUBLIC_URL = "https://a.example"',
    '{"vars":{"PUBLIC_URL":""}}',
  ])("is not guessed at: %j", (toml) => {
    expect(() => put(toml)).toThrow("PUBLIC_URL");
  });
});
