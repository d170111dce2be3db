import { expect, test } from "vitest";
import { classifyError } from "#store/d1-error.ts";

test.each([
  ["D1_ERROR: D1 DB's isolate exceeded its memory limit and was reset.", "overloaded"],
  ["D1_ERROR: internal error; reference = 0123abcd", "overloaded"],
  ["Internal error in D1 DB storage caused object to be reset.", "retryable"],
  ["D1_ERROR: UNIQUE constraint failed: events.connector_id, events.op_id", "duplicateOperation"],
  ['D1_ERROR: near "SELEC": syntax error', "other"],
])("%s is %s", (message, kind) => {
  const wrapped = new Error("Failed query", { cause: new Error(message) });

  expect([classifyError(new Error(message)).kind, classifyError(wrapped).kind]).toEqual([
    kind,
    kind,
  ]);
});
