// Runs the fault suite in its long form; its short form is a part of `npm test`.
import { runProgram } from "./lib/project.js";

// What runs inside workerd is told apart by its file's name alone.
const SUITE = ["faults"];
const given = process.argv.slice(2);

process.env.FAULTS = "long";
const { code } = await runProgram("vitest", [
  "run",
  "--project",
  "faults",
  "--project",
  "worker",
  ...(given.length > 0 ? given : SUITE),
]);
process.exitCode = code;
