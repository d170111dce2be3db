import { env } from "cloudflare:workers";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, test } from "vitest";
import { SLICE_ROWS } from "#store/endings/page.ts";
import { continueEndings, dropEndings } from "#store/endings/run.ts";
import type { SeenEvent } from "#test/support/changes/feed.ts";
import { breakableDatabase, CONNECTION_LOST, faultyDatabase } from "#test/support/d1/faulty-d1.ts";
import { fillUsers } from "#test/support/fill.ts";
import { aPatch, aUser, openGateway, TEST_CLOCK, type TestClient } from "#test/support/gateway.ts";

// The end of a directory: of a connector that is deleted, or moved to another tenant.

const gateway = openGateway({ roundTripsMax: 40 });

const tools = { clock: TEST_CLOCK, newId: () => uuidv7() };

/** Runs what cron does of ends, so often that all of them are over. */
async function settle(db: D1Database = env.DB): Promise<void> {
  for (let minute = 0; minute < 20; minute += 1) await continueEndings(db, tools);
}

/** What the outbox tells of a connector behind a seq, each with the administrator who did it. */
async function told(client: TestClient, after = 0) {
  const { results } = await env.DB.prepare(
    `SELECT c.seq, c.type, c.resource_id AS id, c.payload, e.actor FROM changes AS c
     LEFT JOIN events AS e ON e.connector_id = c.connector_id AND e.op_id = c.event_id
     WHERE c.connector_id = (SELECT number FROM connectors WHERE id = ?1) AND c.seq > ?2 ORDER BY c.seq`,
  )
    .bind(client.id, after)
    .all<{ seq: number; type: string; id: string; payload: string; actor: string | null }>();
  return results.map(({ payload, ...row }) => ({ ...row, payload: JSON.parse(payload) }));
}

const typesOf = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);

async function newestSeq(): Promise<number> {
  const row = await env.DB.prepare("SELECT max(seq) AS seq FROM changes").first<{ seq: number }>();
  return row?.seq ?? 0;
}

/** A client with an active user, an inactive one and a group of both; and where its events begin. */
async function withPeople(input: object = {}) {
  const client = await gateway.client(input);
  const { body: ada } = await client.post(aUser({ userName: "ada" }));
  const { body: bob } = await client.post(aUser({ userName: "bob", active: false }));
  const { body: team } = await client.call("/Groups", {
    body: { displayName: "Team", members: [{ value: ada.id }, { value: bob.id }] },
  });
  const ids = { ada: String(ada.id), bob: String(bob.id), team: String(team.id) };
  return { client, ids, after: await newestSeq() };
}

function end(client: TestClient, query = "", at = gateway) {
  return at.admin(`/connectors/${client.id}${query}`, { method: "DELETE" });
}

function move(client: TestClient, tenant: string | null, query = "", at = gateway) {
  return at.admin(`/connectors/${client.id}${query}`, { method: "PATCH", body: { tenant } });
}

describe("a deleted connector", () => {
  test("deactivates its users, each with an event by the administrator, and says so last", async () => {
    const { client, ids, after } = await withPeople();

    expect((await end(client)).status).toBe(204);

    const events = await told(client, after);
    expect(typesOf(events)).toEqual(["user.deactivated", "connector.deleted"]);
    expect(events[0]).toMatchObject({ id: ids.ada, payload: { active: false, userName: "ada" } });
    expect(events[1]?.payload).toEqual({ users: "deactivate", userEvents: 1 });
    expect(events.map(({ actor }) => actor)).toEqual(["admin token", "admin token"]);
  });

  test("keeps its users where it is said to", async () => {
    const { client, after } = await withPeople();

    await end(client, "?users=keep");

    const events = await told(client, after);
    expect(typesOf(events)).toEqual(["connector.deleted"]);
    expect(events[0]?.payload).toEqual({ users: "keep", userEvents: 0 });
  });

  test.each(["soft", "hard", "deactivate"])(
    "deletes its users, inactive ones too, and then its groups, with deletion %s",
    async (deletion) => {
      const { client, ids, after } = await withPeople({ settings: { deletion } });

      await end(client, "?users=delete");

      const events = await told(client, after);
      const ofUsers = events.filter(({ type }) => type === "user.deleted").map(({ id }) => id);
      expect(ofUsers).toEqual([ids.ada, ids.bob]);
      expect(typesOf(events).filter((type) => type !== "group.member_removed")).toEqual([
        ...["user.deleted", "user.deleted"],
        ...["group.deleted", "connector.deleted"],
      ]);
      expect(events.at(-1)?.payload).toEqual({ users: "delete", userEvents: 2 });
    },
  );

  test("is not there to be deleted once more, and nothing is told again", async () => {
    const { client, after } = await withPeople();
    await end(client);
    const once = await told(client, after);

    expect((await end(client)).status).toBe(404);
    expect((await end(client, "?users=delete")).status).toBe(404);
    await settle();

    expect(await told(client, after)).toEqual(once);
  });

  test("lets nobody in from then on, while its users are still being told of", async () => {
    const { client } = await withPeople();
    const broken = breakableDatabase(env.DB);
    const at = openGateway({ db: broken.db, roundTripsMax: 40 });
    broken.breakAt(3, "D1_ERROR: broken");

    expect((await end(client, "", at)).status).toBe(204);

    expect((await client.post(aUser())).status).toBe(401);
    expect((await gateway.admin(`/connectors/${client.id}`)).status).toBe(404);
  });

  test("refuses what it does not know, and another body than none", async () => {
    const client = await gateway.client();

    for (const query of ["?users=drop", "?user=keep", "?users=keep&users=keep", "?dryRun"]) {
      expect((await end(client, query)).status, query).toBe(400);
    }
    expect((await gateway.admin(`/connectors/${client.id}`)).status).toBe(200);
  });
});

