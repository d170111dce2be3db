import type { BridgeSettings, Provider } from "#bridge/config/settings.ts";
import { isJsonObject, type JsonObject } from "#scim/json.ts";
import { createFakeProvider } from "#test/support/fake-directory/provider.ts";
import { type Feed, RecordedDirectory } from "#test/support/fake-directory/recorded.ts";
import { FAKE_ORIGIN } from "#test/support/fake-directory/source-of.ts";
import { openGateway } from "#test/support/gateway.ts";
import { BridgeObserver, type Sight } from "./observer.ts";
import { START, TestBridge } from "./world.ts";

/** A file of test/fixtures/bridge; README.md there says what it means. */
export interface FixtureFile {
  readonly provider: Provider;
  readonly cases: readonly FixtureCase[];
}

/** One case: whole runs, one after the other, over one directory. */
export interface FixtureCase {
  readonly id: string;
  readonly title: string;
  readonly settings?: FixtureSettings;
  /** A list of users with their ids, or users by id. */
  readonly store?: readonly JsonObject[] | Readonly<Record<string, JsonObject>>;
  readonly steps: readonly FixtureStep[];
}

/** One whole run. */
export interface FixtureStep {
  readonly feed: Feed;
  readonly settings?: FixtureSettings;
  readonly records: readonly JsonObject[];
  readonly expect: readonly JsonObject[];
}

type FixtureSettings = Partial<BridgeSettings> & { readonly exclude?: readonly string[] };

/** One step's run as it was seen from outside: before it, after it, and what a dry run said of it. */
export interface Played {
  readonly step: FixtureStep;
  readonly before: Sight;
  readonly after: Sight;
  /** By source id, what the dry run gave as the reason. */
  readonly reasons: ReadonlyMap<string, string | null> | undefined;
  /** The ids here of the users of `store`. */
  readonly storeIds: ReadonlyMap<string, string>;
}

/** The time between two runs: less than a bridge waits by itself. */
const BETWEEN_MS = 60_000;

/** Plays a case by the real Durable Object over the provider's own wire format, step by step. */
export async function* playCase(
  provider: Provider,
  { settings, store = {}, steps }: FixtureCase,
): AsyncGenerator<Played> {
  const directory = new RecordedDirectory(START, provider === "jumpcloud");
  const fake = await createFakeProvider({ provider, directory });
  const { credentials, fetch } = fake;
  const config = fake.source(FAKE_ORIGIN);
  let current: FixtureSettings = settings ?? {};
  const bridge = await TestBridge.openAt({ config, credentials, tools: { fetch } });
  const storeIds = await pushAll(bridge, store);
  const observer = new BridgeObserver(bridge);
  for (const step of steps) {
    current = { ...current, ...step.settings };
    directory.play(step.feed, step.records);
    await bridge.configure(settingsOf(current));
    const isReasoned = step.feed === "full" && step.expect.some(({ why }) => why !== undefined);
    const reasons = isReasoned ? await observer.reasons() : undefined;
    const before = await observer.look();
    const run = await bridge.run(step.feed);
    yield { step, before, after: await observer.look(run), reasons, storeIds };
    bridge.now += BETWEEN_MS;
    directory.clock = bridge.now;
  }
}

/** The fixtures' defaults, smaller than the product's on purpose. */
function settingsOf({ exclude, ...others }: FixtureSettings): Partial<BridgeSettings> {
  return { guard: { max: 5, percent: 50, minBase: 8 }, excluded: exclude ?? [], ...others };
}

async function pushAll(
  { connector }: TestBridge,
  store: NonNullable<FixtureCase["store"]>,
): Promise<ReadonlyMap<string, string>> {
  const users = isList(store)
    ? store.map((body) => [String(body.id), body] as const)
    : Object.entries(store);
  const { scim } = openGateway();
  const ids = new Map<string, string>();
  for (const [id, { id: _, meta, ...body }] of users) {
    const schemas = ["urn:ietf:params:scim:schemas:core:2.0:User", ...extensionsOf(body)];
    const made = await scim("/Users", {
      token: connector.token,
      body: { ...body, schemas },
    });
    if (made.status !== 201) throw new Error(`The store's ${id} was refused: ${made.status}.`);
    ids.set(id, made.body.id);
  }
  return ids;
}

function isList(store: NonNullable<FixtureCase["store"]>): store is readonly JsonObject[] {
  return Array.isArray(store);
}

function extensionsOf(body: JsonObject): readonly string[] {
  return Object.keys(body).filter((name) => name.startsWith("urn:") && isJsonObject(body[name]));
}
