import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { applyLocalMigrations } from "../../scripts/lib/migrations.js";
import { outcomeOf, QUIET_WRANGLER, ROOT } from "../../scripts/lib/project.js";
import { CONSISTENCY_CHECKS } from "../support/consistency-checks.ts";

export const ADMIN_TOKEN = "fault-admin-token-of-32-characters";

/** The development server as a process of its own, on a state folder that outlives it. */
export interface ServerProcess {
  readonly origin: string;
  readonly port: number;
  /** Kills server and runtime at once (SIGKILL), as a power cut would. */
  readonly kill: () => Promise<void>;
}

// Pinned, so that neither the developer's own .dev.vars nor the environment leaks into the tests.
const VARS = {
  ADMIN_TOKEN,
  ENCRYPTION_KEYS: `test:${"A".repeat(43)}`,
  RATE_LIMITS: "off",
  ALLOW_INSECURE_URLS: "loopback",
};

/** Starts `wrangler dev` on a state folder, at a free port where none is given, and waits until it answers. */
export async function startServer(stateDir: string, atPort?: number): Promise<ServerProcess> {
  mkdirSync(stateDir, { recursive: true });
  const envFile = join(stateDir, "vars.env");
  const lines = Object.entries(VARS).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(envFile, lines.join(""));
  await applyLocalMigrations(stateDir, async (args) => {
    const { code, stdout, stderr } = await outcomeOf(startWrangler(args, "pipe"));
    if (code !== 0) throw new Error(`${stdout}${stderr}`);
  });
  const port = atPort ?? (await freePort());
  const origin = `http://127.0.0.1:${port}`;
  const listen = ["--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0"];
  const quiet = ["--show-interactive-dev-session=false", "--log-level", "error"];
  const files = ["--env-file", envFile, "--persist-to", stateDir];
  const child = startWrangler(["dev", ...listen, ...quiet, ...files], "ignore");
  await healthOf(origin, () => child.exitCode);
  return { origin, port, kill: () => killGroup(child) };
}

/** Contradictions between the tables of a stopped server's database; empty where there are none. */
export function contradictionsIn(stateDir: string): readonly string[] {
  const database = openDatabase(stateDir);
  // Nothing in the gateway asks for the changes of one resource; the checks do, for every one.
  database.exec("CREATE INDEX checked_changes ON changes (connector_id, resource_id)");
  try {
    return CONSISTENCY_CHECKS.flatMap(([what, query]) =>
      database
        .prepare(`SELECT found FROM (${query}) LIMIT 20`)
        .all()
        .map(({ found }) => `${what}: ${found}`),
    );
  } finally {
    database.exec("DROP INDEX checked_changes");
    database.close();
  }
}

/** Opens the database of a stopped server. */
export function openDatabase(stateDir: string): DatabaseSync {
  const folder = join(stateDir, "v3", "d1", "miniflare-D1DatabaseObject");
  const name = readdirSync(folder).find(
    (each) => each.endsWith(".sqlite") && each !== "metadata.sqlite",
  );
  if (name === undefined) throw new Error(`There is no database in ${folder}.`);
  // The runtime under a killed server dies a moment after it, and its locks with it.
  return new DatabaseSync(join(folder, name), { timeout: 10_000 });
}

function startWrangler(args: readonly string[], output: "pipe" | "ignore") {
  const program = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
  return spawn(process.execPath, [program, ...args], {
    cwd: ROOT,
    // A group of its own: one signal reaches workerd as well.
    detached: true,
    stdio: ["ignore", output, output],
    env: { ...process.env, ...QUIET_WRANGLER, ...VARS },
  });
}

async function healthOf(origin: string, exitCode: () => number | null): Promise<void> {
  for (;;) {
    if (exitCode() !== null) throw new Error(`The server ended with ${exitCode()}.`);
    try {
      const { ok } = await fetch(`${origin}/healthz`);
      if (ok) return;
    } catch {
      // It does not listen yet.
    }
    await sleep(100);
  }
}

async function killGroup(child: ReturnType<typeof startWrangler>): Promise<void> {
  if (child.pid === undefined) throw new Error("The server was never started.");
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  process.kill(-child.pid, "SIGKILL");
  await ended;
}

/** A port of this machine that nobody listens at. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
