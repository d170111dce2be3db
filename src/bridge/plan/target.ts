import { documentOf, type ResourceRecord } from "#scim/ports.ts";
import { keyText } from "#scim/resource/key.ts";
import { foldText } from "#scim/text.ts";
import type { BridgeSettings } from "../config/settings.ts";
import { USER_NAME_SLOT } from "../mapping/map-user.ts";
import type { Issue } from "../mapping/mapped.ts";
import type { Known, Pass } from "./context.ts";
import { mappedEmailKey, primaryEmailKey, textIn } from "./document.ts";
import {
  ofAnotherIssue,
  rehireIssue,
  severalIssue,
  subjectOf,
  takenIssue,
  undecidedIssue,
} from "./issue.ts";
import type { ConflictReason, Link } from "./operation.ts";
import type { PreparedUser } from "./scope.ts";

/** Which user of the directory a record is to be written to. */
export type Target =
  /** `issue` says why a user with the same address is not the one. */
  | { readonly kind: "create"; readonly issue?: Issue }
  | { readonly kind: "linked"; readonly link: Link; readonly before: ResourceRecord }
  | { readonly kind: "adopt"; readonly before: ResourceRecord }
  /** A soft-deleted user with the record's externalId. */
  | { readonly kind: "restore"; readonly before: ResourceRecord }
  /** The user of somebody whom the provider has no more: the same person under a new id. */
  | { readonly kind: "relink"; readonly before: ResourceRecord; readonly former: Link };

/** Where a record is not to be written: nobody is there, or somebody who may be another person. */
export type NoTarget =
  | { readonly kind: "none" }
  | { readonly kind: "conflict"; readonly why: ConflictReason; readonly issue: Issue };

/** By what rules records are matched. */
export interface MatchTerms {
  readonly settings: BridgeSettings;
  readonly pass: Pass;
}

/**
 * Matches a record that no live user is linked to: externalId, then userName, then primary e-mail
 * address. By the latter two nobody is handed over who holds another id that the provider may still
 * have, nor anybody whom another record may mean as well: neither depends on the records' order.
 */
export function matchStranger(
  user: PreparedUser,
  known: Known,
  terms: MatchTerms,
): Target | NoTarget {
  const { sourceId, mapped } = user;
  const holders = known.byExternalId.get(sourceId) ?? [];
  const [live, ...others] = holders.filter(({ deletedAt }) => deletedAt === undefined);
  // RFC 7643 3.1: an externalId may be that of several, and then tells nobody apart.
  if (live !== undefined && others.length === 0) {
    return matchExternalId(user, live, known, terms);
  }
  const deletedHolders = live === undefined ? holders : [];
  const matched = matchName(user, known, terms);
  if (matched !== undefined) {
    return severalMeant(user, matched, deletedHolders, known, terms) ?? matched;
  }
  if (mapped.isActive === false) {
    return terms.settings.createInactive ? { kind: "create" } : { kind: "none" };
  }
  const [deleted, ...alsoDeleted] = deletedHolders;
  if (deleted !== undefined && alsoDeleted.length === 0) {
    return { kind: "restore", before: deleted };
  }
  return matchEmail(user, known, terms) ?? { kind: "create" };
}

function matchExternalId(
  user: PreparedUser,
  before: ResourceRecord,
  known: Known,
  terms: MatchTerms,
): Target | NoTarget {
  const { sourceId, mapped } = user;
  const link = known.links.byUser(before.id);
  if (link === undefined || link.sourceId === sourceId) return { kind: "adopt", before };
  const issue = takenIssue(subjectOf(user, sourceId), "externalId-taken", before.id);
  const conflict = { kind: "conflict", why: "externalId-taken", issue } as const;
  // Who is linked to him may yet turn out to be excluded, and let him go.
  if (mapped.isActive === false) return terms.pass === "page" ? conflict : { kind: "none" };
  return relinked(user, before, link, known, terms) ?? conflict;
}

function matchName(
  user: PreparedUser,
  known: Known,
  terms: MatchTerms,
): Target | NoTarget | undefined {
  const { sourceId, mapped } = user;
  const userName = mapped.values.get(USER_NAME_SLOT.path);
  if (typeof userName !== "string") return { kind: "none" };
  const nameKey = foldText(userName);
  const before = known.records.get(keyText({ key: "name", value: nameKey }));
  if (before === undefined) return undefined;
  const isWanted = mapped.isActive !== false;
  const link = known.links.byUser(before.id);
  if (link !== undefined && link.sourceId !== sourceId) {
    return isWanted ? relinked(user, before, link, known, terms) : undefined;
  }
  const foreignId = foreignIdOf(before, sourceId);
  // Only who works here takes over what somebody else may have left.
  const isUnwanted = foreignId !== undefined && !isWanted;
  if (isUnwanted && !terms.settings.createInactive) return { kind: "none" };
  // Until names are settled, the holder may yet have given this one up.
  const mayMove = terms.pass === "page" || (isUnwanted && terms.pass === "names");
  if (mayMove) return undecided(user, before, []);
  if (isUnwanted) return { kind: "none" };
  const { evidence } = known;
  const owner = evidence.ownerOf(before.id);
  if (owner !== undefined && owner !== sourceId) return undefined;
  const rivals = othersIn(evidence.named(nameKey), sourceId);
  if (rivals.length > 0) return undecided(user, before, rivals);
  if (foreignId === undefined) return { kind: "adopt", before };
  const standing = evidence.standing(foreignId);
  if (standing !== "gone") return ofAnother(user, before, standing);
  return documentOf(before).active === false
    ? rehireConflict(user, before)
    : { kind: "adopt", before };
}

/**
 * Only for an active user, and only one user who has the address as primary one. Where he is known to be
 * another's, or the address to be that of several, it says nothing: the record has a user of its own.
 */
