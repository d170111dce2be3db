import type { ScimError } from "#scim/error.ts";
import type { JsonObject } from "#scim/json.ts";
import { documentOf, type ResourceRecord } from "#scim/ports.ts";
import { uncleanName } from "#scim/resource/clean-names.ts";
import { outsideAddress } from "#scim/rules/domains.ts";
import { foldText } from "#scim/text.ts";
import type { OffReason } from "../admin-views.ts";
import { USER_NAME_SLOT } from "../mapping/map-user.ts";
import type { Issue } from "../mapping/mapped.ts";
import type { Known, PlanContext, PreparedRecord } from "./context.ts";
import { textIn, writeMapped } from "./document.ts";
import {
  outsideIssue,
  refusedIssue,
  stateIssue,
  subjectOf,
  takenIssue,
  unusableIssue,
} from "./issue.ts";
import { type ManagerResolver, managerResolver, planManager } from "./managers.ts";
import { planGone, planSwitchOff } from "./missing.ts";
import { type NameRefusal, type NameWish, settleNames } from "./names.ts";
import type { IgnoreReason, Link, Operation } from "./operation.ts";
import {
  exclusionOf,
  isPartial,
  linkedRecord,
  needsComparing,
  type PreparedUser,
  type UserExclusion,
} from "./scope.ts";
import { matchStranger, type Target } from "./target.ts";
import {
  type Draft,
  externalIdOf,
  keepFormer,
  liveBefore,
  WrittenUsers,
  writeDraft,
} from "./write.ts";

/**
 * Plans a page of records, in listing order: a pure function of what the directory and the links say.
 * In the second pass the page is what the run held back.
 */
export function planPage(
  page: readonly PreparedRecord[],
  known: Known,
  context: PlanContext,
): readonly Operation[] {
  const facts: PageFacts = {
    known,
    context,
    isExcluded: exclusionOf(context.config),
  };
  const steps = claimOnce(
    page.map((prepared) => stepOf(prepared, facts)),
    context,
  );
  const refusals = settleNames(steps.map(wishOf), known.records);
  const settled = steps.map((step, at) => settle(step, refusals[at], context));
  const written = new WrittenUsers();
  const resolve = managerResolver(known, written);
  return settled.map((step, at) =>
    withState(operationOf(step, resolve, written, context), page[at]),
  );
}

/** A record that does not say whether its user is active says nothing against a switch-off. */
function withState(operation: Operation, prepared: PreparedRecord | undefined): Operation {
  const { mapped } = prepared ?? {};
  if (mapped?.kind !== "user" || mapped.isActive !== undefined) return operation;
  return operation.op === "update" || operation.op === "adopt" || operation.op === "skip"
    ? { ...operation, isStateUnsaid: true }
    : operation;
}

interface PageFacts {
  readonly known: Known;
  readonly context: PlanContext;
  readonly isExcluded: UserExclusion;
}

/** A record on its way: decided, or to be written once names and managers are known. */
type Step =
  | { readonly kind: "decided"; readonly operation: Operation }
  /** Nothing changed at the provider, but the manager may be there by now. */
  | { readonly kind: "waiting"; readonly link: Link; readonly record: ResourceRecord | undefined }
  | { readonly kind: "draft"; readonly draft: Draft };

function stepOf(prepared: PreparedRecord, facts: PageFacts): Step {
  const { mapped } = prepared;
  const { known, context } = facts;
  if (mapped.kind === "user") {
    return stepOfUser({ ...prepared, mapped, sourceId: mapped.sourceId }, facts);
  }
  if (mapped.kind === "invalid") {
    const { sourceId, why } = mapped;
    const outside = sourceId === undefined ? undefined : outsideOf(sourceId, context);
    if (outside !== undefined && sourceId !== undefined && !known.links.bySource(sourceId)) {
      return decided(ignored(sourceId, outside));
    }
    return decided({ op: "ignore", sourceId, why, issue: unusableIssue(mapped) });
  }
  const { sourceId } = mapped;
  const link = known.links.bySource(sourceId);
  if (mapped.kind === "outOfScope") return decided(outOfScope(sourceId, link, mapped.why, context));
  if (link === undefined) return decided(ignored(sourceId, "inactive-never-seen"));
  const why = mapped.isPermanent ? "removed:deleted" : "removed:changed";
  return decided(planGone(link, why, context));
}

