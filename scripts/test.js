// Runs the tests and ends with the line "N passed, N failed"; arguments are handed on to vitest.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "./lib/project.js";
import { summarise } from "./lib/test-summary.js";

const folder = mkdtempSync(join(tmpdir(), "scim-edge-test-"));
// Ctrl-C reaches vitest as well; this process stays to report and to remove the folder.
process.on("SIGINT", () => {});
try {
  const reportFile = join(folder, "report.json");
  const code = await runVitest(reportFile);
  const { passed, failed } = summarise(readReport(reportFile), code);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : code || 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} reportFile */
async function runVitest(reportFile) {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const { code } = await runProgram("vitest", ["run", ...reporters, ...process.argv.slice(2)]);
  return code;
}

/** @param {string} path */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    // No report: vitest ended before it could write one, which its exit code tells.
    return undefined;
  }
}
