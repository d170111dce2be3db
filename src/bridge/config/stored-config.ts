import { BRIDGE_CREDENTIALS, unseal } from "#credentials/sealed.ts";
import type { StoredBridge } from "#store/admin/bridges.ts";
import { askedProperties, chosenOf } from "../mapping/chosen.ts";
import { MAPPING_VERSION } from "../providers/map-record.ts";
import { RunBroken } from "../run/run-context.ts";
import { type KeepSourceMemory, keepSourceMemory } from "../source/memory.ts";
import type { Source, SourceTools } from "../source/source.ts";
import type { Run } from "../state/run.ts";
import type { BridgeTools } from "../tools.ts";
import {
  BRIDGE_DEFAULTS,
  type BridgeChoice,
  type BridgeConfig,
  type BridgeSettings,
  type SourceCredentials,
} from "./settings.ts";

/** Reads a stored configuration; what a later version added takes its default. */
export function parseChoice(text: string): BridgeChoice {
  // Written by this program from a validated BridgeChoice.
  const { source, settings } = JSON.parse(text) as BridgeChoice;
  return { source, settings: { ...BRIDGE_DEFAULTS, ...settings } };
}

/** What a bridge works by: its configuration, and the attributes that its connector declares. */
export function configOf({ config, types }: Pick<StoredBridge, "config" | "types">): BridgeConfig {
  return { ...parseChoice(config), type: types.User };
}

/** What decides which users a bridge sees and what it makes of them: a change of it calls for a full run. */
export function scopeOf(config: BridgeConfig): string {
  const { mapping, userNameFrom, ...others } = config.settings;
  const { intervalSeconds, fullIntervalSeconds, guard, groupGuard, membershipGuard, ...rest } =
    others;
  const { scope, onOutOfScope, ...sights } = rest;
  const { mark } = chosenOf(config);
  const parts = [MAPPING_VERSION, config.source, Object.entries(sights).sort()];
  const whom = scope === undefined ? [] : [{ scope, onOutOfScope }];
  return JSON.stringify([...parts, ...(mark === "" ? [] : [mark]), ...whom]);
}

/**
 * What the listings of a run under way depend on: after a change of it they begin anew. All else holds from
 * the run's next step on, and for whom it has passed already from the full run that follows.
 */
export function originOf({ source, settings }: BridgeConfig): string {
  const others = Object.entries(settings).filter(([name]) => !HOLDS_AT_ONCE.has(name));
  return JSON.stringify([source, others.sort()]);
}

const HOLDS_AT_ONCE: ReadonlySet<string> = new Set<keyof BridgeSettings>([
  "intervalSeconds",
  "fullIntervalSeconds",
  "guard",
  "groupGuard",
  "membershipGuard",
  "excluded",
  "onExcluded",
  "onOutOfScope",
  "onMissing",
  "matchByEmail",
  "rehire",
  "createInactive",
]);

/** A bridge as it would be with other settings. */
export function proposedConfig(
  config: BridgeConfig,
  proposed: Partial<BridgeSettings> | undefined,
): BridgeConfig {
  if (proposed === undefined) return config;
  return { ...config, settings: { ...BRIDGE_DEFAULTS, ...proposed } };
}

/** What a run that begins now reads by. */
export function readingOf(config: BridgeConfig): Pick<Run, "scope" | "origin"> & {
  /** Whether the bridge provisions some people alone. */
  readonly isScoped: boolean;
} {
  const isScoped = config.settings.scope !== undefined;
  return { scope: scopeOf(config), origin: originOf(config), isScoped };
}

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
