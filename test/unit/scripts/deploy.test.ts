import { spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { withPublicUrl } from "../../../scripts/lib/deploy-config.js";
import { checkSettings, isAttended, secretsToBring } from "../../../scripts/lib/deploy-settings.js";
import { outcomeOf, ROOT } from "../../../scripts/lib/project.js";

// The deployment as CI runs it: a process without a terminal, whose wrangler notes what it is asked.

const DATABASE = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";

const WRANGLER = `
const { appendFileSync, readFileSync } = require("node:fs");
const args = process.argv.slice(2);
const at = args.indexOf("--secrets-file");
const secrets = at === -1 ? null : JSON.parse(readFileSync(args[at + 1], "utf8"));
const configAt = args.indexOf("--config");
const config = configAt === -1 ? "" : readFileSync(args[configAt + 1], "utf8");
const [, database = null] = /^database_id = "(.*)"$/m.exec(config) ?? [];
const noted = { call: args.slice(0, 2).join(" "), secrets, database };
appendFileSync(process.env.CALLS, JSON.stringify(noted) + "\\n");
if (args[0] === "secret") console.log(process.env.PRESENT);
if (args[1] === "list" && args[0] === "d1")
  console.log('[{"name":"scim-edge-2","uuid":"another"},{"name":"scim-edge","uuid":"${DATABASE}"}]');
`;

/** Builds what a deployment uploads, or fails where a test says so. */
const VITE = `
const { mkdirSync } = require("node:fs");
if (process.env.CONSOLE === "broken") { console.error("no such module"); process.exit(1); }
mkdirSync("console/dist/console", { recursive: true });
`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scim-edge-deployment-"));
  for (const name of ["scripts", "src", "wrangler.toml", "package.json"]) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  const wrangler = join(folder, "node_modules/wrangler");
  mkdirSync(join(wrangler, "bin"), { recursive: true });
  writeFileSync(join(wrangler, "bin/wrangler.js"), WRANGLER);
  // Its module, which reads wrangler.toml, is the true one.
  writeFileSync(join(wrangler, "package.json"), '{"type":"commonjs","main":"index.js"}');
  const real = JSON.stringify(join(ROOT, "node_modules/wrangler"));
  writeFileSync(
    join(wrangler, "index.js"),
    `exports.unstable_readConfig = require(${real}).unstable_readConfig;`,
  );
  mkdirSync(join(folder, "node_modules/vite/bin"), { recursive: true });
  writeFileSync(join(folder, "node_modules/vite/bin/vite.js"), VITE);
  writeFileSync(join(folder, "node_modules/vite/package.json"), '{"type":"commonjs"}');
  mkdirSync(join(folder, "console/src"), { recursive: true });
  for (const name of ["console/index.html", "console/vite.config.ts", "package-lock.json"]) {
    writeFileSync(join(folder, name), "");
  }
  symlinkSync(join(ROOT, "node_modules/jose"), join(folder, "node_modules/jose"));
});

afterEach(() => rmSync(folder, { recursive: true }));

interface Call {
  readonly call: string;
  readonly secrets: Record<string, string> | null;
  /** The database that it is told to use. */
  readonly database: string | null;
}

/** An empty variable counts as none. */
const BARE = { CI: "", ADMIN_TOKEN: "", ENCRYPTION_KEYS: "" };

async function deploy(environment: Record<string, string>) {
  const calls = join(folder, "calls");
  writeFileSync(calls, "");
  const child = spawn(process.execPath, ["scripts/deploy.js"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...BARE, CALLS: calls, PRESENT: "[]", ...environment },
  });
  const { code, stdout, stderr } = await outcomeOf(child);
  const made: Call[] = readFileSync(calls, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return { code, said: stdout + stderr, calls: made };
}

const names = (calls: readonly Call[]) => calls.map(({ call }) => call);
const ADMIN_TOKEN = "an-admin-token-of-32-characters-x";
const ENCRYPTION_KEYS = `k1:${"A".repeat(43)}`;

