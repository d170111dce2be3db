import fc from "fast-check";
import { expect, test } from "vitest";
import { contradictions } from "#test/support/consistency.ts";
import { openGateway, type TestClient } from "#test/support/gateway.ts";
import {
  patchAttribute,
  postGroup,
  postUser,
  type SentOperation,
  statusesOf,
} from "#test/support/scim/bulk.ts";

const gateway = openGateway({ roundTripsMax: 200 });

/** Few names and few users, so that operations get into each other's way. */
const NAMES = ["n0", "n1", "n2", "n3", "n4"];
const name = fc.constantFrom(...NAMES);
const seat = fc.nat({ max: 2 });

/** An operation on one of the users that are there, whose ids stand at their seats. */
type Draft = (ids: readonly string[], position: number) => SentOperation;

const drafts: fc.Arbitrary<Draft> = fc.oneof(
  fc.tuple(name, fc.option(name), fc.option(name)).map(
    ([userName, externalId, mail]): Draft =>
      (_, position) => {
        const emails = mail === null ? [] : [{ value: `${mail}@b.c`, primary: true }];
        const members = { userName, emails, ...(externalId !== null && { externalId }) };
        return postUser(members, `b${position}`);
      },
  ),
  fc.tuple(seat, fc.constantFrom("userName", "externalId", "title"), name).map(
    ([at, attribute, value]): Draft =>
      (ids) => {
        return patchAttribute(`/Users/${ids[at]}`, attribute, value);
      },
  ),
  fc.tuple(seat, fc.boolean()).map(
    ([at, active]): Draft =>
      (ids) => {
        return patchAttribute(`/Users/${ids[at]}`, "active", active);
      },
  ),
  fc.tuple(seat, name).map(
    ([at, userName]): Draft =>
      (ids) => {
        return { method: "PUT", path: `/Users/${ids[at]}`, data: { userName } };
      },
  ),
  seat.map(
    (at): Draft =>
      (ids) => ({ method: "DELETE", path: `/Users/${ids[at]}` }),
  ),
  fc.tuple(name, seat).map(
    ([group, at]): Draft =>
      (ids, position) => {
        const { data } = postGroup(group, ids[at] ?? "");
        return { method: "POST", path: "/Groups", bulkId: `g${position}`, data };
      },
  ),
);

/** Sends each operation as a request of its own. */
async function sendSingly(client: TestClient, operations: readonly SentOperation[]) {
  const statuses: string[] = [];
  for (const { method, path, data } of operations) {
    const answer = await client.call(String(path), { method: String(method), body: data });
    statuses.push(String(answer.status));
  }
  return statuses;
}

/** A connector's users and groups, each member and group by its name. */
async function stateOf(client: TestClient): Promise<unknown> {
  const users = (await client.call("/Users")).body.Resources;
  const groups = (await client.call("/Groups")).body.Resources;
  const shown = [...users, ...groups].map(({ id: _, meta, ...resource }) => ({
    ...resource,
    version: meta.version,
    members: resource.members?.map(({ display }: { display: string }) => display).sort(),
    groups: resource.groups?.map(({ display }: { display: string }) => display).sort(),
  }));
  return shown.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** A client whose connector has two users, and their ids; the third seat stands for nobody. */
async function aClient(settings: object) {
  const client = await gateway.client({ settings });
  const ids: string[] = [];
  for (const userName of NAMES.slice(0, 2)) {
    const { body } = await client.post({ userName, externalId: userName });
    ids.push(body.id);
  }
  return { client, ids: [...ids, crypto.randomUUID()] };
}

const many = fc.array(drafts, { minLength: 2, maxLength: 12 });

test("a Bulk answers and leaves behind what its operations would as requests of their own", async () => {
  await fc.assert(
    fc.asyncProperty(many, fc.boolean(), async (made, uniqueExternalId) => {
      const one = await aClient({ uniqueExternalId });
      const other = await aClient({ uniqueExternalId });
      const operationsFor = (ids: readonly string[]) => made.map((draft, at) => draft(ids, at));

      const statuses = await sendSingly(one.client, operationsFor(one.ids));
      const body = { Operations: operationsFor(other.ids) };
      const answer = await other.client.call("/Bulk", { body });

      expect(statusesOf(answer)).toEqual(statuses);
      expect(await stateOf(other.client)).toEqual(await stateOf(one.client));
    }),
    { numRuns: 60 },
  );

  expect(await contradictions()).toEqual([]);
});
