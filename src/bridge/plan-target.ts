import { documentOf, type ResourceRecord } from "#scim/ports.ts";
import { keyText } from "#scim/resource-key.ts";
import { foldText } from "#scim/text.ts";
import { USER_NAME } from "./mapping/map-user.ts";
import type { Link } from "./operation.ts";
import type { Known } from "./plan-context.ts";
import { mappedEmailKey, primaryEmailKey, textIn } from "./plan-document.ts";
import type { PreparedUser } from "./plan-scope.ts";
import type { BridgeSettings } from "./settings.ts";

/** Which user of the directory a record is to be written to. */
export type Target =
  | { readonly kind: "create" }
  | { readonly kind: "linked"; readonly link: Link; readonly before: ResourceRecord }
  | { readonly kind: "adopt"; readonly before: ResourceRecord }
  /** A soft-deleted user with the record's externalId. */
  | { readonly kind: "restore"; readonly before: ResourceRecord }
  /** The user of somebody whom the provider has no more: the same person under a new id. */
  | { readonly kind: "relink"; readonly before: ResourceRecord; readonly former: Link };

/** Where a record is not to be written: nobody is there, or somebody else. */
export type NoTarget =
  | { readonly kind: "none" }
  | { readonly kind: "rehireConflict"; readonly holder: ResourceRecord }
  | { readonly kind: "externalIdTaken"; readonly holder: ResourceRecord };

/** By what rules records are matched. */
export interface MatchTerms {
  readonly settings: BridgeSettings;
  /** Whether the provider has the user of a link no more, as far as is known for certain. */
  readonly isGone: (link: Link) => boolean;
}

/** What the other records of a page have a stronger claim to. */
export interface Claims {
  readonly sourceIds: ReadonlySet<string>;
  readonly nameKeys: ReadonlySet<string>;
}

/** The claims of a page's records. */
export function claimsOf(users: readonly PreparedUser[]): Claims {
  const names = users.map(({ mapped }) => mapped.values.get(USER_NAME.path));
  return {
    sourceIds: new Set(users.map(({ sourceId }) => sourceId)),
    nameKeys: new Set(names.filter((each) => typeof each === "string").map(foldText)),
  };
}

/**
 * Matches a record that no live user is linked to: externalId, then userName, then primary e-mail
 * address. A user who may be another person is never handed over.
 */
export function matchStranger(
  user: PreparedUser,
  known: Known,
  claims: Claims,
  terms: MatchTerms,
): Target | NoTarget {
  const { sourceId, mapped } = user;
  const isActive = mapped.isActive !== false;
  const byExternalId = known.records.get(keyText({ key: "externalId", value: sourceId }));
  const isLive = byExternalId !== undefined && byExternalId.deletedAt === undefined;
  if (isLive) return matchExternalId(user, byExternalId, known, terms);
  const matched = matchName(user, known, claims, terms);
  if (matched !== undefined) return matched;
  if (!isActive) return terms.settings.createInactive ? { kind: "create" } : { kind: "none" };
  if (byExternalId !== undefined) return { kind: "restore", before: byExternalId };
  return matchEmail(user, known, claims, terms) ?? { kind: "create" };
}

function matchExternalId(
  { sourceId, mapped }: PreparedUser,
  before: ResourceRecord,
  { links }: Known,
  terms: MatchTerms,
): Target | NoTarget {
  const link = links.byUser(before.id);
  if (link === undefined || link.sourceId === sourceId) return { kind: "adopt", before };
  if (mapped.isActive === false) return { kind: "none" };
  return relinked(before, link, terms) ?? { kind: "externalIdTaken", holder: before };
}

function matchName(
  { sourceId, mapped }: PreparedUser,
  { links, records }: Known,
  claims: Claims,
  terms: MatchTerms,
): Target | NoTarget | undefined {
  const userName = mapped.values.get(USER_NAME.path);
  if (typeof userName !== "string") return { kind: "none" };
  const before = records.get(keyText({ key: "name", value: foldText(userName) }));
  if (before === undefined) return undefined;
  const isWanted = mapped.isActive !== false;
  const link = links.byUser(before.id);
  if (link !== undefined && link.sourceId !== sourceId) {
    return isWanted ? relinked(before, link, terms) : undefined;
  }
  const { externalId, active } = documentOf(before);
  const isAnother = typeof externalId === "string" && externalId !== sourceId;
  if (!isAnother) return { kind: "adopt", before };
  // Whoever has that source id is in this page, and the user is his.
  if (claims.sourceIds.has(externalId)) return undefined;
  if (isWanted) {
    return active === false
      ? { kind: "rehireConflict", holder: before }
      : { kind: "adopt", before };
  }
  return { kind: "none" };
}

/** Only for an active user with that address as primary one, whom nobody else has a better claim to. */
function matchEmail(
  { mapped }: PreparedUser,
  { links, byEmail }: Known,
  claims: Claims,
  { settings }: MatchTerms,
): Target | NoTarget | undefined {
  const email = mappedEmailKey(mapped);
  if (!settings.matchByEmail || email === undefined) return undefined;
  const matches = (byEmail.get(email) ?? []).filter(
    (each) => primaryEmailKey(documentOf(each)) === email,
  );
  const [before, ...others] = matches;
  if (before === undefined || others.length > 0) return undefined;
  if (links.byUser(before.id) !== undefined) return undefined;
  const document = documentOf(before);
  const { externalId, active } = document;
  const nameKey = foldText(textIn(document, USER_NAME) ?? "");
  if (claims.nameKeys.has(nameKey)) return undefined;
  if (typeof externalId === "string" && claims.sourceIds.has(externalId)) return undefined;
  return active === false ? { kind: "rehireConflict", holder: before } : { kind: "adopt", before };
}

/** Undefined while the provider still has the former user, or may have. */
function relinked(
  before: ResourceRecord,
  former: Link,
  { settings, isGone }: MatchTerms,
): Target | NoTarget | undefined {
  if (!isGone(former)) return undefined;
  return settings.rehire === "relink"
    ? { kind: "relink", before, former }
    : { kind: "rehireConflict", holder: before };
}
