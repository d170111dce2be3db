import { expect, test } from "vitest";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { TestBridge } from "#test/support/bridge/world.ts";
import { allEvents } from "#test/support/changes/feed.ts";
import {
  contentOf,
  copyIn,
  copyStore,
  directoryOf,
  sourceOf,
} from "#test/support/changes/model-consumer.ts";
import { aPatch, aUser, openGateway } from "#test/support/gateway.ts";
import { adding, aGroup } from "#test/support/scim/groups.ts";
import { catchUp } from "../../../packages/client/example/sync.ts";

// Push and Bridge write one feed.

const gateway = openGateway();

/** A bridge that has synced once, and how a client pushes to the same connector. */
async function syncedBridge() {
  const source = new BridgeSource(manyPeople(20));
  const bridge = await TestBridge.open(source);
  await bridge.due();
  const { id, token } = bridge.connector;
  const push = (path: string, body: unknown, method = "POST") =>
    gateway.scim(path, { token, body, method });
  return { source, bridge, id, push };
}

test("the events of a run name it, and those of a push its credential", async () => {
  const { source, bridge, id, push } = await syncedBridge();
  source.put({ id: "p0", title: "Dr" });
  const { runId } = await bridge.run();
  await push("/Users", aUser());

  const events = await allEvents(gateway, id);

  const [changed, pushed] = events.slice(-2);
  expect(changed).toMatchObject({
    type: "user.updated",
    actor: { kind: "bridge", runId },
    changed: ["title"],
    difference: { title: { to: "Dr" } },
  });
  expect(pushed).toMatchObject({ type: "user.created", actor: { kind: "credential" } });
});

test("a copy equals the directory that the Bridge and pushes wrote together", async () => {
  const { source, bridge, id, push } = await syncedBridge();
  const store = copyStore();
  const reader = sourceOf(gateway, { connector: id });
  await catchUp(reader, copyIn(store));
  const [first, second] = await bridge.users();
  const { body: pushed } = await push("/Users", aUser({ displayName: "Pushed" }));
  const { body: group } = await push("/Groups", aGroup());
  const members = adding(pushed.id, first?.id ?? "", second?.id ?? "");
  await push(`/Groups/${group.id}`, aPatch(members), "PATCH");
  source.put({ id: "p0", login: "renamed@example.com" }, { id: "p2", active: false });
  source.put({ id: "new", title: "Ms" });
  source.drop("p1");
  const run = await bridge.run();

  await catchUp(reader, copyIn(store), { limit: 3 });

  expect(run.state).toBe("succeeded");
  const copied = await contentOf(store);
  expect(copied).toEqual(await directoryOf(reader));
  expect(copied.resources.size).toBe(23);
  expect(copied.members).toHaveLength(3);
});
