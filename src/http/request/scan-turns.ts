import type { Context } from "hono";
import type { Config } from "#http/config.ts";
import { Refusal } from "#http/response/error.ts";
import { ScimError } from "#scim/error.ts";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { waitUntil } from "./wait-until.ts";

/** How often, and how long, a scan waits for the connector's one before: half a second at most. */
const WAITS_MAX = 20;
const WAIT_MS = 25;

/** D1 ends every query after 30 s: a turn that was not given back by then was lost with its request. */
const TURN_MS = 30_000;

/** The period of RATE_LIMIT_SCANS in wrangler.toml: after it, a connector is let in again. */
const SCANS_PERIOD_SECONDS = 10;

/**
 * One scan at a time for each connector: D1 answers one query after the other, and a tenant's scans
 * must not stand in a row before everybody's look-ups. It holds within an isolate, of which a region
 * has few; across them the binding RATE_LIMIT_SCANS bounds how many scans a connector gets.
 */
export class ScanTurns {
  private readonly busySince = new Map<ConnectorId, number>();

  constructor(private readonly clock: Clock) {}

  /** Runs a scan in its connector's turn; 429 where the one before does not end within half a second. */
  async run<T>(connectorId: ConnectorId, scan: () => Promise<T>): Promise<T> {
    for (let waits = 0; this.isBusy(connectorId); waits += 1) {
      if (waits === WAITS_MAX) throw busy();
      await this.clock.sleep(WAIT_MS);
    }
    const since = this.clock.now();
    this.busySince.set(connectorId, since);
    try {
      return await scan();
    } finally {
      if (this.busySince.get(connectorId) === since) this.busySince.delete(connectorId);
    }
  }

  private isBusy(connectorId: ConnectorId): boolean {
    const since = this.busySince.get(connectorId);
    // The clock may have been set back since.
    return since !== undefined && Math.abs(this.clock.now() - since) <= TURN_MS;
  }
}

/** Runs a scan of a connector in its turn; 429 where there were too many, or another does not end. */
export function scanInTurn<T>(
  { turns, config }: { readonly turns: ScanTurns; readonly config: Config },
  context: Pick<Context<{ Bindings: Env }>, "env" | "executionCtx">,
  connectorId: ConnectorId,
  scan: () => Promise<T>,
): Promise<T> {
  const running = turns.run(connectorId, async () => {
    await admitScan(context.env, config, connectorId);
    return await scan();
  });
  // A client that hangs up must not take the turn with it.
  waitUntil(context)(
    running.then(
      () => undefined,
      () => undefined,
    ),
  );
  return running;
}

async function admitScan(
  { RATE_LIMIT_SCANS }: Pick<Env, "RATE_LIMIT_SCANS">,
  { isRateLimited }: Config,
  connectorId: ConnectorId,
): Promise<void> {
  if (!isRateLimited) return;
  const { success } = await RATE_LIMIT_SCANS.limit({ key: String(connectorId) });
  if (!success) {
    throw refusal("This connector sends too many searches without an index.", SCANS_PERIOD_SECONDS);
  }
}

function busy(): Refusal {
  return refusal("Another search of this connector without an index is under way.", 1);
}

function refusal(what: string, retryAfterSeconds: number): Refusal {
  const detail = `${what} Repeat it in ${retryAfterSeconds} s, or add a term with "eq" on userName, displayName (of groups), externalId, id, emails.value, groups.value or members.value, joined by "and".`;
  return new Refusal(ScimError.status(429, detail), { "Retry-After": String(retryAfterSeconds) });
}
