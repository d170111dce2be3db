import { setTimeout as sleep } from "node:timers/promises";
import type { RunView } from "#bridge/admin-views.ts";
import { ADMIN_TOKEN } from "./server-process.ts";

/** A connector whose bridge is asked over HTTP. */
export interface BridgeClient {
  readonly token: string;
  readonly configure: (origin: string, bridge: object) => Promise<void>;
  readonly sync: (origin: string) => Promise<string>;
  /** The newest run; undefined while the server is away or there was none. */
  readonly lastRun: (origin: string) => Promise<RunView | undefined>;
}

/** Makes a connector for a bridge. */
export async function createBridgeClient(origin: string): Promise<BridgeClient> {
  const created = await askAdmin(origin, "/connectors", "POST", { name: "Bridge" });
  const { connector, token } = created as { connector: { id: string }; token: { secret: string } };
  const path = `/connectors/${connector.id}/bridge`;
  return {
    token: token.secret,
    configure: async (at, bridge) => {
      await askAdmin(at, path, "PUT", bridge);
    },
    sync: async (at) => {
      const { runId } = (await askAdmin(at, `${path}/sync`, "POST", { mode: "full" })) as {
        runId: string;
      };
      return runId;
    },
    lastRun: async (at) => {
      try {
        const { items } = (await askAdmin(at, `${path}/runs?limit=1`, "GET")) as {
          items: RunView[];
        };
        return items[0];
      } catch {
        return undefined;
      }
    },
  };
}

/** Waits until the newest run is one that `isReached` says of, and gives it; throws where it failed. */
export async function waitForRun(
  bridge: BridgeClient,
  origin: string,
  isReached: (run: RunView) => boolean,
): Promise<RunView> {
  for (;;) {
    const run = await bridge.lastRun(origin);
    if (run?.state === "failed") {
      throw new Error(`The run failed: ${run.error}`);
    }
    if (run !== undefined && isReached(run)) return run;
    await sleep(50);
  }
}

async function askAdmin(
  origin: string,
  path: string,
  method: string,
  body?: object,
): Promise<unknown> {
  const answer = await fetch(`${origin}/admin/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, "Content-Type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
