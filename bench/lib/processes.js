import { readdirSync, readFileSync } from "node:fs";

/**
 * What this process's descendants use, workerd and all the others, which are wrangler and its helpers:
 * resident memory in MB, the seconds of processor time so far, and which processes they are.
 *
 * @typedef {{ megabytes: number, cpuSeconds: number, pids: number[] }} Use
 * @typedef {{ workerd: Use, wrangler: Use }} Uses
 */

/** The unit of /proc/<pid>/stat on every Linux there is. */
const TICKS_PER_SECOND = 100;

/**
 * Reads what all descendants use as of now.
 *
 * @returns {Uses}
 */
export function usesOfDescendants() {
  const processes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readProcess);
  /** @type {Uses} */
  const uses = {
    workerd: { megabytes: 0, cpuSeconds: 0, pids: [] },
    wrangler: { megabytes: 0, cpuSeconds: 0, pids: [] },
  };
  const parents = new Set([process.pid]);
  // A child may have a smaller number than its parent: look again until nobody is found any more.
  for (let size = 0; size < parents.size; ) {
    size = parents.size;
    for (const { pid, parent } of processes) if (parents.has(parent)) parents.add(pid);
  }
  for (const { pid, name, megabytes, cpuSeconds } of processes) {
    if (pid === process.pid || !parents.has(pid)) continue;
    const use = uses[name === "workerd" ? "workerd" : "wrangler"];
    use.megabytes += megabytes;
    use.cpuSeconds += cpuSeconds;
    use.pids.push(pid);
  }
  return uses;
}

/** @param {string} pid */
function readProcess(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/status`, "utf8");
    const field = (/** @type {string} */ key) =>
      new RegExp(`^${key}:\\s+(\\S+)`, "m").exec(text)?.[1] ?? "0";
    const megabytes = Number(field("VmRSS")) / 1024;
    // The name stands in parentheses and may hold blanks; user and system time are the 12th and 13th after it.
    const times = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    const cpuSeconds = (Number(times[11]) + Number(times[12])) / TICKS_PER_SECOND;
    const [name, parent] = [field("Name"), Number(field("PPid"))];
    return [{ pid: Number(pid), name, parent, megabytes, cpuSeconds }];
  } catch {
    // It ended meanwhile.
    return [];
  }
}
