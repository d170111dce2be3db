import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { outcomeOf, ROOT } from "../../../scripts/lib/project.js";

// `npm start` as a person runs it, with a wrangler that notes what it is asked and serves just enough.

const WRANGLER = `
const { spawn } = require("node:child_process");
const { appendFileSync } = require("node:fs");
const { createServer } = require("node:http");
const args = process.argv.slice(2);
const note = (what) => appendFileSync(process.env.CALLS, what + "\\n");
note(args.slice(0, 2).join(" "));
if (args[0] === "dev") {
  // As workerd is: a process of its own, that nobody else would stop.
  const runtime = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  note("runtime " + runtime.pid);
  const port = Number(args[args.indexOf("--port") + 1]);
  createServer((request, response) => {
    if (request.url === "/healthz") return response.end("{}");
    note(request.method + " " + request.url);
    response.writeHead(201, { "Content-Type": "application/json" });
    const url = "http://127.0.0.1:" + port + "/console/sign-in#the-code";
    if (request.url === "/console/session/links") return response.end(JSON.stringify({ url }));
    const connector = { id: "demo", scimBaseUrl: "http://127.0.0.1:" + port + "/scim/v2" };
    response.end(JSON.stringify({ connector, token: { secret: "the-demo-token" } }));
  }).listen(port, "127.0.0.1");
}
`;

let folder: string;
let running: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scim-edge-start-"));
  for (const name of ["scripts", "drizzle", "package.json"]) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  const bin = join(folder, "node_modules/wrangler/bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "wrangler.js"), WRANGLER);
  writeFileSync(join(folder, "node_modules/wrangler/package.json"), '{"type":"commonjs"}');
  writeFileSync(join(folder, "calls"), "");
});

afterEach(async () => {
  if (running !== undefined && running.exitCode === null) await stop(running);
  running = undefined;
  rmSync(folder, { recursive: true });
});

const calls = () => readFileSync(join(folder, "calls"), "utf8").split("\n").filter(Boolean);

function start(port: number): ChildProcess {
  running = spawn(process.execPath, ["scripts/start.js"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      PORT: String(port),
      STATE_DIR: join(folder, ".state"),
      CALLS: join(folder, "calls"),
    },
  });
  return running;
}

/** Waits for the line that says that the gateway answers, and gives all that was printed up to the next pause. */
async function greeted(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("Nothing is printed.");
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    // The last line of a first start, and of a later one.
    if (line.includes("curl -s")) break;
  }
  return lines.join("\n");
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGINT");
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("npm start", { timeout: 60_000 }, () => {
  test("makes one demo connector, and none at later starts with the same state", async () => {
    const port = await freePort();
    const first = await greeted(start(port));
    if (running !== undefined) await stop(running);
    const later = await greeted(start(port));

    expect(first).toContain("the-demo-token");
    expect(later).not.toContain("the-demo-token");
    expect(later).toContain(`http://127.0.0.1:${port}/scim/v2`);
    expect(calls().filter((call) => call.startsWith("POST /admin"))).toEqual([
      "POST /admin/v1/connectors",
    ]);
  });

  test("prints a link that signs in to the console, at each start", async () => {
    const port = await freePort();
    const first = await greeted(start(port));
    if (running !== undefined) await stop(running);
    const later = await greeted(start(port));

    const link = `http://127.0.0.1:${port}/console/sign-in#the-code`;
    expect([first.includes(link), later.includes(link)]).toEqual([true, true]);
  });

  test("ends the runtime under wrangler as well when it is stopped", async () => {
    const child = start(await freePort());
    await greeted(child);
    const runtime = Number(
      calls()
        .find((call) => call.startsWith("runtime "))
        ?.split(" ")[1],
    );
    expect(isAlive(runtime)).toBe(true);

    await stop(child);

    expect(isAlive(runtime)).toBe(false);
  });

  test("says so where the port belongs to another server, and starts nothing", async () => {
    const other = createServer((_, response) => response.end("{}")).listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;

    const { code, stderr } = await outcomeOf(start(port));
    other.close();

    expect([code, calls()]).toEqual([1, []]);
    expect(stderr).toContain(`port ${port} is in use`);
  });

  test("applies migrations once, and again when one came or changed", async () => {
    const port = await freePort();
    const startAndStop = async () => {
      const child = start(port);
      await greeted(child);
      await stop(child);
      return calls().filter((call) => call === "d1 migrations").length;
    };
    const migrations = join(folder, "drizzle");
    const name = "0000_first.sql";
    writeFileSync(join(migrations, name), "SELECT 1;");

    expect(await startAndStop()).toBe(1);
    expect(await startAndStop()).toBe(1);
    writeFileSync(join(migrations, name), "SELECT 2;");
    expect(await startAndStop()).toBe(2);
  });

  test("keeps the secrets of .dev.vars from the machine's other users", async () => {
    const file = join(folder, ".dev.vars");
    writeFileSync(file, "ADMIN_TOKEN=an-admin-token-of-32-characters-x\n");
    chmodSync(file, 0o644);

    const child = start(await freePort());
    await greeted(child);

    expect(existsSync(file)).toBe(true);
    expect((statSync(file).mode & 0o777).toString(8)).toBe("600");
  });
});
