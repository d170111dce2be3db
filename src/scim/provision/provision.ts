import type { ResourceType } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import { isJsonObject, type JsonValue } from "#scim/json.ts";
import { applyPatch } from "#scim/patch/apply.ts";
import { parsePatchRequest } from "#scim/patch/parse.ts";
import {
  type CommitOutcome,
  type ConnectorTerms,
  type Directory,
  documentOf,
  type ResourceChange,
  type ResourceRecord,
  type TypeName,
  type UniqueKey,
} from "#scim/ports.ts";
import { requireMatch } from "#scim/resource/etag.ts";
import { identityOf } from "#scim/resource/identity.ts";
import { deletedRecord, metaOf, replacedRecord, withActive } from "#scim/resource/record.ts";
import { type Document, normaliseResource, refuseEmptying } from "#scim/resource/resource.ts";
import { keepCreateOnly, keptWarnings } from "#scim/rules/create-only.ts";
import { requireAllowedDomains } from "#scim/rules/domains.ts";
import { tryOptimistic } from "./optimistic.ts";
import { refuseClaim, taken, takenBy, takenFrom } from "./rehire.ts";

/** What a write did: the resource as it is now, and what was let pass in the request. */
export interface Written {
  readonly kind: "created" | "changed" | "unchanged" | "deleted";
  readonly record: ResourceRecord;
  readonly warnings: readonly string[];
}

/** A rival's write has the request decided again, so many times at most. */
export const DECISIONS_MAX = 10;

/** Replaces a user by the body of a PUT (RFC 7644 §3.5.1); undefined when there is no such user. */
export function replaceUser(
  directory: Directory,
  id: string,
  body: JsonValue,
  ifMatch: string | undefined,
): Promise<Written | undefined> {
  const { now } = directory;
  return writeResource(directory, id, ifMatch, (before, terms) => {
    const { type, strict } = terms;
    const { document, warnings, hollow } = normaliseResource(type, body, terms);
    refuseEmptying(hollow, documentOf(before));
    if (strict) requireSameId(body, id);
    // Re-activating a leaver by a profile PUT that says nothing about active would be a hole.
    const wasActive = documentOf(before).active !== false;
    return pushed(before, withActive(document, wasActive), warnings, { terms, now });
  });
}

/** Changes a user by the body of a PATCH (RFC 7644 §3.5.2); undefined when there is no such user. */
export function patchUser(
  directory: Directory,
  id: string,
  body: JsonValue,
  ifMatch: string | undefined,
): Promise<Written | undefined> {
  const { now, steps } = directory;
  return writeResource(directory, id, ifMatch, (before, terms) => {
    const { type, strict } = terms;
    const operations = parsePatchRequest(body, { strict });
    const readOnly = { id: before.id, meta: metaOf(before) };
    const context = { type, strict, readOnly, steps };
    const { document, warnings } = applyPatch(documentOf(before), operations, context);
    return pushed(before, document, warnings, { terms, now });
  });
}

/**
 * Deletes a user as the connector's `deletion` says, a group for good; undefined when
 * there is no such resource.
 */
export function removeResource(
  directory: Directory,
  id: string,
  ifMatch: string | undefined,
): Promise<Written | undefined> {
  const { now } = directory;
  return writeResource(directory, id, ifMatch, (before, { type, deletion }) => {
    const after = deletedRecord(before, now);
    switch (before.type === "User" ? deletion : "hard") {
      case "soft":
        return { change: { kind: "delete", before, after }, warnings: [] };
      case "hard":
        return { change: { kind: "erase", before, after }, warnings: [] };
      case "deactivate":
        return updated(before, { ...documentOf(before), active: false }, [], { type, now });
    }
  });
}

/** The 404 for an id that names no live resource of the caller's connector. */
export function noSuchResource(type: TypeName, id: string): ScimError {
  const noun = type.toLowerCase();
  return ScimError.status(404, `This connector has no ${noun} with that id.`).explainedBy(
    (quote) =>
      `The client asked for the ${noun} with the id ${quote(id)}, which this connector does not have: it was deleted, or the client has the id from elsewhere. Look at the events of that id; if the ${noun} should be here, have the provider forget the id and match again.`,
  );
}

/** The refusal of a write that rivals kept overtaking: not a conflict of values, so the client repeats it. */
export function tooContended(): ScimError {
  return ScimError.status(
    503,
    "Other requests kept changing this resource at the same time. Send the request again.",
  );
}

/**
 * The refusal of a write whose key turned out to be held when it was stored: one look at who holds it,
 * which only such a write costs, lets the event log name the holder.
 */
