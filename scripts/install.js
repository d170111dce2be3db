// Installs what a command needs when it is missing or stale, so that each works in a clean checkout.
// Runs on the system's Node, however old: plain JavaScript, no dependencies.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";

const CHECKED = ["console", "packages/client", "packages/cli", "test/contracts"].map(
  (each) => `--workspace=${each}`,
);

/**
 * What each command installs, as arguments of npm. Workspaces that only some commands need stay out of
 * the way of a first start: the tools, the providers' own clients, the mutation tests.
 */
const SETS = {
  start: ["--omit=dev", "--workspace=console"],
  test: CHECKED,
  mutation: [...CHECKED, "--workspace=test/mutation"],
};

/** Each set holds those before it. */
const NAMES = /** @type {(keyof typeof SETS)[]} */ (Object.keys(SETS));

/** What was installed, and of which lock file; npm removes it with node_modules. */
const STAMP = "node_modules/.installed.json";
const LOCK = "package-lock.json";
/** npm writes it whenever it installs: alone, it stands for an `npm ci` of everything. */
const NPM_STAMP = "node_modules/.package-lock.json";

/** The Node that tools run on where the system's is older than package.json asks for. */
const OWN_NODE = { version: "24.21.0", folder: ".node", link: "node_modules/.bin/node" };

const wanted = nameOf(process.argv[2]);
if (!isInstalled(wanted)) install(wanted);
if (!process.exitCode && isTooOld(process.versions.node)) bringNode();

/**
 * @param {string | undefined} name
 * @returns {keyof typeof SETS}
 */
function nameOf(name = "test") {
  const found = NAMES.find((each) => each === name);
  if (found === undefined) throw new Error(`Nothing is called "${name}"; ${NAMES.join(", ")} are.`);
  return found;
}

/** @param {keyof typeof SETS} name */
function isInstalled(name) {
  if (!existsSync(STAMP)) return existsSync(NPM_STAMP);
  const { lock, set } = JSON.parse(readFileSync(STAMP, "utf8"));
  return lock === lockDigest() && NAMES.indexOf(set) >= NAMES.indexOf(name);
}

function lockDigest() {
  return createHash("sha256").update(readFileSync(LOCK)).digest("hex");
}

/** @param {keyof typeof SETS} name */
function install(name) {
  console.log(
    `Installing what "npm ${process.env.npm_lifecycle_event?.replace(/^pre/, "")}" needs ...`,
  );
  run(["install", "--no-save", "--include-workspace-root", ...SETS[name]]);
  if (process.exitCode) return;
  writeFileSync(STAMP, `${JSON.stringify({ lock: lockDigest(), set: name })}\n`);
}

/** @param {string} version */
function isTooOld(version) {
  const { engines } = JSON.parse(readFileSync("package.json", "utf8"));
  const [major = 0, minor = 0] = numbersOf(version);
  const [leastMajor = 0, leastMinor = 0] = numbersOf(engines.node);
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}

/** @param {string} text */
function numbersOf(text) {
  return (text.match(/\d+/g) ?? []).map(Number);
}

/** Puts a newer Node where npm's scripts look first; the system's stays as it is. */
function bringNode() {
  const { version, folder, link } = OWN_NODE;
  const program = `${folder}/node_modules/node/bin/node`;
  if (!existsSync(program)) {
    console.log(`This is Node ${process.versions.node}; fetching ${version} for this folder ...`);
    mkdirSync(folder, { recursive: true });
    // Its install script puts the program of this platform in place.
    const settings = { private: true, allowScripts: { node: true } };
    writeFileSync(`${folder}/package.json`, `${JSON.stringify(settings)}\n`);
    run(["install", "--no-save", "--no-package-lock", "--prefix", folder, `node@${version}`]);
    if (process.exitCode) return;
  }
  rmSync(link, { force: true });
  symlinkSync(`../../${program}`, link);
}

/** @param {readonly string[]} args */
function run(args) {
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  // npm must not run on a Node that it may be about to replace.
  const { status } =
    npm && node
      ? spawnSync(node, [npm, ...args, ...quiet], { stdio: "inherit" })
      : spawnSync("npm", [...args, ...quiet], {
          stdio: "inherit",
          shell: process.platform === "win32",
        });
  if (status !== 0) process.exitCode = status ?? 1;
}
