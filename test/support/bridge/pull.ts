import type { RunView } from "#bridge/admin-views.ts";
import type { BridgeSettings, Provider } from "#bridge/config/settings.ts";
import {
  createDirectory,
  type Directory,
  type DirectorySeed,
} from "#test/support/fake-directory/directory.ts";
import { createFakeProvider, type FakeProvider } from "#test/support/fake-directory/provider.ts";
import { FAKE_ORIGIN } from "#test/support/fake-directory/source-of.ts";
import { START, TestBridge } from "./world.ts";

export const PROVIDERS: readonly Provider[] = [
  "okta",
  "entra",
  "google",
  "onelogin",
  "jumpcloud",
  "scim",
];

/** A request as it left the gateway. */
export interface Outgoing {
  readonly url: URL;
  readonly init: RequestInit;
}

/** Answers a request in the provider's place; undefined leaves it to the provider. */
export type Interposed = (outgoing: Outgoing) => Promise<Response> | Response | undefined;

/** A bridge in a real Durable Object that pulls from a fake provider. */
export interface Pull {
  readonly provider: Provider;
  readonly bridge: TestBridge;
  readonly directory: Directory;
  readonly fake: FakeProvider;
  /** Everything that was sent, wherever to. */
  readonly sent: Outgoing[];
  /** Puts something between the gateway and the provider from now on. */
  readonly interpose: (interposed: Interposed) => void;
}

/** Opens a bridge to a provider with so many people, or with those that are named; no run was played yet. */
export async function openPull(
  provider: Provider,
  users: NonNullable<DirectorySeed["users"]>,
  settings: Partial<BridgeSettings> = {},
): Promise<Pull> {
  const directory = createDirectory({ users, clock: START });
  const fake = await createFakeProvider({ provider, directory });
  const sent: Outgoing[] = [];
  const state: { interposed: Interposed } = { interposed: () => undefined };
  const fetch = async (text: string, init: RequestInit) => {
    const outgoing = { url: new URL(text), init };
    sent.push(outgoing);
    return (await state.interposed(outgoing)) ?? fake.fetch(text, init);
  };
  const { credentials } = fake;
  const origin = { config: fake.source(FAKE_ORIGIN), credentials, tools: { fetch } };
  const bridge = await TestBridge.openAt(origin, settings);
  const interpose = (interposed: Interposed) => {
    state.interposed = interposed;
  };
  return { provider, bridge, directory, fake, sent, interpose };
}

/** The same after a first run. */
export async function openSynced(
  provider: Provider,
  users: NonNullable<DirectorySeed["users"]>,
  settings: Partial<BridgeSettings> = {},
): Promise<Pull> {
  const pull = await openPull(provider, users, settings);
  const { state, error } = await playOut(pull);
  if (state !== "succeeded") throw new Error(`The first run ${state}: ${error}`);
  return pull;
}

/** Plays what is due to the end of its run, however often that has to wait; gives the run. */
export async function playOut(pull: Pull): Promise<RunView> {
  const { bridge } = pull;
  await bridge.settle();
  for (let waits = 0; waits < 500; waits += 1) {
    const { lastRun, state } = await bridge.calls.overview();
    if (lastRun !== null && state !== "syncing" && state !== "pending") return lastRun;
    passTime(pull, Math.max(0, ((await bridge.alarmAt()) ?? 0) - bridge.now));
    await bridge.settle();
  }
  throw new Error("The run does not come to its end.");
}

/** Plays the run that is due next; an alarm before it only raises what has to be told by then. */
export async function playDue(pull: Pull): Promise<RunView> {
  const { nextSyncAt } = await pull.bridge.stub.overview();
  passTime(pull, Math.max(0, Date.parse(nextSyncAt ?? "") - pull.bridge.now));
  return await playOut(pull);
}

/** Lets an administrator ask for a full run after the interval, and plays it. */
export async function playFull(pull: Pull): Promise<RunView> {
  passTime(pull, 900_000);
  await pull.bridge.stub.sync("full");
  return await playOut(pull);
}

/** Moves the time of the bridge and of the provider on. */
export function passTime({ bridge, directory }: Pull, ms: number): void {
  bridge.now += ms;
  directory.apply({ op: "setClock", at: bridge.now });
}
