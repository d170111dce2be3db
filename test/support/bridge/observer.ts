import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { PlannedStep, RunView } from "#bridge/admin-views.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "#scim/json.ts";
import { okOf, type TestBridge } from "./world.ts";

/** What can be seen of a bridge's work from outside. */
export interface Sight {
  /** The users of the connector, as they are stored, by id. */
  readonly users: ReadonlyMap<string, JsonObject>;
  /** The user ids by the source ids that they are linked to. */
  readonly links: ReadonlyMap<string, string>;
  /** The change feed since the look before, in its order. */
  readonly feed: readonly SeenEvent[];
  readonly run: RunView | undefined;
}

/** One event of the feed. */
export interface SeenEvent {
  readonly seq: number;
  readonly type: string;
  readonly userId: string;
  /** The user as the event tells it. */
  readonly user: JsonObject;
}

/** Looks at a bridge's connector: in D1, in the change feed and in the object's links. */
export class BridgeObserver {
  #seq = 0;

  constructor(private readonly bridge: TestBridge) {}

  async look(run?: RunView): Promise<Sight> {
    const users = await this.bridge.users();
    const feed = await this.#feed();
    this.#seq = feed.at(-1)?.seq ?? this.#seq;
    return {
      users: new Map(users.map(({ id, doc }) => [id, contentOf(parse(doc))])),
      links: await this.#links(),
      feed,
      run,
    };
  }

  /** What a dry run says of each source id as its reason. */
  async reasons(): Promise<ReadonlyMap<string, string | null>> {
    const { runId } = okOf(await this.bridge.stub.startPlan());
    // Only so far: a real run may be due as well.
    for (let alarms = 0; alarms < ALARMS_MAX; alarms += 1) {
      await runDurableObjectAlarm(this.bridge.stub);
      const plan = await this.bridge.calls.plan(runId);
      if (plan?.run.finishedAt != null) return reasonsOf(plan.steps);
    }
    throw new Error("The dry run does not end.");
  }

  async #feed(): Promise<readonly SeenEvent[]> {
    const text = `SELECT seq, type, resource_id AS userId, payload FROM changes
      WHERE connector_id = ?1 AND seq > ?2 AND resource_type = 'User' ORDER BY seq`;
    const { results } = await env.DB.prepare(text)
      .bind(this.bridge.number, this.#seq)
      .all<{ seq: number; type: string; userId: string; payload: string }>();
    return results.map(({ payload, ...event }) => ({ ...event, user: contentOf(parse(payload)) }));
  }

  async #links(): Promise<ReadonlyMap<string, string>> {
    return await runInDurableObject(this.bridge.stub, (_, { storage }) => {
      const rows = storage.sql.exec<{ sourceId: string; userId: string }>(
        "SELECT source_id AS sourceId, user_id AS userId FROM links",
      );
      return new Map([...rows].map(({ sourceId, userId }) => [sourceId, userId]));
    });
  }
}

/** No fixture's dry run takes more slices. */
const ALARMS_MAX = 20;

function reasonsOf(steps: readonly PlannedStep[]): ReadonlyMap<string, string | null> {
  return new Map(steps.map(({ sourceId, why }) => [sourceId ?? "", why]));
}

function parse(text: string): JsonObject {
  const value: JsonValue = JSON.parse(text);
  if (!isJsonObject(value)) throw new Error("The database holds no object there.");
  return value;
}

/** Without what the gateway itself puts to a user. */
function contentOf({ id, meta, schemas, ...content }: JsonObject): JsonObject {
  return content;
}
