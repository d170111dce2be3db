import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { allEvents, type SeenEvent } from "#test/support/changes/feed.ts";
import { aPatch, aUser, openGateway, TEST_CLOCK, type TestClient } from "#test/support/gateway.ts";
import { openGroups } from "#test/support/scim/groups.ts";

// The brake on push: a client that switches many users off is never refused, an alert is raised, and with "hold"
// those beyond the number are not told before an administrator approves of it.

const roundTripsMax = 100;
const gateway = openGateway({ roundTripsMax });

const OFF = aPatch({ op: "replace", path: "active", value: false });
const ON = aPatch({ op: "replace", path: "active", value: true });

/** Holds every switch-off. */
const HOLD_ALL = { max: 0, percent: 0, mode: "hold" };

/** A client whose connector has so many users, made in one Bulk. */
async function withUsers(count: number, brake: object, settings: object = {}) {
  const client = await gateway.client({ settings: { brake, ...settings } });
  return { client, ids: await addUsers(client, count) };
}

async function addUsers(client: TestClient, count: number, prefix = "user", members: object = {}) {
  const made = await bulk(
    client,
    Array.from({ length: count }, (_, n) => ({
      method: "POST",
      path: "/Users",
      bulkId: `b${n}`,
      data: { userName: `${prefix}${n}`, active: true, ...members },
    })),
  );
  return made.map(({ location }): string => location.split("/").at(-1) ?? "");
}

async function bulk(client: TestClient, Operations: readonly object[]) {
  const schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
  const { body } = await client.call("/Bulk", { body: { schemas, Operations } });
  return body.Operations as readonly { status: string; location: string }[];
}

/** What was told of users who were told of as made before. */
async function toldOf(client: TestClient): Promise<readonly SeenEvent[]> {
  const events = await allEvents(gateway, client.id, 1_000);
  return events.filter(({ type }) => !type.endsWith(".created") && type !== "group.member_added");
}

const isOff = ({ type }: SeenEvent) => type === "user.deactivated" || type === "user.deleted";
const isAlert = ({ type }: SeenEvent) => type === "connector.alert";
const told = ({ type, resourceId }: SeenEvent) => `${type} ${resourceId}`;
const heldAt = (client: TestClient, query = "") =>
  gateway.admin(`/connectors/${client.id}/held${query}`);
const decide = (client: TestClient, what: "approve" | "reject", body: object) =>
  gateway.admin(`/connectors/${client.id}/held/${what}`, { body });
const pushed = (...ids: readonly (string | undefined)[]) => ({
  ids: ids.map((id) => `push:${id}`),
});

async function activeCount(client: TestClient): Promise<number> {
  return (await client.find("active eq true")).body.totalResults;
}

