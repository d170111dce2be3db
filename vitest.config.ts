import { availableParallelism } from "node:os";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

// Every variable of wrangler.toml is pinned: otherwise the developer's own .dev.vars leaks into the tests.
const WORKER_BINDINGS = {
  ADMIN_TOKEN: "test-admin-token-of-32-characters",
  ENCRYPTION_KEYS: `test:${"A".repeat(43)}`,
  SCIM_BASE_PATHS: "/scim/v2,/api/connect/v1/scim/2.0,/scim,/api/scim/v2",
  TOKEN_PATHS: "/oauth/token,/api/oauth/token",
  PUBLIC_URL: "",
  ACCESS_TEAM_DOMAIN: "",
  ACCESS_AUD: "",
  ACCESS_ADMIN_EMAILS: "",
  // Tests send faster than any client; the one about the limits switches them on.
  AUDIT_RETENTION_DAYS: "400",
  TEAM_NAME: "",
  TEAM_LOGO: "",
  TEAM_CONTACT: "",
  RATE_LIMITS: "off",
  OPTIMISTIC_WRITES: "on",
  ALLOW_INSECURE_URLS: "",
  DATA_JURISDICTION: "",
  DATA_LOCATION: "",
};

// wrangler warns of a required secret it cannot see, although the bindings above provide them.
process.env.ADMIN_TOKEN ??= WORKER_BINDINGS.ADMIN_TOKEN;
process.env.ENCRYPTION_KEYS ??= WORKER_BINDINGS.ENCRYPTION_KEYS;

export default defineConfig({
  test: {
    // One less than there are cores, the default, would leave a machine of two half idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    coverage: { provider: "istanbul", include: ["src/**/*.ts"] },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          environment: "node",
          // Pure modules: a worker of its own for each file would take longer than the tests.
          isolate: false,
          // Property tests: how long they take says how busy the machine is, not what the code does.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "packages",
          include: ["packages/*/test/**/*.test.ts"],
          environment: "node",
          // The hooks build, pack and install.
          hookTimeout: 120_000,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "console",
          include: ["console/test/unit/**/*.test.ts"],
          environment: "node",
        },
      },
      {
        test: {
          name: "browser",
          include: ["console/test/browser/**/*.test.ts"],
          environment: "node",
          // The hook builds the console, starts the whole server, and may install a browser.
          hookTimeout: 600_000,
          testTimeout: 240_000,
        },
      },
      {
        test: {
          name: "property",
          include: ["test/property/**/*.test.ts"],
          environment: "node",
          testTimeout: 120_000,
        },
      },
      async () => ({
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                ...WORKER_BINDINGS,
                TEST_MIGRATIONS: await readD1Migrations("drizzle"),
                FAULTS: process.env.FAULTS ?? "",
              },
            },
          }),
        ],
        test: {
          name: "worker",
          // Starting a Worker takes longer than most files; each begins with empty storage (worker-setup.ts).
          isolate: false,
          // Races and fault runs play thousands of requests; nothing here is judged by its time.
          testTimeout: process.env.FAULTS === "long" ? 3_600_000 : 240_000,
          hookTimeout: 240_000,
          include: ["test/worker/**/*.test.ts"],
          setupFiles: ["./test/support/worker-setup.ts"],
        },
      }),
      {
        test: {
          name: "faults",
          include: ["test/faults/**/*.test.ts"],
          environment: "node",
          // Servers are killed and started again; the long form (FAULTS=long) does so many times.
          testTimeout: 3_600_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          name: "conformance",
          include: ["test/conformance/**/*.test.ts"],
          environment: "node",
          // A hook starts the whole server, which takes a while on a busy machine.
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
