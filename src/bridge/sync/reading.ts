import { type BridgeConfig, type BridgeSettings, markOfRules } from "../config/settings.ts";
import { chosenOf } from "../mapping/chosen.ts";
import { MAPPING_VERSION } from "../providers/map-record.ts";
import type { Run } from "../state/run.ts";

/** What decides which users a bridge sees and what it makes of them: a change of it calls for a full run. */
export function scopeOf(config: BridgeConfig): string {
  const { mapping, userNameFrom, ...others } = config.settings;
  const { intervalSeconds, fullIntervalSeconds, guard, groupGuard, membershipGuard, ...rest } =
    others;
  const { scope, onOutOfScope, ...sights } = rest;
  const { mark } = chosenOf(config);
  const parts = [MAPPING_VERSION, config.source, Object.entries(sights).sort()];
  const whom = scope === undefined ? [] : [{ scope, onOutOfScope }];
  const marks = [mark, markOfRules(config.rules)].filter((each) => each !== "");
  return JSON.stringify([...parts, ...marks, ...whom]);
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

/** What a run that begins now reads by. */
export function readingOf(config: BridgeConfig): Pick<Run, "scope" | "origin"> & {
  /** Whether the bridge provisions some people alone. */
  readonly isScoped: boolean;
} {
  const isScoped = config.settings.scope !== undefined;
  return { scope: scopeOf(config), origin: originOf(config), isScoped };
}
