// SAML Jackson's directory sync over SQLite: its own SCIM request handler behind a plain HTTP server.

import { readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import jackson from "@boxyhq/saml-jackson";
import { serveParent } from "../lib/child.js";
import { bodyOf, person } from "../lib/people.js";

const folder = process.argv[2] ?? "";
const users = Number(process.argv[3]);

const start = jackson.default ?? jackson;
const { directorySyncController: sync } = await start({
  externalUrl: "http://127.0.0.1",
  samlPath: "/saml",
  scimPath: "/scim/v2.0",
  noAnalytics: true,
  // It tells of every event that no webhook wants.
  logger: { info: () => {}, warn: () => {}, error: () => {} },
  db: { engine: "sql", type: "sqlite", url: join(folder, "jackson.sqlite"), pageLimit: 1000 },
});
const created = await sync.directories.create({
  tenant: "bench",
  product: "bench",
  name: "Bench",
  type: "generic-scim-v2",
});
if (created.error) throw new Error(created.error.message);
const { id, scim } = created.data;
const base = `/scim/v2.0/${id}`;

/** @type {Promise<unknown>} */
let lastTurn = Promise.resolve();

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  const [resourceType = "", resourceId] = pathname.slice(base.length + 1).split("/");
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const method = request.method ?? "GET";
  const { status, data } = await inTurn(method, () =>
    sync.requests.handle({
      method,
      body: text === "" ? undefined : JSON.parse(text),
      directoryId: id,
      resourceType: resourceType.toLowerCase(),
      resourceId,
      apiSecret: (request.headers.authorization ?? "").slice("Bearer ".length),
      query: {
        count: Number(searchParams.get("count") ?? 100),
        startIndex: Number(searchParams.get("startIndex") ?? 1),
        filter: searchParams.get("filter") ?? undefined,
      },
    }),
  );
  response.writeHead(status, { "Content-Type": "application/scim+json" });
  response.end(data === undefined ? undefined : JSON.stringify(data));
});

// The default of five seconds would close connections while one slow answer holds up all others.
server.keepAliveTimeout = 600_000;

await serveParent({
  start: async () => {
    await fill();
    await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
    const address = /** @type {import("node:net").AddressInfo} */ (server.address());
    const target = { origin: `http://127.0.0.1:${address.port}`, base, token: scim.secret };
    return { target, bytesPerUser: bytes() / users, pid: process.pid };
  },
  stop: async () => {
    server.closeAllConnections();
  },
});

/** Through its own handler: the tables are its own business. */
async function fill() {
  for (let n = 0; n < users; n += 1) {
    await sync.requests.handle({
      method: "POST",
      body: bodyOf(person.userName(n)),
      directoryId: id,
      resourceType: "users",
      resourceId: undefined,
      apiSecret: scim.secret,
      query: {},
    });
    if (n % 10_000 === 9_999) console.error(`  ${n + 1} users are in Jackson's store`);
  }
}

/**
 * Its SQLite driver has one connection and answers a second transaction on it with an error: writes
 * take turns.
 *
 * @template T
 * @param {string} method
 * @param {() => Promise<T>} run
 * @returns {Promise<T>}
 */
function inTurn(method, run) {
  if (method === "GET") return run();
  const turn = lastTurn.then(run);
  lastTurn = turn.catch(() => undefined);
  return turn;
}

function bytes() {
  return readdirSync(folder)
    .filter((name) => name.startsWith("jackson.sqlite"))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
