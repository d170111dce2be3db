import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  FakeAccount,
  type FakeDatabase,
  migrationsOf,
} from "#test/support/deploy/fake-cloudflare.ts";
import { FakeWrangler } from "#test/support/deploy/fake-wrangler.ts";
import { readDeployArgs } from "../../../scripts/lib/deploy-args.js";
import { deploy } from "../../../scripts/lib/deploy-run.js";
import { checkSettings, isAttended, secretsToBring } from "../../../scripts/lib/deploy-settings.js";
import { ROOT } from "../../../scripts/lib/project.js";

// Deployments to accounts in memory, by this project's own configuration and migrations.

const ADMIN_TOKEN = "an-admin-token-of-32-characters-x";
const ENCRYPTION_KEYS = `k1:${"A".repeat(43)}`;
const SECRETS = { ADMIN_TOKEN, ENCRYPTION_KEYS };
const WRITES = ["d1 create", "d1 migrations apply", "deploy"];

let folder: string;
let acme: FakeAccount;
let wrangler: FakeWrangler;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scim-edge-deployment-"));
  cpSync(join(ROOT, "wrangler.toml"), join(folder, "wrangler.toml"));
  cpSync(join(ROOT, "drizzle"), join(folder, "drizzle"), { recursive: true });
  acme = new FakeAccount("0123456789abcdef0123456789abcdef", "Acme");
  wrangler = new FakeWrangler([acme]);
});

afterEach(() => rmSync(folder, { recursive: true }));

interface Situation {
  readonly environment?: Record<string, string>;
  /** What a person answers, in order; undefined: nobody is there. */
  readonly answers?: readonly string[];
  readonly consoleProblem?: string;
}

/** Deploys, and gives what was said and how it ended. */
async function run(args: readonly string[], situation: Situation = {}) {
  const { environment = {}, answers, consoleProblem } = situation;
  const said: string[] = [];
  const left = [...(answers ?? [])];
  const world = {
    askWrangler: async (command: readonly string[]) => wrangler.run(command),
    runWrangler: async (command: readonly string[]) => {
      const { code, stderr } = wrangler.run(command);
      said.push(stderr);
      return code;
    },
    say: (text: string) => void said.push(text),
    ask: async (question: string) => {
      said.push(question);
      const answer = left.shift();
      if (answer === undefined) throw new Error(`Nobody answers ${question}`);
      return answer;
    },
    environment,
    isAttended: answers !== undefined,
    buildConsole: async () => consoleProblem,
    keepSecrets: (secrets: Record<string, string>) => {
      const file = join(folder, "secrets.json");
      writeFileSync(file, JSON.stringify(secrets));
      return file;
    },
  };
  const config = args.includes("--config") ? [] : ["--config", join(folder, "wrangler.toml")];
  let error = "";
  try {
    await deploy(readDeployArgs([...args, ...config], environment), world);
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.message : String(thrown);
  }
  expect(existsSync(join(folder, "wrangler.deploy.json"))).toBe(false);
  return { error, said: said.join("\n") };
}

const CI = { CI: "true", ...SECRETS };

const writes = (account = acme) =>
  account.calls.map(({ what }) => what).filter((what) => WRITES.includes(what));

/** Production as it is before a test: a Worker with its secrets, on a database with every migration. */
async function production(): Promise<FakeDatabase> {
  await run(["--yes"], { environment: CI });
  const database = acme.database("scim-edge");
  if (database === undefined) throw new Error("Production has no database.");
  acme.calls.splice(0);
  return database;
}

