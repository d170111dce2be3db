// Makes what a development server needs: its secrets, its database, its console. `npx wrangler dev` works then.
import { buildConsole } from "./lib/console.js";
import { prepareDevVars } from "./lib/dev-vars.js";
import { applyLocalMigrations, STATE_DIR } from "./lib/migrations.js";
import { runProgram } from "./lib/project.js";

try {
  prepareDevVars();
  await applyLocalMigrations(process.env.STATE_DIR || STATE_DIR, async (args) => {
    const { code, stdout, stderr } = await runProgram("wrangler", args, {
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (code !== 0) throw new Error(`wrangler ${args.join(" ")}\n${stdout}${stderr}`);
  });
  const problem = await buildConsole();
  if (problem !== undefined) throw new Error(problem);
  console.log("Ready: npx wrangler dev, or npm start, which shows how to try it.");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
