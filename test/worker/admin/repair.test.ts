import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import {
  aPatch,
  aUser,
  changeTypesOf,
  openGateway,
  TEST_CLOCK,
  type TestAnswer,
  type TestClient,
} from "#test/support/gateway.ts";
import { openGroups } from "#test/support/scim/groups.ts";

// What an administrator does for one user, past the provider.

const roundTripsMax = 10;
const gateway = openGateway({ roundTripsMax });

type Action = "restore" | "deactivate" | "activate";

function act(
  client: TestClient,
  id: string,
  action: Action,
  headers: Readonly<Record<string, string>> = {},
): Promise<TestAnswer> {
  const path = `/connectors/${client.id}/users/${id}/${action}`;
  return gateway.admin(path, { method: "POST", headers });
}

function list(client: TestClient, query: Readonly<Record<string, string>>, at = gateway) {
  return at.admin(`/connectors/${client.id}/users?${new URLSearchParams(query)}`);
}

/** A client whose connector had a user, who was deleted. */
async function withDeleted(members: object = {}, settings: object = {}) {
  const client = await gateway.client({ settings });
  const { body } = await client.post(aUser({ userName: "ada", ...members }));
  await client.remove(body.id);
  return { client, id: String(body.id), former: body };
}

describe("users by their state", () => {
  test("are the active, the inactive, or the deleted ones; without it all who are there", async () => {
    const { client, id } = await withDeleted();
    const { body: bob } = await client.post(aUser({ userName: "bob" }));
    const { body: eve } = await client.post(aUser({ userName: "eve", active: false }));
    const named = async (query: Readonly<Record<string, string>>) => {
      const { status, body } = await list(client, query);
      expect(status).toBe(200);
      return body.items.map((user: { id: string }) => user.id);
    };

    expect(await named({})).toEqual([bob.id, eve.id]);
    expect(await named({ state: "active" })).toEqual([bob.id]);
    expect(await named({ state: "inactive" })).toEqual([eve.id]);
    expect(await named({ state: "deleted" })).toEqual([id]);
    expect(await named({ state: "active", filter: 'userName eq "eve"' })).toEqual([]);
    expect(await named({ state: "inactive", filter: 'userName eq "eve" or title pr' })).toEqual([
      eve.id,
    ]);
  });

  test("say of the deleted ones when that was, and show the attributes asked for", async () => {
    const { client, id, former } = await withDeleted({ title: "Dr" });

    const { body } = await list(client, { state: "deleted", attributes: "title" });

    const { schemas } = former;
    expect(body.items).toEqual([{ schemas, id, title: "Dr", deletedAt: expect.any(String) }]);
  });

  test("leave out who was deleted too long ago to come back", async () => {
    const { client, id } = await withDeleted({}, { retentionDays: 3 });
    const at = (days: number) => {
      const now = () => Date.now() + days * 86_400_000;
      return openGateway({ roundTripsMax, clock: { ...TEST_CLOCK, now } });
    };
    const restoredAt = (days: number) =>
      at(days).admin(`/connectors/${client.id}/users/${id}/restore`, { method: "POST" });

    expect((await list(client, { state: "deleted" }, at(4))).body.items).toEqual([]);
    expect((await restoredAt(4)).status).toBe(404);
    expect((await list(client, { state: "deleted" }, at(2))).body.items).toHaveLength(1);
    expect((await restoredAt(2)).status).toBe(200);
  });

  test("are paged, each one once", async () => {
    const client = await gateway.client();
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const { body } = await client.post(aUser());
      ids.push(body.id);
      await client.remove(body.id);
      await client.post(aUser());
    }

    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const { body } = await list(client, { state: "deleted", limit: "2", cursor });
      seen.push(...body.items.map((user: { id: string }) => user.id));
      cursor = body.nextCursor;
    }

    expect(seen).toEqual(ids);
  });

  test.each([
    ["a state that is none", { state: "gone" }, "state"],
    ["a filter of deleted ones", { state: "deleted", filter: "title pr" }, "filter"],
  ])("refuse %s", async (_what, query, parameter) => {
    const { client } = await withDeleted();

    const { status, body } = await list(client, query);

    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ parameter }]);
  });

  test.each(['title pr) or (userName eq "bob"', "(", "title pr or"])(
    "refuse the filter %s, which is none by itself",
    async (filter) => {
      const { client } = await withDeleted();

      expect((await list(client, { state: "inactive", filter })).status).toBe(400);
    },
  );
});

