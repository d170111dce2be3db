import { expect, test } from "vitest";
import { setClaims } from "#http/application/set.ts";
import { serviceProviderConfig } from "#scim/discovery.ts";
import { changeEvent, type StoredChange } from "#store/changes/event.ts";
import { CHANGE_TYPES } from "#store/schema.ts";

const parties = { issuer: "https://scim.example.com", audience: "feed" };

/** The claims of a change with the given members. */
function claimsOf(members: Partial<StoredChange>) {
  const row: StoredChange = {
    seq: 7,
    eventId: "event",
    resourceType: "Group",
    resourceId: "g1",
    version: 2,
    type: "group.updated",
    at: 1_700_000_000_000,
    payload: '{"schemas":["s"],"displayName":"Team","id":"g1","meta":{}}',
    difference: null,
    eventMethod: null,
    eventPath: null,
    credentialId: null,
    administrator: null,
    memberDisplay: null,
    ...members,
  };
  return setClaims(changeEvent(row, { connector: "k1", tenant: null }), parties);
}

const PATCH = "urn:ietf:params:scim:event:prov:patch:full";

test("a group's attribute that is gone is removed", () => {
  const difference = '{"urn:x:Group:room":{"from":"7"},"displayName":{"from":"A","to":"Team"}}';

  expect(claimsOf({ difference })?.events[PATCH]).toMatchObject({
    version: 'W/"2"',
    data: {
      Operations: [
        { op: "remove", path: "urn:x:Group:room" },
        { op: "replace", path: "displayName", value: "Team" },
      ],
    },
  });
});

test("a group's change whose values are not known replaces what the group has", () => {
  expect(claimsOf({})?.events[PATCH]).toMatchObject({
    data: { Operations: [{ op: "replace", value: { displayName: "Team" } }] },
  });
});

test("an alert is no event of SCIM", () => {
  const alert = { resourceType: "Connector", payload: '{"alert":"bridge.held"}' };

  expect(claimsOf({ type: "connector.alert", ...alert })).toBeUndefined();
});

test("the events that ServiceProviderConfig names are those that the changes of a feed become", () => {
  const [change, config] = [
    { resourceId: "r1", difference: null },
    { baseUrl: "https://scim.example.com/scim/v2", advertisePagination: true, staged: false },
  ];
  const payload = '{"schemas":["s"],"id":"r1","meta":{}}';
  const member = '{"groupId":"g1","memberId":"u1","memberType":"User"}';
  const claims = CHANGE_TYPES.map((type) =>
    claimsOf({ ...change, type, payload: type.startsWith("group.member_") ? member : payload }),
  );

  const told = new Set(claims.flatMap((each) => Object.keys(each?.events ?? {})));
  const named = serviceProviderConfig(config).securityEvents;

  expect(named).toMatchObject({ eventUris: expect.arrayContaining([...told]) });
  expect(named).toHaveProperty("eventUris.length", told.size);
});
