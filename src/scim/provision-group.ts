import { draftOf, finalOf } from "./draft.ts";
import { identityOf } from "./identity.ts";
import type { JsonValue } from "./json.ts";
import { decideMembers } from "./member-change.ts";
import { type MemberPlan, namedValues, planSteps, splitMembers } from "./members.ts";
import { applySteps } from "./patch/apply.ts";
import { parsePatchRequest } from "./patch/parse.ts";
import { type Step, toSteps, type UnknownStep } from "./patch/step.ts";
import {
  type ConnectorTerms,
  type Directory,
  documentOf,
  type MemberDirectory,
  type NamedMember,
  type ResourceChange,
  type ResourceRecord,
} from "./ports.ts";
import {
  DECISIONS_MAX,
  type Decision,
  refuseCycle,
  refuseTaken,
  requireSameId,
  tooContended,
  updated,
  type Written,
  writeResource,
} from "./provision.ts";
import { takenBy } from "./rehire.ts";
import { type Document, refuseEmptying } from "./resource.ts";
import { metaOf, newRecord, replacedRecord } from "./resource-record.ts";
import { MEMBERS } from "./schema/core-group.ts";
import type { ConnectorSettings } from "./settings.ts";

/** The groups of one connector: what the generic directory knows, and their members. */
export interface GroupDirectory extends Directory, MemberDirectory {}

/** What a write of a group did. */
export interface WrittenGroup extends Written {
  /** What is known of the members that the request named. */
  readonly named: readonly NamedMember[];
  /** Whether the group has no members but those. */
  readonly isWhole: boolean;
}

/** Creates a group with its members from the body of a POST (RFC 7644 §3.3). */
export async function createGroup(
  directory: GroupDirectory,
  body: JsonValue,
): Promise<WrittenGroup> {
  const { type, now } = directory;
  const draft = draftOf(type, body);
  for (let attempt = 1; attempt <= DECISIONS_MAX; attempt += 1) {
    const keys = draft && identityOf(type, draft.document);
    const candidates = keys === undefined ? [] : await directory.candidates(keys);
    const terms = await directory.settings();
    const final = finalOf(type, draft, body, terms);
    const { document, values } = splitMembers(final.document);
    requireFree(directory, candidates, document, terms);
    const after = newRecord(terms.type, directory.newId(), document, now);
    const plan: MemberPlan = { kind: "difference", added: values, ...NOBODY_REMOVED };
    const { decided, named } = await decide(directory, after.id, plan, terms);
    const warnings = [...final.warnings, ...decided.warnings];
    const members = decided.change && { members: decided.change };
    const change: ResourceChange = { kind: "create", after, ...members };
    const outcome = await directory.commit([change], warnings);
    switch (outcome.kind) {
      case "committed":
        return { kind: "created", record: after, warnings, named, isWhole: true };
      case "uniqueness":
        throw await refuseTaken(directory, outcome.key, change);
      case "membershipCycle":
        throw refuseCycle();
      case "versionChanged":
        await directory.pause(attempt);
    }
  }
  throw tooContended();
}

/** Replaces a group and its members by the body of a PUT (RFC 7644 §3.5.1); undefined for none. */
export async function replaceGroup(
  directory: GroupDirectory,
  id: string,
  body: JsonValue,
  ifMatch: string | undefined,
): Promise<WrittenGroup | undefined> {
  const { type, now } = directory;
  const draft = draftOf(type, body);
  const plan: MemberPlan = {
    kind: "list",
    values: draft === undefined ? new Set() : splitMembers(draft.document).values,
    dropped: new Set(),
  };
  return await writeGroup(directory, id, ifMatch, plan, (before, terms) => {
    const { document, warnings, hollow } = finalOf(type, draft, body, terms);
    refuseEmptying(hollow, documentOf(before));
    if (terms.strict) requireSameId(body, id);
    return updated(before, splitMembers(document).document, warnings, { type: terms.type, now });
  });
}

