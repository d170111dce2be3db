import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const PAGES = [
  ...globSync("*.md"),
  ...globSync("{docs,bench,test,packages,src}/**/*.md", { exclude: ["**/node_modules/**"] }),
];

test("every link within the repository leads to a file, and to a heading that is there", () => {
  const broken = PAGES.flatMap((page) =>
    linksOf(page)
      .filter((link) => !leadsSomewhere(page, link))
      .map((link) => `${page}: ${link}`),
  );

  expect(PAGES.length).toBeGreaterThan(30);
  expect(broken).toEqual([]);
});

function linksOf(page: string): string[] {
  const text = withoutCode(readFileSync(page, "utf8"));
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const file = path === "" ? page : join(dirname(page), path);
  if (!existsSync(file)) return false;
  return anchor === undefined || !file.endsWith(".md") || anchorsOf(file).has(anchor);
}

/** The anchors that GitHub gives to the headings of a page: the second of a name ends in -1. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of withoutCode(readFileSync(page, "utf8")).matchAll(/^#+ (.+)$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = words.replace(/[^\p{L}\p{N}_\- ]/gu, "").replaceAll(" ", "-");
    let other = anchor;
    for (let n = 1; anchors.has(other); n++) other = `${anchor}-${n}`;
    anchors.add(other);
  }
  return anchors;
}

function withoutCode(text: string): string {
  return text.replace(/^( *)```[\s\S]*?^\1```$/gm, "");
}
