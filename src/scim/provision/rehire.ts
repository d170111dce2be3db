import type { ResourceType } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import { type JsonObject, quoteName } from "#scim/json.ts";
import {
  type CandidateKeys,
  documentOf,
  type ResourceRecord,
  type UniqueKey,
} from "#scim/ports.ts";
import { identityOf, nameAttribute } from "#scim/resource/identity.ts";
import { metaOf } from "#scim/resource/record.ts";
import type { Document } from "#scim/resource/resource.ts";
import type { ConnectorSettings } from "#scim/settings.ts";
import { samePersonBy } from "./same-person.ts";

/** What a POST should do: create a new user, or take over the one it already is; and what to warn of. */
export type CreateDecision = { readonly warnings: readonly string[] } & (
  | { readonly kind: "create" }
  | { readonly kind: "restore"; readonly before: ResourceRecord }
);

/**
 * An externalId that more resources hold than this, live and soft-deleted ones together, tells nothing of
 * a person: no more of them are looked at.
 */
export const HOLDERS_MAX = 10;

/**
 * Decides which of the users that hold the new one's userName or externalId it is, if any; throws
 * `uniqueness` where another user holds it. An externalId may be that of several people, so it restores
 * nobody by itself; push never merges on an e-mail address alone either. An imported user who waits is
 * taken over as a former one is, but never where a second one may be meant.
 */
export function decideCreate(
  type: ResourceType,
  candidates: readonly ResourceRecord[],
  document: Document,
  settings: ConnectorSettings,
): CreateDecision {
  const wanted = identityOf(type, document);
  const held = candidates.map((record) => holderOf(type, record));
  const byName = held.find((user) => user.isLive && user.nameKey === wanted.nameKey);
  const sharing = held.filter(
    (user) => user.externalId !== undefined && user.externalId === wanted.externalId,
  );
  if (byName?.isActive && !byName.isUnclaimed) {
    throw takenBy(type, "name", byName.record, document);
  }
  if (byName !== undefined && contradicts(byName.externalId, wanted.externalId)) {
    throw anotherPerson(type, byName.record, document);
  }
  const former: Former =
    byName === undefined ? formerUser(sharing, document, wanted) : namedUser(byName);
  const meant = meantBesides(former.user, sharing, document, wanted);
  if (meant.length > 1 && meant.some(({ isUnclaimed }) => isUnclaimed)) {
    throw severalAccounts(type, meant, document);
  }
  const { user } = former;
  const rival = sharing.find(({ isLive, record }) => isLive && record !== user?.record);
  if (settings.uniqueExternalId && rival !== undefined) {
    throw takenBy(type, "externalId", rival.record, document);
  }
  if (user === undefined) return { kind: "create", warnings: former.warnings };
  if (user.isLive && !user.isUnclaimed && settings.reprovision === "conflict") {
    throw takenBy(type, user === byName ? "name" : "externalId", user.record, document);
  }
  return { kind: "restore", before: user.record, warnings: former.warnings };
}

/** A user as candidates are judged. */
interface Holder extends CandidateKeys {
  readonly record: ResourceRecord;
  readonly isLive: boolean;
  readonly isActive: boolean;
  /** Whether it was imported, and its person is still to come. */
  readonly isUnclaimed: boolean;
}

/** Who comes back, if it is somebody. */
interface Former {
  readonly user: Holder | undefined;
  readonly warnings: readonly string[];
}

/** Who has the userName: nothing is to be said of a former user, and whose account is claimed is. */
function namedUser(user: Holder): Former {
  if (!user.isUnclaimed) return { user, warnings: [] };
  return {
    user,
    warnings: [`The imported user with the id ${user.record.id} was claimed by its userName.`],
  };
}

/** Whether a user can be taken over by a create: inactive, soft-deleted, or imported and waiting. */
function isFree({ isLive, isActive, isUnclaimed }: Holder): boolean {
  return !isLive || !isActive || isUnclaimed;
}

/**
 * Everybody whom a create may mean: who is to be taken over, and who else shares the externalId, can be
 * taken over and has the userName or more of the person too. An imported user's externalId tells as much
 * as the userName of another.
 */
function meantBesides(
  user: Holder | undefined,
  sharing: readonly Holder[],
  document: Document,
  wanted: CandidateKeys,
): readonly Holder[] {
  if (sharing.length > HOLDERS_MAX) return user === undefined ? [] : [user];
  const others = sharing.filter(
    (other) =>
      other !== user &&
      isFree(other) &&
      (other.nameKey === wanted.nameKey ||
        samePersonBy(documentOf(other.record), document) !== undefined ||
        (other.isUnclaimed && user !== undefined && user.externalId !== wanted.externalId)),
  );
  return user === undefined ? others : [user, ...others];
}

