import { ScimError } from "./error.ts";
import { requireMatch } from "./etag.ts";
import { isJsonObject, type JsonValue, readMember } from "./json.ts";
import { applyPatch } from "./patch/apply.ts";
import { parsePatchRequest } from "./patch/parse.ts";
import { documentOf, type UserChange, type UserDirectory, type UserRecord } from "./ports.ts";
import { taken } from "./rehire.ts";
import { type Document, normaliseResource } from "./resource.ts";
import { USER } from "./schema/registry.ts";
import type { ConnectorSettings } from "./settings.ts";
import { deletedRecord, metaOf, replacedRecord, withActive } from "./user-record.ts";

/** What a write did: the user as it is now, and what was let pass in the request. */
export interface Written {
  readonly kind: "created" | "changed" | "unchanged" | "deleted";
  readonly user: UserRecord;
  readonly warnings: readonly string[];
}

/** DESIGN "The write path": a rival's write has the request decided again, so many times at most. */
export const DECISIONS_MAX = 10;

/** Replaces a user by the body of a PUT (RFC 7644 §3.5.1); undefined when there is no such user. */
export function replaceUser(
  directory: UserDirectory,
  id: string,
  body: JsonValue,
  ifMatch: string | undefined,
): Promise<Written | undefined> {
  return writeUser(directory, id, ifMatch, (before, settings) => {
    const { document, warnings } = normaliseResource(USER, body, settings);
    if (settings.strict) requireSameId(body, id);
    // Re-activating a leaver by a profile PUT that says nothing about active would be a hole.
    const wasActive = documentOf(before).active !== false;
    return updated(before, withActive(document, wasActive), warnings, directory.now);
  });
}

/** Changes a user by the body of a PATCH (RFC 7644 §3.5.2); undefined when there is no such user. */
export function patchUser(
  directory: UserDirectory,
  id: string,
  body: JsonValue,
  ifMatch: string | undefined,
): Promise<Written | undefined> {
  return writeUser(directory, id, ifMatch, (before, { strict }) => {
    const operations = parsePatchRequest(body, { strict });
    const readOnly = { id: before.id, meta: metaOf(before) };
    const context = { type: USER, strict, readOnly };
    const { document, warnings } = applyPatch(documentOf(before), operations, context);
    return updated(before, document, warnings, directory.now);
  });
}

/** Deletes a user as the connector's `deletion` says (SEMANTICS 4); undefined when there is no such user. */
export function removeUser(
  directory: UserDirectory,
  id: string,
  ifMatch: string | undefined,
): Promise<Written | undefined> {
  return writeUser(directory, id, ifMatch, (before, { deletion }) => {
    switch (deletion) {
      case "soft":
        return {
          change: { kind: "delete", before, after: deletedRecord(before, directory.now) },
          warnings: [],
        };
      case "hard":
        return { change: { kind: "erase", before }, warnings: [] };
      case "deactivate":
        return updated(before, { ...documentOf(before), active: false }, [], directory.now);
    }
  });
}

/** The refusal of a write that rivals kept overtaking: not a conflict of values, so the client repeats it. */
export function tooContended(): ScimError {
  return ScimError.status(
    503,
    "Other requests kept changing this resource at the same time. Send the request again.",
  );
}

type LaterChange = Exclude<UserChange, { kind: "create" }>;

/** What a request comes to; `change` is undefined when it changes nothing. */
interface Decision {
  readonly change: LaterChange | undefined;
  readonly warnings: readonly string[];
}

/** Reads, decides, commits; a rival's write in between has it read and decide again. */
async function writeUser(
  directory: UserDirectory,
  id: string,
  ifMatch: string | undefined,
  decide: (before: UserRecord, settings: ConnectorSettings) => Decision,
): Promise<Written | undefined> {
  for (let attempt = 1; attempt <= DECISIONS_MAX; attempt += 1) {
    const before = await directory.read(id);
    const settings = await directory.settings();
    if (before === undefined) return undefined;
    requireMatch(ifMatch, before.version);
    const { change, warnings } = decide(before, settings);
    if (change === undefined) return { kind: "unchanged", user: before, warnings };
    const outcome = await directory.commit([change], warnings);
    switch (outcome.kind) {
      case "committed":
        return writtenBy(change, warnings);
      case "uniqueness":
        throw taken(outcome.attribute);
      case "versionChanged":
        await directory.pause(attempt);
    }
  }
  throw tooContended();
}

function updated(
  before: UserRecord,
  document: Document,
  warnings: readonly string[],
  now: number,
): Decision {
  const after = replacedRecord(before, document, now);
  const isSame = after.documentText === before.documentText;
  return { change: isSame ? undefined : { kind: "update", before, after }, warnings };
}

function writtenBy(change: LaterChange, warnings: readonly string[]): Written {
  switch (change.kind) {
    case "update":
    case "restore":
      return { kind: "changed", user: change.after, warnings };
    case "delete":
      return { kind: "deleted", user: change.after, warnings };
    case "erase":
      return { kind: "deleted", user: change.before, warnings };
  }
}

function requireSameId(body: JsonValue, id: string): void {
  const sent = isJsonObject(body) ? readMember(body, "id") : undefined;
  if (sent === undefined || sent === id) return;
  throw ScimError.mutability(
    '"id" is chosen by the server; leave it out or send the one in the URL.',
  );
}