describe("restore", () => {
  test("brings a deleted user back under its id, as it was, with user.restored", async () => {
    const { client, id, former } = await withDeleted({ title: "Dr", externalId: "e1" });

    const restored = await act(client, id, "restore");

    expect(restored).toMatchObject({
      status: 200,
      body: { id, userName: "ada", title: "Dr", externalId: "e1", active: true },
    });
    expect(restored.headers.get("ETag")).toBe(restored.body.meta.version);
    expect(restored.body.meta.created).toBe(former.meta.created);
    expect((await client.get(id)).body).toEqual(restored.body);
    expect(await changeTypesOf(id)).toEqual(["user.created", "user.deleted", "user.restored"]);
    expect((await list(client, { state: "deleted" })).body.items).toEqual([]);
  });

  test("lets the user be found by name, externalId and e-mail again", async () => {
    const emails = [{ value: "ada@a.com", type: "work" }];
    const { client, id } = await withDeleted({ externalId: "e1", emails });

    await act(client, id, "restore");

    for (const filter of ['userName eq "ADA"', 'externalId eq "e1"', 'emails eq "ada@a.com"']) {
      expect((await client.find(filter)).body.totalResults).toBe(1);
    }
  });

  test("is asked twice: the second time nothing changes", async () => {
    const { client, id } = await withDeleted();

    const first = await act(client, id, "restore");
    const second = await act(client, id, "restore");

    expect(second).toMatchObject({ status: 200, body: first.body });
    expect(await changeTypesOf(id)).toHaveLength(3);
  });

  test.each([
    ["the userName", {}, { userName: "ADA" }, "userName"],
    ["the userName, inactive", {}, { userName: "ada", active: false, externalId: "x" }, "userName"],
    [
      "the externalId, where it is unique",
      { uniqueExternalId: true },
      { externalId: "e1" },
      "externalId",
    ],
  ])(
    "is refused while somebody else has %s, and says who",
    async (_what, settings, other, attribute) => {
      const { client, id } = await withDeleted({ externalId: "e1" }, settings);
      const { body: holder } = await client.post(aUser(other));
      // Somebody of the same externalId may have been the one who came back.
      expect(holder.id).not.toBe(id);

      const { status, body } = await act(client, id, "restore");

      expect(status).toBe(409);
      expect(body.detail).toContain(holder.id);
      expect(body.detail).toContain(`its ${attribute} `);
      expect((await client.get(id)).status).toBe(404);
    },
  );

  test("shares an externalId where it need not be unique", async () => {
    const { client, id } = await withDeleted({ externalId: "e1" });
    await client.post(aUser({ externalId: "e1" }));

    expect((await act(client, id, "restore")).status).toBe(200);
  });

  test("attaches the user to groups that wait for it", async () => {
    const groups = await openGroups(gateway);
    const ada = await groups.user({ userName: "ada" });
    await groups.client.remove(ada);
    const group = await groups.group(ada);

    await act(groups.client, ada, "restore");

    const { body } = await groups.client.call(`/Groups/${group}`);
    expect(body.members).toMatchObject([{ value: ada }]);
  });
});

