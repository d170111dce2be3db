import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  ADMIN_TOKEN,
  freePort,
  type ServerProcess,
  startServer,
} from "#test/faults/server-process.ts";
import { type Block, blocksOf } from "#test/support/pages/blocks.ts";
import { greeting } from "../../../scripts/lib/demo.js";
import { DEV_VARS } from "../../../scripts/lib/dev-vars.js";
import { installedShells, makeClone, paste } from "./shell.ts";

// The kind: what a page tells its reader to paste works, block after block, in the reader's own shell.

/** Pages whose reader begins with nothing but a running gateway. */
const PAGES = [
  "docs/application.md",
  "docs/okta.md",
  "docs/entra.md",
  "docs/google.md",
  "docs/jumpcloud.md",
  "docs/onelogin.md",
];

const shells = installedShells();
if (shells.every(({ name }) => name !== "zsh"))
  console.warn("zsh is not installed: bash alone is tried");

let folder: string;
let server: ServerProcess;
let port: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pages-"));
  server = await startServer(join(folder, "state"));
  port = await freePort();
}, 240_000);

afterAll(async () => {
  await server?.kill();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

test("there is a shell to try", () => {
  expect(shells.map(({ name }) => name)).toContain("bash");
});

test.each(shells)(
  "README.md, from the lines that the first start prints, in $name",
  async (shell) => {
    const clone = makeClone(join(folder, `README-${shell.name}`));
    const printed = (
      await greeting({
        origin: server.origin,
        stateDir: join(clone, "state"),
        adminToken: ADMIN_TOKEN,
      })
    ).replaceAll(DEV_VARS, join(clone, ".dev.vars"));
    const [create = "", log = ""] = printed.match(/^ +curl .*$/gm) ?? [];
    const [token = ""] = printed.match(/sgw_\w+/) ?? [];

    const { code, output } = await paste(
      shell,
      [
        printedBlock(create),
        { ...printedBlock(create), mark: { run: true, status: "409" } },
        printedBlock(log),
        ...blocksToRun("README.md", token),
      ],
      clone,
    );

    expect.soft(code, output).toBe(0);
    expect.soft(output).toContain('"totalResults":1');
    // The event log finds the person who was refused, with the reason.
    expect.soft(outputOf(output, "status=4xx")).toMatch(/"explanation":"(?:[^"\\]|\\.)*employed/);
  },
);

test.each(shells.flatMap((shell) => PAGES.map((page) => ({ page, name: shell.name, shell }))))(
  "$page in $name",
  async ({ page, name, shell }) => {
    const clone = makeClone(join(folder, `${page.replaceAll("/", "-")}-${name}`));

    const { code, output } = await paste(shell, blocksToRun(page), clone);

    expect(code, output).toBe(0);
  },
);

test.each(shells)(
  "docs/console.md, behind the first lines of README.md, in $name",
  async (shell) => {
    const clone = makeClone(join(folder, `console-${shell.name}`));
    const [first] = blocksToRun("README.md").filter(({ commands }) => commands.includes("json()"));

    const { code, output } = await paste(
      shell,
      [...(first ? [first] : []), ...blocksToRun("docs/console.md")],
      clone,
    );

    expect(code, output).toBe(0);
    expect(output).toContain("/console/sign-in#sgl_");
  },
);

/** What a reader runs of a page, with the values of this gateway put in. */
function blocksToRun(page: string, token = ""): Block[] {
  return blocksOf(page, readFileSync(page, "utf8"))
    .filter(({ mark }) => mark.run)
    .map((block) => ({
      ...block,
      commands: block.commands
        .replaceAll(/http:\/\/127\.0\.0\.1:8787|https:\/\/scim\.example\.com/g, server.origin)
        .replaceAll("8790", String(port))
        .replace(/^ADMIN_TOKEN=…$/m, `ADMIN_TOKEN=${ADMIN_TOKEN}`)
        .replace(/^TOKEN=sgw_…$/m, `TOKEN=${token}`),
    }));
}

function printedBlock(line: string): Block {
  return { page: "npm-start", line: 1, commands: line.trim(), mark: { run: true } };
}

/** What the blocks wrote that hold a text, of the whole of README.md. */
function outputOf(output: string, text: string): string {
  const block = blocksToRun("README.md").find(({ commands }) => commands.includes(text));
  const [, behind = ""] = output.split(`[README.md:${block?.line}]\n`);
  return behind.split("\n[README.md:")[0] ?? "";
}
