import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { DatabaseSync } from "node:sqlite";
import { type Browser, chromium, type Page } from "playwright-core";
import { browserPath } from "../../../scripts/lib/browser.js";
import { buildConsole } from "../../../scripts/lib/console.js";
import { ROOT } from "../../../scripts/lib/project.js";
import { ADMIN_TOKEN, openDatabase, startServer } from "../../../test/faults/server-process.ts";

/** A gateway that answers, with the built console, and a browser to look at it. */
export interface World {
  readonly origin: string;
  readonly browser: Browser;
  readonly close: () => Promise<void>;
  /** Changes the database past the gateway, which is stopped for it and started again. */
  readonly rewrite: (change: (database: DatabaseSync) => void) => Promise<void>;
}

/** Starts all that a visit needs; throws where there is no browser and none can be had. */
export async function openWorld(): Promise<World> {
  const executablePath = browserPath();
  if (executablePath === undefined) {
    throw new Error(
      "There is no Chromium, and none could be installed. Install one (Debian: apt-get install chromium), or name its place in CHROMIUM.",
    );
  }
  const problem = await buildConsole();
  if (problem !== undefined) throw new Error(problem);
  const stateDir = mkdtempSync(join(tmpdir(), "scim-edge-console-"));
  let server = await startServer(stateDir);
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const close = async () => {
    await browser.close();
    await server.kill();
    rmSync(stateDir, { recursive: true, force: true });
  };
  const rewrite = async (change: (database: DatabaseSync) => void) => {
    await server.kill();
    const database = openDatabase(stateDir);
    change(database);
    database.close();
    server = await startServer(stateDir, server.port);
  };
  return { origin: server.origin, browser, close, rewrite };
}

/** An answer of the gateway with its JSON. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read members of answers they just described
  readonly body: any;
}

/** Asks the admin API as an administrator does. */
export function askAdmin(
  origin: string,
  path: string,
  body?: object,
  method?: "PATCH" | "PUT",
): Promise<Answer> {
  return ask(`${origin}/admin/v1${path}`, ADMIN_TOKEN, body, method);
}

/** Asks as a provider does, with a connector's token. */
export function askScim(
  origin: string,
  path: string,
  token: string,
  body?: object,
): Promise<Answer> {
  return ask(`${origin}/scim/v2${path}`, token, body);
}

async function ask(
  url: string,
  token: string,
  body?: object,
  method = body === undefined ? "GET" : "POST",
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body !== undefined && { "Content-Type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

/** A link that signs in, once. */
export async function signInLink(origin: string, credential = ADMIN_TOKEN): Promise<string> {
  const headers = { Authorization: `Bearer ${credential}` };
  const response = await fetch(`${origin}/console/session/links`, { method: "POST", headers });
  const { url } = await response.json();
  return url;
}

/** How long a page may take on a machine that has other things to do. */
const WAIT_MS = 90_000;

/** What must not happen on any page: a violated policy, an error that nobody caught, a dialog. */
export interface Watched {
  readonly page: Page;
  readonly faults: string[];
}

/** Opens a page of the console on which faults are noted; whoever has a link is signed in. */
export async function visit(
  { browser, origin }: World,
  { link, width = 1280, scheme = "light" }: Visit = {},
): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    baseURL: origin,
  });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", ({ message }) => faults.push(`error: ${message}`));
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) faults.push(message.text());
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && url.protocol !== "data:") faults.push(`request: ${url.href}`);
  });
  if (link !== undefined) {
    await page.goto(link);
    await page
      .getByRole("button", { name: "Admin token" })
      .or(page.getByRole("navigation"))
      .first()
      .waitFor();
  }
  return { page, faults };
}

interface Visit {
  readonly link?: string;
  readonly width?: number;
  readonly scheme?: "light" | "dark";
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds that is serious or worse on a page as it is now. */
export async function seriousFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(`${AXE}; undefined`);
  return await page.evaluate(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join(" | ")))`);
}

/** A provider that the Bridge can read, as a process of its own. */
export interface FakeProvider {
  readonly source: Readonly<Record<string, string>>;
  readonly credentials: Readonly<Record<string, string>>;
  readonly stop: () => void;
}

/** Starts a fake provider with so many people. */
export async function startProvider(provider: string, users: number): Promise<FakeProvider> {
  const serve = join(ROOT, "test/support/fake-directory/serve.ts");
  const flags = ["--experimental-transform-types", "--disable-warning=ExperimentalWarning"];
  const child: ChildProcess = spawn(
    process.execPath,
    [...flags, serve, "--provider", provider, "--users", String(users), "--groups", "2"],
    { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] },
  );
  if (child.stdout === null) throw new Error("Nothing is printed.");
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, "line");
  const { source, credentials } = JSON.parse(String(line));
  return { source, credentials, stop: () => child.kill() };
}