describe("a death halfway", () => {
  /** How many calls of D1 an undisturbed end takes. */
  async function callsOf(query: string): Promise<number> {
    const { client } = await withPeople();
    let calls = 0;
    const db = faultyDatabase(env.DB, () => {
      calls += 1;
      return undefined;
    });
    await end(client, query, openGateway({ db, roundTripsMax: 40 }));
    return calls;
  }

  test.each(["keep", "deactivate", "delete"])(
    "at any call of D1 leaves to cron what is left, and nothing is told twice (users=%s)",
    async (users) => {
      const calls = await callsOf(`?users=${users}`);
      const { client: whole, after: from } = await withPeople();
      await end(whole, `?users=${users}`);
      const expected = typesOf(await told(whole, from));
      expect(calls).toBeGreaterThan(3);
      for (let at = 3; at <= calls; at += 1) {
        for (const fault of ["before", "after"] as const) {
          const { client, after } = await withPeople();
          let call = 0;
          const dying = faultyDatabase(
            env.DB,
            () => {
              call += 1;
              return call > at ? "before" : call === at ? fault : undefined;
            },
            "D1_ERROR: the isolate died",
          );

          const answer = await end(client, `?users=${users}`, openGateway({ db: dying }));
          await settle();

          expect([204, 500, 503]).toContain(answer.status);
          expect(typesOf(await told(client, after)), `${fault} ${at}`).toEqual(expected);
        }
      }
    },
  );

  test("and two runs at once tell each user once", async () => {
    const { client, after } = await withPeople();
    const dying = breakableDatabase(env.DB);
    dying.breakAt(3, "D1_ERROR: broken");
    await end(client, "?users=delete", openGateway({ db: dying.db }));

    await Promise.all([settle(), settle(), settle()]);

    const events = typesOf(await told(client, after));
    expect(events.filter((type) => type === "user.deleted")).toHaveLength(2);
    expect(events.filter((type) => type === "connector.deleted")).toHaveLength(1);
    expect(events.at(-1)).toBe("connector.deleted");
  });

  test("a lost answer is a repeated batch, which tells nothing twice", async () => {
    const { client, after } = await withPeople();
    let call = 0;
    const db = faultyDatabase(
      env.DB,
      () => {
        call += 1;
        return call > 3 && call % 2 === 0 ? "after" : undefined;
      },
      CONNECTION_LOST,
    );

    await end(client, "?users=delete", openGateway({ db, roundTripsMax: 60 }));
    await settle();

    const events = typesOf(await told(client, after));
    expect(events.filter((type) => type === "user.deleted")).toHaveLength(2);
    expect(events.at(-1)).toBe("connector.deleted");
  });
});

