// Runs the fault suite in its long form; its short form is a part of `npm test`.
import { runProgram } from "./lib/project.js";

const args = ["run", "--project", "faults", ...process.argv.slice(2)];
const { code } = await runProgram("vitest", args, { env: { FAULTS: "long" } });
process.exitCode = code;
