import { BRIDGE_CREDENTIALS, unseal } from "#credentials/sealed.ts";
import type { StoredBridge } from "#store/bridges.ts";
import { MAPPING_VERSION } from "./mapping/map-record.ts";
import { BRIDGE_DEFAULTS, type BridgeConfig, type SourceCredentials } from "./settings.ts";
import type { Source } from "./source.ts";
import type { BridgeTools } from "./tools.ts";
import { RunBroken } from "./world.ts";

/** Reads a stored configuration; what a later version added takes its default. */
export function parseConfig(text: string): BridgeConfig {
  // Written by this program from a validated BridgeConfig.
  const { source, settings } = JSON.parse(text) as BridgeConfig;
  return { source, settings: { ...BRIDGE_DEFAULTS, ...settings } };
}

/** What decides which users a bridge sees and what it makes of them: a change of it calls for a full run. */
export function scopeOf({ source, settings }: BridgeConfig): string {
  const { intervalSeconds: _, fullIntervalSeconds: __, guard: ___, ...scope } = settings;
  return JSON.stringify([MAPPING_VERSION, source, Object.entries(scope).sort()]);
}

/** Opens the source of a bridge; its credentials are unsealed in memory alone. */
export async function openSource(
  tools: BridgeTools,
  connectorId: string,
  bridge: StoredBridge,
  onRequest: () => void,
): Promise<Source> {
  const { clock, newId, fetch, keyRing, createSource } = tools;
  const { source } = parseConfig(bridge.config);
  try {
    const boundTo = { connector: connectorId, field: BRIDGE_CREDENTIALS };
    const text = await unseal(keyRing(), bridge.credentials, boundTo);
    // Sealed by this program from validated credentials.
    const credentials = JSON.parse(text) as SourceCredentials;
    const { now, random } = clock;
    return createSource(source, credentials, { fetch, now, random, newId, onRequest });
  } catch {
    // The error may quote what was unsealed.
    throw new RunBroken(
      "The stored credentials cannot be used. Give the bridge its credentials again.",
    );
  }
}
