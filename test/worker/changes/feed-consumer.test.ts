import { abortAllDurableObjects } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import {
  contentOf,
  copyIn,
  copyStore,
  Died,
  directoryOf,
  mortalCopy,
  sourceOf,
} from "#test/support/changes/model-consumer.ts";
import { openGateway } from "#test/support/gateway.ts";
import { seededRandom } from "#test/support/random.ts";
import { openGroups } from "#test/support/scim/groups.ts";
import { randomPushes } from "#test/support/scim/random-pushes.ts";
import { catchUp } from "../../../packages/client/example/sync.ts";

// The model consumer: the example receiver's copy against the directory after random requests.

/** Requests for each seed; 5,000 in the long form, which takes a minute. */
const REQUESTS = 200;

const indefinitely = { roundTripsMax: 40 };

test.each([1, 2, 3])(
  "a copy that follows the feed equals the directory, with restarts of both sides (seed %d)",
  async (seed) => {
    const random = seededRandom(seed);
    const groups = await openGroups(openGateway(indefinitely));
    const push = randomPushes(groups, random);
    const store = copyStore();
    // An empty directory has nothing to read anew: all that the copy gets comes through the feed.
    const first = sourceOf(openGateway(), { connector: groups.client.id });
    await catchUp(first, copyIn(store));

    for (let done = 0; done < REQUESTS; ) {
      const count = Math.ceil(random() * 20);
      for (let n = 0; n < count; n += 1) await push();
      done += count;
      if (random() < 0.2) await abortAllDurableObjects();
      const source = sourceOf(openGateway(), { connector: groups.client.id });
      const limit = Math.ceil(random() * 30);
      await catchUp(source, mortalCopy(store, random), { limit }).catch(orRise);
    }
    const source = sourceOf(openGateway(), { connector: groups.client.id });
    await catchUp(source, copyIn(store));

    const [copied, directory] = [await contentOf(store), await directoryOf(source)];
    expect(copied).toEqual(directory);
    expect(directory.resources.size).toBeGreaterThan(20);
    expect(directory.members.length).toBeGreaterThan(5);
  },
);

test("a copy made by reading a directory that changes meanwhile equals it in the end", async () => {
  const random = seededRandom(4);
  const groups = await openGroups(openGateway(indefinitely));
  const push = randomPushes(groups, random);
  for (let n = 0; n < 60; n += 1) await push();
  const store = copyStore();
  const still = sourceOf(openGateway(), { connector: groups.client.id });
  const send = still.gateway.fetch;
  const busy = {
    ...still,
    gateway: {
      ...still.gateway,
      fetch: async (url: string, init: RequestInit) => {
        await push();
        return (await send?.(url, init)) ?? new Response();
      },
    },
  };

  await catchUp(busy, copyIn(store));
  await catchUp(still, copyIn(store));

  expect(await contentOf(store)).toEqual(await directoryOf(still));
});

test("a copy that slept longer than changes are kept reads the directory anew", async () => {
  const random = seededRandom(5);
  const groups = await openGroups(openGateway(indefinitely));
  const push = randomPushes(groups, random);
  const store = copyStore();
  const source = sourceOf(openGateway(), { connector: groups.client.id });
  await push();
  await catchUp(source, copyIn(store));
  for (let n = 0; n < 40; n += 1) await push();
  await env.DB.prepare("DELETE FROM changes").run();

  await catchUp(source, copyIn(store));

  expect(await contentOf(store)).toEqual(await directoryOf(source));
});

function orRise(error: unknown): void {
  if (!(error instanceof Died)) throw error;
}
