import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";

// Applying is safe to repeat: each test file starts with whatever storage its isolate has.
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
