// Fails when src/store/schema.ts has a change that no migration makes: generates into a copy of the
// migrations, which must add nothing.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT, runProgram } from "./lib/project.js";

// Inside the project: drizzle-kit takes its output folder relative to the working directory.
const copy = mkdtempSync(join(ROOT, "node_modules", ".migrations-"));
try {
  cpSync(join(ROOT, "drizzle"), copy, { recursive: true });
  const output = await generate();
  if (!output.includes("No schema changes")) {
    console.error(output);
    console.error("src/store/schema.ts and drizzle/ disagree: run npm run db:generate.");
    process.exitCode = 1;
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}

/** Without a terminal drizzle-kit cannot ask about a rename and fails, which is a finding as well. */
async function generate() {
  const schema = ["--dialect", "sqlite", "--schema", "./src/store/schema.ts"];
  const { stdout, stderr } = await runProgram(
    "drizzle-kit",
    ["generate", ...schema, "--out", relative(ROOT, copy)],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  return stdout + stderr;
}
