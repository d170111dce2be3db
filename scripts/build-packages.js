// Builds the packages that are published, or the one that is named: the client by tsc, file by file,
// the command line by vite into one file, so that it needs no published client.
import { chmodSync, copyFileSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { ROOT, runProgram } from "./lib/project.js";

const BUILDS = { client: buildClient, cli: buildCli };

const [wanted] = process.argv.slice(2);
for (const [name, buildIt] of Object.entries(BUILDS)) {
  if (wanted !== undefined && wanted !== name) continue;
  const folder = join(ROOT, "packages", name);
  rmSync(join(folder, "dist"), { recursive: true, force: true });
  await buildIt(folder);
  // npm takes a licence along only from the package's own folder.
  copyFileSync(join(ROOT, "LICENSE"), join(folder, "LICENSE"));
}

/** @param {string} folder */
async function buildClient(folder) {
  const { code } = await runProgram("tsc", ["-p", folder]);
  if (code !== 0) process.exit(code);
  // tsc rewrites the imports of the scripts alone; tools that are no tsc would miss the declarations.
  for (const name of globSync("dist/*.d.ts", { cwd: folder })) {
    const file = join(folder, name);
    writeFileSync(
      file,
      readFileSync(file, "utf8").replaceAll(/(from "\.\/[\w-]+)\.ts"/g, '$1.js"'),
    );
  }
}

/** @param {string} folder */
async function buildCli(folder) {
  await build({
    root: folder,
    configFile: false,
    logLevel: "warn",
    build: { ssr: "src/main.ts", outDir: "dist", target: "node22" },
  });
  chmodSync(join(folder, "dist/main.js"), 0o755);
}
