import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { KEY_ROLES, type Role, rolesFrom } from "#http/admin/call/roles.ts";
import { OPERATIONS } from "#http/admin/operations.ts";
import { readConfig } from "#http/config.ts";
import { openBehindAccess } from "#test/support/access.ts";
import { fakeBridges } from "#test/support/bridge/fake-bridge.ts";
import {
  ADMIN_TOKEN,
  openGateway,
  type TestAnswer,
  type TestClient,
} from "#test/support/gateway.ts";
import { openReceiver } from "#test/support/receiver.ts";
import {
  type Asked,
  adminPath,
  fill,
  type Ids,
  idOf,
  idsOf,
  ROWS,
  type Row,
} from "#test/support/route-rows.ts";

// A self-test plays a whole life cycle; every other call keeps to its round trips in its own tests.
// What a bridge does is not the walk's matter either: nothing runs in these.
const gateway = openGateway({
  roundTripsMax: 1_000,
  bindings: { BRIDGE: fakeBridges().namespace },
});
const access = await openBehindAccess("everybody", {
  roundTripsMax: 1_000,
  bindings: { BRIDGE: fakeBridges().namespace },
});
// The webhooks of the walk are answered here: no test goes out.
openReceiver();
const ORIGIN = "https://scim.example.com";
const { scimBasePaths, tokenPaths } = readConfig(env);

const ADMIN = "/admin/v1";

const isReading = (method: string) => method === "GET" || method === "HEAD";

/** A route as the table names it: the base paths all answer alike. */
function keyOf({ method, path }: { readonly method: string; readonly path: string }): string {
  if (tokenPaths.includes(path)) return `${method} {token}`;
  const basePath = scimBasePaths
    .toSorted((a, b) => b.length - a.length)
    .find((base) => path === base || path.startsWith(`${base}/`));
  return `${method} ${basePath === undefined ? path : `{scim}${path.slice(basePath.length)}`}`;
}

const KEYS = [...new Set(gateway.routes.map(keyOf))];

function rowsOf<K extends Row["kind"]>(...kinds: readonly K[]) {
  return Object.entries(ROWS).flatMap(([key, row]) => {
    const kind = kinds.find((each) => each === row.kind);
    return kind === undefined ? [] : [{ key, ...askedOf(key, row) }];
  });
}

/** The request of a row: unless it says otherwise, its route's method and path. */
function askedOf(key: string, row: Row) {
  const [routeMethod = "", routePath = ""] = key.split(" ");
  const { method = routeMethod, path, body }: Asked = row.kind === "middleware" ? {} : row;
  const own = routePath.replace("{scim}", "").replace("{token}", tokenPaths[0]);
  return { method, path: path ?? (own.startsWith(ADMIN) ? own.slice(ADMIN.length) : own), body };
}

/** What is refused, and what is only read, is asked of one connector for all: setting one up takes ten requests. */
let shared: { readonly owner: TestClient; readonly ids: Ids; readonly stranger: string };

beforeAll(async () => {
  const owner = await gateway.client();
  shared = { owner, ids: await idsOf(gateway, owner), stranger: (await gateway.connector()).id };
});

function unknownIds(ids: Ids): Ids {
  return Object.fromEntries(Object.keys(ids).map((name) => [name, crypto.randomUUID()]));
}

/** An answer without what differs between any two: ids and times. */
function comparable({ status, headers, body }: TestAnswer): string {
  return JSON.stringify([status, [...headers], body ?? null])
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ID")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME");
}

function expectClosed({ headers }: TestAnswer) {
  expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
}

/** A path's ids below the connector's own, as `tokenId` of /connectors/:id/tokens/:tokenId. */
function nestedIds(path: string): readonly string[] {
  if (!path.startsWith("/connectors/")) return [];
  return [...path.matchAll(/:(\w+)/g)].flatMap(([, name = ""]) => (name === "id" ? [] : [name]));
}

test("every route has a row, and every row a route", () => {
  expect(KEYS.toSorted()).toEqual(Object.keys(ROWS).toSorted());
});

