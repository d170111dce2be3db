import { BRIDGE_CREDENTIALS, unseal } from "#credentials/sealed.ts";
import type { StoredBridge } from "#store/admin/bridges.ts";
import type { BridgeConfig, SourceCredentials } from "../config/settings.ts";
import { configOf } from "../config/stored-config.ts";
import { askedProperties } from "../mapping/chosen.ts";
import { type KeepSourceMemory, keepSourceMemory } from "../source/memory.ts";
import type { Source, SourceTools } from "../source/source.ts";
import { RunBroken } from "../step/run-context.ts";
import type { BridgeTools } from "../tools.ts";

/**
 * Opens the source of a bridge; its credentials are unsealed in memory alone, and what the caller's object
 * remembers of the provider goes with them.
 */
export async function openSource(
  tools: BridgeTools,
  connectorId: string,
  bridge: StoredBridge,
  onRequest: () => void,
  memoryFor: KeepSourceMemory = keepSourceMemory(),
  config: BridgeConfig = configOf(bridge),
): Promise<Source> {
  const kept = { connectorId, credentials: undefined, sealed: bridge.credentials };
  // Other credentials or another address end what was remembered, tokens above all.
  const memory = memoryFor(JSON.stringify([bridge.credentials, config.source]));
  return await openProposed(tools, config, kept, { onRequest, memory });
}

/** What a source is opened with. */
export type SourceOpeningTools = Pick<
  BridgeTools,
  "clock" | "newId" | "fetch" | "keyRing" | "createSource"
>;

/** What proves a bridge that is stored, or that somebody would like to store. */
export interface ProposedCredentials {
  readonly connectorId: string;
  readonly credentials: SourceCredentials | undefined;
  /** Those that are stored, where none were given. */
  readonly sealed: string | undefined;
}

/** Opens the source of a configuration; throws RunBroken for credentials that cannot be used. */
export async function openProposed(
  tools: SourceOpeningTools,
  config: BridgeConfig,
  proposed: ProposedCredentials,
  more: Pick<SourceTools, "onRequest" | "memory">,
): Promise<Source> {
  const { clock, newId, fetch, createSource } = tools;
  try {
    const credentials = proposed.credentials ?? (await unsealed(tools, proposed));
    const { now, random } = clock;
    const extraProperties = askedProperties(config);
    const sourceTools = { fetch, now, random, newId, extraProperties, ...more };
    return createSource(config.source, credentials, sourceTools);
  } catch {
    // The error may quote what was unsealed.
    throw new RunBroken(
      "The stored credentials cannot be used. Give the bridge its credentials again.",
    );
  }
}

async function unsealed(
  { keyRing }: SourceOpeningTools,
  { connectorId, sealed = "" }: ProposedCredentials,
): Promise<SourceCredentials> {
  const place = { connector: connectorId, field: BRIDGE_CREDENTIALS };
  // Sealed by this program from validated credentials.
  return JSON.parse(await unseal(keyRing(), sealed, place)) as SourceCredentials;
}
