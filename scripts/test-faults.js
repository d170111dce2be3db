// Runs the fault suite in its long form; its short form is a part of `npm test`.
import { runProgram } from "./lib/project.js";

process.env.FAULTS = "long";
const { code } = await runProgram("vitest", [
  "run",
  "--project",
  "faults",
  ...process.argv.slice(2),
]);
process.exitCode = code;
