import { expect } from "vitest";
import { aPatch, aUser, openGateway, type TestAnswer } from "#test/support/gateway.ts";
import { aBulk, patchAttribute, postGroup, postUser, statusesOf } from "#test/support/scim/bulk.ts";
import { filter, replace, type Sent, withAda } from "./bad-input.ts";
import { type HttpRow, refused, type World } from "./table.ts";

/** A Bulk takes as many round trips as its operations need. */
const forBulk = openGateway({ roundTripsMax: 30 });

/** Section H: another connector's resources are as those that nobody has. */
export const TENANCY_ROWS: readonly HttpRow[] = [
  ...refused(404, undefined, [
    [119, "GET of another connector's id", ofStranger("GET"), { after: asRandomId("GET") }],
    [120, "PUT of another connector's id", ofStranger("PUT"), { after: asRandomId("PUT") }],
    [121, "PATCH of another connector's id", ofStranger("PATCH"), { after: asRandomId("PATCH") }],
    [
      122,
      "DELETE of another connector's id",
      ofStranger("DELETE"),
      { after: asRandomId("DELETE") },
    ],
    [125, "a connector that does not exist", unknownConnector(), { form: "problem" }],
    [
      125,
      "users of a connector that does not exist",
      unknownConnector("/tokens"),
      { form: "problem" },
    ],
  ]),
  {
    row: 123,
    what: "a filter by another connector's id",
    sent: async () => filter(`id eq "${(await withAda()).id}"`),
    status: 200,
    body: { totalResults: 0, Resources: [] },
  },
  {
    row: 124,
    what: "a Bulk on another connector's id",
    sent: strangersBulk,
    status: 200,
    after: hasStatuses("404", "404", "404", "404"),
  },
];

/** Section I: Bulk. */
export const BULK_ROWS: readonly HttpRow[] = [
  ...refused(413, undefined, [
    [126, "1,001 operations", bulk(Array(1_001).fill({ method: "DELETE", path: "/Users/x" }))],
    [127, "more than 1 MB", bulk([postUser({ title: "x".repeat(1_048_576) })])],
  ]),
  {
    row: 128,
    what: "bulkIds in a circle",
    sent: bulk([postGroup("a", "bulkId:b"), postGroup("b", "bulkId:a")]),
    status: 200,
    after: hasStatuses("409", "409"),
  },
  {
    row: 129,
    what: "failOnErrors 1 and a bad second operation",
    sent: bulk([postUser(), postUser({ userName: "ada" }), postUser({ userName: "cyd" })], {
      failOnErrors: 1,
    }),
    status: 200,
    after: async (world, answer) => {
      hasStatuses("201", "409")(world, answer);
      expect((await world.client.find('userName eq "cyd"')).body.totalResults).toBe(0);
    },
  },
  {
    row: 130,
    what: "a Bulk in a Bulk",
    sent: bulk([{ method: "POST", path: "/Bulk", bulkId: "n", data: aBulk([postUser()]) }]),
    status: 200,
    body: { Operations: [{ status: "400", response: { scimType: "invalidSyntax" } }] },
  },
];

const BODIES: Readonly<Record<string, unknown>> = {
  PUT: aUser(),
  PATCH: aPatch(replace("title")),
};

function ofStranger(method: string) {
  return async (): Promise<Sent> => {
    const { id } = await withAda();
    return { method, path: `/Users/${id}`, body: BODIES[method] };
  };
}

/** The answer is that of an id which nobody has. */
function asRandomId(method: string) {
  return async ({ client }: World, answer: TestAnswer): Promise<void> => {
    const path = `/Users/${crypto.randomUUID()}`;
    const random = await client.call(path, { method, body: BODIES[method] });
    expect(answer.body).toEqual(random.body);
  };
}

function unknownConnector(path = ""): Sent {
  return { to: "admin", path: `/connectors/${crypto.randomUUID()}${path}` };
}

async function strangersBulk(): Promise<Sent> {
  const path = `/Users/${(await withAda()).id}`;
  return bulk([
    patchAttribute(path, "title", "x"),
    { method: "PUT", path, data: { userName: "ada" } },
    { method: "DELETE", path },
    { ...patchAttribute(path, "title", "x"), version: 'W/"1"' },
  ]);
}

function bulk(operations: Parameters<typeof aBulk>[0], members: object = {}): Sent {
  return { path: "/Bulk", body: aBulk(operations, members), through: forBulk };
}

function hasStatuses(...statuses: readonly string[]) {
  return (_world: World, answer: TestAnswer): void => expect(statusesOf(answer)).toEqual(statuses);
}