describe("every base path has the same routes", () => {
  test.each(scimBasePaths)("%s", (basePath) => {
    const own = gateway.routes.filter(({ path }) => path.startsWith(basePath));

    const keys = new Set(
      own.map(({ method, path }) => `${method} {scim}${path.slice(basePath.length)}`),
    );

    const expected = KEYS.filter((key) => key.includes("{scim}"));
    expect(expected.filter((key) => !keys.has(key))).toEqual([]);
  });
});

describe.each(rowsOf("scim", "discovery"))("$key", ({ key, method, path, body }) => {
  const isOpen = ROWS[key]?.kind === "discovery";

  test(isOpen ? "answers without a token" : "is 401 without a token", async () => {
    const { ids } = shared;

    const answer = await gateway.scim(fill(path, ids), { method, body: fill(body, ids) });

    expectClosed(answer);
    expect(answer.status === 401).toBe(!isOpen);
    expect(answer.headers.has("WWW-Authenticate")).toBe(!isOpen);
  });

  test("is 401 with the admin token", async () => {
    const { ids } = shared;

    const asked = { method, body: fill(body, ids), token: ADMIN_TOKEN };
    const answer = await gateway.scim(fill(path, ids), asked);

    expect(answer.status).toBe(401);
    expectClosed(answer);
  });

  test("with another connector's ids answers as for unknown ones, and touches nothing", async () => {
    const { owner, ids } = shared;
    const before = await stateOf(owner, ids);
    const strangers = [await gateway.client(), await gateway.client()] as const;

    const send = (client: TestClient, asked: Ids) =>
      client.call(fill(path, asked), { method, body: fill(body, asked) });
    const foreign = await send(strangers[0], ids);
    const unknown = await send(strangers[1], unknownIds(ids));

    expect(comparable(foreign)).toBe(comparable(unknown));
    expectClosed(foreign);
    expect(foreign.status).toBeLessThan(502);
    expect(await stateOf(owner, ids)).toEqual(before);
  });
});

/** What a connector's own client sees of its user and its group. */
async function stateOf(client: TestClient, ids: Ids) {
  const answers = [await client.get(idOf(ids, "user")), await client.call(`/Groups/${ids.group}`)];
  return answers.map(({ status, body }) => ({ status, body }));
}

// An own id is answered otherwise, or the test above would prove nothing.
test.each(rowsOf("scim").filter(({ key }) => /^(?!ALL).*:id$/.test(key)))(
  "$key with an own id is found",
  async ({ method, path, body }) => {
    const client = await gateway.client();
    const ids = await idsOf(gateway, client);

    const answer = await client.call(fill(path, ids), { method, body: fill(body, ids) });

    expect(answer.status).toBeLessThan(300);
  },
);

describe.each(rowsOf("admin"))("$key", ({ key, method, path, body }) => {
  const send = (ids: Ids, request: object = {}) =>
    gateway.admin(adminPath(path, ids), { method, body, ...request });

  test.each([
    ["no token", () => ({ token: undefined, headers: { Authorization: "" } })],
    ["a wrong token", () => ({ token: "wrong" })],
    ["a connector's token", (client: TestClient) => ({ token: client.token })],
  ])("is 401 with %s", async (_what, credentials) => {
    const { owner, ids } = shared;

    const answer = await send(ids, credentials(owner));

    expect(answer.status).toBe(401);
    expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
    expectClosed(answer);
    expect((await gateway.admin(`/connectors/${owner.id}`)).status).toBe(200);
  });

  test("answers the administrator, and says nothing to other origins", async () => {
    const ids = isReading(method) ? shared.ids : await idsOf(gateway, await gateway.client());

    const answer = await send(ids, { headers: { Origin: "https://evil.example" } });

    expectClosed(answer);
    expect(answer.status).toBeLessThan(key === "ALL /admin/v1/*" ? 405 : 300);
  });

  if (path.includes(":id")) {
    test("of an unknown connector is 404", async () => {
      const answer = await send({ ...shared.ids, id: crypto.randomUUID() });

      expect(answer.status).toBe(404);
    });
  }

  if (nestedIds(path).length > 0) {
    test("with another connector's ids answers as for unknown ones, and touches nothing", async () => {
      const { owner, ids, stranger: id } = shared;

      const foreign = await send({ ...ids, id });
      const unknown = await send({ ...unknownIds(ids), id });

      expect(comparable(foreign)).toBe(comparable(unknown));
      expect(await idsLeft(owner, ids)).toEqual({ token: null, client: null });
    });
  }

  if (!isReading(method)) {
    test.each([
      ["text/plain", { "Content-Type": "text/plain" }],
      ["a form", { "Content-Type": "application/x-www-form-urlencoded" }],
      ["a form of parts", { "Content-Type": "multipart/form-data" }],
      ["nothing that is named", {}],
    ])("takes no body as %s: 415", async (_what, type) => {
      const { ids } = shared;
      const bytes = new TextEncoder().encode(JSON.stringify(body ?? {}));

      const headers = { "Content-Length": String(bytes.byteLength), ...type };
      const answer = await gateway.send(
        new Request(`${ORIGIN}${ADMIN}${adminPath(path, ids)}`, {
          method,
          headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, ...headers },
          body: bytes,
        }),
      );

      expect(answer.status).toBe(415);
    });
  }
});

