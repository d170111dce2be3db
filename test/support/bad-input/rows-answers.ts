import { expect, vi } from "vitest";
import type { Provider } from "#bridge/config/settings.ts";
import { BODY_BYTES_MAX } from "#bridge/source/http/exchange.ts";
import { openSynced, PROVIDERS, type Pull, playDue, playFull } from "#test/support/bridge/pull.ts";
import type { FaultKind } from "#test/support/fake-directory/faults.ts";
import { FAKE_ORIGIN } from "#test/support/fake-directory/source-of.ts";
import type { RowNumber, TriedRow } from "./table.ts";

const HALF_AN_HOUR_MS = 1_800_000;

/** Part of every address from which users come, and of no other. */
const USERS_PATH = "sers";

/** Section K, 154 to 158 and 167: answers that cannot be read. */
const UNREADABLE: readonly (readonly [RowNumber, string, Broken])[] = [
  [154, "truncated JSON", faulty("truncated")],
  [155, "HTML with 200", faulty("html")],
  [156, "500", faulty("serverError")],
  [157, "a connection that breaks", faulty("reset")],
  [157, "a connection that breaks in the answer", faulty("cut")],
  [158, "no answer", hanging],
  [167, "a page of 10 MB", faulty("hugePage")],
];

/** Section K: what a provider answers to the Bridge. */
export const ANSWER_ROWS: readonly TriedRow[] = [
  ...UNREADABLE.flatMap(([row, what, broken]) => [
    ...PROVIDERS.map((provider) => ({
      ...{ row, what: `${what}, by ${provider}` },
      run: () => changesNothing(provider, broken),
    })),
    { row, what: `${what} for the second page`, run: () => keepsTheFirstPage(broken) },
  ]),
  ...(["okta", "entra"] as const).map((provider) => ({
    ...{ row: 161, what: `a next link to another host, by ${provider}` },
    run: () => sendsNothingElsewhere(provider),
  })),
  { row: 167, what: "a page of 10 MB is not read to its end", run: readsNoMoreThan5Megabytes },
  ...PROVIDERS.map((provider) => ({
    ...{ row: 168, what: `401 ten times, by ${provider}` },
    run: () => disablesAtTheTenth(provider),
  })),
];

/** Makes all answers about users whose address holds a text bad ones. */
type Broken = (pull: Pull, path: string) => void;

function faulty(kind: FaultKind): Broken {
  return ({ fake }, path) => fake.faults.next(kind, { path, times: null });
}

/** The time of each request is over as soon as it hangs. */
function hanging({ interpose }: Pull, path: string): void {
  const timers = new Map<AbortSignal | null | undefined, AbortController>();
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    expect(ms).toBe(30_000);
    const timer = new AbortController();
    timers.set(timer.signal, timer);
    return timer.signal;
  });
  interpose(({ url, init }) => {
    if (!url.href.includes(path)) return undefined;
    timers.get(init.signal)?.abort(new DOMException("The operation timed out.", "TimeoutError"));
    return Promise.reject(init.signal?.reason);
  });
}

async function changesNothing(provider: Provider, broken: Broken): Promise<void> {
  const pull = await openSynced(provider, 3);
  pull.directory.apply({ op: "rename", person: 1, userName: "renamed@example.com" });
  pull.directory.apply({ op: "disable", person: 2 }, { op: "add", person: { userName: "new" } });
  const before = await stored(pull);
  broken(pull, USERS_PATH);

  const { state, error } = await playFull(pull);

  expect([state, error]).toEqual(["failed", expect.stringMatching(/\S/)]);
  expect(await stored(pull)).toEqual(before);
  await expectBackoff(pull);
}

/** OneLogin has 50 people on a page, and names the second one by a cursor. */
async function keepsTheFirstPage(broken: Broken): Promise<void> {
  const pull = await openSynced("onelogin", 60);
  pull.directory.apply({ op: "change", person: 3, set: { title: "First" } });
  pull.directory.apply({ op: "change", person: 55, set: { title: "Second" } });
  broken(pull, "cursor=");

  const { state, counts } = await playFull(pull);

  const documents = (await pull.bridge.users()).map(({ doc }) => doc);
  expect([state, counts.updated, counts.deactivated]).toEqual(["failed", 1, 0]);
  expect(documents.filter((doc) => doc.includes('"First"'))).toHaveLength(1);
  expect(documents.filter((doc) => doc.includes('"Second"'))).toHaveLength(0);
  await expectBackoff(pull);
}

async function sendsNothingElsewhere(provider: Provider): Promise<void> {
  // More than either has on a page.
  const pull = await openSynced(provider, 250);
  pull.fake.faults.next("foreignNext", { path: USERS_PATH, times: null });

  const { state, error } = await playFull(pull);

  expect([state, error]).toEqual(["failed", expect.stringContaining("Nothing was sent there")]);
  expect(new Set(pull.sent.map(({ url }) => url.origin))).toEqual(new Set([FAKE_ORIGIN]));
  await expectBackoff(pull);
}

async function readsNoMoreThan5Megabytes(): Promise<void> {
  const pull = await openSynced("okta", 3);
  const pulled: number[] = [];
  const chunk = new TextEncoder().encode(" ".repeat(65_536));
  pull.interpose(() => {
    const at = pulled.push(0) - 1;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled[at] = (pulled[at] ?? 0) + chunk.byteLength;
        controller.enqueue(chunk);
        if (pulled[at] >= 10_000_000) controller.close();
      },
    });
    return new Response(body, { headers: { "Content-Type": "application/json" } });
  });

  const { state } = await playFull(pull);

  // Half as many people each time, down to one: seven more pages; then ten tries in all.
  expect([state, pulled.length]).toEqual(["failed", 17]);
  // A stream is asked for one chunk ahead of its reader.
  expect(Math.max(...pulled)).toBeLessThanOrEqual(BODY_BYTES_MAX + 3 * chunk.byteLength);
}

async function disablesAtTheTenth(provider: Provider): Promise<void> {
  const pull = await openSynced(provider, 3);
  const before = await pull.bridge.users();
  pull.fake.faults.next("unauthorized", { path: USERS_PATH, times: null });
  const states = [await stateAfter(playFull(pull), pull)];

  while (states.length < 10) states.push(await stateAfter(playDue(pull), pull));

  expect(states).toEqual([...Array.from({ length: 9 }, () => "failed"), "disabled"]);
  expect(await pull.bridge.alarmAt()).toBeNull();
  expect(await pull.bridge.users()).toEqual(before);
}

async function stateAfter(played: Promise<unknown>, { bridge }: Pull): Promise<string> {
  await played;
  return (await bridge.stub.overview()).state;
}

/** The users with all that is known of them, and the change feed. */
async function stored({ bridge }: Pull): Promise<unknown> {
  return [await bridge.users(), await bridge.changes()];
}

/** The interval, doubled for the first failure; the tests' jitter is none. */
async function expectBackoff({ bridge }: Pull): Promise<void> {
  const nextSyncAt = new Date(bridge.now + HALF_AN_HOUR_MS).toISOString();
  const overview = await bridge.stub.overview();
  expect(overview).toMatchObject({ state: "failed", consecutiveFailures: 1, nextSyncAt });
  expect(await bridge.alarmAt()).toBe(bridge.now + HALF_AN_HOUR_MS);
}
