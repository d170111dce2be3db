import { afterEach, expect, test, vi } from "vitest";
import {
  contentOf,
  copyIn,
  copyStore,
  directoryOf,
  sourceOf,
} from "#test/support/changes/model-consumer.ts";
import { aPatch, aUser, openGateway } from "#test/support/gateway.ts";
import { seededRandom } from "#test/support/random.ts";
import { clientWithWebhooks, drain, openReceiver, steerTime } from "#test/support/receiver.ts";
import { openGroups } from "#test/support/scim/groups.ts";
import { randomPushes } from "#test/support/scim/random-pushes.ts";
import { catchUp } from "../../../packages/client/example/sync.ts";

// Applications that follow a connector whose brake holds switch-offs: whatever becomes of a held user, they see no
// switch-off before it is approved, and the directory in the end.

const roundTripsMax = 100;
const gateway = openGateway({ roundTripsMax });

afterEach(() => {
  vi.restoreAllMocks();
});

type Content = Awaited<ReturnType<typeof contentOf>>;

/** Versions and times move on without an event where nothing came of a switch-off. */
function withoutMeta({ resources, members }: Content) {
  const shown = [...resources].map(([id, resource]) => {
    const { meta: _, ...others } = Object(resource);
    return [id, others];
  });
  return { resources: new Map(shown as [string, object][]), members };
}

interface Item {
  readonly id: string;
  readonly userId: string;
}

test.each([1, 2])(
  "a copy sees no switch-off early, and equals the directory once all is decided (seed %d)",
  async (seed) => {
    const random = seededRandom(seed);
    const brake = { max: 0, percent: 0, mode: "hold" };
    const deletion = random() < 0.5 ? "soft" : "hard";
    const groups = await openGroups(gateway, { brake, deletion });
    const push = randomPushes(groups, random);
    const store = copyStore();
    const source = sourceOf(openGateway(), { connector: groups.client.id });
    const held = `/connectors/${groups.client.id}/held`;
    const heldItems = async (): Promise<readonly Item[]> =>
      (await gateway.admin(`${held}?limit=200`)).body.items;
    await catchUp(source, copyIn(store));

    let seen = 0;
    for (let round = 0; round < 12; round += 1) {
      for (let n = 0; n < 8; n += 1) await push();
      const some = (await heldItems()).filter(() => random() < 0.3).map(({ id }) => id);
      if (some.length > 0) {
        const what = random() < 0.5 ? "approve" : "reject";
        const { status } = await gateway.admin(`${held}/${what}`, { body: { ids: some } });
        expect(status).toBeLessThan(300);
      }
      const left = await heldItems();
      seen += left.length;
      await catchUp(source, copyIn(store), { limit: 7 });
      const { resources } = await contentOf(store);
      for (const { userId } of left) expect(resources.get(userId)).toMatchObject({ active: true });
    }
    const count = (await heldItems()).length;
    if (count > 0) {
      await gateway.admin(`${held}/approve`, { body: { runId: null, count } });
    }
    await catchUp(source, copyIn(store));

    expect(withoutMeta(await contentOf(store))).toEqual(withoutMeta(await directoryOf(source)));
    expect(seen).toBeGreaterThan(5);
  },
);

test("a webhook gets what is approved, in its place, and nothing of what is rejected", async () => {
  const time = steerTime();
  const receiver = openReceiver();
  const brake = { max: 0, percent: 0, mode: "hold" };
  const settings = { settings: { brake } };
  const eventTypes = ["user.updated", "user.deactivated", "user.deleted"];
  const { client, webhooks } = await clientWithWebhooks(gateway, [{ eventTypes }], settings);
  const ids: string[] = [];
  for (let n = 0; n < 3; n += 1) ids.push((await client.post(aUser())).body.id);
  const [approved, rejected, other] = ids;
  for (const id of [approved, rejected]) {
    await client.patch(id ?? "", aPatch({ op: "replace", path: "active", value: false }));
  }
  await client.patch(other ?? "", aPatch({ op: "replace", path: "title", value: "Dr" }));
  const received = async () => {
    await drain(time, webhooks);
    return receiver.received.map(({ text }) => {
      const { type, resourceId } = JSON.parse(text);
      return `${type} ${resourceId}`;
    });
  };

  expect(await received()).toEqual([`user.updated ${other}`]);
  const held = `/connectors/${client.id}/held`;
  await gateway.admin(`${held}/reject`, { body: { ids: [`push:${rejected}`] } });
  await gateway.admin(`${held}/approve`, { body: { ids: [`push:${approved}`] } });
  await client.remove(other ?? "");

  expect(await received()).toEqual([`user.updated ${other}`, `user.deactivated ${approved}`]);
});