describe("deactivate and activate", () => {
  test("change the user as a PATCH of active would, once each", async () => {
    const client = await gateway.client();
    const { body: ada } = await client.post(aUser({ title: "Dr" }));

    const off = [await act(client, ada.id, "deactivate"), await act(client, ada.id, "deactivate")];
    const on = [await act(client, ada.id, "activate"), await act(client, ada.id, "activate")];

    for (const { status, body } of off) {
      expect([status, body.active, body.title, body.meta.version]).toEqual([
        200,
        false,
        "Dr",
        'W/"2"',
      ]);
    }
    for (const { status, body } of on) {
      expect([status, body.active, body.meta.version]).toEqual([200, true, 'W/"3"']);
    }
    const types = ["user.created", "user.deactivated", "user.reactivated"];
    expect(await changeTypesOf(ada.id)).toEqual(types);
    expect(on.at(-1)?.headers.get("ETag")).toBe('W/"3"');
  });

  test("hold until the provider says otherwise: its word wins", async () => {
    const client = await gateway.client();
    const { body: ada } = await client.post(aUser());
    await act(client, ada.id, "deactivate");

    const title = await client.patch(ada.id, aPatch({ op: "replace", path: "title", value: "Dr" }));
    const active = await client.patch(
      ada.id,
      aPatch({ op: "replace", path: "active", value: true }),
    );

    expect([title.body.active, active.body.active]).toEqual([false, true]);
  });

  test("find no deleted user", async () => {
    const { client, id } = await withDeleted();

    expect((await act(client, id, "deactivate")).status).toBe(404);
    expect((await act(client, id, "activate")).status).toBe(404);
  });
});

describe.each(["restore", "deactivate", "activate"] as const)("%s", (action) => {
  /** A user whom the action changes. */
  async function aUserFor() {
    const client = await gateway.client();
    const { body } = await client.post(aUser({ active: action !== "activate" }));
    if (action === "restore") await client.remove(body.id);
    const version = action === "restore" ? 'W/"2"' : 'W/"1"';
    return { client, id: String(body.id), version };
  }

  test("is an event in the log and the feed with the administrator's name", async () => {
    const { client, id } = await aUserFor();

    await act(client, id, action);

    const { body: log } = await gateway.admin(`/connectors/${client.id}/users/${id}/events`);
    const [event] = log.items;
    expect(event).toMatchObject({
      method: "POST",
      status: 200,
      actor: "admin token",
      resourceId: id,
    });
    expect(event.path).toBe(`/admin/v1/connectors/${client.id}/users/${id}/${action}`);
    const { body: feed } = await gateway.api(`/changes?connector=${client.id}`);
    const actor = { kind: "administrator", name: "admin token" };
    expect(feed.items.at(-1)).toMatchObject({ resourceId: id, eventId: event.id, actor });
  });

  test("heeds If-Match and If-None-Match", async () => {
    const { client, id, version } = await aUserFor();

    expect((await act(client, id, action, { "If-Match": 'W/"9"' })).status).toBe(412);
    expect((await act(client, id, action, { "If-None-Match": version })).status).toBe(412);
    expect((await act(client, id, action, { "If-Match": version })).status).toBe(200);
  });

  test("finds nobody of another connector, and no group", async () => {
    const { client, id } = await aUserFor();
    const other = await gateway.client();
    const { body: group } = await client.call("/Groups", { body: { displayName: "Team" } });

    expect((await act(other, id, action)).status).toBe(404);
    expect((await act(client, group.id, action)).status).toBe(404);
    expect((await act(client, crypto.randomUUID(), action)).status).toBe(404);
  });

  test("loses to no rival's write: one of two that meet changes the user", async () => {
    const { client, id } = await aUserFor();

    const answers = await Promise.all([1, 2, 3].map(() => act(client, id, action)));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const versions = new Set(answers.map(({ body }) => body.meta.version));
    expect(versions.size).toBe(1);
    const { results } = await env.DB.prepare("SELECT 1 FROM changes WHERE resource_id = ?1")
      .bind(id)
      .all();
    expect(results).toHaveLength(action === "restore" ? 3 : 2);
  });
});