function matchEmail(
  user: PreparedUser,
  known: Known,
  { settings, pass }: MatchTerms,
): Target | NoTarget | undefined {
  const { sourceId, mapped } = user;
  const email = mappedEmailKey(mapped);
  if (!settings.matchByEmail || email === undefined) return undefined;
  const { links, evidence } = known;
  const matches = (known.byEmail.get(email) ?? []).filter(
    (each) => primaryEmailKey(documentOf(each)) === email,
  );
  const free = matches.filter(({ id }) => links.byUser(id) === undefined);
  const [before] = free;
  if (before === undefined) return undefined;
  if (pass === "page" || pass === "names") return undecided(user, before, []);
  const foreignId = foreignIdOf(before, sourceId);
  const standing = foreignId === undefined ? "gone" : evidence.standing(foreignId);
  const isAlone = matches.length === 1;
  if (isAlone && standing === "present") {
    return { kind: "create", issue: ofAnother(user, before, standing).issue };
  }
  // That nobody has a better claim is known from a complete listing alone.
  if (!evidence.isComplete) return undecided(user, before, []);
  const waiting = free.filter(({ id }) => evidence.ownerOf(id) === undefined);
  if (waiting.length > 1 && waiting.some(({ isUnclaimed }) => isUnclaimed)) {
    return several(user, waiting);
  }
  if (!isAlone || evidence.ownerOf(before.id) !== undefined) return undefined;
  const nameKey = foldText(textIn(documentOf(before), USER_NAME_SLOT) ?? "");
  const claimants = [...evidence.named(nameKey), ...evidence.addressed(email)];
  const rivals = othersIn(claimants, sourceId);
  if (rivals.length > 0) {
    return { kind: "create", issue: undecided(user, before, rivals).issue };
  }
  return documentOf(before).active === false
    ? rehireConflict(user, before)
    : { kind: "adopt", before };
}

/**
 * The refusal of a match by name where somebody else may be meant as well, and one of the two was imported: the
 * only former user who has the record's externalId, or an imported one who has its address. Else undefined.
 */
function severalMeant(
  user: PreparedUser,
  matched: Target | NoTarget,
  deletedHolders: readonly ResourceRecord[],
  { links, byEmail, evidence }: Known,
  { settings }: MatchTerms,
): NoTarget | undefined {
  if (matched.kind !== "adopt") return undefined;
  const { before } = matched;
  // What the directory was asked for this record alone: addresses that others of its page have say nothing here.
  const isMatched = settings.matchByEmail && user.mapped.isActive !== false;
  const email = (isMatched ? mappedEmailKey(user.mapped) : undefined) ?? "";
  const addressed = (byEmail.get(email) ?? []).filter(
    (each) => each.isUnclaimed && primaryEmailKey(documentOf(each)) === email,
  );
  const former = deletedHolders.length === 1 ? deletedHolders : [];
  const others = [...former, ...addressed].filter(
    ({ id }) =>
      id !== before.id && links.byUser(id) === undefined && evidence.ownerOf(id) === undefined,
  );
  const meant = [before, ...others];
  const isOne = others.length === 0 || !meant.some(({ isUnclaimed }) => isUnclaimed);
  return isOne ? undefined : several(user, meant);
}

/** Undefined while the provider still has the former user, or may have. */
function relinked(
  user: PreparedUser,
  before: ResourceRecord,
  former: Link,
  { evidence }: Known,
  { settings, pass }: MatchTerms,
): Target | NoTarget | undefined {
  if (pass !== "second" || former.goneAt === undefined) return undefined;
  if (evidence.standing(former.sourceId) !== "gone") return undefined;
  if (settings.rehire === "conflict") return rehireConflict(user, before);
  const foreignId = foreignIdOf(before, user.sourceId);
  const standing = foreignId === undefined ? "gone" : evidence.standing(foreignId);
  if (standing !== "gone") return ofAnother(user, before, standing);
  const claim = user.mapped.values.get(USER_NAME_SLOT.path);
  const nameKey = typeof claim === "string" ? foldText(claim) : "";
  const rivals = othersIn(evidence.named(nameKey), user.sourceId);
  return rivals.length > 0 ? undecided(user, before, rivals) : { kind: "relink", before, former };
}

/** The id under which somebody else may know the user. */
function foreignIdOf(before: ResourceRecord, sourceId: string): string | undefined {
  const { externalId } = documentOf(before);
  const isForeign = typeof externalId === "string" && externalId !== "" && externalId !== sourceId;
  return isForeign ? externalId : undefined;
}

function othersIn(sourceIds: readonly string[], own: string): readonly string[] {
  return [...new Set(sourceIds)].filter((each) => each !== own).sort();
}

function several(user: PreparedUser, meant: readonly ResourceRecord[]) {
  const issue = severalIssue(subjectOf(user, user.sourceId), meant);
  return { kind: "conflict", why: "several-accounts", issue } as const;
}

function rehireConflict(user: PreparedUser, holder: ResourceRecord) {
  const issue = rehireIssue(subjectOf(user, user.sourceId), holder);
  return { kind: "conflict", why: "rehire-conflict", issue } as const;
}

function ofAnother(user: PreparedUser, holder: ResourceRecord, standing: "present" | "unknown") {
  const issue = ofAnotherIssue(subjectOf(user, user.sourceId), holder, standing);
  return { kind: "conflict", why: "account-of-another", issue } as const;
}

function undecided(user: PreparedUser, holder: ResourceRecord, rivals: readonly string[]) {
  const issue = undecidedIssue(subjectOf(user, user.sourceId), holder, rivals);
  return { kind: "conflict", why: "match-undecided", issue } as const;
}
