import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { v7 as uuidv7 } from "uuid";
import type { BridgeAnswer, RunView } from "#bridge/admin-views.ts";
import type { BridgeCalls } from "#bridge/calls.ts";
import type { BridgeSettings, SourceConfig, SourceCredentials } from "#bridge/config/settings.ts";
import { ConnectorBridge } from "#bridge/durable-object.ts";
import type { Source } from "#bridge/source/source.ts";
import type { BridgeTools } from "#bridge/tools.ts";
import { toolsOf } from "#bridge/worker-tools.ts";
import { parseKeyRing } from "#credentials/key-ring.ts";
import { BRIDGE_CREDENTIALS, seal } from "#credentials/sealed.ts";
import { findBridge, putBridge } from "#store/admin/bridges.ts";
import { findConnector } from "#store/admin/connectors.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { openGateway, type TestConnector } from "#test/support/gateway.ts";

/** Tests live in a far year, so that no alarm fires by itself: they fire each one. */
export const START = Date.parse("2040-01-01T00:00:00Z");

/** A bridge made for one test, over its own source, clock and database. */
export class TestBridge {
  now = START;
  /** Where the bridge's D1 goes; tests put counting or faulty ones here. */
  db: Database = env.DB;
  poked: string[] = [];
  newId: () => string = () => uuidv7();

  private constructor(
    readonly connector: TestConnector,
    readonly number: ConnectorId,
    private readonly origin: Origin,
  ) {
    ConnectorBridge.tools = () => this.tools();
  }

  /** Makes a connector with a bridge that knows of itself; no run was started yet. */
  static open(source: Source, settings: Partial<BridgeSettings> = {}): Promise<TestBridge> {
    const createSource = () => source;
    const fetch = () => Promise.reject(new Error("No test goes out."));
    return TestBridge.openAt({ ...OKTA, tools: { createSource, fetch } }, settings);
  }

  /** The same, for a provider that answers requests. */
  static async openAt(origin: Origin, settings: Partial<BridgeSettings> = {}): Promise<TestBridge> {
    const connector = await openGateway().connector();
    const found = await findConnector(env.DB, connector.id);
    if (found === undefined) throw new Error("The connector was not stored.");
    const bridge = new TestBridge(connector, found.number, origin);
    await bridge.configure(settings);
    return bridge;
  }

  /** Stores a configuration, and tells the object of it. */
  async configure(settings: Partial<BridgeSettings>): Promise<void> {
    const credentialsKind = this.origin.credentials.kind;
    const config = JSON.stringify({ source: this.origin.config, settings, credentialsKind });
    const ring = parseKeyRing(env.ENCRYPTION_KEYS);
    const text = JSON.stringify(this.origin.credentials);
    const boundTo = { connector: this.connector.id, field: BRIDGE_CREDENTIALS };
    const credentials = await seal(ring, text, boundTo);
    const found = await findConnector(env.DB, this.connector.id);
    if (found === undefined) throw new Error("The connector is gone.");
    const seen = (await findBridge(env.DB, this.connector.id))?.version;
    await putBridge(env.DB, found.number, { config, credentials }, { seen, now: this.now });
    await this.stub.configured(this.connector.id);
  }

  get stub() {
    return env.BRIDGE.getByName(this.connector.id);
  }

  /** The same object with the types of its own side: those of a stub make `never` of unknown members. */
  get calls(): BridgeCalls {
    // The class implements BridgeCalls, and a stub calls its methods.
    return this.stub as unknown as BridgeCalls;
  }

  /** The time of the alarm that is set. */
  async alarmAt(): Promise<number | null> {
    return await runInDurableObject(this.stub, (_, state) => state.storage.getAlarm());
  }

  /** Fires alarms that are due now; none is waited for. Gives how many fired. */
  async settle(alarmsMax?: number): Promise<number> {
    for (let fired = 0; fired < (alarmsMax ?? ALARMS_MAX); fired += 1) {
      const at = await this.alarmAt();
      // A next slice stands a millisecond ahead.
      if (at === null || at > this.now + 1) return fired;
      await runDurableObjectAlarm(this.stub);
    }
    if (alarmsMax !== undefined) return alarmsMax;
    throw new Error(`${ALARMS_MAX} alarms of the bridge were due, and there is no end to them.`);
  }

  /** Moves time on to the alarm that is set, and fires alarms until none is due. */
  async settleNext(): Promise<void> {
    this.now = Math.max(this.now, (await this.alarmAt()) ?? this.now);
    await this.settle();
  }

  /** Starts a run and plays it to its end. */
  async run(mode: "full" | "delta" = "full"): Promise<RunView> {
    const { runId } = okOf(await this.stub.sync(mode));
    await this.settle();
    return await this.view(runId);
  }

  /** Plays what is due, and gives the newest run. */
  async due(): Promise<RunView> {
    await this.settle();
    const [view] = await this.stub.runs(1, undefined);
    if (view === undefined) throw new Error("There was no run.");
    return view;
  }

  /** All that is held, as an administrator names it who has just looked. */
  async seen(): Promise<{ readonly runId: string; readonly count: number }> {
    const { runId, total } = await this.calls.held(1, undefined);
    return { runId: runId ?? "", count: total };
  }

  async view(runId: string): Promise<RunView> {
    const view = await this.stub.run(runId);
    if (view === null) throw new Error("There is no such run.");
    return view;
  }

  /** The users of the connector: id, version, active and userName by externalId. */
  async users(): Promise<readonly StoredPerson[]> {
    const text = `SELECT id, external_id AS externalId, name_key AS userName, active, version, doc FROM resources
      WHERE connector_id = ?1 AND type = 'User' AND deleted_at IS NULL ORDER BY external_id`;
    const { results } = await env.DB.prepare(text).bind(this.number).all<StoredPerson>();
    return results;
  }

  /** The change feed: type and the user's externalId, in order. */
  async changes(): Promise<readonly string[]> {
    const text = `SELECT type || ' ' || coalesce(payload ->> 'externalId', payload ->> 'alert', '') AS line
      FROM changes WHERE connector_id = ?1 ORDER BY seq`;
    const { results } = await env.DB.prepare(text).bind(this.number).all<{ line: string }>();
    return results.map(({ line }) => line);
  }

  /** What the object gets from the world. */
  tools(): BridgeTools {
    return {
      ...toolsOf(env),
      databases: { DB: this.db },
      clock: { now: () => this.now, sleep: async () => undefined, random: () => 0.5 },
      newId: () => this.newId(),
      wakeWebhook: async (id) => {
        this.poked.push(id);
      },
      ...this.origin.tools,
    };
  }
}

/** No test's bridge has so much to do at one time. */
const ALARMS_MAX = 1_000;

/** Where a test's bridge pulls from. */
export interface Origin {
  readonly config: SourceConfig;
  readonly credentials: SourceCredentials;
  readonly tools: Partial<BridgeTools>;
}

const OKTA: Omit<Origin, "tools"> = {
  config: { type: "okta", baseUrl: "https://example.okta.com" },
  credentials: { kind: "okta-token", apiToken: "secret" },
};

/** A user as a test looks at it. */
export interface StoredPerson {
  readonly id: string;
  readonly externalId: string | null;
  readonly userName: string;
  readonly active: number;
  readonly version: number;
  readonly doc: string;
}

/** The value of an answer that must not be a refusal. */
export function okOf<T>(answer: BridgeAnswer<T>): T {
  if (answer.kind === "refused") throw new Error(answer.detail);
  return answer.value;
}
