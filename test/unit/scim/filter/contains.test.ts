import { expect, test } from "vitest";
import { contains } from "#scim/filter/contains.ts";

/** How often single characters are looked at; what the engine's own search may take counts as well. */
function looksAt(text: string, part: string): number {
  let looks = 0;
  const { charCodeAt, includes, indexOf } = String.prototype;
  const searching = (search: (part: string) => unknown) =>
    new Proxy(search, {
      apply: (target, value, args: [string]) => {
        looks += String(value).length * args[0].length;
        return Reflect.apply(target, value, args);
      },
    });
  Object.assign(String.prototype, {
    charCodeAt: new Proxy(charCodeAt, {
      apply: (target, value, args: [number]) => {
        looks += 1;
        return Reflect.apply(target, value, args);
      },
    }),
    includes: searching(includes),
    indexOf: searching(indexOf),
  });
  try {
    contains(text, part);
  } finally {
    Object.assign(String.prototype, { charCodeAt, includes, indexOf });
  }
  return looks;
}

const HOSTILE: readonly [string, (n: number) => readonly [text: string, part: string]][] = [
  ["a letter in the middle", (n) => ["m".repeat(4 * n), `${"m".repeat(n)}n${"m".repeat(n)}`]],
  ["a letter at the end", (n) => ["m".repeat(4 * n), `${"m".repeat(2 * n)}n`]],
  ["a letter at the start", (n) => ["m".repeat(4 * n), `n${"m".repeat(2 * n)}`]],
  ["pairs", (n) => ["mn".repeat(2 * n), `${"mn".repeat(n)}mm`]],
];

test.each(HOSTILE)("a long part is searched in linear time: %s", (_what, make) => {
  const [few = 0, many = 0] = [500, 2_000].map((n) => looksAt(...make(n)));

  expect(few).toBeGreaterThan(500);
  expect(many / few).toBeLessThan(5);
});

test("it finds what the engine finds", () => {
  const letters = ["a", "b", "ab", "aab", "é", "😀", "\ud83d"];
  const texts = Array.from({ length: 400 }, (_, n) =>
    Array.from(
      { length: 120 + (n % 90) },
      (_each, at) => letters[(at * (n + 3) + (at >> (n % 7))) % 7],
    ).join(""),
  );
  for (const [n, text] of texts.entries()) {
    const start = n % 17;
    const inside = text.slice(start, start + 130 + (n % 60));
    const other = texts[(n * 7 + 1) % texts.length] ?? "";
    for (const part of [inside, `${inside}x`, `x${inside}`, other, text, `${text}a`, "", "b"]) {
      expect(contains(text, part)).toBe(text.includes(part));
    }
  }
});
