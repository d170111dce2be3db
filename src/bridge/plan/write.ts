import { ScimError } from "#scim/error.ts";
import { isJsonObject, type JsonObject, type JsonValue, readMember } from "#scim/json.ts";
import { documentOf, type ResourceChange, type ResourceRecord } from "#scim/ports.ts";
import { newRecord, replacedRecord } from "#scim/resource/record.ts";
import { isCreateOnly, type KeptDocument, keepCreateOnly } from "#scim/rules/create-only.ts";
import { MANAGER } from "#scim/schema/enterprise-user.ts";
import { foldText } from "#scim/text.ts";
import { USER_NAME_SLOT } from "../mapping/map-user.ts";
import type { Issue } from "../mapping/mapped.ts";
import type { PlanContext } from "./context.ts";
import { misfitsOf, textIn, withManager } from "./document.ts";
import { managerIssue, type Subject, stateIssue, unfitIssue } from "./issue.ts";
import type { EarlierUsers, ManagerResolver } from "./managers.ts";
import type { Link, Operation } from "./operation.ts";
import { isPartial, type PreparedUser } from "./scope.ts";
import type { Target } from "./target.ts";

/** A record that is to be written to a user: all is known but its manager. */
export interface Draft {
  readonly user: PreparedUser;
  readonly target: Target;
  /** The user's document with what the mapping owns; the manager as the record names him. */
  readonly document: JsonObject;
  /** Whether it keeps values of which the record says nothing. */
  readonly keeps: boolean;
  /** The paths that the connector has set at creation alone, and that the record would change. */
  readonly kept: readonly string[];
}

/** A draft that came to its operation, or a value that the directory refuses. */
export type FinishedDraft =
  | { readonly kind: "written"; readonly operation: Operation }
  | { readonly kind: "refused"; readonly error: ScimError };

/** The users whom a page wrote so far, as later records of it may name them as managers. */
export class WrittenUsers implements EarlierUsers {
  readonly #bySource = new Map<string, string>();
  readonly #byName = new Map<string, string>();
  readonly #byEmail = new Map<string, string>();

  /** Notes a user under all that he may be named by. */
  note(sourceId: string, userId: string, document: JsonObject): void {
    this.#bySource.set(sourceId, userId);
    this.#byName.set(foldText(textIn(document, USER_NAME_SLOT) ?? ""), userId);
    for (const key of emailKeys(document)) this.#byEmail.set(key, userId);
  }

  bySource(sourceId: string): string | undefined {
    return this.#bySource.get(sourceId);
  }

  byName(nameKey: string): string | undefined {
    return this.#byName.get(nameKey);
  }

  byEmail(emailKey: string): string | undefined {
    return this.#byEmail.get(emailKey);
  }
}

/** The document of the live user that a record is to be written to; undefined where one is made, or comes back. */
export function liveBefore(target: Target): JsonObject | undefined {
  const isNew = target.kind === "create" || target.kind === "restore";
  return isNew ? undefined : documentOf(target.before);
}

function isImported(target: Target): boolean {
  return target.kind !== "create" && target.before.isUnclaimed === true;
}

/** A document with what the connector's createOnly has a user keep. */
export function keepFormer(
  target: Target,
  document: JsonObject,
  { type, config }: PlanContext,
): KeptDocument {
  const before = liveBefore(target);
  // Who first sends an imported user is its creator.
  if (before === undefined || isImported(target)) return { document, kept: [] };
  return keepCreateOnly(type, before, document, config.rules);
}

/** Writes a draft; a switch-off keeps what else changed beside it. */
export function writeDraft(
  draft: Draft,
  resolve: ManagerResolver,
  written: WrittenUsers,
  context: PlanContext,
): FinishedDraft {
  const { user, target } = draft;
  const manager = managerOf(draft, resolve, context);
  const state = stateOf(draft);
  const wanted = { ...manager.document, externalId: externalIdOf(draft), active: state.isActive };
  const { document, kept: late } = keepFormer(target, wanted, context);
  const kept = [...new Set([...draft.kept, ...late])];
  try {
    const { change, record } = changeOf(target, document, context);
    written.note(user.sourceId, record.id, document);
    const link: Link = {
      sourceId: user.sourceId,
      userId: record.id,
      hash: draft.keeps ? "" : user.hash,
      isActive: state.isActive,
      goneAt: undefined,
      pendingManager: manager.pending,
      stamp: user.mapped.stampedAt ?? keptStamp(target),
    };
    const found = [...unfitIssues(draft), ...stateIssues(draft), ...manager.issues];
    const issues = [...issuesOf(target), ...found];
    return { kind: "written", operation: withKept(operationOf(draft, change, link, issues), kept) };
  } catch (error) {
    if (error instanceof ScimError) return { kind: "refused", error };
    throw error;
  }
}

function keptStamp(target: Target): number | undefined {
  return target.kind === "linked" ? target.link.stamp : undefined;
}

