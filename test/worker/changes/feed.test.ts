import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { ConnectorId } from "#store/connector-id.ts";
import { type Alert, alertStatements } from "#store/event-log/alerts.ts";
import { allEvents, feedPage } from "#test/support/changes/feed.ts";
import { filled, fillUsers } from "#test/support/fill.ts";
import { aPatch, aUser, openGateway, TEST_CLOCK } from "#test/support/gateway.ts";
import { adding, openGroups, removing } from "#test/support/scim/groups.ts";

// The ordered feed of one connector: what each event says, and how a reader goes on.

const gateway = openGateway();

/** So many photos of about 8 KB each: the longest value that SCIM takes. */
function manyPhotos(count: number) {
  return Array.from({ length: count }, (_, n) => ({
    type: `t${n}`,
    value: `https://a.example/${"x".repeat(8_100)}`,
  }));
}

describe("an event", () => {
  test("of a created user has the user, the tenant, the connector and the credential", async () => {
    const client = await gateway.client({ tenant: "Acme" });
    const { body: user } = await client.post(aUser({ displayName: "Ada", externalId: "a1" }));

    const [event, ...others] = await allEvents(gateway, client.id);

    expect(others).toEqual([]);
    const { body: log } = await gateway.admin(`/connectors/${client.id}/events/${event?.eventId}`);
    expect(event).toMatchObject({
      type: "user.created",
      tenant: "Acme",
      connector: client.id,
      resourceType: "User",
      resourceId: user.id,
      version: 1,
      actor: { kind: "credential", id: log.credentialId },
      resource: { id: user.id, userName: user.userName, displayName: "Ada", externalId: "a1" },
    });
    expect(event?.id).toBe(`${event?.eventId}.${event?.cursor}`);
  });

  test("of an update names the changed attributes with their old and new values", async () => {
    const client = await gateway.client();
    const { body: user } = await client.post(aUser({ displayName: "Ada", title: "Dr" }));
    const add = { op: "add", value: { displayName: "Ada L.", nickName: "A" } };
    await client.patch(user.id, aPatch(add, { op: "remove", path: "title" }));

    const [, event] = await allEvents(gateway, client.id);

    expect(event).toMatchObject({ type: "user.updated", version: 2 });
    expect(new Set(event?.changed)).toEqual(new Set(["displayName", "nickName", "title"]));
    expect(event?.difference).toEqual({
      displayName: { from: "Ada", to: "Ada L." },
      nickName: { to: "A" },
      title: { from: "Dr" },
    });
  });

  test("of a value too long to be kept twice has its name alone", async () => {
    const client = await gateway.client();
    const { body: user } = await client.post(aUser());
    const photos = manyPhotos(9);
    await client.patch(user.id, aPatch({ op: "add", path: "photos", value: photos }));

    const [, event] = await allEvents(gateway, client.id);

    expect(event).toMatchObject({ type: "user.updated", changed: ["photos"], difference: null });
  });

  test("leaves out what the connector no longer declares", async () => {
    const client = await gateway.client();
    const declare = (attributes: readonly object[]) =>
      gateway.admin(`/connectors/${client.id}/attributes`, { method: "PUT", body: { attributes } });
    await declare([{ name: "badge", type: "string" }]);
    const { body: user } = await client.post(aUser({ badge: "7" }));
    await declare([]);
    await client.put(user.id, aUser({ userName: user.userName, title: "Dr" }));

    const [, event] = await allEvents(gateway, client.id);

    expect(event?.changed).toEqual(["title"]);
    expect(event?.resource).not.toHaveProperty("badge");
  });

  test("tells switching off and on, deletion and restoration apart", async () => {
    const client = await gateway.client();
    const { body: user } = await client.post(aUser({ externalId: "a1" }));
    await client.patch(user.id, aPatch({ op: "replace", path: "active", value: false }));
    await client.patch(user.id, aPatch({ op: "replace", path: "active", value: true }));
    await client.remove(user.id);
    await client.post(aUser({ userName: user.userName, externalId: "a1", title: "Back" }));

    const events = await allEvents(gateway, client.id);

    expect(events.map(({ type }) => type)).toEqual([
      "user.created",
      "user.deactivated",
      "user.reactivated",
      "user.deleted",
      "user.restored",
    ]);
    expect(events[1]?.difference).toEqual({ active: { from: true, to: false } });
    expect(events[3]?.resource.userName).toBe(user.userName);
    expect(events[4]?.changed).toContain("title");
  });

  test("of a group leaves its members to events of their own, one for each real change", async () => {
    const groups = await openGroups(gateway);
    const ada = await groups.user({ displayName: "Ada" });
    const group = await groups.group();
    const rename = { op: "replace", path: "displayName", value: "Team" };
    await groups.patch(group, aPatch(rename, adding(ada)));
    await groups.patch(group, aPatch(adding(ada)));
    await groups.patch(group, aPatch(removing(ada)));

    const events = (await allEvents(gateway, groups.client.id)).slice(2);

    expect(events.map(({ type }) => type)).toEqual([
      "group.updated",
      "group.member_added",
      "group.member_removed",
    ]);
    expect(events[0]?.resource).toMatchObject({ displayName: "Team" });
    expect(events[0]?.resource.members).toBeUndefined();
    expect(events[0]?.changed).toEqual(["displayName"]);
    const member = { groupId: group, memberId: ada, memberType: "User", memberDisplay: "Ada" };
    expect(events[1]).toMatchObject({ ...member, version: 2 });
    expect(events[2]).toMatchObject({ ...member, version: 3 });
  });

  test("of a membership names the member as its own connector has it", async () => {
    const groups = await openGroups(gateway);
    const stranger = await gateway.client();
    // The same id in both, as after a restore of one connector's rows into another.
    for (const { id } of [stranger, groups.client]) await fillUsers(id, 1);
    const rename = aPatch({ op: "add", path: "displayName", value: "Another" });
    await stranger.patch(filled.id(0), rename);
    const group = await groups.group(filled.id(0));

    const events = await allEvents(gateway, groups.client.id);

    expect(events.map(({ type }) => type)).toEqual(["group.created", "group.member_added"]);
    const member = { groupId: group, memberId: filled.id(0) };
    expect(events[1]).toMatchObject({ ...member, memberDisplay: filled.userName(0) });
  });

  test("has the actor that its own connector's log names", async () => {
    const [client, stranger] = [await gateway.client(), await gateway.client()];
    await client.post(aUser());
    const [{ eventId, actor } = { eventId: "", actor: null }] = await allEvents(gateway, client.id);
    await env.DB.prepare(
      `INSERT INTO events (connector_id, op_id, at, method, path, status, latency_ms, credential_id, warnings)
       SELECT number, ?2, 0, 'POST', '/Users', 201, 1, 'foreign', '[]' FROM connectors WHERE id = ?1`,
    )
      .bind(stranger.id, eventId)
      .run();

    const events = await allEvents(gateway, client.id);

    expect(events.map((event) => event.actor)).toEqual([actor]);
  });

  test("has no actor once the event log has forgotten the request", async () => {
    const client = await gateway.client();
    await client.post(aUser());
    await env.DB.prepare("DELETE FROM events").run();

    const [event] = await allEvents(gateway, client.id);

    expect(event?.actor).toBeNull();
  });

  test("of the Bridge names its run", async () => {
    const client = await gateway.client();
    await client.post(aUser());
    await env.DB.prepare("UPDATE events SET method = 'BRIDGE', path = '/bridge/runs/r1'").run();

    const [event] = await allEvents(gateway, client.id);

    expect(event?.actor).toEqual({ kind: "bridge", runId: "r1" });
  });

  test("is not raised where nothing changed", async () => {
    const client = await gateway.client();
    const { body: user } = await client.post(aUser({ title: "Dr" }));
    await client.patch(user.id, aPatch({ op: "replace", path: "title", value: "Dr" }));
    await client.put(user.id, user);

    expect(await allEvents(gateway, client.id)).toHaveLength(1);
  });
});

