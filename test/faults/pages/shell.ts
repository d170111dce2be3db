import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ADMIN_TOKEN } from "#test/faults/server-process.ts";
import type { Block } from "#test/support/pages/blocks.ts";
import { ROOT } from "../../../scripts/lib/project.js";

/** A shell with what keeps its user's own settings out. */
export interface Shell {
  readonly name: string;
  readonly flags: readonly string[];
}

const SHELLS: readonly Shell[] = [
  { name: "bash", flags: ["--noprofile", "--norc"] },
  { name: "zsh", flags: ["-f"] },
];

/** The shells of this machine that pages are written for. */
export function installedShells(): Shell[] {
  return SHELLS.filter(({ name, flags }) => spawnSync(name, [...flags, "-c", "true"]).status === 0);
}

/** What a shell wrote, and whether every command did what its page says. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** Makes a folder that looks to a reader's shell like a clone in which `npm start` runs. */
export function makeClone(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, ".dev.vars"), `ADMIN_TOKEN=${ADMIN_TOKEN}\n`);
  cpSync(join(ROOT, "packages/client"), join(folder, "packages/client"), {
    recursive: true,
    filter: (path) => !path.includes("node_modules"),
  });
  return folder;
}

/** Pastes blocks one after the other into one shell; it ends at the first call that fails. */
export async function paste(
  shell: Shell,
  blocks: readonly Block[],
  folder: string,
): Promise<Outcome> {
  const file = join(folder, `blocks.${shell.name}`);
  writeFileSync(file, [PRELUDE, ...blocks.map(scriptOf)].join("\n"));
  const child = spawn(shell.name, [...shell.flags, file], {
    cwd: folder,
    // A group of its own: what a page starts in the background ends with it.
    detached: true,
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}`, HOME: folder },
  });
  child.stdin.end();
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => chunks.push(chunk));
  }
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  if (child.pid !== undefined) endGroup(child.pid);
  return { code, output: chunks.join("") };
}

// Any answer but a success ends the shell, where the page does not say that it is refused. A receiver that a
// page has just started may not listen yet.
const PRELUDE = `
set -e
set -o pipefail
STATUS=
curl() {
  if [ -z "$STATUS" ]; then
    command curl --fail-with-body --retry 10 --retry-delay 1 --retry-connrefused "$@"
  else
    test "$(command curl -s --retry 10 --retry-delay 1 --retry-connrefused -o /dev/stderr -w '%{http_code}' "$@")" = "$STATUS"
  fi
}
`;

function scriptOf({ page, line, commands, mark }: Block): string {
  const status = mark.run ? (mark.status ?? "") : "";
  return `printf '\\n[%s]\\n' ${page}:${line}\nSTATUS=${status}\n${commands}`;
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // ESRCH: nothing of it runs any more.
  }
}
