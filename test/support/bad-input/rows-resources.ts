import { expect } from "vitest";
import { CORE_GROUP, CORE_USER } from "#scim/schema/urns.ts";
import { aPatch, aUser, type TestAnswer } from "#test/support/gateway.ts";
import { post, put, type Sent, withAda } from "./bad-input.ts";
import { type HttpRow, refused, type World } from "./table.ts";

const STRICT = { settings: { strict: true } };
const REJECTING = { settings: { unknownMembers: "reject" } };

const UNKNOWN = "01890000-0000-7000-8000-000000000000";

/** Section F: POST, PUT and DELETE of users, and members of groups. */
export const RESOURCE_ROWS: readonly HttpRow[] = [
  ...refused(400, "invalidValue", [
    [93, "no userName", post({ schemas: [CORE_USER] })],
    [93, "userName null", post(aUser({ userName: null }))],
    [93, "no userName in a PUT", put({ schemas: [CORE_USER] })],
    [94, 'userName ""', post(aUser({ userName: "" }))],
    [95, 'userName "  "', post(aUser({ userName: "  " }))],
    [108, "another connector's user as a member, rejecting", strangersMember, REJECTING],
    [109, "a group as its own member", groupInItself],
  ]),
  ...refused(409, "uniqueness", [
    [96, "userName in another case", post(aUser({ userName: "ADA" }))],
    [97, "userName with a Kelvin sign", kelvinName],
    [98, "full-width userName", post(aUser({ userName: "ａｄａ" }))],
  ]),
  ...refused(400, "invalidSyntax", [
    [101, "schemas [], strict", post(aUser({ schemas: [] })), STRICT],
    [102, "an unknown schema only, strict", post(aUser({ schemas: ["urn:x"] })), STRICT],
  ]),
  ...refused(400, "mutability", [[105, "another id, strict", put(aUser({ id: UNKNOWN })), STRICT]]),
  ...refused(404, undefined, [
    [100, "an externalId as an id", externalIdAsId],
    [106, "PUT of an unknown id", { ...put(aUser()), path: `/Users/${UNKNOWN}` }],
    [110, "DELETE twice", deletedUser],
  ]),
  created(99, "id and meta", { id: UNKNOWN, meta: { version: "x" } }, { active: true }),
  created(101, "schemas []", { schemas: [] }, { schemas: [CORE_USER] }),
  created(102, "an unknown schema only", { schemas: ["urn:x"] }, { schemas: [CORE_USER] }),
  { ...created(103, "a password", { password: "canary-103" }, {}), after: isNowhere },
  created(
    104,
    "two primary e-mails",
    { emails: [aPrimary("a@b.c"), aPrimary("d@e.f")] },
    { emails: [{ value: "a@b.c", primary: false }, aPrimary("d@e.f")] },
  ),
  {
    row: 105,
    what: "another id",
    sent: put(aUser({ id: UNKNOWN, title: "x" })),
    status: 200,
    body: { title: "x" },
    after: ({ id }, { body }) => expect(body.id).toBe(id),
  },
  {
    ...created(107, "a script", { displayName: "<script>" }, { displayName: "<script>" }),
    headers: { "Content-Type": "application/scim+json", "X-Content-Type-Options": "nosniff" },
  },
  {
    row: 108,
    what: "another connector's user as a member",
    sent: strangersMember,
    status: 201,
    after: (_world, { body }) => expect(body.members ?? []).toEqual([]),
  },
];

/** A user who is created, whatever strange the body holds, under an id of the gateway's own. */
function created(row: number, what: string, members: object, body: object): HttpRow {
  return { row, what, sent: post(aUser({ ...members })), status: 201, body, after: hasOwnId };
}

function hasOwnId(_world: World, { body }: TestAnswer): void {
  expect(body.id).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(body.id).not.toBe(UNKNOWN);
}

async function isNowhere({ client }: World, { body }: TestAnswer): Promise<void> {
  const read = await client.get(body.id);
  expect(JSON.stringify([body, read.body])).not.toContain("canary-103");
}

function aPrimary(value: string) {
  return { value, primary: true };
}

async function kelvinName({ client }: World): Promise<Sent> {
  await client.post(aUser({ userName: "k@x" }));
  return post(aUser({ userName: "\u212A@x" }));
}

async function externalIdAsId({ client }: World): Promise<Sent> {
  const { body } = await client.post(aUser({ externalId: "1" }));
  expect(body.id).not.toBe("1");
  return { path: "/Users/1" };
}

async function deletedUser({ client, id }: World): Promise<Sent> {
  expect((await client.remove(id)).status).toBe(204);
  return { method: "DELETE", path: "/Users/{id}" };
}

function aGroup(...members: readonly string[]) {
  const values = members.map((value) => ({ value }));
  return { schemas: [CORE_GROUP], displayName: "Engineers", members: values };
}

async function strangersMember(): Promise<Sent> {
  const stranger = await withAda();
  return { ...post(aGroup(stranger.id)), path: "/Groups" };
}

async function groupInItself({ client }: World): Promise<Sent> {
  const { body } = await client.call("/Groups", { body: aGroup() });
  const operation = { op: "add", path: "members", value: [{ value: body.id }] };
  return { method: "PATCH", path: `/Groups/${body.id}`, body: aPatch(operation) };
}
