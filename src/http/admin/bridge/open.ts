import type { Context } from "hono";
import { expectedVersion } from "#http/admin/call/preconditions.ts";
import { Problem } from "#http/admin/call/problem.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import { type AskBridge, asker } from "#http/admin/objects/bridge-object.ts";
import type { AppEnv } from "#http/request/services.ts";
import { findBridge, type StoredBridge } from "#store/admin/bridges.ts";
import { centralDatabase } from "#store/databases.ts";

/** A connector's bridge: its row, and its Durable Object to be asked through `ask`. */
export interface OpenBridge {
  readonly stored: StoredBridge;
  /** The version that a call may go by: see expectedVersion; undefined for any, and for a call that reads. */
  readonly seen: number | undefined;
  readonly ask: AskBridge;
}

/** Finds the bridge of the connector that a path names; 404 where there is none, 412 where it was changed. */
export async function openBridge(context: Context<AppEnv>): Promise<OpenBridge> {
  const id = context.req.param("id") ?? "";
  const stored = await findBridge(centralDatabase(context.env), id);
  if (stored !== undefined) {
    const seen = isReading(context) ? undefined : expectedVersion(context, stored.version);
    return { stored, seen, ask: asker(context, id) };
  }
  await findOr404(context, id);
  throw new Problem(404, "This connector has no bridge. Set one up with PUT …/bridge first.");
}

function isReading({ req }: Context<AppEnv>): boolean {
  return req.method === "GET" || req.method === "HEAD";
}