/** What a browser, or whoever pretends to be one, says of a call that another site wrote. */
const FOREIGN: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["cross-site", { "Sec-Fetch-Site": "cross-site" }],
  ["same-site", { "Sec-Fetch-Site": "same-site" }],
  ["a foreign site with our Origin", { "Sec-Fetch-Site": "cross-site", Origin: ORIGIN }],
  ["two sites", { "Sec-Fetch-Site": "same-origin, cross-site", Origin: ORIGIN }],
  ["a site in capitals", { "Sec-Fetch-Site": "Same-Origin", Origin: ORIGIN }],
  ["an empty site", { "Sec-Fetch-Site": "", Origin: ORIGIN }],
  ["a foreign Origin", { Origin: "https://evil.example" }],
  ["an Origin that ours begins", { Origin: `${ORIGIN}.evil.example` }],
  ["our Origin by http", { Origin: ORIGIN.replace("https", "http") }],
  ["our Origin on another port", { Origin: `${ORIGIN}:8443` }],
  ["an opaque Origin", { Origin: "null" }],
  ["an empty Origin", { Origin: "" }],
  ["a Referer alone", { Referer: `${ORIGIN}/` }],
  ["nothing at all", {}],
];

const OWN: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["same-origin", { "Sec-Fetch-Site": "same-origin" }],
  ["none", { "Sec-Fetch-Site": "none" }],
  ["our Origin", { Origin: ORIGIN }],
];

// Access signs a browser in by a cookie, which goes along with calls that another site wrote.
describe.each(rowsOf("admin").filter(({ method }) => !isReading(method)))(
  "$key through Cloudflare Access",
  ({ method, path, body }) => {
    const send = async (ids: Ids, headers: Readonly<Record<string, string>>, how: object = {}) => {
      const caller = await access.as("boss@example.com", headers);
      return access.gateway.admin(adminPath(path, ids), { method, body, ...caller, ...how });
    };

    test("is 403 for what another site wrote, before the database is asked", async () => {
      const { ids } = shared;

      const answers: [string, TestAnswer][] = [];
      for (const [what, headers] of FOREIGN) answers.push([what, await send(ids, headers)]);
      for (const [what, headers] of FOREIGN) {
        answers.push([`${what}, no body`, await send(ids, headers, { body: undefined })]);
      }

      expect(
        answers.filter(([, { status, cost }]) => status !== 403 || cost.roundTrips > 0),
      ).toEqual([]);
      for (const [, { headers, body: problem }] of answers) {
        expect(headers.get("Content-Type")).toBe("application/problem+json");
        expect(problem.detail).toContain("Origin");
      }
    });

    test("does what the gateway's own page asks", async () => {
      const ids = await idsOf(gateway, await gateway.client());

      expect((await send(ids, { "Sec-Fetch-Site": "same-origin" })).status).toBeLessThan(300);
    });

    test("is let in from the gateway's own page, and with the admin token from anywhere", async () => {
      // What is let in learns that nothing has these ids.
      const ids = unknownIds(shared.ids);

      const statuses: number[] = [];
      for (const [, headers] of OWN) statuses.push((await send(ids, headers)).status);
      const how = { method, body, headers: { "Sec-Fetch-Site": "cross-site" } };
      statuses.push((await gateway.admin(adminPath(path, ids), how)).status);

      expect(statuses).toEqual(statuses.map(() => (path.includes(":") ? 404 : 201)));
    });
  },
);