function stepOfUser(user: PreparedUser, facts: PageFacts): Step {
  const { known, context, isExcluded } = facts;
  const { sourceId, mapped } = user;
  const link = known.links.bySource(sourceId);
  const record = link === undefined ? undefined : linkedRecord(known, link);
  if (isExcluded(mapped, record)) return decided(outOfScope(sourceId, link, "excluded", context));
  const outside = outsideOf(sourceId, context);
  if (outside !== undefined && !isLeaver(user, link)) {
    return decided(
      outside === "scope-unknown"
        ? ignored(sourceId, outside)
        : outOfScope(sourceId, link, outside, context),
    );
  }
  if (link !== undefined && isOlder(user, link, context)) {
    return decided({ op: "older", sourceId, userId: link.userId });
  }
  if (link !== undefined && !needsComparing(user, link)) return unchanged(user, link, known);
  if (link !== undefined && record !== undefined) {
    return draftOf(user, { kind: "linked", link, before: record }, facts);
  }
  const target = matchStranger(user, known, {
    settings: context.config.settings,
    pass: context.pass,
  });
  switch (target.kind) {
    case "none":
      return decided(link === undefined ? nothingFor(user) : vanished(user, link));
    case "conflict":
      return decided({ op: "conflict", sourceId, why: target.why, issue: target.issue });
    case "create":
    case "restore":
      if (mapped.isActive === undefined) return decided(stateless(user));
      return draftOf(user, target, facts);
    case "adopt":
    case "relink":
    case "linked":
      return draftOf(user, target, facts);
  }
}

/** Why somebody is not provisioned by the bridge's scope; undefined for who is. */
function outsideOf(
  sourceId: string,
  { reach }: PlanContext,
): "not-in-scope" | "scope-unknown" | undefined {
  switch (reach?.(sourceId)) {
    case "out":
      return "not-in-scope";
    case "unknown":
      return "scope-unknown";
    default:
      return undefined;
  }
}

/** Who may not sign in at the provider any more goes, in the scope or not, and is never only let go. */
function isLeaver({ mapped }: PreparedUser, link: Link | undefined): boolean {
  return mapped.isActive === false && link?.isActive === true;
}

/** A record never brings back what a newer one changed; where both say the same, neither matters. */
function isOlder(user: PreparedUser, link: Link, { isAsked = false }: PlanContext): boolean {
  const { stampedAt, isActive } = user.mapped;
  if (isAsked || stampedAt === undefined || link.stamp === undefined) return false;
  const isNews = needsComparing(user, link) || (isActive ?? link.isActive) !== link.isActive;
  return stampedAt < link.stamp && isNews;
}

/** Nobody is created, or brought back, for a record that does not say that its user is active. */
function stateless(user: PreparedUser): Operation {
  const { sourceId } = user;
  const issue = stateIssue(subjectOf(user, sourceId), false);
  return { op: "ignore", sourceId, why: "state-unknown", issue };
}

/** Nothing was said that is not written already, but perhaps that the user is inactive. */
function unchanged({ mapped }: PreparedUser, link: Link, known: Known): Step {
  const { sourceId } = link;
  const stamp = Math.max(link.stamp ?? 0, mapped.stampedAt ?? 0) || undefined;
  const isLinkKept = stamp === link.stamp;
  const kept: Link = isLinkKept ? link : { ...link, stamp };
  if (mapped.isActive === false && link.isActive) return decided(planSwitchOff(kept, "disabled"));
  if (mapped.isActive === undefined && !isPartial(mapped)) {
    const issue = stateIssue({ sourceId, userName: undefined }, true);
    return decided({ op: "skip", sourceId, link: kept, issue });
  }
  if (link.pendingManager === undefined) {
    const skip = { op: "skip", sourceId, link: kept } as const;
    return decided(isLinkKept ? { ...skip, isLinkKept } : skip);
  }
  return { kind: "waiting", link: kept, record: linkedRecord(known, link) };
}

