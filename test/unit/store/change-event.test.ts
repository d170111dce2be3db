import { describe, expect, test } from "vitest";
import { changeEvent, type StoredChange } from "#store/changes/event.ts";

/** A row of the outbox with what a test cares about. */
function aChange(members: Partial<StoredChange> = {}): StoredChange {
  return {
    seq: 7,
    eventId: "event",
    resourceType: "User",
    resourceId: "u1",
    version: 2,
    type: "user.updated",
    at: 1_700_000_000_000,
    payload: '{"userName":"ada","id":"u1"}',
    difference: '{"title":{"to":"Dr"}}',
    eventMethod: "PATCH",
    eventPath: "/scim/v2/Users/u1",
    credentialId: "c1",
    administrator: null,
    memberDisplay: null,
    ...members,
  };
}

const context = { connector: "k1", tenant: "Acme" };

test("an event says what happened where and when, and by whom", () => {
  expect(changeEvent(aChange(), context)).toEqual({
    id: "event.7",
    cursor: "7",
    type: "user.updated",
    time: "2023-11-14T22:13:20.000Z",
    tenant: "Acme",
    connector: "k1",
    eventId: "event",
    actor: { kind: "credential", id: "c1" },
    resourceType: "User",
    resourceId: "u1",
    version: 2,
    resource: { userName: "ada", id: "u1" },
    changed: ["title"],
    difference: { title: { to: "Dr" } },
  });
});

test("an event whose values were too long names the attributes alone", () => {
  const event = changeEvent(aChange({ difference: '["photos"]' }), context);

  expect(event).toMatchObject({ changed: ["photos"], difference: null });
});

test("an event without a difference has neither names nor values", () => {
  const event = changeEvent(aChange({ type: "user.created", difference: null }), context);

  expect(event).not.toHaveProperty("changed");
  expect(event).not.toHaveProperty("difference");
});

test("a membership has ids, type and display, and no resource", () => {
  const change = aChange({
    type: "group.member_added",
    resourceType: "Group",
    payload: '{"groupId":"g1","memberId":"u1","memberType":"User"}',
    difference: null,
    memberDisplay: "Ada",
  });

  const event = changeEvent(change, context);

  expect(event).toMatchObject({ groupId: "g1", memberId: "u1", memberType: "User" });
  expect(event).toMatchObject({ memberDisplay: "Ada", version: 2 });
  expect(event).not.toHaveProperty("resource");
});

test("an alert has its kind and its facts, and nobody did it", () => {
  const payload = '{"alert":"token.expiring","tokenId":"t1","days":7}';
  const change = aChange({ type: "connector.alert", payload, eventMethod: "ALERT" });

  const event = changeEvent(change, context);

  expect(event).toMatchObject({ alert: "token.expiring", facts: { tokenId: "t1", days: 7 } });
  expect(event.actor).toBeNull();
});

describe("the actor", () => {
  test("of a Bridge's write is its run", () => {
    const bridge = { eventMethod: "BRIDGE", eventPath: "/bridge/runs/r1", credentialId: null };

    const { actor } = changeEvent(aChange(bridge), context);

    expect(actor).toEqual({ kind: "bridge", runId: "r1" });
  });

  test("of a request that the event log has forgotten is nobody", () => {
    const pruned = { eventMethod: null, eventPath: null, credentialId: null };

    expect(changeEvent(aChange(pruned), context).actor).toBeNull();
  });
});
