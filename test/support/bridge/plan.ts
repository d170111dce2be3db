import type { BridgeSettings } from "#bridge/config/settings.ts";
import type { Operation } from "#bridge/plan/operation.ts";
import type { JsonObject } from "#scim/json.ts";
import type { BridgeMemory } from "./memory.ts";
import { oktaConfig, pushed } from "./people.ts";
import { aContext, runPage } from "./run.ts";

/** Plans a page of Okta's records with some settings of its own, and carries it out. */
export function plan(
  memory: BridgeMemory,
  records: readonly JsonObject[],
  settings: Partial<BridgeSettings> = {},
): Promise<readonly Operation[]> {
  return runPage(memory, records, aContext(oktaConfig(settings), memory));
}

/** A directory to which the bridge wrote these records. */
export async function managed(...records: readonly JsonObject[]): Promise<BridgeMemory> {
  const memory = pushed({});
  await plan(memory, records);
  return memory;
}

/** Changes what the bridge keeps of a user. */
export function relink(memory: BridgeMemory, sourceId: string, more: object): void {
  const link = memory.bySource.get(sourceId);
  if (link !== undefined) memory.bySource.set(sourceId, { ...link, ...more });
}
