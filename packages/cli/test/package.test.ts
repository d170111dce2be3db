import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../../scripts/lib/project.js";
import { install, npmPack, pack, run } from "../../../test/support/packages/install.ts";

const folder = mkdtempSync(join(tmpdir(), "scim-edge-cli-"));

beforeAll(async () => {
  const yaml = await npmPack(join(ROOT, "node_modules/yaml"), folder);
  await install([await pack("cli", folder), yaml], folder);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the packed command line is one file that runs by its name", async () => {
  const installed = join(folder, "node_modules/scim-edge-cli");
  const files = readdirSync(installed, { recursive: true }).map(String);

  const printed = await run([join(folder, "node_modules/.bin/scim-edge"), "apply", "--help"], {
    cwd: folder,
  });

  expect(files.sort()).toEqual(["LICENSE", "README.md", "dist", "dist/main.js", "package.json"]);
  expect(printed).toContain("Usage: scim-edge apply -f <file>");
});