function draftOf(user: PreparedUser, target: Target, { context }: PageFacts): Step {
  const before = target.kind === "create" ? {} : documentOf(target.before);
  const written = writeMapped(user.mapped, before, context.type);
  if (written.kind === "refused") return decided(refused(user, target, written.error));
  const { keeps } = written;
  const { document, kept } = keepFormer(target, written.document, context);
  const draft: Draft = { user, target, document, keeps, kept };
  const error = uncleanDraft(draft, context);
  if (error !== undefined) return decided(refused(user, target, error));
  const outside = outsideDraft(draft, context);
  return outside === undefined ? { kind: "draft", draft } : decided(outside);
}

/** A user who may not be here by the connector's domains: left out, and switched off where that is due. */
function outsideDraft({ user, target, document }: Draft, context: PlanContext) {
  const { sourceId, mapped } = user;
  const before = liveBefore(target);
  const active = mapped.isActive ?? before?.active !== false;
  const outside = outsideAddress(before, { ...document, active }, context.config.rules);
  if (outside === undefined) return undefined;
  const issue = outsideIssue({ sourceId, userName: textIn(document, USER_NAME_SLOT) }, outside);
  return leftOut(user, target, issue);
}

/** Found before names and claims are settled, so that a record that is left out takes nobody's place. */
function uncleanDraft(draft: Draft, { type }: PlanContext): ScimError | undefined {
  const { target, document } = draft;
  const before = target.kind === "create" ? undefined : target.before;
  return uncleanName(type, { ...document, externalId: externalIdOf(draft) }, before);
}

/** A user is the target of one record only: his own one's, or else that with the lowest source id. */
function claimOnce(steps: readonly Step[], context: PlanContext): readonly Step[] {
  const claimed = new Map<string, Draft>();
  for (const step of steps) {
    if (step.kind !== "draft" || step.draft.target.kind === "create") continue;
    const { id } = step.draft.target.before;
    const other = claimed.get(id);
    if (other === undefined || goesBefore(step.draft, other)) claimed.set(id, step.draft);
  }
  return steps.map((step) => {
    if (step.kind !== "draft" || step.draft.target.kind === "create") return step;
    const { id } = step.draft.target.before;
    if (claimed.get(id) === step.draft) return step;
    return decided(nameTaken(step.draft, { holderId: id }, context));
  });
}

function goesBefore(draft: Draft, other: Draft): boolean {
  const isOwn = draft.target.kind === "linked";
  if (isOwn !== (other.target.kind === "linked")) return isOwn;
  return draft.user.sourceId < other.user.sourceId;
}

function wishOf(step: Step): NameWish | undefined {
  if (step.kind !== "draft") return undefined;
  const { user, target, document } = step.draft;
  const { sourceId } = user;
  const wantedKey = nameKeyOf(document);
  if (target.kind === "create") {
    return { sourceId, userId: undefined, currentKey: undefined, wantedKey };
  }
  const { before } = target;
  const currentKey = target.kind === "restore" ? undefined : nameKeyOf(documentOf(before));
  return { sourceId, userId: before.id, currentKey, wantedKey };
}

function settle(step: Step, refusal: NameRefusal | undefined, context: PlanContext): Step {
  if (refusal === undefined || step.kind !== "draft") return step;
  return decided(nameTaken(step.draft, refusal, context));
}