export async function refuseTaken(
  { type, candidates }: Directory,
  key: UniqueKey,
  { kind, after }: ResourceChange,
): Promise<ScimError> {
  const wanted = identityOf(type, documentOf(after));
  const others = (await candidates(wanted)).filter(
    ({ id, deletedAt }) => id !== after.id && deletedAt === undefined,
  );
  const holder = others.find((record) => {
    const held = identityOf(type, documentOf(record));
    return key === "name"
      ? held.nameKey === wanted.nameKey
      : held.externalId !== undefined && held.externalId === wanted.externalId;
  });
  if (kind !== "create") return takenFrom(type, key, after, holder);
  return holder === undefined ? taken(type, key) : takenBy(type, key, holder, documentOf(after));
}

/** The refusal of a group that would contain itself, or be nested too deeply. */
export function refuseCycle(): ScimError {
  return ScimError.invalidValue(
    "The group would be its own member through other groups, or be nested more than 32 deep.",
  );
}

/** Refuses a body that names another id than the URL, where the connector is strict. */
export function requireSameId(body: JsonValue, id: string): void {
  const members = isJsonObject(body) ? Object.entries(body) : [];
  const sent = members.filter(([name]) => name.toLowerCase() === "id").map(([, value]) => value);
  if (sent.every((value) => value === null || value === id)) return;
  throw ScimError.mutability(
    '"id" is chosen by the server; leave it out or send the one in the URL.',
  );
}

/** A change of what is already there. */
export type LaterChange = Exclude<ResourceChange, { kind: "create" }>;

/** What a request comes to; `change` is undefined when it changes nothing. */
export interface Decision {
  readonly change: LaterChange | undefined;
  readonly warnings: readonly string[];
}

/**
 * Decides on what is remembered of the resource and commits; if that was wrong, reads, decides and
 * commits, and a rival's write in between has it read and decide again.
 */
export async function writeResource(
  directory: Directory,
  id: string,
  ifMatch: string | undefined,
  decide: (before: ResourceRecord, terms: ConnectorTerms) => Decision | Promise<Decision>,
): Promise<Written | undefined> {
  const decideIfMatch = (before: ResourceRecord, terms: ConnectorTerms) => {
    requireMatch(ifMatch, before.version);
    return decide(before, terms);
  };
  const tried = await tryOptimistic(directory.assumeUnchanged?.(id), decideIfMatch);
  const written = tried && (await settled(directory, tried.decision, tried.outcome));
  if (written !== undefined) return written;
  for (let attempt = 1; attempt <= DECISIONS_MAX; attempt += 1) {
    const before = await directory.read(id);
    const terms = await directory.settings();
    if (before === undefined) return undefined;
    const { change, warnings } = await decideIfMatch(before, terms);
    if (change === undefined) return { kind: "unchanged", record: before, warnings };
    const decision = { change, warnings };
    const outcome = await directory.commit([change], warnings);
    const written = await settled(directory, decision, outcome);
    if (written !== undefined) return written;
    await directory.pause(attempt);
  }
  throw tooContended();
}

/** What came of a commit; undefined where a rival was faster, and the request has to be decided again. */
async function settled(
  directory: Directory,
  { change, warnings }: { readonly change: LaterChange; readonly warnings: readonly string[] },
  outcome: CommitOutcome,
): Promise<Written | undefined> {
  switch (outcome.kind) {
    case "committed":
      return writtenBy(change, warnings);
    case "uniqueness":
      throw await refuseTaken(directory, outcome.key, change);
    case "membershipCycle":
      throw refuseCycle();
    case "versionChanged":
      return undefined;
  }
}

/** The change of a user that a client sends, by the rules of its connector; throws what they refuse. */
function pushed(
  before: ResourceRecord,
  document: Document,
  warnings: readonly string[],
  { terms, now }: { readonly terms: ConnectorTerms; readonly now: number },
): Decision {
  const { type } = terms;
  const former = documentOf(before);
  // Who first sends an imported user is its creator.
  const ruled = before.isUnclaimed
    ? { document, kept: [] }
    : keepCreateOnly(type, former, document, terms);
  const all = [...warnings, ...keptWarnings(ruled.kept)];
  const decision = updated(before, ruled.document, all, { type, now });
  if (decision.change !== undefined) requireAllowedDomains(former, ruled.document, terms);
  return decision;
}

/**
 * The change that gives a resource another document; none where the two are the same, unless it claims an
 * imported user. Throws `uniqueness` where that one waits for somebody else.
 */
export function updated(
  before: ResourceRecord,
  document: Document,
  warnings: readonly string[],
  { type, now }: { readonly type: ResourceType; readonly now: number },
): Decision {
  const refusal = refuseClaim(type, before, document);
  if (refusal !== undefined) throw refusal;
  const after = replacedRecord(type, before, document, now);
  const isSame = after.documentText === before.documentText && !before.isUnclaimed;
  return { change: isSame ? undefined : { kind: "update", before, after }, warnings };
}

function writtenBy({ kind, after }: LaterChange, warnings: readonly string[]): Written {
  switch (kind) {
    case "update":
    case "restore":
      return { kind: "changed", record: after, warnings };
    case "delete":
    case "erase":
      return { kind: "deleted", record: after, warnings };
  }
}
