import { expect, test } from "vitest";
import { WebhookWaker } from "#http/webhook-waker.ts";

/** A namespace whose pokes are answered when the test says so. */
function fakeWebhooks() {
  const poked: string[] = [];
  const answers: (() => void)[] = [];
  const getByName = () => ({
    poke: (id: string) => {
      poked.push(id);
      return new Promise<void>((resolve) => answers.push(resolve));
    },
  });
  // Of a namespace the waker calls getByName alone, of a stub poke.
  const webhooks = { getByName } as unknown as Env["WEBHOOK"];
  return { webhooks, poked, answerAll: () => answers.splice(0).forEach((answer) => void answer()) };
}

function openWaker() {
  let now = 0;
  const clock = { now: () => now, sleep: async () => {}, random: () => 0 };
  const waker = new WebhookWaker(clock);
  const fake = fakeWebhooks();
  const pending: Promise<void>[] = [];
  return {
    ...fake,
    wake: (...ids: readonly string[]) =>
      waker.wake({ WEBHOOK: fake.webhooks }, ids, (promise) => void pending.push(promise)),
    advance: (ms: number) => {
      now += ms;
    },
    /** Answers every poke until none is under way. */
    settle: async () => {
      let isDone = false;
      const all = Promise.all(pending).then(() => {
        isDone = true;
      });
      for (let turn = 0; !isDone && turn < 100; turn += 1) {
        fake.answerAll();
        await Promise.resolve();
      }
      await all;
    },
  };
}

test("each webhook of a write is poked", async () => {
  const { wake, poked, settle } = openWaker();

  wake("a", "b");
  await settle();

  expect(poked).toEqual(["a", "b"]);
});

test("many writes while a poke is under way make one more", async () => {
  const { wake, poked, settle } = openWaker();

  for (let write = 0; write < 20; write += 1) wake("a");
  await settle();

  expect(poked).toEqual(["a", "a"]);
});

test("a write after the poke was answered pokes again", async () => {
  const { wake, poked, settle } = openWaker();
  wake("a");
  await settle();

  wake("a");
  await settle();

  expect(poked).toEqual(["a", "a"]);
});

test("a poke that died with its request holds nobody back for long", () => {
  const { wake, poked, advance } = openWaker();
  wake("a");
  advance(4_999);
  wake("a");
  const before = poked.length;

  advance(1);
  wake("a");

  expect([before, poked.length]).toEqual([1, 2]);
});
