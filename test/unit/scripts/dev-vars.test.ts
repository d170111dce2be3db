import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { devVarsProblem, withMissingVars } from "../../../scripts/lib/dev-vars.js";
import { ROOT } from "../../../scripts/lib/project.js";

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

describe("what wrangler dev is told of .dev.vars", () => {
  const toml = readFileSync(join(ROOT, "wrangler.toml"), "utf8");
  const problem = (devVars: string | undefined, environment = {}) =>
    devVarsProblem({ devVars, toml, environment });
  const TOKEN = "ADMIN_TOKEN=an-admin-token-of-32-characters-x";
  const KEYS = `ENCRYPTION_KEYS=k1:${"A".repeat(43)}`;
  const GOOD = `${TOKEN}\n${KEYS}\n`;

  test.each([
    ["nothing of a file that is good", GOOD, undefined],
    ["that there is none", undefined, "There is no .dev.vars yet. Run `npm run setup` once"],
    ["which secret is missing", `${TOKEN}\n`, ".dev.vars lacks ENCRYPTION_KEYS."],
    ["of an empty secret", `${TOKEN}\nENCRYPTION_KEYS=\n`, ".dev.vars lacks ENCRYPTION_KEYS."],
    [
      "the line of a short token",
      `# mine\n${KEYS}\nADMIN_TOKEN=short\n`,
      ".dev.vars, line 3: ADMIN_TOKEN must have",
    ],
    [
      "the line of a broken key",
      `${TOKEN}\nENCRYPTION_KEYS="k1:x"\n`,
      ".dev.vars, line 2: ENCRYPTION_KEYS is missing or malformed",
    ],
    [
      "the line of a variable",
      `${GOOD}\nPUBLIC_URL=http://a.example\n`,
      ".dev.vars, line 4: PUBLIC_URL must be",
    ],
    ["the last line of two", `ADMIN_TOKEN=x\n${GOOD}ADMIN_TOKEN=y\n`, ".dev.vars, line 4: "],
  ])("is %s", async (_what, devVars, expected) => {
    const said = await problem(devVars);

    if (expected === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(expected);
    expect(said ?? "").not.toContain("\n");
  });

  test("shows no secret", async () => {
    expect(await problem(`${KEYS}\nADMIN_TOKEN=hunter2\n`)).not.toContain("hunter2");
  });

  test("is nothing where the secrets stand in the environment", async () => {
    const [[, ADMIN_TOKEN = ""] = [], [, ENCRYPTION_KEYS = ""] = []] = [TOKEN, KEYS].map((line) =>
      line.split("="),
    );

    expect(await problem(undefined, { ADMIN_TOKEN, ENCRYPTION_KEYS })).toBeUndefined();
  });
});
