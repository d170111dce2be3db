import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./project.js";

/** Where `wrangler dev` keeps the local database too, unless it is told otherwise. */
export const STATE_DIR = join(ROOT, ".wrangler/state");

const FOLDER = join(ROOT, "drizzle");

/**
 * Brings the local database up to date; skipped when the state folder has seen these very migrations.
 *
 * @param {string} stateDir
 * @param {(args: readonly string[]) => Promise<void>} runWrangler
 */
export async function applyLocalMigrations(stateDir, runWrangler) {
  const marker = join(stateDir, "migrations.sha256");
  const hash = hashOfMigrations();
  if (existsSync(marker) && readFileSync(marker, "utf8") === hash) return;
  await runWrangler(["d1", "migrations", "apply", "DB", "--local", "--persist-to", stateDir]);
  mkdirSync(stateDir, { recursive: true });
  writeFileSync(marker, hash);
}

function hashOfMigrations() {
  const hash = createHash("sha256");
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".sql"));
  for (const name of names.sort())
    hash.update(`${name}\0`).update(readFileSync(join(FOLDER, name)));
  return hash.digest("hex");
}