/**
 * Who of those that share an externalId comes back, inactive, soft-deleted or imported: who has the same
 * userName, or else the only one of whom something more says that it is the same person.
 */
function formerUser(
  sharing: readonly Holder[],
  document: Document,
  { nameKey }: CandidateKeys,
): Former {
  const gone = sharing.filter(isFree);
  const namesake = gone.filter((user) => user.nameKey === nameKey).reduce(latest, undefined);
  if (namesake !== undefined) return { user: namesake, warnings: [] };
  const known = gone.map((user) => ({
    user,
    evidence: samePersonBy(documentOf(user.record), document),
  }));
  const [same, ...others] = known.filter(({ evidence }) => evidence !== undefined);
  const isOne = same !== undefined && others.length === 0 && sharing.length <= HOLDERS_MAX;
  return isOne
    ? { user: same.user, warnings: [restoredAs(same.user, document, same.evidence ?? "")] }
    : { user: undefined, warnings: notTaken(gone, sharing.length, others.length > 0) };
}

/** The refusal of a write whose key another resource of the connector holds; no id leaks. */
export function taken(type: ResourceType, key: UniqueKey): ScimError {
  const attribute = attributeOf(type, key);
  const noun = type.name.toLowerCase();
  return ScimError.uniqueness(
    `Another ${noun} of this connector already has this "${attribute}". Change or remove that ${noun}, or send another "${attribute}".`,
  );
}

/** The same refusal where the holder is known: the event log names it, the client does not learn it. */
export function takenBy(
  type: ResourceType,
  key: UniqueKey,
  holder: ResourceRecord,
  sent: JsonObject,
): ScimError {
  const attribute = attributeOf(type, key);
  return taken(type, key).explainedBy(
    (quote) =>
      `The client sent ${attribute} ${quote(String(sent[attribute] ?? ""))}, which ${holderText(holder, quote)} already holds; ${nextStep(type, key, holder)}.`,
  );
}

/** Who holds what somebody else wants: by its names, and whether it is active. */
export function holderText(holder: ResourceRecord, quote: (value: string) => string): string {
  const document = documentOf(holder);
  const name = nameAttribute(holder.type);
  const { externalId } = document;
  const isInactive = document.active === false;
  const facts = [
    `${name} ${quote(String(document[name] ?? ""))}`,
    typeof externalId === "string" ? `externalId ${quote(externalId)}` : "no externalId",
    ...(holder.type === "User" ? [isInactive ? "inactive" : "active"] : []),
    ...(holder.isUnclaimed ? ["imported and not claimed"] : []),
    ...(holder.deletedAt === undefined ? [] : ["deleted"]),
    ...(isInactive ? [`last changed ${metaOf(holder).lastModified}`] : []),
  ];
  return `the ${holder.type.toLowerCase()} with the id ${holder.id} (${facts.join(", ")})`;
}

function nextStep(type: ResourceType, key: UniqueKey, holder: ResourceRecord): string {
  const noun = type.name.toLowerCase();
  const step =
    key === "name" ? "rename one of them" : `give one of them another ${attributeOf(type, key)}`;
  const isInactive = documentOf(holder).active === false;
  return isInactive
    ? `if it is the same person, reactivate that user; if not, ${step}, or remove that user`
    : `${step}, or remove that ${noun}`;
}

/** The same refusal of a rehire that contradicts itself: the name of a leaver, with another externalId. */
function anotherPerson(type: ResourceType, holder: ResourceRecord, sent: JsonObject): ScimError {
  const { userName, externalId } = documentOf(holder);
  const state = holder.isUnclaimed ? "imported" : "inactive";
  return taken(type, "name").explainedBy(
    (quote) =>
      `The ${state} user with the id ${holder.id} has userName ${quote(String(userName))} and externalId ${quote(String(externalId))}, but the client sent externalId ${quote(String(sent.externalId))}: perhaps another person inherited the name. If it is the same person, give that user the externalId that was sent, and it is restored; if not, rename that user.`,
  );
}

/** The refusal of a create that may mean several users, one of them imported: nobody is taken over. */
function severalAccounts(
  type: ResourceType,
  meant: readonly Holder[],
  sent: JsonObject,
): ScimError {
  const byName = meant.some(({ isLive, nameKey }) => {
    return isLive && nameKey === identityOf(type, sent).nameKey;
  });
  return taken(type, byName ? "name" : "externalId").explainedBy((quote) => {
    const holders = meant.map(({ record }) => holderText(record, quote)).join(" and ");
    const { userName, externalId } = sent;
    const what = `userName ${quote(String(userName ?? ""))} and externalId ${quote(String(externalId ?? ""))}`;
    return `The client sent ${what}, which may mean several users: ${holders}. Nobody was taken over and nobody created. Delete or rename those who are not this person, or give the right one the userName and the externalId that were sent; then have the provider try again.`;
  });
}

