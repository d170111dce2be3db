import type { Context } from "hono";
import { findBridge, type StoredBridge } from "#store/bridges.ts";
import type { AppEnv } from "../services.ts";
import { type Ask, asker } from "./bridge-object.ts";
import { findOr404 } from "./connectors.ts";
import { Problem } from "./problem.ts";

/** A connector's bridge: its row, and its Durable Object to be asked through `ask`. */
export interface OpenBridge {
  readonly stored: StoredBridge;
  readonly ask: Ask;
}

/** Finds the bridge of the connector that a path names, or answers 404. */
export async function openBridge(context: Context<AppEnv>): Promise<OpenBridge> {
  const id = context.req.param("id") ?? "";
  const stored = await findBridge(context.env.DB, id);
  if (stored !== undefined) return { stored, ask: asker(context, id) };
  await findOr404(context, id);
  throw new Problem(404, "This connector has no bridge. Set one up with PUT …/bridge first.");
}