describe("a client that deactivates 40 of 50 users", () => {
  test("is not refused, raises one alert, and has 25 told; of the others half are approved and half rejected", async () => {
    const { client, ids } = await withUsers(50, { mode: "hold" });

    for (const id of ids.slice(0, 40)) {
      const { status, body } = await client.patch(id, OFF);
      expect([status, body.active]).toEqual([200, false]);
    }

    const first = await toldOf(client);
    expect(first.filter(isOff).map(({ resourceId }) => resourceId)).toEqual(ids.slice(0, 25));
    expect(first.filter(isAlert)).toMatchObject([
      {
        alert: "brake.reached",
        facts: { mode: "hold", switchOffs: 26, limit: 25, minutes: 60 },
        actor: null,
      },
    ]);
    expect(first).toHaveLength(26);
    expect(await activeCount(client)).toBe(10);
    const { body: held } = await heldAt(client);
    expect(held).toMatchObject({ total: 15, totals: { user: 15, group: 0 }, runId: null });
    expect(held.items.map(({ userId }: { userId: string }) => userId).sort()).toEqual(
      ids.slice(25, 40).sort(),
    );
    expect(held.items[0]).toMatchObject({ by: "push", kind: "user", why: "deactivated" });

    const [approved, rejected] = [ids.slice(25, 32), ids.slice(32, 40)];
    const approval = await decide(client, "approve", pushed(...approved));
    const rejection = await decide(client, "reject", { runId: null, count: 8 });

    expect([approval.status, approval.body]).toEqual([202, { runId: null, approved: 7 }]);
    expect([rejection.status, rejection.body]).toEqual([200, { rejected: 8, refused: [] }]);
    const second = (await toldOf(client)).slice(26);
    expect(second.map(told).sort()).toEqual(approved.map((id) => `user.deactivated ${id}`).sort());
    expect(second[0]?.actor).toEqual({ kind: "administrator", name: "admin token" });
    expect(await activeCount(client)).toBe(18);
    for (const id of rejected) expect((await client.get(id)).body.active).toBe(true);
    expect((await heldAt(client)).body).toMatchObject({ items: [], total: 0 });
  });

  test.each([
    ["a Bulk of PATCHes", (id: string) => ({ method: "PATCH", path: `/Users/${id}`, data: OFF })],
    ["a Bulk of DELETEs", (id: string) => ({ method: "DELETE", path: `/Users/${id}` })],
  ])("with %s has the same number told", async (_name, operation) => {
    const { client, ids } = await withUsers(50, { mode: "hold" });

    const results = await bulk(client, ids.slice(0, 40).map(operation));

    expect(results.every(({ status }) => status.startsWith("2"))).toBe(true);
    const events = await toldOf(client);
    expect(events.filter(isOff).map(({ resourceId }) => resourceId)).toEqual(ids.slice(0, 25));
    expect(events.filter(isAlert)).toMatchObject([{ facts: { limit: 25 } }]);
    expect((await heldAt(client)).body.total).toBe(15);
  });

  test.each(["on", "off"] as const)(
    "through several isolates at once has exactly the same number told (optimistic writes %s)",
    async (optimisticWrites) => {
      const { client, ids } = await withUsers(50, { mode: "hold" });
      const isolates = [1, 2, 3].map(() => openGateway({ roundTripsMax, optimisticWrites }));
      const { token } = client;
      const statuses = await Promise.all(
        ids.slice(0, 40).map(async (id, n) => {
          const isolate = isolates[n % isolates.length] ?? gateway;
          await isolate.scim(`/Users/${id}`, { token });
          const body = aUser({ userName: `user${n}`, active: false });
          return (
            n % 3 === 0
              ? await isolate.scim(`/Users/${id}`, { token, method: "DELETE" })
              : n % 3 === 1
                ? await isolate.scim(`/Users/${id}`, { token, method: "PUT", body })
                : await isolate.scim(`/Users/${id}`, { token, method: "PATCH", body: OFF })
          ).status;
        }),
      );

      expect(statuses.every((status) => status < 300)).toBe(true);
      const events = await toldOf(client);
      expect([events.filter(isOff).length, events.filter(isAlert).length]).toEqual([25, 1]);
      expect((await heldAt(client)).body.total).toBe(15);
    },
  );

  test.each([
    ["alert", 40, 1],
    ["off", 40, 0],
  ])("with the mode %s has all of them told, and %i, %i alerts", async (mode, offs, alerts) => {
    const { client, ids } = await withUsers(50, { mode });

    for (const id of ids.slice(0, 40)) await client.remove(id);

    const events = await toldOf(client);
    expect([events.filter(isOff).length, events.filter(isAlert).length]).toEqual([offs, alerts]);
    expect((await heldAt(client)).body.total).toBe(0);
  });
});

describe("the number", () => {
  const offs = async (client: TestClient) => (await toldOf(client)).filter(isOff).length;

  test("is the larger of max and the part of the users who were active", async () => {
    const { client, ids } = await withUsers(40, { max: 2, percent: 10, mode: "hold" });
    await addUsers(client, 40, "former", { active: false });

    for (const id of ids.slice(0, 8)) await client.patch(id, OFF);

    expect(await offs(client)).toBe(4);
  });

  test("counts a user once who is deactivated and then deleted, and none who was inactive", async () => {
    const { client, ids } = await withUsers(6, { max: 2, percent: 0, mode: "hold" });
    const { body: inactive } = await client.post(aUser({ active: false }));
    const [a, b, c] = ids;

    for (const id of [a, b]) await client.patch(id ?? "", OFF);
    for (const id of [inactive.id, a, b]) await client.remove(id);
    await client.patch(c ?? "", OFF);

    expect(await offs(client)).toBe(5);
    expect((await heldAt(client)).body.items.map(({ userId }: SeenEvent) => userId)).toEqual([c]);
  });

  test("is that of a window: what is older does not count, and the next time is told anew", async () => {
    const { client, ids } = await withUsers(30, {
      max: 2,
      percent: 0,
      minutes: 10,
      mode: "hold",
    });
    const start = Date.now();
    const at = (minutes: number) => {
      const now = () => start + minutes * 60_000;
      return openGateway({ roundTripsMax, clock: { ...TEST_CLOCK, now } });
    };
    const off = async (minutes: number, ...ns: readonly number[]) => {
      for (const n of ns) {
        const request = { token: client.token, method: "PATCH", body: OFF };
        expect((await at(minutes).scim(`/Users/${ids[n]}`, request)).status).toBe(200);
      }
      const events = await toldOf(client);
      return [events.filter(isOff).length, events.filter(isAlert).length];
    };

    expect(await off(0, 0, 1)).toEqual([2, 0]);
    expect(await off(5, 2, 3)).toEqual([2, 1]);
    // What is held counts as well, and what goes on is told of once.
    expect(await off(9, 4)).toEqual([2, 1]);
    expect(await off(14, 5)).toEqual([2, 1]);
    expect(await off(20, 6)).toEqual([3, 1]);
    expect(await off(31, 7, 8, 9)).toEqual([5, 2]);
  });

  test("does not count what an administrator or nobody switches off", async () => {
    const { client, ids } = await withUsers(5, HOLD_ALL);
    const [id] = ids;

    await gateway.admin(`/connectors/${client.id}/users/${id}/deactivate`, { method: "POST" });

    expect((await toldOf(client)).map(told)).toEqual([`user.deactivated ${id}`]);
  });
});

