import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openReceiver, type Receiver } from "../../../packages/client/example/receiver.ts";

// The example receiver on node:sqlite, against a feed that is played to it.

const SECRET = `whsec_${btoa("0123456789abcdef0123456789abcdef")}`;

let folder: string;
let file: string;
let events: object[];
let asked: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scim-edge-receiver-"));
  file = join(folder, "copy.db");
  events = [];
  asked = [];
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Answers as the gateway would: the events behind the cursor, two at a time, and an empty directory. */
async function play(url: string): Promise<Response> {
  const { pathname, searchParams } = new URL(url);
  const after = searchParams.get("after") ?? "0";
  asked.push(`${pathname.split("/").at(-1)} ${after}`);
  if (!pathname.endsWith("/changes"))
    return Response.json({ items: [], next: null, hasMore: false, connector: null });
  if (after === "latest") return Response.json({ items: [], next: "0", hasMore: false });
  if (after === "old") return Response.json({ detail: "Read anew." }, { status: 410 });
  const rest = events.slice(Number(after));
  const items = rest.slice(0, 2);
  const next = String(Number(after) + items.length);
  return Response.json({ items, next, hasMore: rest.length > 2 });
}

/** The receiver as it starts on its file. */
function start(fetch: (url: string) => Promise<Response> = play): Receiver {
  const gateway = { origin: "https://scim.example.com", key: "t", fetch };
  return openReceiver({ gateway, connector: "k1", file, secrets: [SECRET] });
}

/** An event of a user's creation. */
function created(id: string): object {
  const resource = { id, userName: id, meta: { version: 'W/"1"' } };
  const connector = "k1";
  return {
    type: "user.created",
    connector,
    resourceType: "User",
    resourceId: id,
    version: 1,
    resource,
  };
}

/** The ids in a receiver's copy. */
function idsIn({ database }: Receiver): unknown[] {
  return database
    .prepare("SELECT id FROM copy_resources ORDER BY id")
    .all()
    .map(({ id }) => id);
}

test("a receiver follows the feed to its end and goes on there after a restart", async () => {
  events = ["u1", "u2", "u3"].map(created);
  const before = start();
  await before.catchUp();
  before.close();
  events.push(created("u4"));
  asked = [];

  const after = start();
  await after.catchUp();

  expect(asked).toEqual(["changes 3"]);
  expect(idsIn(after)).toEqual(["u1", "u2", "u3", "u4"]);
  after.close();
});

/** An event of the end or the beginning of a connector's directory. */
function told(type: string, connector: string): object {
  return { type, connector, users: "deactivate", userEvents: 0 };
}

/** The ids in a receiver's copy of memberships, as `group member`. */
function membersIn({ database }: Receiver): unknown[] {
  const members = database.prepare("SELECT group_id || ' ' || member_id AS one FROM copy_members");
  return members.all().map(({ one }) => one);
}

test.each(["connector.deleted", "connector.moved"])(
  "%s ends the copy of that connector's directory, and of no other one's",
  async (type) => {
    const group = (id: string, connector: string) => ({
      ...created(id),
      type: "group.created",
      resourceType: "Group",
      connector,
    });
    const added = (groupId: string, connector: string) => ({
      type: "group.member_added",
      connector,
      groupId,
      version: 2,
      memberId: "m",
      memberType: "User",
      time: "2026-01-01T00:00:00Z",
    });
    events = [
      created("u1"),
      { ...created("u2"), connector: "k2" },
      group("g1", "k1"),
      group("g2", "k2"),
      added("g1", "k1"),
      added("g2", "k2"),
      told(type, "k2"),
    ];
    const receiver = start();

    await receiver.catchUp();

    expect(idsIn(receiver)).toEqual(["g1", "u1"]);
    expect(membersIn(receiver)).toEqual(["g1 m"]);
    receiver.close();
  },
);

test("a connector that comes to the tenant has everything read anew, from the end of the feed at that moment", async () => {
  events = [created("u1")];
  const before = start();
  await before.catchUp();
  before.close();
  events.push(told("connector.joined", "k2"), created("u2"));
  const after = start(async (url) => {
    const { pathname, searchParams } = new URL(url);
    const isEnd = searchParams.get("after") === "latest";
    if (isEnd) return Response.json({ items: [], next: "2", hasMore: false });
    if (!pathname.endsWith("/users")) return await play(url);
    const user = { id: "u9", userName: "u9", meta: { version: 'W/"1"' } };
    return Response.json({ items: [user], next: null, hasMore: false, connector: "k2" });
  });

  await after.catchUp();

  expect(idsIn(after)).toEqual(["u2", "u9"]);
  after.close();
});

test("a receiver that dies in the middle of the feed loses nothing of it", async () => {
  events = ["u1", "u2", "u3"].map(created);
  let calls = 0;
  const failing = start(async (url) => {
    calls += 1;
    if (calls === 5) throw new Error("The network is gone.");
    return await play(url);
  });
  await expect(failing.catchUp()).rejects.toThrow("The network is gone.");
  expect(idsIn(failing)).toEqual(["u1", "u2"]);
  failing.close();

  const after = start();
  await after.catchUp();

  expect(idsIn(after)).toEqual(["u1", "u2", "u3"]);
  after.close();
});

test("a receiver whose cursor is too old reads the directory anew", async () => {
  const receiver = start();
  await receiver.catchUp();
  receiver.database.prepare("UPDATE copy_state SET value = 'old'").run();
  asked = [];

  await receiver.catchUp();

  expect(asked).toEqual(["changes old", "changes latest", "users 0", "groups 0", "changes 0"]);
  receiver.close();
});

test("a good delivery brings the copy up to date, and a forged one does nothing", async () => {
  const receiver = start();
  events = [created("u1")];
  const body = JSON.stringify(events[0]);
  const now = new Date();
  const headers = new Headers({
    "webhook-id": "evt_1",
    "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
    "webhook-signature": new Webhook(SECRET).sign("evt_1", now, body),
  });

  const forged = await receiver.takeDelivery(headers, `${body} `);
  const before = idsIn(receiver);
  const status = await receiver.takeDelivery(headers, body);

  expect([forged, status]).toEqual([400, 204]);
  expect(before).toEqual([]);
  expect(idsIn(receiver)).toEqual(["u1"]);
  receiver.close();
});