describe("an end that keeps failing", () => {
  /** Has D1 refuse every change of the users, or groups, of a connector. */
  async function breakThoseOf({ id }: TestClient, type = "User"): Promise<() => Promise<unknown>> {
    const number = "SELECT number FROM connectors WHERE id = ?";
    const row = await env.DB.prepare(number).bind(id).first<{ number: number }>();
    await env.DB.exec(
      `CREATE TRIGGER planted BEFORE UPDATE ON resources WHEN NEW.connector_id = ${row?.number} AND NEW.type = '${type}' BEGIN SELECT RAISE(ABORT, 'planted'); END`,
    );
    return () => env.DB.exec("DROP TRIGGER planted");
  }

  /** What alerts say of a connector, each in the outbox and in the event log. */
  async function alertsOf(client: TestClient, after: number) {
    const events = await told(client, after);
    const alerts = events.filter(({ type }) => type === "connector.alert");
    const { results } = await env.DB.prepare(
      `SELECT explanation FROM events WHERE method = 'ALERT' AND path = 'ending.failing'
       AND connector_id = (SELECT number FROM connectors WHERE id = ?)`,
    )
      .bind(client.id)
      .all<{ explanation: string }>();
    expect(results).toHaveLength(alerts.length);
    return alerts.map(({ payload }) => payload);
  }

  const ENDS = [
    ["deleted", (client: TestClient) => end(client)],
    ["moved", (client: TestClient) => move(client, "beta", "?users=deactivate")],
  ] as const;

  test.each(ENDS)(
    "of a connector that is %s raises one alert after five goes, keeps no other back, and is over once it can be",
    async (kind, begin) => {
      const { client, after } = await withPeople({ tenant: "alpha" });
      const { client: other, after: from } = await withPeople();
      const repair = await breakThoseOf(client);
      await begin(client);
      for (let minute = 0; minute < 4; minute += 1) await continueEndings(env.DB, tools);
      const before = await alertsOf(client, after);

      await Promise.all([continueEndings(env.DB, tools), continueEndings(env.DB, tools)]);
      const fifth = await alertsOf(client, after);
      for (let minute = 0; minute < 5; minute += 1) await continueEndings(env.DB, tools);
      const later = await alertsOf(client, after);
      await end(other);
      await repair();
      await settle();

      const alert = { alert: "ending.failing", end: kind, users: "deactivate", failures: 5 };
      expect([before, fifth, later]).toEqual([[], [alert], [alert]]);
      expect(typesOf(await told(other, from))).toEqual(["user.deactivated", "connector.deleted"]);
      const types = typesOf(await told(client, after));
      const [last, joined] = [
        `connector.${kind}`,
        ...(kind === "moved" ? ["connector.joined"] : []),
      ];
      expect(types).toEqual(
        ["connector.alert", "user.deactivated", last, joined].filter((type) => type !== undefined),
      );
    },
  );

  test("is counted anew once it came ahead", async () => {
    const client = await gateway.client();
    await client.post(aUser());
    await client.call("/Groups", { body: { displayName: "Team" } });
    const after = await newestSeq();
    const repair = await breakThoseOf(client);
    await end(client, "?users=delete");
    for (let minute = 0; minute < 4; minute += 1) await continueEndings(env.DB, tools);
    await repair();
    const repairGroups = await breakThoseOf(client, "Group");
    // The first one ends the user, and fails behind it.
    for (let minute = 0; minute < 4; minute += 1) await continueEndings(env.DB, tools);
    const before = typesOf(await told(client, after));
    await continueEndings(env.DB, tools);
    await repairGroups();
    await settle();

    const types = typesOf(await told(client, after));
    expect(before).toEqual(["user.deleted"]);
    expect(types).toEqual([
      "user.deleted",
      "connector.alert",
      "group.deleted",
      "connector.deleted",
    ]);
  });

  test("whose last event cannot be written raises it too", async () => {
    const { client, after } = await withPeople();
    await env.DB.exec(
      "CREATE TRIGGER planted BEFORE INSERT ON changes WHEN NEW.type = 'connector.deleted' BEGIN SELECT RAISE(ABORT, 'planted'); END",
    );
    await end(client);
    for (let minute = 0; minute < 6; minute += 1) await continueEndings(env.DB, tools);
    await env.DB.exec("DROP TRIGGER planted");
    await settle();

    expect(typesOf(await told(client, after))).toEqual([
      "user.deactivated",
      "connector.alert",
      "connector.deleted",
    ]);
  });
});

describe("many users", () => {
  test("are told of in slices, each one batch of bounded size, by the call and then by cron", async () => {
    const client = await gateway.client();
    const many = SLICE_ROWS * 5 + 7;
    await fillUsers(client.id, many);
    const after = await newestSeq();

    const answer = await end(client);
    const early = await told(client, after);
    await settle();

    expect(answer.status).toBe(204);
    expect(early).toHaveLength(SLICE_ROWS * 4);
    const events = await told(client, after);
    expect(new Set(events.slice(0, -1).map(({ id }) => id)).size).toBe(many);
    expect(events).toHaveLength(many + 1);
    expect(events.at(-1)).toMatchObject({
      type: "connector.deleted",
      payload: { users: "deactivate", userEvents: many },
    });
  });
});