describe.each([...new Set(rowsOf("admin").map(({ path }) => path))])("%s", (path) => {
  test.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])(
    "through Cloudflare Access: no %s from another site, whether there is such a call or not",
    async (method) => {
      const ids = {
        id: "a",
        tokenId: "b",
        clientId: "c",
        eventId: "d",
        runId: "e",
        pattern: "p",
        webhookId: "f",
        keyId: "i",
        sessionId: "j",
        linkId: "k",
      };
      const caller = await access.as("boss@example.com", { "Sec-Fetch-Site": "cross-site" });

      const asked = adminPath(path, { ...ids, userId: "g", groupId: "h" });
      const answer = await access.gateway.admin(asked, { method, ...caller });

      expect([answer.status, answer.cost.roundTrips]).toEqual([403, 0]);
    },
  );
});

// A page of another site may ask for these, though it cannot read the answer: they must do nothing.
describe.each(rowsOf("admin").filter(({ method }) => isReading(method)))("$key", ({ path }) => {
  test.each(["GET", "HEAD"])("writes nothing: %s", async (method) => {
    const caller = await access.as("boss@example.com", { "Sec-Fetch-Site": "cross-site" });

    const answer = await access.gateway.admin(adminPath(path, shared.ids), {
      ...caller,
      method,
    });

    expect(answer.status).toBeLessThan(405);
    expect(answer.status).not.toBe(403);
    expect(answer.cost.rowsWritten).toBe(0);
  });
});

/** A key of the walk, and the ids of the connectors that it does not see. */
interface WalkKey {
  readonly role: Role;
  readonly secret: string;
  readonly hidden: readonly Ids[];
  /** Whether it sees less than everything. */
  readonly isLimited: boolean;
}

const TENANT = "walked";

async function aKey(role: Role, limits: object): Promise<string> {
  const { body } = await gateway.admin("/keys", { body: { name: "Walk", role, ...limits } });
  return body.secret;
}

/** A connector that keys see, with its siblings that some do not, and a key for each role and width. */
let world: {
  readonly own: Ids;
  readonly keys: readonly WalkKey[];
  readonly owners: Owners;
  /** The ids of webhooks that follow more than any limited key sees. */
  readonly wide: readonly string[];
};
type Owners = readonly (readonly [TestClient, Ids])[];

beforeAll(async () => {
  const owners: [TestClient, Ids][] = [];
  for (const tenant of [TENANT, TENANT, "other", TENANT]) {
    const client = await gateway.client({ tenant });
    owners.push([client, await idsOf(gateway, client)]);
  }
  const [own = {}, sibling = {}, other = {}, moved = {}] = owners.map(([, ids]) => ids);
  const keys: WalkKey[] = [];
  const add = async (role: Role, limits: object, hidden: readonly Ids[]) => {
    const isLimited = Object.keys(limits).length > 0;
    keys.push({ role, secret: await aKey(role, limits), hidden, isLimited });
  };
  for (const role of KEY_ROLES) {
    await add(role, {}, []);
    if (role === "admin") continue;
    await add(role, { connectorId: own.id }, [sibling, other, moved]);
    await add(role, { tenant: TENANT }, [other, moved]);
  }
  // The tenant's keys saw it until now.
  const move = { method: "PATCH", body: { tenant: "other" } };
  await gateway.admin(`/connectors/${moved.id}`, move);
  const wide: string[] = [];
  for (const scope of [{ tenant: "other" }, "everything"]) {
    const body = { url: "https://receiver.example/hook", scope };
    wide.push((await gateway.admin("/webhooks", { body })).body.id);
  }
  world = { own, keys, owners, wide };
}, 60_000);

const BY_KEYS = rowsOf("admin").flatMap((row) => {
  const called = Object.values(OPERATIONS).find(
    ({ method, path }) => `${method} ${ADMIN}${path}` === row.key,
  );
  return called === undefined ? [] : [{ ...row, least: called.role }];
});

