import { expect, test } from "vitest";
import { summarise } from "../../../scripts/lib/test-summary.js";

const PASSED_FILE = { status: "passed", assertionResults: [{ status: "passed" }] };
const FAILED_FILE = { status: "failed", assertionResults: [{ status: "failed" }] };
const CRASHED_FILE = { status: "failed", assertionResults: [] };

test("tests are counted as vitest counts them", () => {
  const report = { numPassedTests: 3, numFailedTests: 1, testResults: [PASSED_FILE, FAILED_FILE] };

  expect(summarise(report, 1)).toEqual({ passed: 3, failed: 1 });
});

test("a file that crashed on load is one failure", () => {
  const report = { numPassedTests: 3, numFailedTests: 0, testResults: [PASSED_FILE, CRASHED_FILE] };

  expect(summarise(report, 1)).toEqual({ passed: 3, failed: 1 });
});

test("a failed run whose tests all passed is one failure", () => {
  const report = { numPassedTests: 3, numFailedTests: 0, testResults: [PASSED_FILE] };

  expect(summarise(report, 1)).toEqual({ passed: 3, failed: 1 });
});

test("a run without a report is one failure", () => {
  expect(summarise(undefined, 1)).toEqual({ passed: 0, failed: 1 });
});