describe("a moved connector", () => {
  test("ends the directory of its former tenant, and joins the new one", async () => {
    const { client, ids, after } = await withPeople({ tenant: "leaving" });

    const { status, body } = await move(client, "coming");

    expect(status).toBe(200);
    expect(body).toMatchObject({ tenant: "coming" });
    expect(body).not.toHaveProperty("moving");
    const events = await told(client, after);
    const types = ["user.deactivated", "connector.moved", "connector.joined"];
    expect(typesOf(events)).toEqual(types);
    expect(events[0]).toMatchObject({ id: ids.ada, actor: "admin token" });
    expect(events[1]?.payload).toEqual({ users: "deactivate", userEvents: 1 });
    expect((await client.get(ids.ada)).body.active).toBe(false);
    expect((await client.post(aUser())).status).toBe(201);
  });

  test("changes nobody where users are kept, and by itself where it had no tenant", async () => {
    const { client, ids, after } = await withPeople();

    await move(client, "first");
    await move(client, "second", "?users=keep");
    await move(client, "second", "?users=delete");
    await move(client, null, "?users=keep");

    const types = ["joined", "moved", "joined", "moved"].map((each) => `connector.${each}`);
    expect(typesOf(await told(client, after))).toEqual(types);
    expect((await client.get(ids.ada)).body.active).toBe(true);
  });

  test("takes no writes before it is there, and stays with its tenant until then", async () => {
    const { client, ids } = await withPeople({ tenant: "slow" });
    const dying = breakableDatabase(env.DB);
    dying.breakAt(3, "D1_ERROR: broken");

    await move(client, "fast", "", openGateway({ db: dying.db }));

    const { body } = await gateway.admin(`/connectors/${client.id}`);
    expect(body).toMatchObject({ tenant: "slow", moving: { tenant: "fast" } });
    const refused = await client.post(aUser());
    expect(refused.status).toBe(503);
    expect(refused.headers.get("Retry-After")).not.toBeNull();
    expect((await client.get(ids.ada)).status).toBe(200);
    const user = `/connectors/${client.id}/users/${ids.ada}/deactivate`;
    expect((await gateway.admin(user, { method: "POST" })).status).toBe(409);
    expect((await move(client, "elsewhere")).status).toBe(409);
    expect((await move(client, "fast")).status).toBe(200);

    await settle();

    const after = await gateway.admin(`/connectors/${client.id}`);
    expect(after.body).toMatchObject({ tenant: "fast" });
    expect(after.body).not.toHaveProperty("moving");
    expect((await client.post(aUser())).status).toBe(201);
  });

  test("can be deleted on its way, and then ends for the tenant that it is with", async () => {
    const { client, after } = await withPeople({ tenant: "slow" });
    const dying = breakableDatabase(env.DB);
    dying.breakAt(3, "D1_ERROR: broken");
    await move(client, "fast", "", openGateway({ db: dying.db }));

    expect((await end(client, "?users=delete")).status).toBe(204);
    await settle();

    const types = typesOf(await told(client, after));
    expect(types.filter((type) => type === "user.deleted")).toHaveLength(2);
    expect(types.filter((type) => type.startsWith("connector."))).toEqual(["connector.deleted"]);
  });

  test("wants `users` with a tenant alone", async () => {
    const client = await gateway.client();
    const path = `/connectors/${client.id}?users=keep`;

    const { status, body } = await gateway.admin(path, { method: "PATCH", body: { name: "x" } });

    expect(status).toBe(400);
    expect(body.detail).toContain("tenant");
  });
});