describe.each(BY_KEYS)("$key by a key", ({ method, path, body, least }) => {
  const enough = rolesFrom(least);
  const send = (token: string, ids: Ids) =>
    gateway.admin(adminPath(path, ids), { method, body, token });

  if (least !== "directory") {
    test("whose role is too small: 403 that says which is enough, whatever the ids", async () => {
      const small = world.keys.filter(({ role }) => !enough.includes(role));
      for (const { secret, hidden } of small) {
        for (const ids of [world.own, ...hidden.slice(0, 1), unknownIds(world.own)]) {
          const { status, body: problem } = await send(secret, ids);

          expect(status).toBe(403);
          for (const role of enough) expect(problem.detail).toContain(`"${role}"`);
        }
      }
    });
  }

  if (path.includes("/:webhookId") && !path.startsWith("/connectors/")) {
    test("that does not see what the webhook follows: as of an unknown one", async () => {
      for (const { role, secret, hidden } of world.keys) {
        if (!enough.includes(role) || hidden.length === 0) continue;
        const unknown = await send(secret, unknownIds(world.own));

        expect(unknown.status).toBe(404);
        // Nor the webhooks of another tenant, or of everything.
        for (const ids of [...hidden, ...world.wide.map((webhookId) => ({ webhookId }))]) {
          expect(comparable(await send(secret, ids))).toBe(comparable(unknown));
        }
      }
    });
  }

  if (path.startsWith("/connectors/:id")) {
    test("that does not see the connector: as of an unknown one", async () => {
      for (const { role, secret, hidden } of world.keys) {
        if (!enough.includes(role) || hidden.length === 0) continue;
        const unknown = await send(secret, unknownIds(world.own));

        expect(unknown.status).toBe(404);
        for (const ids of hidden) {
          const foreign = await send(secret, ids);
          expect(comparable(foreign)).toBe(comparable(unknown));
          // Nor does an own connector open what belongs to another one.
          if (nestedIds(path).length === 0 || ids.id === undefined) continue;
          const mixed = { ...ids, id: idOf(world.own, "id") };
          const nobodys = { ...unknownIds(ids), id: idOf(world.own, "id") };
          expect(comparable(await send(secret, mixed))).toBe(
            comparable(await send(secret, nobodys)),
          );
        }
      }
    });
  }

  test("that sees the connector and has the least role: done", async () => {
    if (isReading(method)) {
      for (const { role, secret } of world.keys) {
        if (role === least) expect((await send(secret, world.own)).status).toBeLessThan(300);
      }
      return;
    }
    const client = await gateway.client({ tenant: TENANT });
    const ids = await idsOf(gateway, client);
    const byTenant = world.keys.filter(({ role, isLimited }) => role === least && isLimited).at(-1);
    const secret = byTenant?.secret ?? (await aKey(least, {}));

    expect((await send(secret, ids)).status).toBeLessThan(300);
  });
});

test("no key of the walk touched what it does not see", async () => {
  for (const [client, ids] of world.owners) {
    const state = await stateOf(client, ids);
    expect(state.map(({ status }) => status)).toEqual([200, 200]);
    expect(await idsLeft(client, ids)).toEqual({ token: null, client: null });
  }
});

/** When a connector's token and client were revoked. */
async function idsLeft({ id }: TestClient, ids: Ids) {
  const tokens = (await gateway.admin(`/connectors/${id}/tokens`)).body.items;
  const clients = (await gateway.admin(`/connectors/${id}/clients`)).body.items;
  const token = tokens.find((each: { id: string }) => each.id === ids.tokenId);
  const client = clients.find((each: { clientId: string }) => each.clientId === ids.clientId);
  return { token: token.revokedAt, client: client.revokedAt };
}

test.each(rowsOf("open"))("$key answers everybody alike", async ({ key, method, path }) => {
  const answer = await gateway.send(new Request(`${ORIGIN}${path}`, { method }));

  const row = ROWS[key];
  expect(answer.status).toBe(row?.kind === "open" ? row.status : undefined);
  expectClosed(answer);
});

test.each([
  "/healthz",
  "/scim/v2/Users",
  "/admin/v1/connectors",
  "/v1/changes",
  "/oauth/token",
  "/nowhere",
])("a preflight for %s lets no other origin in", async (path) => {
  const headers = {
    Origin: "https://evil.example",
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization",
  };

  const answer = await gateway.send(
    new Request(`${ORIGIN}${path}`, { method: "OPTIONS", headers }),
  );

  expectClosed(answer);
  expect(answer.status).toBeGreaterThanOrEqual(400);
});
