import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { migrateAnew, migrateTo, NEWEST_LEVEL } from "#test/support/deploy/migration-levels.ts";
import { aUser, openGateway } from "#test/support/gateway.ts";

// A Worker that was uploaded without its migrations, or a development server whose database was never made.

const FIRST = nameOf(0);

function nameOf(level: number): string {
  return env.TEST_MIGRATIONS[level]?.name.replace(".sql", "") ?? "";
}

let said: string[];

beforeEach(() => {
  said = [];
  vi.spyOn(console, "error").mockImplementation((line) => void said.push(String(line)));
});

afterEach(async () => {
  vi.restoreAllMocks();
  await migrateAnew(NEWEST_LEVEL);
});

const health = (gateway: ReturnType<typeof openGateway>, query = "") =>
  gateway.send(new Request(`https://scim.example.com/healthz${query}`));

/** A token is judged by its form first: this one has the form of a true one. */
async function tokenOfBefore(): Promise<string> {
  return (await openGateway().client()).token;
}

const OPERATION = { op: "replace", path: "title", value: "Dr" };
const PATCH = {
  schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
  Operations: [OPERATION],
};
const SEARCH = { schemas: ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"] };
const GROUP = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], displayName: "Staff" };
const BULK = {
  schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
  Operations: [{ method: "POST", path: "/Users", bulkId: "a", data: aUser() }],
};

describe("without any table", () => {
  test.each<[method: string, path: string, body?: unknown]>([
    ["GET", "/Users"],
    ["GET", '/Users?filter=userName eq "ada"'],
    ["GET", "/Users/01"],
    ["POST", "/Users", aUser()],
    ["PUT", "/Users/01", aUser()],
    ["PATCH", "/Users/01", PATCH],
    ["DELETE", "/Users/01"],
    ["POST", "/Users/.search", SEARCH],
    ["GET", "/Groups"],
    ["POST", "/Groups", GROUP],
    ["PUT", "/Groups/01", GROUP],
    ["PATCH", "/Groups/01", PATCH],
    ["DELETE", "/Groups/01"],
    ["POST", "/.search", SEARCH],
    ["POST", "/Bulk", BULK],
    ["GET", "/Schemas"],
    ["GET", "/Me"],
  ])("%s %s is 503, and names the migration and the command", async (method, path, body) => {
    const token = await tokenOfBefore();
    await migrateAnew(0);

    const answer = await openGateway().scim(path, { method, token, body });

    expect(answer.status).toBe(503);
    expect(answer.headers.get("Retry-After")).toBe("60");
    expect(answer.body.detail).toContain(`lacks migration ${FIRST}: run npm run deploy`);
    expect(said.join("\n")).toContain(
      `{"message":"database lacks a migration","migration":"${FIRST}"}`,
    );
  });

  test.each([
    ["/connectors", {}],
    ["/connectors", { body: { name: "Okta" } }],
    ["/tokens?unusedDays=90", {}],
    ["/audit", {}],
  ])("the admin API's %s %j is 503 alike", async (path, request) => {
    await migrateAnew(0);

    const answer = await openGateway().admin(path, request);

    expect(answer.status).toBe(503);
    expect(answer.body.detail).toContain(`lacks migration ${FIRST}`);
  });

  test("so are the API for applications and the token endpoint", async () => {
    await migrateAnew(0);
    const gateway = openGateway();
    const form = { grant_type: "client_credentials", client_id: "sgc_x", client_secret: "y" };
    const init = { method: "POST", body: new URLSearchParams(form) };

    const feed = await gateway.api("/changes?connector=x");
    const oauth = await gateway.send(new Request("https://scim.example.com/oauth/token", init));

    expect([feed.status, oauth.status]).toEqual([503, 503]);
    expect(feed.body.detail).toContain(FIRST);
    expect(oauth.body).toMatchObject({ error: "temporarily_unavailable" });
    expect(oauth.body.error_description).toContain(FIRST);
  });
});

describe("/healthz", () => {
  test.each([0, 1, Math.floor(NEWEST_LEVEL / 2), NEWEST_LEVEL - 1])(
    "on the tables of level %i is 503 and names what is missing first, until it is there",
    async (level) => {
      await migrateAnew(level);
      let now = 0;
      const gateway = openGateway({ clock: { now: () => now } });

      for (const query of ["", "?deep"]) {
        const answer = await health(gateway, query);
        expect(answer).toMatchObject({ status: 503, body: { status: "failing" } });
        expect(answer.body.detail).toContain(`lacks migration ${nameOf(level)}:`);
      }
      await migrateTo(NEWEST_LEVEL);
      now += 5_000;
      expect(await health(gateway)).toMatchObject({ status: 200, body: { status: "ok" } });
      expect((await health(gateway, "?deep")).status).toBe(200);
    },
  );

  test("asks the database once where all is there, and deeply once in five seconds", async () => {
    let now = 0;
    const gateway = openGateway({ clock: { now: () => now } });
    const trips = async (query: string) => (await health(gateway, query)).cost.roundTrips;

    expect([await trips(""), await trips(""), await trips("?deep"), await trips("?deep")]).toEqual([
      1, 0, 1, 0,
    ]);
    now += 5_000;
    expect([await trips(""), await trips("?deep")]).toEqual([0, 1]);
  });

  test("says where the data is kept", async () => {
    const { body } = await health(openGateway(), "?deep");

    expect(body).toEqual({
      status: "ok",
      database: { status: "ok", region: null },
      data: { jurisdiction: null, location: null },
    });
  });
});
