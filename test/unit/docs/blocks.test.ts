import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { blocksOf } from "#test/support/pages/blocks.ts";

// The kind: a command that a reader pastes into bash or zsh does what the page says, and nothing else.

const BLOCKS = ["README.md", "CONTRIBUTING.md", ...globSync("{docs,packages/*}/**/*.md")]
  .filter((page) => !page.includes("node_modules"))
  .flatMap((page) => blocksOf(page, readFileSync(page, "utf8")));

/** Commands that cannot be taken back; a reader pastes each on purpose. */
const DANGEROUS =
  /time-travel restore|npm run deploy(?! -- --dry-run)|wrangler (?:secret put|rollback|deploy)|"(?:DELETE|UPDATE) |-X DELETE|\/erase"|rewindTo|deadSince/;

test("there are blocks", () => {
  expect(BLOCKS.length).toBeGreaterThan(150);
});

// zsh takes # for a word of the command, unless it is told otherwise.
test("no block has a comment", () => {
  expect(linesWith(/(?:^|\s)#/)).toEqual([]);
});

test("JSON is read as JSON, not by grep", () => {
  expect(linesWith(/grep -o/)).toEqual([]);
});

// Within quotes it is no pattern; outside zsh looks for files and ends with "no matches found".
test("no [ or ? stands outside of quotes", () => {
  expect(linesWith(/\s(?:json \.\S*\[|(?:https?:\/\/|\$GATEWAY)[^\s"']*\?)/)).toEqual([]);
});

test("a dangerous command has a block of its own", () => {
  const crowded = BLOCKS.filter(({ commands }) => {
    const said = commandsOf(commands);
    return said.length > 1 && said.some((command) => DANGEROUS.test(command));
  });

  expect(crowded.map(({ page, line }) => `${page}:${line}`)).toEqual([]);
});

describe("marks of blocks", () => {
  test.each([
    ["none", "", { run: true }],
    [
      "a block that needs the outside",
      "<!-- not run: it asks Okta -->\n",
      { run: false, why: "it asks Okta" },
    ],
    ["a refusal", "<!-- answers 400 -->\n", { run: true, status: "400" }],
  ])("%s", (_, mark, expected) => {
    const [block] = blocksOf("a.md", `# A\n\n${mark}\`\`\`sh\ntrue\n\`\`\`\n`);

    expect(block?.mark).toEqual(expected);
    expect(block?.commands).toBe("true\n");
  });

  test("an unknown one is an error", () => {
    expect(() => blocksOf("a.md", "<!-- skip -->\n```sh\ntrue\n```\n")).toThrow("a.md:1");
  });
});

function linesWith(pattern: RegExp): string[] {
  return BLOCKS.flatMap(({ page, line, commands }) =>
    commands
      .split("\n")
      .filter((each) => pattern.test(each))
      .map((each) => `${page}:${line}: ${each}`),
  );
}

/** The commands of a block: a line that is indented, or that follows a backslash or stands in quotes, goes on. */
function commandsOf(block: string): string[] {
  const joined = block
    .replace(/\\\n/g, " ")
    .replace(/'[^']*'|"[^"]*"/g, (text) => text.replaceAll("\n", " "));
  return joined.split("\n").filter((line) => /^(?![\w]+=(?!.*\$\())\S/.test(line));
}
