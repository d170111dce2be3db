// scimmy-routers on Express 4 over better-sqlite3, as its documentation shows, with the look-ups that
// its handlers can recognise answered from an index.
import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import Database from "better-sqlite3";
import express from "express4";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";
import { serveParent } from "../lib/child.js";
import { bodyOf, person } from "../lib/people.js";

const TOKEN = "scimmy-token";
const file = join(process.argv[2] ?? "", "scimmy.sqlite");
const users = Number(process.argv[3]);

const db = new Database(file);
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.exec(
  "CREATE TABLE users (id TEXT PRIMARY KEY, user_name TEXT UNIQUE, doc TEXT NOT NULL) WITHOUT ROWID",
);
const byId = db.prepare("SELECT id, doc FROM users WHERE id = ?");
const byName = db.prepare("SELECT id, doc FROM users WHERE user_name = ?");
const all = db.prepare("SELECT id, doc FROM users ORDER BY id");
const insert = db.prepare("INSERT INTO users (id, user_name, doc) VALUES (?, ?, ?)");
const update = db.prepare("UPDATE users SET user_name = ?, doc = ? WHERE id = ?");
const remove = db.prepare("DELETE FROM users WHERE id = ?");

SCIMMY.Resources.declare(SCIMMY.Resources.User)
  .extend(SCIMMY.Schemas.EnterpriseUser, false)
  .egress((resource) => {
    if (resource.id) {
      const row = byId.get(resource.id);
      if (!row) throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
      return read(row);
    }
    const name = nameOf(resource.filter);
    const rows = name === undefined ? all.all() : [byName.get(name)].filter(Boolean);
    return rows.map(read);
  })
  .ingress((resource, instance) => {
    const { id: _, meta: __, schemas: ___, ...doc } = JSON.parse(JSON.stringify(instance));
    const id = resource.id ?? randomUUID();
    const name = doc.userName.toLowerCase();
    try {
      if (resource.id) update.run(name, JSON.stringify(doc), id);
      else insert.run(id, name, JSON.stringify(doc));
    } catch {
      throw new SCIMMY.Types.Error(409, "uniqueness", "userName is taken");
    }
    return { id, ...doc };
  })
  .degress((resource) => {
    remove.run(resource.id);
  });

/** @param {any} row */
function read({ id, doc }) {
  return { id, ...JSON.parse(doc) };
}

/** The userName that a filter asks for with eq alone. @param {any} filter */
function nameOf(filter) {
  const [term, ...others] = filter ?? [];
  if (term === undefined || others.length > 0) return undefined;
  const [name, condition, ...rest] = Object.entries(term).flat();
  const isEqual = name === "userName" && Array.isArray(condition) && condition[0] === "eq";
  return isEqual && rest.length === 0 ? String(condition[1]).toLowerCase() : undefined;
}

const app = express();
app.use(
  "/scim",
  new SCIMMYRouters({
    type: "bearer",
    handler: (/** @type {any} */ request) => {
      if (request.header("Authorization") !== `Bearer ${TOKEN}`) throw new Error("Unauthorized");
      return "bench";
    },
  }),
);
const server = createServer(app);
// The default of five seconds would close connections while one slow answer holds up all others.
server.keepAliveTimeout = 600_000;

await serveParent({
  start: async () => {
    db.transaction(() => {
      for (let n = 0; n < users; n += 1) {
        const { schemas: _, ...doc } = bodyOf(person.userName(n));
        insert.run(person.id(n), doc.userName, JSON.stringify(doc));
      }
    })();
    db.pragma("wal_checkpoint(TRUNCATE)");
    await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
    const address = /** @type {import("node:net").AddressInfo} */ (server.address());
    const target = { origin: `http://127.0.0.1:${address.port}`, base: "/scim", token: TOKEN };
    return { target, bytesPerUser: statSync(file).size / users, pid: process.pid };
  },
  stop: async () => {
    server.closeAllConnections();
    db.close();
  },
});
