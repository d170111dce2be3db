import { ScimError } from "#scim/error.ts";
import type { JsonValue } from "#scim/json.ts";
import { applySteps } from "#scim/patch/apply.ts";
import { parsePatchRequest } from "#scim/patch/parse.ts";
import type { AnyStep, PatchStep } from "#scim/patch/step.ts";
import { toSteps } from "#scim/patch/to-steps.ts";
import {
  type ConnectorTerms,
  type Directory,
  documentOf,
  type ListedMember,
  type MemberDirectory,
  type NamedMember,
  type ResourceChange,
  type ResourceRecord,
} from "#scim/ports.ts";
import { identityOf } from "#scim/resource/identity.ts";
import { metaOf, newRecord, replacedRecord } from "#scim/resource/record.ts";
import { type Document, refuseEmptying } from "#scim/resource/resource.ts";
import { MEMBERS } from "#scim/schema/core-group.ts";
import type { ConnectorSettings } from "#scim/settings.ts";
import { type StepBudget, stepBudget } from "#scim/step-budget.ts";
import { draftOf, finalOf } from "./draft.ts";
import { decideMembers } from "./member-change.ts";
import {
  type ChoiceNeeds,
  choiceNeeds,
  type MemberChooser,
  memberChooser,
} from "./member-choice.ts";
import {
  type MemberPlan,
  namedValues,
  planSteps,
  splitMembers,
  withChosenMembers,
} from "./members.ts";
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

/** The groups of one connector: what the generic directory knows, and their members. */
export interface GroupDirectory extends Directory, MemberDirectory {}

/** What a write of a group did. */
export interface WrittenGroup extends Written {
  /** What is known of the members that the request named. */
  readonly named: readonly NamedMember[];
  /** Whether the group has no members but those. */
  readonly isWhole: boolean;
}

/** What a group was that was deleted, and comes back as itself: its versions go on. */
export type FormerGroup = Pick<ResourceRecord, "id" | "version">;

/**
 * Creates a group with its members from the body of a POST (RFC 7644 §3.3). A `former` one comes back under
 * its id; nobody may have that id.
 */
export async function createGroup(
  directory: GroupDirectory,
  body: JsonValue,
  former?: FormerGroup,
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
    const id = former?.id ?? directory.newId();
    const record = newRecord(terms.type, id, document, now);
    const after = former === undefined ? record : { ...record, version: former.version + 1 };
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
  const { now } = directory;
  const operations = parsePatchRequest(body, { strict: false });
  const standard = partition(toSteps(directory.type, operations));
  const warnings: string[] = [];
  const plan = planSteps(standard.memberSteps, { strict: false, warnings });
  const needs = choiceNeeds(standard.memberSteps);
  const planOf: PlanOf | undefined = needs && {
    needs,
    plan: ({ strict }, chooser) =>
      planSteps(standard.memberSteps, { strict, warnings: [] }, chooser),
  };
  const decideDocument: DecideDocument = (before, { type, strict }, steps) => {
    if (strict) {
      parsePatchRequest(body, { strict });
      if (needs === undefined) planSteps(standard.memberSteps, { strict, warnings: [] });
    }
    const readOnly = { id: before.id, meta: metaOf(before) };
    const context = { type, strict, readOnly, steps };
    const { otherSteps } =
      type === directory.type ? standard : partition(toSteps(type, operations));
    const patched = applySteps(documentOf(before), otherSteps, context);
    return updated(before, patched.document, [...warnings, ...patched.warnings], { type, now });
  };
  return await writeGroup(directory, id, ifMatch, plan, decideDocument, planOf);
}

type DecideDocument = (
  before: ResourceRecord,
  terms: ConnectorTerms,
  steps: StepBudget,
) => Decision;

/** How a plan is made whose filters choose among the members, once these are known. */
interface PlanOf {
  readonly needs: ChoiceNeeds;
  readonly plan: (terms: ConnectorTerms, chooser: MemberChooser) => MemberPlan;
}

