import type { ResourceType } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import type { JsonValue } from "#scim/json.ts";
import type { ConnectorTerms } from "#scim/ports.ts";
import { type NormalisedResource, normaliseResource } from "#scim/resource/resource.ts";

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
