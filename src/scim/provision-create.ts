import { ScimError } from "./error.ts";
import type { JsonValue } from "./json.ts";
import type { UserChange, UserDirectory, UserRecord } from "./ports.ts";
import { DECISIONS_MAX, tooContended, type Written } from "./provision.ts";
import { decideCreate, identityOf, taken } from "./rehire.ts";
import { type Document, type NormalisedResource, normaliseResource } from "./resource.ts";
import { USER } from "./schema/registry.ts";
import type { ConnectorSettings } from "./settings.ts";
import { newRecord, replacedRecord, withActive } from "./user-record.ts";

/**
 * Creates a user from the body of a POST (RFC 7644 §3.3), or restores the one it is (SEMANTICS 1).
 * The unique indexes alone decide races: a loser looks once more who won, and that is final.
 */
export async function createUser(directory: UserDirectory, body: JsonValue): Promise<Written> {
  const draft = draftOf(body);
  let hasLostRace = false;
  for (let attempt = 1; attempt <= DECISIONS_MAX; attempt += 1) {
    const candidates =
      draft === undefined ? [] : await directory.candidates(identityOf(draft.document));
    const settings = await directory.settings();
    const { document, warnings } = finalOf(draft, body, settings);
    const change = creation(candidates, document, settings, directory);
    const outcome = await directory.commit([change], warnings);
    switch (outcome.kind) {
      case "committed":
        return { kind: "created", user: change.after, warnings };
      case "uniqueness":
        if (hasLostRace) throw taken(outcome.attribute);
        hasLostRace = true;
        break;
      case "versionChanged":
        await directory.pause(attempt);
    }
  }
  throw tooContended();
}

/** The body as a lenient connector reads it; undefined where even that one refuses it. */
function draftOf(body: JsonValue): NormalisedResource | undefined {
  try {
    return normaliseResource(USER, body, { strict: false });
  } catch (error) {
    // The refusal is raised again once the caller's credential is known to be good.
    if (error instanceof ScimError) return undefined;
    throw error;
  }
}

function finalOf(
  draft: NormalisedResource | undefined,
  body: JsonValue,
  settings: ConnectorSettings,
): NormalisedResource {
  const isFinal = draft !== undefined && !settings.strict;
  return isFinal ? draft : normaliseResource(USER, body, settings);
}

function creation(
  candidates: readonly UserRecord[],
  given: Document,
  settings: ConnectorSettings,
  directory: UserDirectory,
): Extract<UserChange, { after: UserRecord }> {
  const document = withActive(given, true);
  const decision = decideCreate(candidates, document, settings);
  if (decision.kind === "create") {
    return { kind: "create", after: newRecord(directory.newId(), document, directory.now) };
  }
  const { before } = decision;
  const after = replacedRecord(before, document, directory.now);
  return { kind: before.deletedAt === undefined ? "update" : "restore", before, after };
}