describe("a held user", () => {
  async function withHeld(members: object = {}, settings: object = {}) {
    const { client } = await withUsers(0, HOLD_ALL, settings);
    const { body } = await client.post(aUser({ title: "Dr", ...members }));
    const id: string = body.id;
    const news = async () => (await toldOf(client)).filter((event) => !isAlert(event));
    return { client, id, user: body, news };
  }

  test("who is active again is held no longer, and nothing was told", async () => {
    const { client, id, news } = await withHeld();
    await client.patch(id, OFF);
    await client.patch(id, ON);

    expect(await news()).toEqual([]);
    expect((await heldAt(client)).body.total).toBe(0);
    await client.patch(id, aPatch({ op: "replace", path: "title", value: "Prof" }));
    expect((await news()).map(told)).toEqual([`user.updated ${id}`]);
  });

  test("whose other attributes change is told of them when active again, as one change", async () => {
    const { client, id, news } = await withHeld({ nickName: "A" });
    await client.patch(id, OFF);
    await client.patch(id, aPatch({ op: "replace", path: "title", value: "Prof" }));
    await client.patch(id, aPatch({ op: "remove", path: "nickName" }));
    expect(await news()).toEqual([]);

    await client.patch(id, aPatch({ op: "add", value: { active: true, nickName: "A" } }));

    const [event, ...others] = await news();
    expect(others).toEqual([]);
    expect(event).toMatchObject({ type: "user.updated", version: 5, resource: { title: "Prof" } });
    expect(event?.difference).toEqual({ title: { from: "Dr", to: "Prof" } });
  });

  test("whose other attributes change shows none of it before the approval", async () => {
    const { client, id, news } = await withHeld();
    await client.patch(id, OFF);
    await client.patch(id, aPatch({ op: "replace", path: "title", value: "Prof" }));
    expect(await news()).toEqual([]);

    await decide(client, "approve", pushed(id));

    const [event, ...others] = await news();
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      type: "user.deactivated",
      version: 3,
      resource: { active: false, title: "Prof" },
      changed: ["active", "title"],
    });
  });

  test("who is deleted as well is told as deleted, once", async () => {
    const { client, id, news } = await withHeld();
    await client.patch(id, OFF);
    expect((await client.remove(id)).status).toBe(204);
    expect((await client.get(id)).status).toBe(404);
    expect((await heldAt(client)).body.items).toMatchObject([{ userId: id, why: "deleted" }]);

    await decide(client, "approve", pushed(id));

    expect((await news()).map(told)).toEqual([`user.deleted ${id}`]);
  });

  test("who is deleted and pushed again is the same one, of whom nothing is told", async () => {
    const { client, id, user, news } = await withHeld({ externalId: "e1" });
    await client.remove(id);
    const { userName, title } = user;

    const { status, body } = await client.post({ userName, title, externalId: "e1", active: true });

    expect([status, body.id]).toEqual([201, id]);
    expect(await news()).toEqual([]);
    expect((await heldAt(client)).body.total).toBe(0);
  });

  test.each(["soft", "hard", "deactivate"])(
    "whose deletion is rejected is there as before, in the same groups (%s)",
    async (deletion) => {
      const groups = await openGroups(gateway, { brake: HOLD_ALL, deletion });
      const { client } = groups;
      const [id, other] = [await groups.user({ title: "Dr" }), await groups.user()];
      const team = await groups.group(id, other);

      expect((await client.remove(id)).status).toBe(204);
      const afterwards = (await toldOf(client)).filter((event) => !isAlert(event));
      const { body } = await decide(client, "reject", { runId: null, count: 1 });

      expect(afterwards).toEqual([]);
      expect(body).toEqual({ rejected: 1, refused: [] });
      expect((await client.get(id)).body).toMatchObject({ id, title: "Dr", active: true });
      expect((await groups.membersOf(team)).sort()).toEqual([id, other].sort());
      expect((await toldOf(client)).filter((event) => !isAlert(event))).toEqual([]);
    },
  );

  test.each(["soft", "hard"])(
    "whose deletion is approved is told with the groups that it left (%s)",
    async (deletion) => {
      const groups = await openGroups(gateway, { brake: HOLD_ALL, deletion });
      const { client } = groups;
      const id = await groups.user();
      const [team, former] = [await groups.group(id), await groups.group(id)];
      await client.remove(id);
      await groups.patch(team, aPatch({ op: "replace", value: { displayName: "Renamed" } }));
      await groups.remove(former);

      await decide(client, "approve", pushed(id));

      const events = (await toldOf(client)).filter((event) => !isAlert(event));
      expect(events.map(told)).toEqual([
        `group.updated ${team}`,
        `group.deleted ${former}`,
        `user.deleted ${id}`,
        "group.member_removed undefined",
      ]);
      const { body } = await groups.get(team);
      expect(`W/"${events[3]?.version}"`).toBe(body.meta.version);
      const { status } = await gateway.admin(`/connectors/${client.id}/users/${id}/restore`, {
        method: "POST",
      });
      expect(status).toBe(deletion === "soft" ? 200 : 404);
    },
  );

  test("whose name somebody else has by now cannot be restored, and stays held", async () => {
    const { client, id, user, news } = await withHeld();
    await client.remove(id);
    const { body: other } = await client.post(aUser({ userName: user.userName }));
    expect(other.id).not.toBe(id);

    const { body } = await decide(client, "reject", pushed(id));

    expect(body).toMatchObject({ rejected: 0, refused: [{ id: `push:${id}` }] });
    expect(body.refused[0].detail).toContain("userName");
    expect((await heldAt(client)).body.total).toBe(1);
    await decide(client, "approve", pushed(id));
    expect((await news()).map(told)).toEqual([`user.deleted ${id}`]);
  });

  test("does not stop the others: they are made and changed as before", async () => {
    const { client, id, news } = await withHeld();
    const { body: other } = await client.post(aUser());
    await client.patch(id, OFF);

    await client.post(aUser());
    await client.patch(other.id, aPatch({ op: "replace", path: "title", value: "Ms" }));

    expect((await news()).map(told)).toEqual([`user.updated ${other.id}`]);
    expect(await allEvents(gateway, client.id)).toHaveLength(5);
  });

  test("stays held when the brake is let go, until it is decided", async () => {
    const { client, id, news } = await withHeld();
    await client.patch(id, OFF);
    await client.changeSettings({ brake: { mode: "off" } });
    await client.remove(id);

    expect(await news()).toEqual([]);
    await decide(client, "approve", pushed(id));
    expect((await news()).map(told)).toEqual([`user.deleted ${id}`]);
  });

  test("who is erased by an administrator is told as erased, and nothing is kept", async () => {
    const { client, id, news } = await withHeld({ title: "Dr" }, { deletion: "hard" });
    await client.remove(id);

    await gateway.admin(`/connectors/${client.id}/users/${id}/erase`, { method: "POST" });

    // What was told of the person before is one of these by now.
    expect(new Set((await news()).map(told))).toEqual(new Set([`user.erased ${id}`]));
    expect((await heldAt(client)).body.total).toBe(0);
    const left = await env.DB.prepare("SELECT count(*) AS n FROM resources WHERE id = ?1")
      .bind(id)
      .first();
    expect(left).toEqual({ n: 0 });
  });

  test("is switched on by an administrator without a word", async () => {
    const { client, id, news } = await withHeld();
    await client.patch(id, OFF);

    await gateway.admin(`/connectors/${client.id}/users/${id}/activate`, { method: "POST" });

    expect([await news(), (await heldAt(client)).body.total]).toEqual([[], 0]);
  });
});

