import { expect, test } from "vitest";
import { withMissingVars } from "../../../scripts/lib/dev-vars.js";

const MAKERS = { ADMIN_TOKEN: () => "made", KEY: () => "made-too" };

test("an empty file gets every variable", () => {
  expect(withMissingVars("", MAKERS)).toBe("ADMIN_TOKEN=made\nKEY=made-too\n");
});

test("a variable that is there keeps its value", () => {
  const text = '# mine\nADMIN_TOKEN="my own"\n';

  expect(withMissingVars(text, MAKERS)).toBe(`${text}KEY=made-too\n`);
});

test("a last line without a line end stays whole", () => {
  expect(withMissingVars("ADMIN_TOKEN=mine", MAKERS)).toBe("ADMIN_TOKEN=mine\nKEY=made-too\n");
});

test("a complete file is left alone", () => {
  const text = "KEY=a\nADMIN_TOKEN=b";

  expect(withMissingVars(text, MAKERS)).toBe(text);
});

test("a variable in a comment does not count", () => {
  expect(withMissingVars("#KEY=a\nADMIN_TOKEN=b\n", MAKERS)).toContain("\nKEY=made-too\n");
});