describe("a reader", () => {
  test("gets every change of its connector once and in order, whatever the page size", async () => {
    const [one, other] = [await gateway.client(), await gateway.client()];
    const made: string[] = [];
    for (let n = 0; n < 11; n += 1) {
      made.push((await one.post(aUser())).body.id);
      await other.post(aUser());
    }

    for (const limit of [1, 3, 11, 100]) {
      const events = await allEvents(gateway, one.id, limit);
      expect(events.map(({ resourceId }) => resourceId)).toEqual(made);
    }
  });

  test("misses nothing and gets nothing twice while many write at once", async () => {
    const client = await gateway.client();
    const seen: string[] = [];
    let isWriting = true;
    const writers = Array.from({ length: 8 }, async () => {
      for (let n = 0; n < 10; n += 1) await client.post(aUser());
    });
    const written = Promise.all(writers).finally(() => {
      isWriting = false;
    });

    let query: Record<string, string | number> = { limit: 7 };
    for (let isLast = false; !isLast; ) {
      isLast = !isWriting;
      const { body } = await feedPage(gateway, client.id, query);
      seen.push(...body.items.map(({ resourceId }: { resourceId: string }) => resourceId));
      query = { limit: 7, after: body.next };
      isLast &&= !body.hasMore;
      // A loop that never rests keeps workerd's timers, and so whoever waits for one, from running.
      await TEST_CLOCK.sleep(0);
    }
    await written;

    const all = await allEvents(gateway, client.id);
    expect(seen).toEqual(all.map(({ resourceId }) => resourceId));
    expect(new Set(seen).size).toBe(80);
  });

  test("whose page is shortened by its bytes goes on behind it", async () => {
    const client = await gateway.client();
    const made: string[] = [];
    const photos = manyPhotos(25);
    for (let n = 0; n < 8; n += 1) made.push((await client.post(aUser({ photos }))).body.id);

    const { body } = await feedPage(gateway, client.id);

    // The sixth one would begin behind a million bytes.
    expect(body.items).toHaveLength(5);
    expect(body.hasMore).toBe(true);
    const events = await allEvents(gateway, client.id);
    expect(events.map(({ resourceId }) => resourceId)).toEqual(made);
  });

  test("of a quiet connector moves on with the others, and so stays young", async () => {
    const [quiet, busy] = [await gateway.client(), await gateway.client()];
    const { body: before } = await feedPage(gateway, quiet.id);
    await busy.post(aUser());

    const { body: after } = await feedPage(gateway, quiet.id, { after: before.next });

    expect(after).toMatchObject({ items: [], hasMore: false });
    expect(Number(after.next)).toBeGreaterThan(Number(before.next));
  });

  test("may begin at the end", async () => {
    const client = await gateway.client();
    await client.post(aUser());
    const { body: end } = await feedPage(gateway, client.id, { after: "latest", wait: 25 });
    const { body: user } = await client.post(aUser());

    const { body } = await feedPage(gateway, client.id, { after: end.next });

    expect(end).toMatchObject({ items: [], hasMore: false });
    expect(body.items).toMatchObject([{ type: "user.created", resourceId: user.id }]);
  });

  test("with a cursor older than what is kept gets 410, and one without a cursor the oldest kept", async () => {
    const client = await gateway.client();
    const first = await client.post(aUser());
    const { body: page } = await feedPage(gateway, client.id);
    const { body: second } = await client.post(aUser());
    await client.post(aUser());
    const [{ cursor } = { cursor: "" }] = page.items;
    await env.DB.prepare("DELETE FROM changes WHERE seq <= ?1")
      .bind(Number(cursor) + 1)
      .run();

    const lost = await feedPage(gateway, client.id, { after: cursor });
    const kept = await feedPage(gateway, client.id, { after: Number(cursor) + 1 });
    const fresh = await feedPage(gateway, client.id);

    expect(first.status).toBe(201);
    expect(lost.status).toBe(410);
    expect(lost.headers.get("Content-Type")).toBe("application/problem+json");
    expect(lost.body).toMatchObject({ title: "Gone", status: 410 });
    expect(kept.body.items).toHaveLength(1);
    expect(fresh.body.items).toEqual(kept.body.items);
    expect(fresh.body.items[0].resourceId).not.toBe(second.id);
  });

  test("with a cursor of another database gets 410", async () => {
    const client = await gateway.client();

    expect((await feedPage(gateway, client.id, { after: 123_456_789 })).status).toBe(410);
  });

  test.each([{ after: "-1" }, { after: "next" }, { limit: 0 }, { limit: 1001 }, { wait: 26 }])(
    "who asks for %j gets 400",
    async (query) => {
      const client = await gateway.client();

      expect((await feedPage(gateway, client.id, query)).status).toBe(400);
    },
  );
});

