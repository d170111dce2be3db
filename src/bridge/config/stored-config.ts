import type { StoredBridge } from "#store/admin/bridges.ts";
import {
  BRIDGE_DEFAULTS,
  type BridgeChoice,
  type BridgeConfig,
  type BridgeSettings,
} from "./settings.ts";

/** Reads a stored configuration; what a later version added takes its default. */
export function parseChoice(text: string): BridgeChoice {
  // Written by this program from a validated BridgeChoice.
  const { source, settings } = JSON.parse(text) as BridgeChoice;
  return { source, settings: { ...BRIDGE_DEFAULTS, ...settings } };
}

/** What a bridge works by: its configuration, and the attributes that its connector declares. */
export function configOf({
  config,
  types,
  settings,
}: Pick<StoredBridge, "config" | "types" | "settings">): BridgeConfig {
  return { ...parseChoice(config), type: types.User, rules: settings };
}

/** A bridge as it would be with other settings. */
export function proposedConfig(
  config: BridgeConfig,
  proposed: Partial<BridgeSettings> | undefined,
): BridgeConfig {
  if (proposed === undefined) return config;
  return { ...config, settings: { ...BRIDGE_DEFAULTS, ...proposed } };
}
