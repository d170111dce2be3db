/**
 * @typedef {object} Report The part of vitest's JSON report that is read here.
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {{ status: string, assertionResults: { status: string }[] }[]} testResults
 */

/**
 * Counts what passed and failed. A test file that crashed before its tests ran is a failure too,
 * and a run that failed for any other reason shows at least one.
 *
 * @param {Report | undefined} report
 * @param {number} exitCode
 */
export function summarise(report, exitCode) {
  const crashed = report?.testResults.filter(isCrashed).length ?? 0;
  const failed = (report?.numFailedTests ?? 0) + crashed;
  return {
    passed: report?.numPassedTests ?? 0,
    failed: Math.max(failed, exitCode === 0 ? 0 : 1),
  };
}

/** @param {Report["testResults"][number]} file */
function isCrashed(file) {
  return (
    file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed")
  );
}
