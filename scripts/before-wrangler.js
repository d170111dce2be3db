// What wrangler runs before it bundles the Worker (`[build]` in wrangler.toml), so that `wrangler dev` and `wrangler
// deploy` work without this project's own commands: builds the console, and says what a development server lacks.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildConsole, isConsoleBuilt } from "./lib/console.js";
import { DEV_VARS, devVarsProblem } from "./lib/dev-vars.js";
import { ROOT } from "./lib/project.js";

const { WRANGLER_COMMAND: command } = process.env;
if (command === "dev") {
  const problem = await findProblem();
  // A failure would be told by forty lines of a stack: the Worker answers the same sentence instead.
  if (problem !== undefined) console.error(problem);
} else if (command !== "types") {
  const problem = await buildConsole();
  if (problem !== undefined) {
    console.error(problem);
    process.exitCode = 1;
  }
}

/** Gives what keeps a development server from working, in one sentence. */
async function findProblem() {
  // wrangler reads .env where there is no .dev.vars.
  const file = [DEV_VARS, join(ROOT, ".env")].find((each) => existsSync(each));
  const problem = await devVarsProblem({
    devVars: file === undefined ? undefined : readFileSync(file, "utf8"),
    toml: readFileSync(join(ROOT, "wrangler.toml"), "utf8"),
    environment: process.env,
  });
  if (problem !== undefined || isConsoleBuilt()) return problem;
  return "The console is not built yet. Run `npm run setup` once.";
}
