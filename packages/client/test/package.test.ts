import { createHmac, randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../../scripts/lib/project.js";
import { install, pack, run } from "../../../test/support/packages/install.ts";

const folder = mkdtempSync(join(tmpdir(), "scim-edge-client-"));
const installed = join(folder, "node_modules/scim-edge-client");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

let server: Server;
let origin = "";
const asked: string[] = [];

beforeAll(async () => {
  await install([await pack("client", folder)], folder);
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const call = `${request.method} ${request.url}`;
    const { authorization, "if-match": ifMatch = "", "content-type": type = "" } = request.headers;
    asked.push(`${call} ${authorization} ${ifMatch} ${type} ${body}`.trimEnd());
    const { status = 200, headers = {}, json } = ANSWERS[call] ?? MISSING;
    response.writeHead(status, { "Content-Type": "application/json", ...headers });
    response.end(json === undefined ? undefined : JSON.stringify(json));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address === "object") origin = `http://127.0.0.1:${address?.port}`;
});

afterAll(() => {
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

const MISSING: Answer = { status: 404, json: { detail: "No such connector." } };

/** What the gateway of these tests answers, by method and URL. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  "GET /v1/users?limit=500&tenant=acme": {
    json: { items: [{ id: "u1" }], next: "p2", hasMore: true, connector: "c1" },
  },
  "GET /v1/users?limit=500&tenant=acme&after=p2": {
    json: { items: [{ id: "u2" }], next: null, hasMore: false, connector: "c1" },
  },
  "GET /v1/changes?after=0&wait=25": {
    json: { items: [{ type: "user.created" }], next: "4", hasMore: false },
  },
  "GET /v1/changes?after=4&wait=25": {
    status: 204,
    headers: { Link: '</v1/changes?after=5&wait=25>; rel="next"' },
  },
  "GET /v1/changes?after=5&wait=25": { status: 410, json: { detail: "Read anew." } },
  "GET /admin/v1/connectors": { json: { items: [{ name: "Okta" }], nextCursor: "n2" } },
  "GET /admin/v1/connectors?cursor=n2": { json: { items: [{ name: "Entra" }], nextCursor: null } },
  "PATCH /admin/v1/connectors/c%2F1": {
    headers: { ETag: 'W/"8"' },
    json: { settings: { strict: true } },
  },
  "DELETE /admin/v1/connectors/c%2F1?users=keep": { status: 204 },
};

test("the packed client has its code and its types, a licence and a README, and nothing else", () => {
  const { dependencies, exports } = JSON.parse(
    readFileSync(join(installed, "package.json"), "utf8"),
  );
  const files = readdirSync(installed, { recursive: true }).map(String);
  const code = files.filter((file) => file.endsWith(".js"));

  expect(files.filter((file) => !/^dist\/[a-z]+(?:\.d\.ts|\.js)$/.test(file)).sort()).toEqual([
    "LICENSE",
    "README.md",
    "dist",
    "package.json",
  ]);
  expect(dependencies).toBeUndefined();
  expect(code.length).toBe(7);
  expect(code.map((file) => exports[`./${file.slice(5, -3)}`].default).sort()).toEqual(
    code.map((file) => `./${file}`).sort(),
  );
  for (const file of code) {
    const text = readFileSync(join(installed, file), "utf8");
    expect(
      [...text.matchAll(/from "([^"]+)"/g)].filter(([, from]) => !from?.endsWith(".js")),
    ).toEqual([]);
    expect(text).not.toMatch(/\b(?:node:|process\.|Buffer\b|require\()/);
  }
});

test("the installed client follows a feed, reads, administers and verifies a webhook", async () => {
  const secret = randomBytes(24);
  const body = JSON.stringify({ type: "user.deactivated", id: "e1" });
  const time = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac("sha256", secret).update(`m1.${time}.${body}`).digest("base64");
  const headers = {
    "webhook-id": "m1",
    "webhook-timestamp": time,
    "webhook-signature": `v1,${signature}`,
  };
  const env = {
    ORIGIN: origin,
    SECRET: `whsec_${secret.toString("base64")}`,
    DELIVERY: JSON.stringify({ headers, body }),
  };
  cpSync(join(ROOT, "packages/client/test/consumer.ts"), join(folder, "consumer.ts"));
  const strict = ["--strict", "--exactOptionalPropertyTypes", "--module", "nodenext"];
  const lib = ["--target", "es2023", "--lib", "es2023,dom,dom.asynciterable", "--types", ""];

  await run([process.execPath, TSC, ...strict, ...lib, "consumer.ts"], { cwd: folder });
  const printed = await run([process.execPath, "consumer.js"], { cwd: folder, env });

  expect(JSON.parse(printed)).toEqual({
    users: ["u1", "u2"],
    followed: ["user.created"],
    expired: "Read anew.",
    names: ["Okta", "Entra"],
    changed: [200, true, 'W/"8"'],
    ended: [204, null],
    refused: [404, "No such connector."],
    delivered: "user.deactivated",
    forged: true,
  });
  expect(asked).toContain(
    'PATCH /admin/v1/connectors/c%2F1 Bearer sgk_of-the-consumer W/"7" application/json {"settings":{"strict":true}}',
  );
  expect(asked.every((each) => each.includes("Bearer sgk_of-the-consumer"))).toBe(true);
});
