import { type SpawnOptions, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { outcomeOf, ROOT } from "../../../scripts/lib/project.js";

/** Runs a program to its end and gives what it wrote; throws with all of it where it fails. */
export async function run(
  [program = "", ...args]: readonly string[],
  options: SpawnOptions,
): Promise<string> {
  const outcome = await outcomeOf(spawn(program, args, { stdio: "pipe", ...options }));
  if (outcome.code === 0) return outcome.stdout;
  throw new Error(`${program} ${args.join(" ")}\n${outcome.stdout}${outcome.stderr}`);
}

/** Builds and packs a package of packages/, as `npm publish` would, and gives the file. */
export function pack(name: string, into: string): Promise<string> {
  return npmPack(join(ROOT, "packages", name), into);
}

/** Packs the package of a folder, and gives the file. */
export async function npmPack(cwd: string, into: string): Promise<string> {
  const args = ["pack", "--json", "--silent", "--pack-destination", into];
  const told = await run([...npm(), ...args], { cwd });
  // The build may say something first.
  const [packed] = JSON.parse(told.slice(told.indexOf("[")));
  return join(into, packed.filename);
}

/** Installs packed packages into a folder of its own, without a network. */
export async function install(files: readonly string[], folder: string): Promise<void> {
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  await run([...npm(), "install", "--offline", "--no-audit", "--no-fund", ...files], {
    cwd: folder,
  });
}

/** npm by its own path where npm started the tests, so that no other one is found. */
function npm(): readonly string[] {
  const { npm_node_execpath: node, npm_execpath: path } = process.env;
  return node && path?.endsWith("npm-cli.js") ? [node, path] : ["npm"];
}
