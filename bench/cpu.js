// Our own CPU for a request, with D1's answers repeated from memory, beside scimmy as a library with
// its handlers' answers repeated from memory. Run by run.js; prints JSON.
import { timingSafeEqual } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import SCIMMY from "scimmy";
import { ROOT } from "../scripts/lib/project.js";
import { bundleForNode } from "./lib/build.js";
import { fillUsers } from "./lib/fill.js";
import { filterPath } from "./lib/operations.js";
import { bodyOf, person } from "./lib/people.js";
import { RecordingD1 } from "./lib/sqlite-d1.js";

const ADMIN_TOKEN = "bench-admin-token-of-32-characters";
const USERS = 1000;
const PAGE = 100;
const WARM_UP_MS = 500;
const MEASURED_MS = 1500;
const switched = (/** @type {boolean} */ active) => ({
  schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
  Operations: [{ op: "replace", value: { active } }],
});
const PATCH = switched(false);

// workerd has it there; only the administrator's one call needs it.
Object.assign(crypto.subtle, { timingSafeEqual });

const result = {
  request: await requestTimes(),
  library: await libraryTimes(),
  scimmy: await scimmyTimes(),
};
console.log(JSON.stringify(result));

/** src/scim as a library, as scimmy is measured. */
async function libraryTimes() {
  const people = Array.from({ length: USERS }, (_, n) => ({
    id: person.id(n),
    body: bodyOf(person.userName(n)),
  }));
  const { createCore } = await import(await bundleForNode("bench/servers/core.ts"));
  const core = createCore(people);
  return {
    get: await cpuOf(() => core.get()),
    "patch active": await cpuOf(() => core.patch(PATCH)),
    create: await cpuOf((n) => core.create(bodyOf(`new${n}@example.com`))),
    "list 100": await cpuOf(() => core.list(PAGE)),
  };
}

/** A whole request through the gateway, in Node, with what D1 answered the first time. */
async function requestTimes() {
  const { db, ask } = await openGateway();
  const id = person.id(5);
  /** @type {Record<string, (n: number) => Promise<string>>} */
  const calls = {
    get: () => ask(`/Users/${id}`),
    "filter hit": () => ask(filterPath(person.userName(7))),
    "list 100": () => ask(`/Users?startIndex=1&count=${PAGE}`),
    // The gateway remembers what the call before made of the user.
    "patch active": (n) => ask(`/Users/${id}`, "PATCH", switched(n % 2 === 1)),
    create: (n) => ask("/Users", "POST", bodyOf(`new${n}@example.com`)),
  };
  /** @type {Record<string, number>} */
  const times = {};
  for (const [name, call] of Object.entries(calls)) {
    db.startRecording();
    await call(0);
    db.startReplay();
    times[name] = await cpuOf(call);
  }
  return times;
}

async function openGateway() {
  const db = new RecordingD1();
  const folder = join(ROOT, "drizzle");
  for (const name of readdirSync(folder)
    .filter((each) => each.endsWith(".sql"))
    .sort()) {
    db.database.exec(readFileSync(join(folder, name), "utf8"));
  }
  const { createGateway } = await import(await bundleForNode("bench/servers/canned-gateway.ts"));
  const fetchGateway = createGateway({
    DB: db,
    ADMIN_TOKEN,
    ENCRYPTION_KEYS: `bench:${"A".repeat(43)}`,
    SCIM_BASE_PATHS: "/scim/v2",
    TOKEN_PATHS: "/oauth/token",
    PUBLIC_URL: "",
    ACCESS_TEAM_DOMAIN: "",
    ACCESS_AUD: "",
    ACCESS_ADMIN_EMAILS: "",
    RATE_LIMITS: "off",
    ALLOW_INSECURE_URLS: "",
  });
  const made = await fetchGateway(
    new Request("http://bench/admin/v1/connectors", {
      method: "POST",
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, "Content-Type": "application/json" },
      body: JSON.stringify({ name: "Bench" }),
    }),
  );
  const { token } = await made.json();
  await fillUsers(db, USERS);
  /** @param {string} path @param {string} [method] @param {object} [body] */
  const ask = async (path, method = "GET", body) => {
    const answer = await fetchGateway(
      new Request(`http://bench/scim/v2${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${token.secret}`,
          "Content-Type": "application/scim+json",
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return await answer.text();
  };
  return { db, ask };
}

async function scimmyTimes() {
  const people = Array.from({ length: USERS }, (_, n) => {
    const { schemas: _schemas, ...doc } = bodyOf(person.userName(n));
    return { id: person.id(n), ...doc };
  });
  const [someone] = people;
  /** How many users the handler of a list hands over: all there are, as its own examples do. */
  let handed = people;
  SCIMMY.Resources.declare(SCIMMY.Resources.User)
    .extend(SCIMMY.Schemas.EnterpriseUser, false)
    .egress((resource) => (resource.id ? someone : handed))
    .ingress((_resource, instance) => ({
      ...JSON.parse(JSON.stringify(instance)),
      id: someone?.id,
    }))
    .degress(() => {});
  const { User } = SCIMMY.Resources;
  const id = someone?.id ?? "";
  const text = async (/** @type {any} */ answer) => JSON.stringify(await answer);
  const list = () => text(new User({ startIndex: "1", count: String(PAGE) }).read());
  const times = {
    get: await cpuOf(() => text(new User(id).read())),
    "patch active": await cpuOf(() => text(new User(id).patch(PATCH))),
    create: await cpuOf((n) => text(new User().write(bodyOf(`new${n}@example.com`)))),
    "list 100": await cpuOf(list),
  };
  handed = people.slice(0, PAGE);
  return { ...times, "list 100 of 100": await cpuOf(list) };
}

/**
 * The CPU of one call, in microseconds.
 *
 * @param {(n: number) => Promise<string>} call
 */
async function cpuOf(call) {
  let n = 1;
  const runFor = async (/** @type {number} */ ms) => {
    const until = performance.now() + ms;
    const first = n;
    while (performance.now() < until) {
      await call(n);
      n += 1;
    }
    return n - first;
  };
  await runFor(WARM_UP_MS);
  const before = process.cpuUsage();
  const calls = await runFor(MEASURED_MS);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}
