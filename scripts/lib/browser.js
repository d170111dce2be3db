import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Where a Chromium is as a rule; CHROMIUM names another place. */
const PLACES = [
  process.env.CHROMIUM ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/**
 * The path of a Chromium for the tests: one that is there, or Debian's own, installed where this process may do so.
 * Undefined where none can be had.
 */
export function browserPath() {
  const found = findBrowser();
  if (found !== undefined || process.getuid?.() !== 0) return found;
  console.log("Installing Chromium for the tests of the console ...");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]]) {
    const { status } = spawnSync("apt-get", args, { stdio: "ignore", env });
    if (status !== 0) return undefined;
  }
  return findBrowser();
}

function findBrowser() {
  return PLACES.find((path) => path !== "" && existsSync(path));
}
