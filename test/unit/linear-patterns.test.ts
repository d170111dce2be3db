import { readdirSync, readFileSync } from "node:fs";
import { parseSync } from "vite";
import { expect, test } from "vitest";
import { type Attack, attacksOn, attackText, stepSearcher } from "#test/support/regex-steps.ts";

const FILES = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".ts"),
);

/** Every regular expression that is written in the source, with the file it stands in. */
const PATTERNS: readonly [name: string, RegExp][] = FILES.flatMap((file) =>
  patternsIn(file, readFileSync(`src/${file}`, "utf8")).map((pattern): [string, RegExp] => [
    `${file} ${pattern}`,
    pattern,
  ]),
);

function patternsIn(file: string, text: string): readonly RegExp[] {
  const patterns: RegExp[] = [];
  JSON.stringify(parseSync(file, text).program, (_key, value) => {
    const regex = value?.regex;
    if (typeof regex?.pattern === "string") patterns.push(new RegExp(regex.pattern, regex.flags));
    return typeof value === "bigint" || value instanceof RegExp ? undefined : value;
  });
  return patterns;
}

/** Four times the length may take four times the steps; a pattern that is quadratic takes sixteen. */
const GROWTH_MAX = 8;

const SHORT = 256;
const BODY = 256 * 1024;

function stepsFor(pattern: RegExp, attack: Attack, length: number, stepsMax: number): number {
  try {
    return stepSearcher(pattern)(attackText(attack, length), stepsMax).steps;
  } catch (error) {
    if (error instanceof RangeError) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/** The attacks of which four times as much takes more than eight times the steps; and the dearest one. */
function judge(pattern: RegExp) {
  const measured = attacksOn(pattern).map((attack) => {
    const few = Math.max(stepsFor(pattern, attack, SHORT, 1e6), SHORT);
    const isLinear =
      Number.isFinite(few) &&
      stepsFor(pattern, attack, 4 * SHORT, GROWTH_MAX * few) !== Number.POSITIVE_INFINITY;
    return { attack, few, isLinear };
  });
  const [dearest] = measured.toSorted((a, b) => b.few - a.few);
  return {
    slow: measured.filter(({ isLinear }) => !isLinear).map(({ attack }) => attack),
    dearest,
  };
}

test("the patterns of the source are found, and none is made of text at run time", () => {
  expect(PATTERNS.length).toBeGreaterThan(60);
  for (const file of FILES) {
    expect(readFileSync(`src/${file}`, "utf8"), file).not.toMatch(/\bRegExp\(/);
  }
});

test.each([
  /passw.*"/is,
  /\/+$/,
  /[^\s@]+@[^\s@]+/,
  /;\s*rel\s*=\s*"(?:[^"]*\s)?next(?:\s[^"]*)?"/i,
  /(:0)+$/,
  /^(a+)+$/,
  /^(a|a)*$/,
  /\s+$/,
  /(?<=x.*)y/,
])("%s would be found to be superlinear", (pattern) => {
  expect(judge(pattern).slow).not.toEqual([]);
});

test.each(PATTERNS)(
  "%s takes steps that are linear in the text",
  (_name, pattern) => {
    const { slow, dearest } = judge(pattern);

    expect(slow).toEqual([]);
    if (dearest !== undefined) {
      const few = stepsFor(pattern, dearest.attack, BODY / 4, 1e8);
      expect(
        stepsFor(pattern, dearest.attack, BODY, GROWTH_MAX * Math.max(few, BODY)),
      ).toBeLessThan(Number.POSITIVE_INFINITY);
    }
  },
  60_000,
);

test.each(PATTERNS)("%s is counted as the engine runs it", (_name, pattern) => {
  const search = stepSearcher(pattern);
  const sticky = pattern.flags.includes("y");
  for (const attack of attacksOn(pattern)) {
    const text = attackText(attack, 60);
    pattern.lastIndex = 0;
    expect(search(text, 1e7).at, text).toBe(pattern.exec(text)?.index ?? -1);
    if (sticky) pattern.lastIndex = 0;
  }
});