/** Changes a group by the body of a PATCH (RFC 7644 §3.5.2); undefined for none. */
export async function patchGroup(
  directory: GroupDirectory,
  id: string,
  body: JsonValue,
  ifMatch: string | undefined,
): Promise<WrittenGroup | undefined> {
  const { now, steps } = directory;
  const operations = parsePatchRequest(body, { strict: false });
  const standard = partition(toSteps(directory.type, operations));
  const warnings: string[] = [];
  const plan = planSteps(standard.memberSteps, { strict: false, warnings });
  return await writeGroup(directory, id, ifMatch, plan, (before, { type, strict }) => {
    if (strict) {
      parsePatchRequest(body, { strict });
      planSteps(standard.memberSteps, { strict, warnings: [] });
    }
    const readOnly = { id: before.id, meta: metaOf(before) };
    const context = { type, strict, readOnly, steps };
    const { otherSteps } =
      type === directory.type ? standard : partition(toSteps(type, operations));
    const patched = applySteps(documentOf(before), otherSteps, context);
    return updated(before, patched.document, [...warnings, ...patched.warnings], { type, now });
  });
}

/** Reads the group with what the plan names, decides document and members, and commits both as one. */
async function writeGroup(
  directory: GroupDirectory,
  id: string,
  ifMatch: string | undefined,
  plan: MemberPlan,
  decideDocument: (before: ResourceRecord, terms: ConnectorTerms) => Decision,
): Promise<WrittenGroup | undefined> {
  let known: Awaited<ReturnType<MemberDirectory["readGroup"]>> | undefined;
  const reading: GroupDirectory = {
    ...directory,
    read: async () => {
      known = await directory.readGroup(id, namedValues(plan));
      return known.group;
    },
  };
  const written = await writeResource(reading, id, ifMatch, async (before, terms) => {
    const { change, warnings } = decideDocument(before, terms);
    const current = plan.kind === "list" ? await directory.allMembers(id) : NO_MEMBERS;
    const { parkedCount } = directory;
    const knowledge = { groupId: id, named: known?.named ?? [], parkedCount, current };
    const decided = await decideMembers(plan, knowledge, terms);
    const all = [...warnings, ...decided.warnings];
    if (decided.change === undefined) return { change, warnings: all };
    const after =
      change?.after ?? replacedRecord(terms.type, before, documentOf(before), directory.now);
    // If-Match names a version, which then must still be the same inside the batch.
    const members = ifMatch === undefined ? decided.change : { ...decided.change, ...DEPENDENT };
    return { change: { kind: "update", before, after, members }, warnings: all };
  });
  const isWhole = plan.kind === "list";
  const named = known?.named ?? [];
  const shown = isWhole ? named.filter(({ value }) => plan.values.has(value)) : named;
  return written && { ...written, named: shown, isWhole };
}

const NOBODY_REMOVED = { removed: new Set<string>(), presumed: new Set<string>() };
const NO_MEMBERS = { ids: [], parked: [] };
const DEPENDENT = { dependsOnList: true };

async function decide(
  directory: GroupDirectory,
  groupId: string,
  plan: MemberPlan,
  settings: ConnectorSettings,
) {
  const values = namedValues(plan);
  const { named } =
    values.length === 0 ? { named: [] } : await directory.readGroup(undefined, values);
  const { parkedCount } = directory;
  const knowledge = { groupId, named, parkedCount, current: NO_MEMBERS };
  return { decided: await decideMembers(plan, knowledge, settings), named };
}

/** A new group must not have another one's displayName or externalId where the connector wants them unique. */
function requireFree(
  { type }: Directory,
  candidates: readonly ResourceRecord[],
  document: Document,
  { allowDuplicateGroupNames, uniqueExternalId }: ConnectorSettings,
): void {
  const wanted = identityOf(type, document);
  const held = candidates.map((record) => ({ record, ...identityOf(type, documentOf(record)) }));
  const byName = held.find(({ nameKey }) => nameKey === wanted.nameKey);
  if (!allowDuplicateGroupNames && byName !== undefined) {
    throw takenBy(type, "name", byName.record, document);
  }
  const byExternalId = held.find(
    ({ externalId }) => externalId !== undefined && externalId === wanted.externalId,
  );
  if (uniqueExternalId && byExternalId !== undefined) {
    throw takenBy(type, "externalId", byExternalId.record, document);
  }
}

function partition(steps: readonly (Step | UnknownStep)[]) {
  const memberSteps: Step[] = [];
  const otherSteps: (Step | UnknownStep)[] = [];
  for (const step of steps) {
    if (step.op !== "unknown" && step.target.attribute === MEMBERS) memberSteps.push(step);
    else otherSteps.push(step);
  }
  return { memberSteps, otherSteps };
}