test.each(["deactivate", "delete", "keep"])(
  "the end of a directory tells of whom it held before its own event, unless users are kept (%s)",
  async (users) => {
    const { client, ids } = await withUsers(3, HOLD_ALL);
    const [held, gone, other] = ids;
    await client.patch(held ?? "", OFF);
    await client.remove(gone ?? "");

    await gateway.admin(`/connectors/${client.id}?users=${users}`, { method: "DELETE" });

    const { results } = await env.DB.prepare(
      `SELECT type || ' ' || resource_id AS told FROM changes
         WHERE connector_id = (SELECT number FROM connectors WHERE id = ?1)
         AND type NOT IN ('user.created', 'connector.alert') ORDER BY seq`,
    )
      .bind(client.id)
      .all<{ told: string }>();
    const events = results.map((row) => row.told);
    const verb = users === "delete" ? "user.deleted" : "user.deactivated";
    const ended = [`${verb} ${held}`, `user.deleted ${gone}`, `${verb} ${other}`];
    expect(events.slice(0, -1).sort()).toEqual(users === "keep" ? [] : ended.sort());
    expect(events.at(-1)).toBe(`connector.deleted ${client.id}`);
  },
);

describe("what is held", () => {
  test("is listed in pages, each one once", async () => {
    const { client, ids } = await withUsers(5, HOLD_ALL);
    for (const id of ids) await client.patch(id, OFF);

    const seen: string[] = [];
    for (let cursor = ""; ; ) {
      const { body } = await heldAt(client, `?limit=2&cursor=${encodeURIComponent(cursor)}`);
      seen.push(...body.items.map(({ userId }: SeenEvent) => userId));
      if (body.nextCursor === null) break;
      cursor = body.nextCursor;
    }

    expect(seen).toEqual([...ids].sort());
  });

  test("is decided as it was seen, or not at all", async () => {
    const { client, ids } = await withUsers(3, HOLD_ALL);
    await client.patch(ids[0] ?? "", OFF);

    for (const what of ["approve", "reject"] as const) {
      const statusOf = async (body: object) => (await decide(client, what, body)).status;
      expect(await statusOf({ runId: null, count: 2 })).toBe(409);
      expect(await statusOf({ runId: "r", count: 1 })).toBe(409);
      expect(await statusOf(pushed(ids[0], ids[1]))).toBe(409);
      expect(await statusOf({ ids: ["user:a"] })).toBe(409);
      expect(await statusOf({ all: true })).toBe(400);
    }
    expect((await heldAt(client)).body.total).toBe(1);
  });

  test("is another connector's never", async () => {
    const [{ client, ids }, other] = [await withUsers(1, HOLD_ALL), await withUsers(1, HOLD_ALL)];
    await client.patch(ids[0] ?? "", OFF);

    expect((await decide(other.client, "approve", pushed(ids[0]))).status).toBe(409);
    expect((await heldAt(other.client)).body.total).toBe(0);
    expect((await heldAt(client)).body.total).toBe(1);
  });

  test("leaves a row of the trail for each decision", async () => {
    const { client, ids } = await withUsers(2, HOLD_ALL);
    for (const id of ids) await client.patch(id, OFF);
    await decide(client, "approve", pushed(ids[0]));
    await decide(client, "reject", pushed(ids[1]));

    const { body } = await gateway.admin(`/audit?connectorId=${client.id}&limit=2`);

    expect(body.items).toMatchObject([
      { operation: "rejectHeld", subject: { kind: "held" }, outcome: "succeeded" },
      { operation: "approveHeld", subject: { kind: "held" }, outcome: "succeeded" },
    ]);
  });
});

describe("the setting", () => {
  test("has its default, and is changed part by part", async () => {
    const client = await gateway.client({ settings: { brake: { mode: "hold" } } });
    const brake = { max: 25, percent: 10, minutes: 60, mode: "hold" };
    const settingOf = ({ body }: Awaited<ReturnType<typeof gateway.admin>>) => body.settings.brake;

    expect(settingOf(await gateway.admin(`/connectors/${client.id}`))).toEqual(brake);
    expect(settingOf(await client.changeSettings({ brake: { max: 3 } }))).toEqual({
      ...brake,
      max: 3,
    });
    const plain = await gateway.client();
    expect(settingOf(await plain.changeSettings({ strict: true }))).toEqual({
      ...brake,
      mode: "alert",
    });
  });

  test.each([
    { max: -1 },
    { max: 1.5 },
    { percent: 101 },
    { minutes: 0 },
    { minutes: 1_441 },
    { mode: "stop" },
    { limit: 3 },
    { max: null },
    null,
  ])("refuses %o", async (brake) => {
    const client = await gateway.client();

    expect((await client.changeSettings({ brake })).status).toBe(400);
  });
});