// Each loads wrangler, which takes its time on a busy machine.
describe("a deployment without a terminal", { timeout: 60_000 }, () => {
  test("whose console cannot be built changes nothing, and says why", async () => {
    const { code, said, calls } = await deploy({
      ADMIN_TOKEN: "an-admin-token-of-more-than-32-characters",
      ENCRYPTION_KEYS: `k1:${"A".repeat(43)}`,
      CONSOLE: "broken",
    });

    expect([code, names(calls)]).toEqual([1, ["secret list"]]);
    expect(said).toContain("no such module");
  });

  test.each([{}, { CI: "1" }])(
    "prints no secret and changes nothing where two are missing: %j",
    async (env) => {
      const { code, said, calls } = await deploy(env);

      expect(code).toBe(1);
      expect(said).toContain("npx wrangler secret put ADMIN_TOKEN");
      expect(said).toContain("npx wrangler secret put ENCRYPTION_KEYS");
      expect(said).not.toMatch(/[\w-]{43}/);
      expect(names(calls)).toEqual(["secret list"]);
    },
  );

  test("brings along those of its environment, unseen, and warns of PUBLIC_URL", async () => {
    const { code, said, calls } = await deploy({ ADMIN_TOKEN, ENCRYPTION_KEYS });

    expect(code).toBe(0);
    expect(calls.at(-1)).toEqual({
      call: "deploy --minify",
      secrets: { ADMIN_TOKEN, ENCRYPTION_KEYS },
      database: DATABASE,
    });
    expect(said).not.toContain(ADMIN_TOKEN);
    expect(said).not.toContain(ENCRYPTION_KEYS);
    expect(said).toContain("PUBLIC_URL is empty");
    expect(said).toContain("issuer of security event tokens");
  });

  test("leaves secrets that are there alone, and says nothing of a PUBLIC_URL that is set", async () => {
    const toml = join(folder, "wrangler.toml");
    writeFileSync(toml, withPublicUrl(readFileSync(toml, "utf8"), "https://scim.example.com"));

    const { code, said, calls } = await deploy({
      PRESENT: '[{"name":"ADMIN_TOKEN"},{"name":"ENCRYPTION_KEYS"}]',
    });

    expect(code).toBe(0);
    expect(names(calls)).toEqual(["secret list", "d1 list", "d1 migrations", "deploy --minify"]);
    expect(calls.at(-1)?.secrets).toBeNull();
    // That of the configured name, not the first of the account.
    expect(calls.slice(2).map(({ database }) => database)).toEqual([DATABASE, DATABASE]);
    expect(said).not.toContain("PUBLIC_URL");
  });

  test("refuses a short ADMIN_TOKEN before anything is changed", async () => {
    const { code, said, calls } = await deploy({ ADMIN_TOKEN: "hunter2", ENCRYPTION_KEYS });

    expect([code, names(calls)]).toEqual([1, ["secret list"]]);
    expect(said).toContain("ADMIN_TOKEN must have at least 32 characters");
    expect(said).not.toContain("hunter2");
  });

  test("refuses variables that mean nothing before all else", async () => {
    const toml = join(folder, "wrangler.toml");
    const text = readFileSync(toml, "utf8").replace(
      'ACCESS_ADMIN_EMAILS = ""',
      'ACCESS_ADMIN_EMAILS = ", ,"',
    );
    writeFileSync(toml, text);

    const { code, said, calls } = await deploy({ ADMIN_TOKEN, ENCRYPTION_KEYS });

    expect([code, names(calls)]).toEqual([1, []]);
    expect(said).toContain("ACCESS_ADMIN_EMAILS");
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

test("where one is missing, it alone is named", () => {
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

describe("PUBLIC_URL in wrangler.toml", () => {
  test("is put where it was empty, and nothing else changes", () => {
    const toml = readFileSync(join(ROOT, "wrangler.toml"), "utf8");

    const text = withPublicUrl(toml, "https://scim.example.com");

    expect(text.replace('PUBLIC_URL = "https://scim.example.com"', 'PUBLIC_URL = ""')).toBe(toml);
    expect(text).not.toBe(toml);
  });

  test.each([
    'PUBLIC_URL = ""',
    '[vars]\nA = "b"\n[other]\nPUBLIC_URL = ""',
    '[vars]\nPUBLIC_URL = "https://a.example"',
  ])("is not guessed at: %j", (toml) => {
    expect(() => withPublicUrl(toml, "https://scim.example.com")).toThrow("PUBLIC_URL");
  });
});
