// One Worker in local workerd with a D1 file: the gateway, the counting gateway, or the floor.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { ROOT } from "../../scripts/lib/project.js";
import { bundleWorker } from "../lib/build.js";
import { serveParent } from "../lib/child.js";
import { fillUsers } from "../lib/fill.js";

const ENTRIES = {
  gateway: "src/worker.ts",
  counting: "bench/servers/counting-worker.ts",
  floor: "bench/servers/floor-worker.js",
};
const ADMIN_TOKEN = "bench-admin-token-of-32-characters";
const BINDINGS = {
  ADMIN_TOKEN,
  ENCRYPTION_KEYS: `bench:${"A".repeat(43)}`,
  SCIM_BASE_PATHS: "/scim/v2",
  TOKEN_PATHS: "/oauth/token",
  PUBLIC_URL: "",
  ACCESS_TEAM_DOMAIN: "",
  ACCESS_AUD: "",
  ACCESS_ADMIN_EMAILS: "",
  RATE_LIMITS: "off",
  // The fake provider that a bridge asks answers on this machine.
  ALLOW_INSECURE_URLS: "loopback",
};
const LIMITS = [
  "RATE_LIMIT_LOW",
  "RATE_LIMIT_STANDARD",
  "RATE_LIMIT_HIGH",
  "RATE_LIMIT_FAILURES",
  "RATE_LIMIT_SCANS",
];

/** As in wrangler.toml. @type {Record<string, number>} */
const LIMITED = { RATE_LIMIT_STANDARD: 1_000, RATE_LIMIT_SCANS: 10 };

/** @type {keyof typeof ENTRIES} */
const kind = /** @type {any} */ (process.argv[2]);
const stateDir = process.argv[3] ?? "";
const users = Number(process.argv[4]);
/** Whether the limits hold as they do in production; without, the benchmark is what reaches them first. */
const isLimited = process.argv[5] === "limited";

const module = await bundleWorker(ENTRIES[kind]);
const miniflare = new Miniflare({
  ...convertV4MiniflareOptions({
    host: "127.0.0.1",
    port: 0,
    modules: [{ type: "ESModule", path: module }],
    modulesRoot: dirname(module),
    compatibilityDate: "2026-11-02",
    compatibilityFlags: ["global_fetch_strictly_public"],
    bindings: { ...BINDINGS, RATE_LIMITS: isLimited ? "on" : "off" },
    d1Databases: { DB: "scim-edge" },
    cf: false,
    ...(kind !== "floor" && {
      durableObjects: {
        BRIDGE: { className: "ConnectorBridge", useSQLite: true },
        WEBHOOK: { className: "WebhookEndpoint", useSQLite: true },
      },
      ratelimits: Object.fromEntries(
        LIMITS.map((name) => {
          const limit = isLimited ? (LIMITED[name] ?? 10_000) : 10_000;
          return [name, { namespace_id: name, simple: { limit, period: 10 } }];
        }),
      ),
    }),
  }),
  resourcePersistencePath: stateDir,
});
const url = await miniflare.ready;
const db = await miniflare.getD1Database("DB");
const target = { origin: url.origin, base: "/scim/v2", token: "" };
const admin = {
  origin: url.origin,
  base: "/admin/v1",
  token: ADMIN_TOKEN,
  contentType: "application/json",
};

await serveParent({
  start: async () => {
    await migrate();
    target.token = kind === "floor" ? await fakeConnector() : await makeConnector();
    const emptyBytes = bytesOf(stateDir);
    const startedAt = performance.now();
    await fillUsers(db, users, sayFilled);
    const fillMs = performance.now() - startedAt;
    const bytesPerUser = (bytesOf(stateDir) - emptyBytes) / users;
    return { target, admin, bytesPerUser, fillMs, pid: runtimePid() };
  },
  stop: () => miniflare.dispose(),
});

async function migrate() {
  const folder = join(ROOT, "drizzle");
  const names = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  for (const name of names.sort()) {
    const texts = readFileSync(join(folder, name), "utf8").split("--> statement-breakpoint");
    await db.batch(texts.map((text) => db.prepare(text)));
  }
}

async function makeConnector() {
  const answer = await fetch(`${url.origin}/admin/v1/connectors`, {
    method: "POST",
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, "Content-Type": "application/json" },
    body: JSON.stringify({ name: "Bench" }),
  });
  const { token } = /** @type {{ token: { secret: string } }} */ (await answer.json());
  return token.secret;
}

/** @param {number} done */
function sayFilled(done) {
  if (done % 100_000 === 0) console.error(`  ${done} users are in D1`);
}

/** The floor has no admin API; its rows are the same. */
async function fakeConnector() {
  const id = createHash("sha256").update("bench").digest("hex");
  await db
    .prepare(
      `INSERT INTO connectors (id, name, settings, status, created_at, modified_at)
       VALUES (?1, 'Bench', '{}', 'active', 0, 0)`,
    )
    .bind(id)
    .run();
  return id;
}

/** workerd is a child of this process. */
function runtimePid() {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8");
  return Number(children.trim().split(" ").at(-1));
}

/** @param {string} folder @returns {number} */
function bytesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
