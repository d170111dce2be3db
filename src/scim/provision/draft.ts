import { ScimError } from "./error.ts";
import type { JsonValue } from "./json.ts";
import type { ConnectorTerms } from "./ports.ts";
import { type NormalisedResource, normaliseResource } from "./resource.ts";
import type { ResourceType } from "./schema/attribute.ts";

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

/** A body as its connector reads it, where the draft is of `type`; throws the refusal that draftOf held back. */
export function finalOf(
  type: ResourceType,
  draft: NormalisedResource | undefined,
  body: JsonValue,
  terms: ConnectorTerms,
): NormalisedResource {
  const isFinal = draft !== undefined && !terms.strict && terms.type === type;
  return isFinal ? draft : normaliseResource(terms.type, body, terms);
}