/** A partial record leaves out what did not change; a whole one that says no state is odd. */
function stateIssues({ user, document }: Draft): readonly Issue[] {
  if (user.mapped.isActive !== undefined || isPartial(user.mapped)) return [];
  return [stateIssue(subjectOfDraft(user.sourceId, document), true)];
}

function issuesOf(target: Target): readonly Issue[] {
  return target.kind === "create" && target.issue !== undefined ? [target.issue] : [];
}

function unfitIssues({ user, target, document }: Draft): readonly Issue[] {
  const subject = subjectOfDraft(user.sourceId, document);
  const misfits = misfitsOf(user.mapped, target.kind === "create");
  return misfits.map((misfit) => unfitIssue(subject, misfit));
}

/** Says what is kept where there is something; switch-offs say it by what else they change. */
function withKept(operation: Operation, kept: readonly string[]): Operation {
  return kept.length === 0 || !("link" in operation) ? operation : { ...operation, kept };
}

function operationOf(
  draft: Draft,
  change: ResourceChange | undefined,
  link: Link,
  issues: readonly Issue[],
): Operation {
  const { target } = draft;
  const { sourceId, userId } = link;
  const { wasActive, isOff } = stateOf(draft);
  const written = { sourceId, change, link, issues };
  const off = { op: "deactivate", sourceId, userId, why: "disabled", link } as const;
  switch (target.kind) {
    case "create":
      return { op: "create", ...written };
    case "restore":
      return { op: "adopt", ...written };
    case "adopt":
      return isOff ? { ...off, change, issues } : { op: "adopt", ...written };
    case "relink":
      return { op: "relink", ...written, formerSourceId: target.former.sourceId };
    case "linked":
      if (isOff) return { ...off, change, issues };
      if (link.isActive && !wasActive) return { op: "reactivate", ...written };
      if (change === undefined && issues.length === 0) return { op: "skip", sourceId, link };
      return { op: "update", ...written };
  }
}

/** A user who is there stays active until the guard has judged (`isOff`). */
function stateOf({ user, target }: Draft) {
  const isThere = target.kind !== "create" && target.kind !== "restore";
  const wasActive = isThere && documentOf(target.before).active !== false;
  // A record that does not say whether its user is active never switches anybody on.
  const isWanted = user.mapped.isActive ?? (isThere && wasActive);
  return { wasActive, isOff: wasActive && !isWanted, isActive: wasActive || isWanted };
}

/**
 * RFC 7643 §3.1: an externalId belongs to the client that issued it. One that a push client gave is
 * kept; that of a former source id goes with it.
 */
export function externalIdOf({ user: { sourceId }, target }: Draft): string {
  if (target.kind === "create" || target.kind === "restore") return sourceId;
  const { externalId } = documentOf(target.before);
  const isFormer = target.kind === "relink" && externalId === target.former.sourceId;
  return typeof externalId === "string" && !isFormer ? externalId : sourceId;
}

function managerOf(
  { user, target, document }: Draft,
  resolve: ManagerResolver,
  { type, config }: PlanContext,
) {
  const { manager } = user.mapped;
  const kept = target.kind === "linked" ? target.link.pendingManager : undefined;
  const isThere = liveBefore(target) !== undefined && !isImported(target);
  if (isThere && isCreateOnly(type, MANAGER.name, config.rules)) {
    return { document, pending: kept, issues: [] };
  }
  switch (manager.kind) {
    case "unsaid":
      return { document, pending: kept, issues: [] };
    case "none":
      return { document, pending: undefined, issues: [] };
    case "named": {
      const id = resolve(manager.reference);
      return id === undefined
        ? {
            document,
            pending: manager.reference,
            issues: [managerIssue(subjectOfDraft(user.sourceId, document))],
          }
        : { document: withManager(document, id), pending: undefined, issues: [] };
    }
  }
}

function subjectOfDraft(sourceId: string, document: JsonObject): Subject {
  return { sourceId, userName: textIn(document, USER_NAME_SLOT) };
}

function changeOf(
  target: Target,
  document: JsonObject,
  { type, now, newId }: PlanContext,
): { readonly change: ResourceChange | undefined; readonly record: ResourceRecord } {
  if (target.kind === "create") {
    const after = newRecord(type, newId(), document, now);
    return { change: { kind: "create", after }, record: after };
  }
  const { before } = target;
  const after = replacedRecord(type, before, document, now);
  if (target.kind === "restore")
    return { change: { kind: "restore", before, after }, record: after };
  // Who waited for the person is claimed, whether or not its attributes change.
  const isSame = after.documentText === before.documentText && !before.isUnclaimed;
  return { change: isSame ? undefined : { kind: "update", before, after }, record: after };
}

function emailKeys(document: JsonObject): readonly string[] {
  const emails = readMember(document, "emails");
  if (!Array.isArray(emails)) return [];
  const elements: readonly JsonValue[] = emails;
  const values = elements.map((each) => (isJsonObject(each) ? readMember(each, "value") : null));
  return values.filter((value) => typeof value === "string").map(foldText);
}
