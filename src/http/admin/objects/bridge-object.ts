import type { Context } from "hono";
import type { BridgeAnswer } from "#bridge/admin-views.ts";
import type { BridgeCalls } from "#bridge/calls.ts";
import { Problem } from "#http/admin/call/problem.ts";
import type { AppEnv } from "#http/request/services.ts";
import { bridgeObject } from "#store/placement.ts";

/**
 * Makes one call to the Durable Object. One that was reset or moved is asked again, through a new stub: a
 * broken one stays broken. 503 where it cannot be reached now.
 */
export type AskBridge = <T>(call: (bridge: BridgeCalls) => Promise<T>) => Promise<T>;

/** An object that is reset is back within moments. */
const ATTEMPTS_MAX = 3;
const PAUSE_STEP_MS = 50;

/** How to ask the bridge of a connector, whether or not it has one. */
export function asker(
  { env }: Pick<Context<AppEnv>, "env">,
  connectorId: string,
  pause: (ms: number) => Promise<unknown> = wait,
): AskBridge {
  return async (call) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        // The class ConnectorBridge has these methods; what they take and give is plain data.
        return await call(bridgeObject(env, connectorId) as unknown as BridgeCalls);
      } catch (error) {
        if (!isMarked(error, "retryable") && !isMarked(error, "overloaded")) throw error;
        // Whoever has too much to do is not asked once more.
        if (isMarked(error, "overloaded") || attempt === ATTEMPTS_MAX) throw unreachable();
        await pause(PAUSE_STEP_MS * attempt);
      }
    }
  };
}

/** What a call came to; its refusal becomes a problem. */
export function granted<T>(answer: BridgeAnswer<T>): T {
  if (answer.kind === "ok") return answer.value;
  throw new Problem(answer.status, answer.detail);
}

/** Tells the object of a bridge whose row was deleted; one that cannot be told finds out by itself. */
export async function tellBridgeOfEnd(
  context: Context<AppEnv>,
  connectorId: string,
): Promise<void> {
  try {
    await asker(context, connectorId)((bridge) => bridge.removed());
  } catch (error) {
    // Without its row it starts nothing; what it still remembers is found gone at its next alarm.
    const kind = error instanceof Error ? error.name : typeof error;
    console.error(JSON.stringify({ message: "bridge not told of its end", connectorId, kind }));
  }
}

function unreachable(): Problem {
  const detail = "The bridge cannot be reached right now. Repeat the call a little later.";
  return new Problem(503, detail, { "Retry-After": "2" });
}

/** Cloudflare marks errors of the transport: the object may be asked again, or has too much to do. */
function isMarked(error: unknown, mark: "retryable" | "overloaded"): boolean {
  if (typeof error !== "object" || error === null) return false;
  return mark === "retryable"
    ? "retryable" in error && error.retryable === true
    : "overloaded" in error && error.overloaded === true;
}

function wait(ms: number): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
