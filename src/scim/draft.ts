import { ScimError } from "./error.ts";
import type { JsonValue } from "./json.ts";
import { type NormalisedResource, normaliseResource } from "./resource.ts";
import type { ResourceType } from "./schema/attribute.ts";
import type { ConnectorSettings } from "./settings.ts";

/**
 * A body as a lenient connector reads it, to know what to look up before the caller's connector is
 * known; undefined where even that one refuses it.
 */
export function draftOf(type: ResourceType, body: JsonValue): NormalisedResource | undefined {
  try {
    return normaliseResource(type, body, { strict: false });
  } catch (error) {
    // finalOf raises the refusal again, once the caller's credential is known to be good.
    if (error instanceof ScimError) return undefined;
    throw error;
  }
}

/** A body as its connector reads it; throws the refusal that draftOf held back. */
export function finalOf(
  type: ResourceType,
  draft: NormalisedResource | undefined,
  body: JsonValue,
  settings: ConnectorSettings,
): NormalisedResource {
  const isFinal = draft !== undefined && !settings.strict;
  return isFinal ? draft : normaliseResource(type, body, settings);
}