/** The refusal of a change that would claim the account of somebody with another externalId; undefined for any other. */
export function refuseClaim(
  type: ResourceType,
  before: ResourceRecord,
  sent: JsonObject,
): ScimError | undefined {
  if (!before.isUnclaimed) return undefined;
  const held = identityOf(type, documentOf(before));
  const isOther = contradicts(held.externalId, identityOf(type, sent).externalId);
  if (!isOther) return undefined;
  return ScimError.uniqueness(
    'This user waits for a person with another "externalId". Send that one, or have the user removed where it is not this person\'s.',
  ).explainedBy(
    (quote) =>
      `The imported user with the id ${before.id} waits for the person with the externalId ${quote(held.externalId ?? "")}, but the client sent externalId ${quote(String(sent.externalId))}: perhaps another person inherited the name. If it is the same person, erase the user and import the account again with the externalId that was sent, or with none; if not, erase or rename that user.`,
  );
}

/** The same refusal of a change of what is there already; without a holder where it is gone again. */
export function takenFrom(
  type: ResourceType,
  key: UniqueKey,
  wanted: ResourceRecord,
  holder: ResourceRecord | undefined,
): ScimError {
  const attribute = attributeOf(type, key);
  const noun = type.name.toLowerCase();
  const value = String(documentOf(wanted)[attribute] ?? "");
  return taken(type, key).explainedBy((quote) => {
    const wish = `The client wanted the ${noun} with the id ${wanted.id} to have ${attribute} ${quote(value)}`;
    return holder === undefined
      ? `${wish}, which another ${noun} of this connector held at that moment. Send the request again.`
      : `${wish}, which ${holderText(holder, quote)} already holds; ${nextStep(type, key, holder)}.`;
  });
}

function attributeOf(type: ResourceType, key: UniqueKey): string {
  if (key === "name") return nameAttribute(type.name);
  return key === "account" ? "accountId" : key;
}

function holderOf(type: ResourceType, record: ResourceRecord): Holder {
  const document = documentOf(record);
  return {
    record,
    ...identityOf(type, document),
    isLive: record.deletedAt === undefined,
    isActive: document.active !== false,
    isUnclaimed: record.isUnclaimed === true,
  };
}

/** Of soft-deleted namesakes who were deleted one after the other, the last one is who comes back. */
function latest(former: Holder | undefined, user: Holder): Holder {
  if (former === undefined || user.isLive) return user;
  return former.isLive || former.record.modifiedAt > user.record.modifiedAt ? former : user;
}

/** Another externalId on the same userName: another person may have inherited the address. */
function contradicts(held: string | undefined, wanted: string | undefined): boolean {
  return held !== undefined && wanted !== undefined && held !== wanted;
}

function restoredAs(user: Holder, sent: Document, evidence: string): string {
  const { record, isUnclaimed } = user;
  const done = isUnclaimed ? "claimed" : "restored";
  return `The ${stateText(user)} user with the id ${record.id} and userName ${nameText(documentOf(record))} was ${done} as userName ${nameText(sent)}: externalId and ${evidence} are the same.`;
}

/** Why those who share the externalId were left alone; nothing where nobody who is gone does. */
function notTaken(
  gone: readonly Holder[],
  holders: number,
  isAmbiguous: boolean,
): readonly string[] {
  const [first] = gone;
  if (first === undefined) return [];
  const names = gone
    .map((user) => {
      const { record } = user;
      return `the ${stateText(user)} user with the id ${record.id} and userName ${nameText(documentOf(record))}`;
    })
    .join(", ");
  const why =
    holders > HOLDERS_MAX
      ? "so many users have it that it tells nothing of a person"
      : isAmbiguous
        ? "nothing tells which of them it is"
        : "nothing more (primary e-mail address, employeeNumber, or given and family name) says that it is the same person";
  return [`A new user was created, though the externalId is also that of ${names}: ${why}.`];
}

function stateText({ isLive, isUnclaimed }: Holder): string {
  if (isUnclaimed) return "imported";
  return isLive ? "inactive" : "deleted";
}

function nameText({ userName }: JsonObject): string {
  return quoteName(typeof userName === "string" ? userName : "");
}