/** Reads the group with what the plan names, decides document and members, and commits both as one. */
async function writeGroup(
  directory: GroupDirectory,
  id: string,
  ifMatch: string | undefined,
  named: MemberPlan,
  decideDocument: DecideDocument,
  choice?: PlanOf,
): Promise<WrittenGroup | undefined> {
  let plan = named;
  let known: Awaited<ReturnType<MemberDirectory["readGroup"]>> | undefined;
  const reading: GroupDirectory = {
    ...directory,
    read: async () => {
      if (choice?.needs.members !== undefined) directory.steps?.spend(1);
      const values = new Set([...namedValues(named), ...(choice?.needs.names ?? [])]);
      known = await directory.readGroup(id, [...values], choice?.needs.members);
      return known.group;
    },
  };
  const written = await writeResource(reading, id, ifMatch, async (before, terms) => {
    const steps = directory.steps ?? stepBudget();
    const { change, warnings } = decideDocument(before, terms, steps);
    const chosen =
      choice &&
      (await choose(directory, id, choice, {
        named: known?.named ?? [],
        members: known?.members,
        terms,
        steps,
      }));
    plan = chosen?.plan ?? named;
    const current = plan.kind === "list" ? await directory.allMembers(id) : NO_MEMBERS;
    const { parkedCount } = directory;
    const knowledge = {
      groupId: id,
      named: chosen?.named ?? known?.named ?? [],
      parkedCount,
      current,
    };
    const decided = await decideMembers(plan, knowledge, terms);
    const all = [...warnings, ...decided.warnings];
    if (decided.change === undefined) return { change, warnings: all };
    const after =
      change?.after ?? replacedRecord(terms.type, before, documentOf(before), directory.now);
    // If-Match names a version, which then must still be the same inside the batch; so must the list
    // that filters chose from.
    const isFree = ifMatch === undefined && choice === undefined;
    const members = isFree ? decided.change : { ...decided.change, ...DEPENDENT };
    return { change: { kind: "update", before, after, members }, warnings: all };
  });
  const decided: MemberPlan = plan;
  const all = known?.named ?? [];
  const shown =
    decided.kind === "list" ? all.filter(({ value }) => decided.values.has(value)) : all;
  return written && { ...written, named: shown, isWhole: decided.kind === "list" };
}

/** Lets the filters of a plan choose among the members as they are; 400 tooMany where they are too many. */
async function choose(
  directory: GroupDirectory,
  id: string,
  { needs, plan }: PlanOf,
  known: {
    readonly named: readonly NamedMember[];
    readonly members: readonly ListedMember[] | undefined;
    readonly terms: ConnectorTerms;
    readonly steps: StepBudget;
  },
) {
  const { choice } = directory;
  if (choice === undefined) throw new Error("This directory takes no filters on members.");
  const { named, terms, steps } = known;
  const members =
    needs.members === undefined ? [] : (known.members ?? (await choice.members(id, needs.members)));
  if (members === undefined) {
    throw ScimError.tooMany(
      'The group has too many members to look for some by such a filter. Name them by "value eq" in the path, or list them in the value of the operation.',
    );
  }
  directory.steps?.spend(STEPS_TO_READ_A_MEMBER * members.length);
  const { baseUrl } = choice;
  const decided = plan(terms, memberChooser({ named, members, baseUrl, steps }));
  return { plan: decided, named: withChosenMembers(decided, { named, members }) };
}

/**
 * The scan budget bounds what one request reads; each operation of a Bulk would read it all again. What
 * shares a budget of steps pays for its reading, and reads no more where nothing is left.
 */
const STEPS_TO_READ_A_MEMBER = 10;

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

function partition(steps: readonly AnyStep[]) {
  const memberSteps: PatchStep[] = [];
  const otherSteps: AnyStep[] = [];
  for (const step of steps) {
    const isOfMembers =
      step.op !== "unknown" && step.op !== "undeclared" && step.target.attribute === MEMBERS;
    if (isOfMembers) memberSteps.push(step);
    else otherSteps.push(step);
  }
  return { memberSteps, otherSteps };
}