function edit(change: (toml: string) => string): void {
  const file = join(folder, "wrangler.toml");
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

describe("a first deployment", () => {
  test("in CI makes the database, migrates it and uploads, in this order", async () => {
    const { error, said } = await run(["--yes"], { environment: CI });

    expect(error).toBe("");
    expect(writes()).toEqual(["d1 create", "d1 migrations apply", "deploy"]);
    expect([...acme.workers.keys()]).toEqual(["scim-edge"]);
    expect(acme.workers.get("scim-edge")?.secrets).toEqual(new Set(Object.keys(SECRETS)));
    expect(acme.databases.map(({ name }) => name)).toEqual(["scim-edge"]);
    expect(said).not.toContain(ADMIN_TOKEN);
    expect(said).not.toContain(ENCRYPTION_KEYS);
    expect(said).toContain("PUBLIC_URL is empty");
  });

  test.each(["", "no", "maybe"])("that a person answers by %j writes nothing", async (answer) => {
    const { error, said } = await run([], { answers: ["", answer] });

    expect(error).toContain("nothing was done");
    expect(writes()).toEqual([]);
    expect(acme.databases).toEqual([]);
    for (const shown of ["Acme", "scim-edge, made new", "0000_start.sql", "production"]) {
      expect(said).toContain(shown);
    }
  });

  test("that a person agrees to shows each new secret once, and keeps the PUBLIC_URL that was given", async () => {
    const { error, said } = await run([], { answers: ["https://scim.example.com", "yes"] });

    expect(error).toBe("");
    expect(said.match(/A new (ADMIN_TOKEN|ENCRYPTION_KEYS)/g)).toHaveLength(2);
    expect(wrangler.uploaded.PUBLIC_URL).toBe("https://scim.example.com");
    const again = await run([], { answers: ["yes"] });
    expect(again).toMatchObject({ error: "" });
    expect(again.said).not.toContain("A new ");
  });
});

describe("staging", () => {
  test.each([
    ["--env staging", ["--env", "staging"], {}],
    ["--env=staging", ["--env=staging"], {}],
    ["-e staging", ["-e", "staging"], {}],
    ["CLOUDFLARE_ENV", [], { CLOUDFLARE_ENV: "staging" }],
  ])("by %s touches nothing of production in any step", async (_how, args, variables) => {
    const database = await production();
    const before = JSON.stringify([migrationsOf(database), acme.workers.get("scim-edge")?.uploads]);
    writeFileSync(join(folder, "drizzle/9000_new.sql"), "CREATE TABLE later (id INTEGER);");

    const { error } = await run(["--yes", ...args], { environment: { ...CI, ...variables } });

    expect(error).toBe("");
    expect(writes()).toEqual(["d1 create", "d1 migrations apply", "deploy"]);
    for (const call of acme.calls) {
      expect(call).toMatchObject({ worker: "scim-edge-staging", database: "scim-edge-staging" });
    }
    const after = [migrationsOf(database), acme.workers.get("scim-edge")?.uploads];
    expect(JSON.stringify(after)).toBe(before);
    expect(acme.workers.get("scim-edge-staging")?.uploads).toBe(1);
  });

  test("takes its secrets from its own Worker: production's do not count", async () => {
    await production();

    const { error } = await run(["--yes", "--env", "staging"], { environment: { CI: "true" } });

    expect(error).toContain("npx wrangler secret put ADMIN_TOKEN");
    expect(writes()).toEqual([]);
  });

  test("that is misspelt is refused before anything is asked", async () => {
    const { error } = await run(["--yes", "--env", "stagign"], { environment: CI });

    expect(error).toContain("[env.stagign]");
    expect(acme.calls).toEqual([]);
  });
});

describe("another name and another configuration", () => {
  test("hold in every step", async () => {
    await production();
    const file = join(folder, "other.toml");
    const toml = readFileSync(join(folder, "wrangler.toml"), "utf8");
    writeFileSync(file, toml.replaceAll('"scim-edge"', '"from-other"'));

    const args = ["--yes", "--config", file, "--name", "named", "--database", "of-its-own"];
    const { error } = await run(args, { environment: CI });

    expect(error).toBe("");
    expect(acme.calls.length).toBeGreaterThan(4);
    for (const call of acme.calls) {
      expect(call).toMatchObject({ worker: "named", database: "of-its-own" });
    }
    expect(acme.databases.map(({ name }) => name)).toEqual(["scim-edge", "of-its-own"]);
  });

  test("a second Worker on production's database has to be asked for", async () => {
    await production();

    const { error } = await run(["--yes", "--name", "second"], { environment: CI });

    expect(error).toContain("--database second");
    expect(acme.calls).toEqual([]);
    const shared = ["--yes", "--name", "second", "--database", "scim-edge"];
    expect((await run(shared, { environment: CI })).error).toBe("");
    expect(writes()).toEqual(["deploy"]);
  });
});

describe("the account", () => {
  const other = new FakeAccount("fedcba9876543210fedcba9876543210", "Other");

  test("must be chosen where the login has several", async () => {
    wrangler = new FakeWrangler([acme, other]);

    const { error } = await run(["--yes"], { environment: CI });

    expect(error).toContain(other.id);
    expect(error).toContain("CLOUDFLARE_ACCOUNT_ID");
    expect([acme.calls, other.calls]).toEqual([[], []]);
  });

  test.each(["variable", "configuration"])("is the one of the %s in every step", async (by) => {
    wrangler = new FakeWrangler([other, acme]);
    if (by === "configuration") edit((toml) => `account_id = "${acme.id}"\n${toml}`);
    const chosen = by === "variable" ? { CLOUDFLARE_ACCOUNT_ID: acme.id } : {};

    const { error, said } = await run(["--yes"], { environment: { ...CI, ...chosen } });

    expect([error, other.calls]).toEqual(["", []]);
    expect(writes()).toHaveLength(3);
    expect(said).toContain(`Acme (${acme.id})`);
  });

  test("that the login may not use is refused", async () => {
    const environment = { ...CI, CLOUDFLARE_ACCOUNT_ID: other.id };

    const { error } = await run(["--yes"], { environment });

    expect(error).toContain("none that this login may use");
    expect(acme.calls).toEqual([]);
  });

  test("without the configured database is refused: it is the wrong one", async () => {
    edit((toml) =>
      toml.replace('database_name = "scim-edge"', `$&\ndatabase_id = "${"1".repeat(36)}"`),
    );

    const { error } = await run(["--yes"], { environment: CI });

    expect(error).toContain("Is it the right account?");
    expect(writes()).toEqual([]);
  });
});

describe("without a person", () => {
  test.each([{}, { CI: "1" }])("and without --yes nothing is even asked: %j", async (variables) => {
    const { error } = await run([], { environment: { ...SECRETS, ...variables } });

    expect(error).toContain("--yes");
    expect(acme.calls).toEqual([]);
  });

  test("and without secrets both are named, none is made or printed, and nothing is written", async () => {
    const { error, said } = await run(["--yes"], { environment: { CI: "true" } });

    expect(error).toContain("npx wrangler secret put ADMIN_TOKEN");
    expect(error).toContain("npx wrangler secret put ENCRYPTION_KEYS");
    expect(error + said).not.toMatch(/[\w-]{43}/);
    expect(writes()).toEqual([]);
  });

  test("a short ADMIN_TOKEN is refused before anything is changed", async () => {
    const environment = { ...CI, ADMIN_TOKEN: "hunter2" };

    const { error, said } = await run(["--yes"], { environment });

    expect(error).toContain("ADMIN_TOKEN must have at least 32 characters");
    expect(error + said).not.toContain("hunter2");
    expect(writes()).toEqual([]);
  });

  test("Workers Builds deploys what it was connected to, with the secrets that are set there", async () => {
    const environment = {
      CI: "true",
      WORKERS_CI: "1",
      WRANGLER_CI_OVERRIDE_NAME: "my-gateway",
      CLOUDFLARE_ACCOUNT_ID: acme.id,
    };

    const { error } = await run([], { environment });

    expect(error).toBe("");
    expect([...acme.workers.keys()]).toEqual(["my-gateway"]);
  });
});

test("variables that mean nothing are refused before all else", async () => {
  edit((toml) => toml.replace('ACCESS_ADMIN_EMAILS = ""', 'ACCESS_ADMIN_EMAILS = ", ,"'));

  const { error } = await run(["--yes"], { environment: CI });

  expect(error).toContain("ACCESS_ADMIN_EMAILS");
  expect(acme.calls).toEqual([]);
});

test("a console that cannot be built changes nothing, and says why", async () => {
  const { error } = await run(["--yes"], { environment: CI, consoleProblem: "no such module" });

  expect(error).toBe("no such module");
  expect(writes()).toEqual([]);
});

test("a dry run asks no account, and names what it was given", async () => {
  const { error } = await run(["--dry-run", "--env", "staging"]);

  expect([error, acme.calls]).toEqual(["", []]);
});

describe("a migration", () => {
  test("that is pending is shown, and applied before the upload", async () => {
    const database = await production();
    writeFileSync(join(folder, "drizzle/9000_new.sql"), "CREATE TABLE later (id INTEGER);");

    const { said } = await run(["--yes"], { environment: CI });

    expect(said).toContain("1: 9000_new.sql");
    expect(writes()).toEqual(["d1 migrations apply", "deploy"]);
    expect(migrationsOf(database)).toContain("9000_new.sql");
  });

  test("that fails half-way stops the deployment before the upload, which says how far it came and goes on there", async () => {
    const database = await production();
    const broken = join(folder, "drizzle/9001_broken.sql");
    writeFileSync(join(folder, "drizzle/9000_new.sql"), "CREATE TABLE later (id INTEGER);");
    writeFileSync(broken, "CREATE TABLE half (id INTEGER); INSERT INTO nowhere VALUES (1);");
    const uploads = acme.workers.get("scim-edge")?.uploads;

    const { error } = await run(["--yes"], { environment: CI });

    expect(error).toContain("9001_broken.sql failed and was rolled back");
    expect(error).toContain("was not touched and goes on");
    expect(writes()).toEqual(["d1 migrations apply"]);
    expect(acme.workers.get("scim-edge")?.uploads).toBe(uploads);
    expect(migrationsOf(database).at(-1)).toBe("9000_new.sql");
    writeFileSync(broken, "CREATE TABLE half (id INTEGER);");
    expect((await run(["--yes"], { environment: CI })).error).toBe("");
    expect(migrationsOf(database).at(-1)).toBe("9001_broken.sql");
  });

  test("of a newer version is pointed out, where an older one is deployed over it", async () => {
    await production();
    rmSync(join(folder, "drizzle/0023_endings-by-connector.sql"));

    const { error, said } = await run(["--yes"], { environment: CI });

    expect(error).toBe("");
    expect(said).toContain("migrations of a newer version than this one: 0023_");
  });
});

describe("where the data is kept", () => {
  test("a jurisdiction holds for the database, the objects and the next deployment", async () => {
    const { error } = await run(["--yes", "--jurisdiction", "eu"], { environment: CI });

    expect(error).toBe("");
    expect(acme.databases.map(({ jurisdiction }) => jurisdiction)).toEqual(["eu"]);
    expect(wrangler.uploaded.DATA_JURISDICTION).toBe("eu");
    const toml = readFileSync(join(folder, "wrangler.toml"), "utf8");
    expect(toml).toContain('DATA_JURISDICTION = "eu"');
    expect(toml.split('DATA_JURISDICTION = "eu"')).toHaveLength(2);
    for (const args of [[], ["--jurisdiction", "eu"]]) {
      const again = await run(["--yes", ...args], { environment: CI });
      expect(again.error).toBe("");
      expect(again.said).toContain("jurisdiction eu");
      expect(wrangler.uploaded.DATA_JURISDICTION).toBe("eu");
    }
  });

  test("a location goes to the database and the objects, and is a hint from then on", async () => {
    expect((await run(["--yes", "--location", "weur"], { environment: CI })).error).toBe("");

    expect(acme.databases.map(({ region }) => region)).toEqual(["WEUR"]);
    expect(wrangler.uploaded.DATA_LOCATION).toBe("weur");
    expect((await run(["--yes"], { environment: CI })).error).toBe("");
    expect((await run(["--yes", "--location", "weur"], { environment: CI })).error).toBe("");
  });

  test("of staging is staging's alone", async () => {
    await production();

    const args = ["--yes", "--env", "staging", "--jurisdiction", "eu"];
    expect((await run(args, { environment: CI })).error).toBe("");

    expect(acme.databases.map(({ jurisdiction }) => jurisdiction)).toEqual([null, "eu"]);
    expect((await run(["--yes"], { environment: CI })).error).toBe("");
    expect(wrangler.uploaded.DATA_JURISDICTION).toBe("");
  });

  test.each([
    ["no jurisdiction cannot move into one", {}, ["--jurisdiction", "eu"], "cannot move to eu"],
    [
      "one jurisdiction cannot move to another",
      { jurisdiction: "eu" },
      ["--jurisdiction", "fedramp"],
      "cannot move to fedramp",
    ],
    [
      "one jurisdiction cannot lose it for the objects",
      { jurisdiction: "eu" },
      [],
      'Set DATA_JURISDICTION = "eu"',
    ],
    [
      "one place cannot move to another",
      { location: "enam" },
      ["--location", "weur"],
      "cannot move to weur",
    ],
  ])("a database of %s, and the reason is given", async (_what, where, args, reason) => {
    acme.createDatabase("scim-edge", where);

    const { error } = await run(["--yes", ...args], { environment: CI });

    expect(error).toContain(reason);
    expect(error).toContain("Nothing was done");
    expect(writes()).toEqual([]);
  });

  test.each([
    ['DATA_JURISDICTION = "eu"', ["--jurisdiction", "us"]],
    ['DATA_JURISDICTION = "eu"', ["--location", "weur"]],
    ['DATA_JURISDICTION = "uk"', []],
    ['DATA_JURISDICTION = "eu"\nDATA_LOCATION = "weur"', []],
  ])("%s and %j contradict each other", async (line, args) => {
    const names = line.split("\n").map((each) => each.split(" ")[0]);
    edit((toml) => {
      const kept = toml.split("\n").filter((each) => !names.includes(each.split(" ")[0]));
      return kept.join("\n").replace("[vars]", `[vars]\n${line}`);
    });

    const { error } = await run(["--yes", ...args], { environment: CI });

    expect(error).toMatch(/DATA_(JURISDICTION|LOCATION)/);
    expect(writes()).toEqual([]);
  });
});

const TTY = { isTTY: true };

test.each([
  [{}, TTY, TTY, true],
  [{ CI: "" }, TTY, TTY, true],
  [{ CI: "true" }, TTY, TTY, false],
  [{ CI: "0" }, TTY, TTY, false],
  [{}, {}, TTY, false],
  [{}, TTY, {}, false],
])(
  "environment %j, input %j, output %j: a person is there: %s",
  (environment, input, output, expected) => {
    expect(isAttended(environment, input, output)).toBe(expected);
  },
);

test("where one secret is missing, it alone is named", () => {
  const present = ["ADMIN_TOKEN"];
  const bring = () => secretsToBring({ present, environment: {}, isAttended: false });

  expect(bring).toThrow("npx wrangler secret put ENCRYPTION_KEYS");
  expect(bring).not.toThrow("secret put ADMIN_TOKEN");
});

test("a person is given what is missing, with which the Worker starts", () => {
  const { secrets, made } = secretsToBring({
    present: [],
    environment: { ADMIN_TOKEN },
    isAttended: true,
  });

  expect(made).toEqual(["ENCRYPTION_KEYS"]);
  expect(secrets.ADMIN_TOKEN).toBe(ADMIN_TOKEN);
  const toml = readFileSync(join(ROOT, "wrangler.toml"), "utf8");
  const variables = Object.fromEntries(
    [...toml.matchAll(/^([A-Z_]+) = "(.*)"$/gm)].map(([, name, value]) => [name, value]),
  );
  expect(checkSettings(variables, secrets).keyRing).toHaveLength(1);
});
