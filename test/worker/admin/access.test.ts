import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { actorOf } from "#http/admin/call/actor.ts";
import { requireAdmin } from "#http/admin/call/authorize.ts";
import { readConfig } from "#http/config.ts";
import type { AppEnv } from "#http/request/services.ts";
import { openBehindAccess } from "#test/support/access.ts";
import { ADMIN_TOKEN, TEST_CLOCK } from "#test/support/gateway.ts";

const BODY = { body: { name: "New" } };

describe("behind Cloudflare Access", () => {
  test("an administrator may read and change things", async () => {
    const { gateway, as } = await openBehindAccess(["boss@example.com"]);
    const boss = await as("Boss@Example.com");

    const created = await gateway.admin("/connectors", { ...boss, ...BODY });
    const listed = await gateway.admin("/connectors", boss);

    expect([created.status, listed.status]).toEqual([201, 200]);
  });

  test("whoever else was let in may read, and gets 403 for any change", async () => {
    const { gateway, as } = await openBehindAccess(["boss@example.com"]);
    const clerk = await as("clerk@example.com");

    const listed = await gateway.admin("/connectors", clerk);
    const created = await gateway.admin("/connectors", { ...clerk, ...BODY });

    expect([listed.status, created.status]).toEqual([200, 403]);
    expect(created.headers.get("Content-Type")).toBe("application/problem+json");
    expect(created.body.detail).toContain("ACCESS_ADMIN_EMAILS");
  });

  // Each is another mailbox, which a stranger may own, though Unicode folds it to the administrator's.
  test.each([
    ["a long s", "boſs@example.com"],
    ["a Kelvin sign", "bos\u212a@example.com"],
    ["full-width letters", "ｂｏｓｋ@example.com"],
    ["a full-width @", "bosk＠example.com"],
    ["a full-width dot", "bosk@example．com"],
    ["a letter in a circle", "b\u24desk@example.com"],
    ["a ligature", "o\ufb03ce@example.com"],
    ["a dotted capital I", "adm\u0130n@example.com"],
    ["a dotless i", "adm\u0131n@example.com"],
    ["an invisible character", "bosk\u200b@example.com"],
    ["a soft hyphen", "bo\u00adsk@example.com"],
    ["a blank behind", "bosk@example.com "],
    ["a combining accent", "bosk\u0301@example.com"],
    ["another order of accents", "re\u0301ne@example.com"],
    ["the whole list", "boss@example.com,bosk@example.com"],
    ["everybody's sign", "*"],
    ["no address", ""],
    ["a service token", undefined],
  ])("%s makes nobody an administrator", async (_what, email) => {
    const administrators = ["boss", "bosk", "office", "admin", "r\u00e9ne"];
    const { gateway, as } = await openBehindAccess(
      administrators.map((name) => `${name}@example.com`),
    );

    const answer = await gateway.admin("/connectors", { ...(await as(email)), ...BODY });

    expect(answer.status).toBe(403);
  });

  test("an administrator's name outside of ASCII counts as it is written", async () => {
    const { gateway, as } = await openBehindAccess(["jürgen@example.com"]);

    const same = await gateway.admin("/connectors", {
      ...(await as("jürgen@EXAMPLE.com")),
      ...BODY,
    });
    const other = await gateway.admin("/connectors", {
      ...(await as("JÜRGEN@example.com")),
      ...BODY,
    });

    expect([same.status, other.status]).toEqual([201, 403]);
  });

  test.each<[string, "everybody" | readonly string[], number]>([
    ["without a list nobody may change anything", [], 403],
    ["with * everybody who was let in may", "everybody", 201],
  ])("%s", async (_what, administrators, status) => {
    const { gateway, as } = await openBehindAccess(administrators);
    const clerk = await as("clerk@example.com");

    const created = await gateway.admin("/connectors", { ...clerk, ...BODY });
    const listed = await gateway.admin("/connectors", clerk);

    expect([created.status, listed.status]).toEqual([status, 200]);
  });

  test("a call without a JWT, or with a forged one, is 401", async () => {
    const { gateway } = await openBehindAccess("everybody");
    const forged = { headers: { "Cf-Access-Jwt-Assertion": "e30.e30.e30" }, token: "" };

    const statuses = [
      (await gateway.admin("/connectors", { token: "" })).status,
      (await gateway.admin("/connectors", forged)).status,
    ];

    expect(statuses).toEqual([401, 401]);
  });

  test("a team whose keys cannot be fetched is 503, not 401", async () => {
    const { gateway, as } = await openBehindAccess("everybody", { isTeamUp: false });

    const answer = await gateway.admin("/connectors", await as("boss@example.com"));

    expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "10"]);
  });
});

describe("a call knows who makes it", () => {
  /** What a route that answers with its caller says. */
  async function actorIn(email: string | undefined, headers: Readonly<Record<string, string>>) {
    const { access, as, fetch } = await openBehindAccess("everybody");
    const config = { ...readConfig(env), adminToken: ADMIN_TOKEN, access };
    const app = new Hono<AppEnv>();
    app.use(requireAdmin({ config, clock: TEST_CLOCK, fetch }));
    app.get("/", (context) => context.json(actorOf(context)));
    const asked = { ...(await as(email)).headers, ...headers };
    return await (await app.request("/", { headers: asked }, env)).json();
  }

  test.each([
    ["a person", "Boss@example.com", {}, { kind: "access", email: "Boss@example.com" }],
    ["a service token", undefined, {}, { kind: "access" }],
    [
      "the admin token, whoever Access let in",
      "boss@example.com",
      { Authorization: `Bearer ${ADMIN_TOKEN}` },
      { kind: "adminToken" },
    ],
  ])("%s", async (_what, email, headers, expected) => {
    expect(await actorIn(email, headers)).toEqual(expected);
  });

  test("or says that nobody asked", async () => {
    const app = new Hono<AppEnv>();
    app.onError(({ message }, context) => context.text(message));
    app.get("/", (context) => context.json(actorOf(context)));

    expect(await (await app.request("/")).text()).toBe("Nobody asked who makes this call.");
  });
});
