import { readFileSync } from "node:fs";
import { arch, cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../scripts/lib/project.js";

/** What the figures were measured on, in a line. */
export function machine() {
  const [cpu] = cpus();
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  const { version } = JSON.parse(
    readFileSync(join(ROOT, "node_modules/workerd/package.json"), "utf8"),
  );
  return `${cpu?.model ?? "unknown CPU"}, ${cpus().length} cores, ${memoryGb} GB, Linux ${release()} ${arch()}, Node ${process.version}, workerd ${version}`;
}
