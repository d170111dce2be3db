import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";

// Test files share a worker and its storage; each of them starts with a database that is empty.
await reset();
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
