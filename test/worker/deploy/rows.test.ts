import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { createSource } from "#bridge/providers/create.ts";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { TestBridge } from "#test/support/bridge/world.ts";
import { feedPage } from "#test/support/changes/feed.ts";
import { aUser, openGateway } from "#test/support/gateway.ts";
import { clientWithWebhooks, drain, openReceiver, steerTime } from "#test/support/receiver.ts";

// What a later version wrote and this one does not know: this one may run beside it, or after it by a
// rollback.

const gateway = openGateway({ hasLaterRows: true });

afterEach(() => {
  vi.restoreAllMocks();
});

test("a setting of a later version changes nothing here, and is kept when another is changed", async () => {
  const client = await gateway.client();
  const set = "UPDATE connectors SET settings = json_set(settings, '$.later', 'on') WHERE id = ?1";
  await env.DB.prepare(set).bind(client.id).run();

  const changed = await client.changeSettings({ retentionDays: 7 });
  const created = await client.post(aUser());

  const text = "SELECT settings FROM connectors WHERE id = ?1";
  const stored = await env.DB.prepare(text).bind(client.id).first<string>("settings");
  expect([changed.status, created.status]).toEqual([200, 201]);
  expect(JSON.parse(stored ?? "")).toMatchObject({ later: "on", retentionDays: 7 });
});

test("a change of a kind that a later version has is passed on like any other", async () => {
  const time = steerTime();
  const { received } = openReceiver();
  const { client, webhooks } = await clientWithWebhooks(gateway, [{}]);
  await client.post(aUser());
  await env.DB.prepare(
    `INSERT INTO changes (event_id, connector_id, resource_type, resource_id, version, type, at, payload)
     SELECT event_id, connector_id, resource_type, resource_id, 2, 'user.merged', at, payload FROM changes
     WHERE connector_id = (SELECT number FROM connectors WHERE id = ?1)`,
  )
    .bind(client.id)
    .run();

  const { body } = await feedPage(gateway, client.id);
  const sets = await feedPage(gateway, client.id, { format: "set" });
  await drain(time, webhooks);

  const types = body.items.map(({ type }: { type: string }) => type);
  expect(types).toEqual(["user.created", "user.merged"]);
  expect(received.map((each) => each.body.type)).toEqual(types);
  expect([sets.status, sets.body.next]).toEqual([200, body.next]);
});

test("a bridge to a provider that a later version has fails its run, and changes nobody", async () => {
  const bridge = await TestBridge.open(new BridgeSource(manyPeople(3)));
  await bridge.due();
  const later = `UPDATE bridges SET config = replace(config, '"okta"', '"ldap"') WHERE connector_id = ?1`;
  await env.DB.prepare(later).bind(bridge.number).run();
  bridge.tools = toolsWithRealSources(bridge);

  await bridge.settleNext();

  const { state, nextSyncAt } = await bridge.calls.overview();
  expect(state).toBe("failed");
  expect(Date.parse(nextSyncAt ?? "")).toBeGreaterThan(bridge.now);
  expect((await bridge.users()).map(({ active }) => active)).toEqual([1, 1, 1]);
});

/** The bridge's tools, but for the source that its test put in the place of the providers'. */
function toolsWithRealSources(bridge: TestBridge): TestBridge["tools"] {
  const tools = bridge.tools();
  return () => ({ ...tools, createSource });
}