function operationOf(
  step: Step,
  resolve: ManagerResolver,
  written: WrittenUsers,
  context: PlanContext,
): Operation {
  switch (step.kind) {
    case "decided":
      return step.operation;
    case "waiting": {
      const { link, record } = step;
      const found = planManager(link, record, resolve, context);
      return found ?? { op: "skip", sourceId: link.sourceId, link };
    }
    case "draft": {
      const { user, target } = step.draft;
      const result = writeDraft(step.draft, resolve, written, context);
      return result.kind === "written" ? result.operation : refused(user, target, result.error);
    }
  }
}

function nameTaken(
  { user, target, document }: Draft,
  { holderId }: NameRefusal,
  { pass }: PlanContext,
): Operation {
  const { sourceId } = user;
  const subject = { sourceId, userName: textIn(document, USER_NAME_SLOT) };
  const issue = takenIssue(subject, "userName-taken", holderId);
  // Whoever leaves may yet give up the name that another one waits for.
  const mayChange = pass === "page" || pass === "names";
  const off = mayChange ? undefined : offDespite(user, target, issue);
  return off ?? { op: "conflict", sourceId, why: "userName-taken", issue };
}

function refused(user: PreparedUser, target: Target, error: ScimError): Operation {
  const { sourceId } = user;
  const before = target.kind === "create" ? undefined : target.before;
  return leftOut(user, target, refusedIssue(subjectOf(user, sourceId, before), error));
}

/** A record of which nothing is written, but that its user is switched off where that is due. */
function leftOut(user: PreparedUser, target: Target, issue: Issue): Operation {
  const { sourceId } = user;
  const off = offDespite(user, target, issue);
  return off ?? { op: "ignore", sourceId, why: issue.kind, issue };
}

/** Whatever is wrong with the rest of a record: who may not sign in any more is switched off. */
function offDespite(user: PreparedUser, target: Target, issue: Issue): Operation | undefined {
  if (target.kind !== "linked" || user.mapped.isActive !== false) return undefined;
  const { link } = target;
  const { sourceId, userId } = link;
  if (!link.isActive) return undefined;
  const kept: Link = { ...link, hash: "" };
  const change = undefined;
  return {
    op: "deactivate",
    sourceId,
    userId,
    why: "disabled",
    change,
    link: kept,
    issues: [issue],
  };
}

/** Who is not to be in the directory: never created, and let go or switched off where he is. */
function outOfScope(
  sourceId: string,
  link: Link | undefined,
  why: Extract<OffReason, IgnoreReason>,
  { config }: PlanContext,
): Operation {
  if (link === undefined) return ignored(sourceId, why);
  const { onExcluded, onOutOfScope } = config.settings;
  return (why === "not-in-scope" ? onOutOfScope : onExcluded) === "unmanage"
    ? { op: "unmanage", sourceId, userId: link.userId, why }
    : planSwitchOff({ ...link, goneAt: undefined }, why);
}

/** A record that leads to nobody: a leaver, or a row that says too little of somebody unknown. */
function nothingFor({ sourceId, mapped }: PreparedUser): Operation {
  if (mapped.isActive === false) return ignored(sourceId, "inactive-never-seen");
  const why = "no-username";
  return { op: "ignore", sourceId, why, issue: unusableIssue({ kind: "invalid", sourceId, why }) };
}

/** A linked user who was deleted here: nothing is left to be switched off. */
function vanished(user: PreparedUser, link: Link): Operation {
  if (user.mapped.isActive !== false) return nothingFor(user);
  return {
    op: "skip",
    sourceId: link.sourceId,
    link: { ...link, isActive: false, hash: user.hash },
  };
}

function ignored(sourceId: string, why: IgnoreReason): Operation {
  return { op: "ignore", sourceId, why, issue: undefined };
}

function decided(operation: Operation): Step {
  return { kind: "decided", operation };
}

function nameKeyOf(document: JsonObject): string {
  return foldText(textIn(document, USER_NAME_SLOT) ?? "");
}