describe("a waiting reader", () => {
  /** A gateway whose clock moves only by sleeping; `meanwhile` happens in the third pause. */
  function steered(meanwhile: () => Promise<unknown>) {
    let now = Date.now();
    let pauses = 0;
    const sleep = async (ms: number) => {
      now += ms;
      pauses += 1;
      if (pauses === 3) await meanwhile();
    };
    const opened = openGateway({ clock: { now: () => now, sleep }, roundTripsMax: 40 });
    return { opened, pauses: () => pauses };
  }

  test("gets a change soon after it came", async () => {
    const client = await gateway.client();
    const { body: end } = await feedPage(gateway, client.id);
    const { opened, pauses } = steered(() => client.post(aUser()));

    const { status, body } = await feedPage(opened, client.id, { after: end.next, wait: 25 });

    expect(status).toBe(200);
    expect(body.items).toMatchObject([{ type: "user.created" }]);
    expect(pauses()).toBe(3);
  });

  test("gets 204 when nothing came, with a link to where to go on", async () => {
    const [client, other] = [await gateway.client(), await gateway.client()];
    const { body: end } = await feedPage(gateway, client.id);
    const { opened, pauses } = steered(() => other.post(aUser()));

    const answer = await feedPage(opened, client.id, { after: end.next, wait: 5 });

    expect(answer.status).toBe(204);
    expect(pauses()).toBe(5);
    const next = /after=(\d+)/.exec(answer.headers.get("Link") ?? "")?.[1];
    expect(Number(next)).toBe(Number(end.next) + 1);
  });

  test("looks with a handful of rows each time", async () => {
    const client = await gateway.client();
    const { body: end } = await feedPage(gateway, client.id);
    const { opened } = steered(async () => undefined);

    const { cost } = await feedPage(opened, client.id, { after: end.next, wait: 10 });

    expect(cost.roundTrips).toBe(12);
    expect(cost.rowsRead).toBeLessThanOrEqual(10 * 12);
  });
});

test("an alert whose answer got lost is raised once, and again for another connector", async () => {
  const [client, other] = [await gateway.client(), await gateway.client()];
  const raise = async ({ id }: { readonly id: string }) => {
    const text = "SELECT number FROM connectors WHERE id = ?";
    const connectorId = await env.DB.prepare(text).bind(id).first<ConnectorId>("number");
    if (connectorId === null) throw new Error("The connector was just made.");
    const alert: Alert = {
      connectorId,
      connector: id,
      eventId: "01990000-0000-7000-8000-000000000001",
      at: Date.now(),
      kind: "bridge.held",
      facts: { runId: "r1" },
      explanation: "Some switch-offs wait for you.",
      credentialId: null,
    };
    await env.DB.batch([...alertStatements(env.DB, alert)]);
  };

  for (const each of [client, client, other]) await raise(each);

  const alertsOf = async ({ id }: { readonly id: string }) =>
    (await allEvents(gateway, id)).map(({ alert }) => alert);
  expect([await alertsOf(client), await alertsOf(other)]).toEqual([
    ["bridge.held"],
    ["bridge.held"],
  ]);
});