describe("what is left to read", () => {
  /** The types of what a call to the feed tells of a connector, and the tenants that it names. */
  async function read(query: string, key?: string) {
    const token = key === undefined ? {} : { token: key };
    const { status, body } = await gateway.api(`/changes?${query}`, token);
    const events: readonly SeenEvent[] = body?.items ?? [];
    return { status, types: typesOf(events), tenants: [...new Set(events.map((e) => e.tenant))] };
  }

  async function keyOf(body: object): Promise<string> {
    const { body: made } = await gateway.admin("/keys", {
      body: { name: "app", role: "feed", ...body },
    });
    return made.secret;
  }

  const LIFE = ["user.created", "user.created", "group.created"];
  const JOINS = ["group.member_added", "group.member_added"];

  test("is the whole feed of a deleted connector, for its tenant and for who sees all", async () => {
    const { client, after } = await withPeople({ tenant: "readers" });
    const own = await keyOf({ connectorId: client.id });
    const ofTenant = await keyOf({ tenant: "readers" });
    const ofOthers = await keyOf({ tenant: "strangers" });
    await end(client);

    const types = [...LIFE, ...JOINS, "user.deactivated", "connector.deleted"];
    const expected = { status: 200, types, tenants: ["readers"] };
    expect(await read("tenant=readers")).toEqual(expected);
    expect(await read("", ofTenant)).toEqual(expected);
    expect(await read(`connector=${client.id}`, ofTenant)).toEqual(expected);
    expect(await read(`connector=${client.id}`)).toEqual(expected);
    expect((await read(`after=${after}`)).types).toEqual(types.slice(-2));
    expect((await read(`connector=${client.id}`, ofOthers)).status).toBe(404);
    expect((await read("tenant=readers", ofOthers)).types).toEqual([]);
    expect((await read(`connector=${client.id}`, own)).status).toBe(401);
    for (const path of [`/users?connector=${client.id}`, `/groups?connector=${client.id}`]) {
      expect((await gateway.api(path, { token: ofTenant })).status, path).toBe(404);
    }
  });

  test("is gone with the end, a month later", async () => {
    const { client } = await withPeople({ tenant: "forgotten" });
    await end(client);
    const later = { ...TEST_CLOCK, now: () => Date.now() + 32 * 86_400_000 };

    await dropEndings(env.DB, { ...TEST_CLOCK, now: () => Date.now() + 30 * 86_400_000 });
    expect((await read(`connector=${client.id}`)).status).toBe(200);
    await dropEndings(env.DB, later);

    expect((await read(`connector=${client.id}`)).status).toBe(404);
    expect((await read("tenant=forgotten")).types).toEqual([]);
  });

  test("of a moved connector, each tenant's is what was told while it was there", async () => {
    const { client, ids } = await withPeople({ tenant: "first" });
    await move(client, "second");
    await client.patch(ids.ada, aPatch({ op: "replace", path: "active", value: true }));
    await move(client, "first", "?users=keep");
    await client.patch(ids.ada, aPatch({ op: "replace", path: "title", value: "Dr" }));
    const first = await keyOf({ tenant: "first" });
    const second = await keyOf({ tenant: "second" });

    const before = [...LIFE, ...JOINS, "user.deactivated", "connector.moved"];
    const since = ["connector.joined", "user.updated"];
    expect(await read("", first)).toEqual({
      status: 200,
      types: [...before, ...since],
      tenants: ["first"],
    });
    expect(await read("", second)).toEqual({
      status: 200,
      types: ["connector.joined", "user.reactivated", "connector.moved"],
      tenants: ["second"],
    });
    expect((await read(`connector=${client.id}`, second)).status).toBe(404);
    expect((await read(`connector=${client.id}`, first)).types).toEqual(since);
    const all = await read(`connector=${client.id}`);
    expect(all.types).toHaveLength(before.length + 3 + since.length);
    expect(all.tenants).toEqual(["first", "second"]);
  });

  test("is paged without a gap or a repeat over former and present tenants", async () => {
    const clients = [];
    for (let n = 0; n < 3; n += 1) clients.push((await withPeople({ tenant: "pages" })).client);
    for (const client of clients.slice(0, 2)) await move(client, "elsewhere");
    for (const client of clients) await client.post(aUser());
    const whole = await gateway.api("/changes?tenant=pages");

    const seen = [];
    let after = "0";
    let hasMore = true;
    while (hasMore) {
      const { body } = await gateway.api(`/changes?tenant=pages&limit=3&after=${after}`);
      seen.push(...body.items);
      ({ next: after, hasMore } = body);
    }

    expect(seen).toEqual(whole.body.items);
    expect(typesOf(seen).filter((type) => type === "connector.moved")).toHaveLength(2);
  });
});

test("what an end would do can be read in numbers before", async () => {
  const { client } = await withPeople();
  const look = (users: string) =>
    gateway.admin(`/connectors/${client.id}/ending?users=${users}`).then(({ body }) => body);

  const numbers = {
    activeUsers: 1,
    inactiveUsers: 1,
    groups: 1,
    tokens: 1,
    bridges: 0,
    webhooks: 0,
  };
  expect(await look("keep")).toMatchObject({ ...numbers, userEvents: 0, groupEvents: 0 });
  expect(await look("deactivate")).toMatchObject({ ...numbers, userEvents: 1, groupEvents: 0 });
  expect(await look("delete")).toMatchObject({ ...numbers, userEvents: 2, groupEvents: 1 });
  expect((await client.post(aUser())).status).toBe(201);
});
