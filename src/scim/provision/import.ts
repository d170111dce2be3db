import type { ResourceType } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import {
  type CandidateKeys,
  type ConnectorTerms,
  documentOf,
  type ResourceRecord,
} from "#scim/ports.ts";
import { identityOf, primaryEmailOf } from "#scim/resource/identity.ts";
import { type Found, identityKeys, keyText, type ResourceKey } from "#scim/resource/key.ts";
import { newRecord } from "#scim/resource/record.ts";
import { normaliseResource } from "#scim/resource/resource.ts";
import { requireAllowedDomains } from "#scim/rules/domains.ts";
import { foldText } from "#scim/text.ts";

/** An account that the application has already, of somebody whom no provider has named yet. */
export interface ImportedAccount {
  readonly userName: string;
  readonly externalId?: string | undefined;
  readonly email?: string | undefined;
  /** The application's own id of it. */
  readonly accountId?: string | undefined;
}

/** Why a row of an import is refused. */
export const IMPORT_REASONS = [
  /** A value that no user may have. */
  "invalid",
  /** Another row of the call has its userName, externalId or accountId. */
  "duplicate",
  "userName",
  "externalId",
  "accountId",
  /** A deleted user, who can be restored, has its accountId or externalId. */
  "deleted",
] as const;

/** A row that is refused; `detail` says what to change. */
export interface RefusedAccount {
  readonly kind: "refused";
  readonly reason: (typeof IMPORT_REASONS)[number];
  readonly detail: string;
}

/** A row whose values a user may have: the user it would make. */
export interface AccountDraft {
  readonly kind: "draft";
  readonly record: ResourceRecord;
  readonly keys: CandidateKeys;
}

/** What becomes of a row: a new user, one who is there already, or a refusal. */
export type ImportDecision =
  | { readonly kind: "created"; readonly record: ResourceRecord }
  | { readonly kind: "unchanged"; readonly record: ResourceRecord }
  | RefusedAccount;

/** Reads an account as a user who waits for its person; refused where a create of that user would be. */
export function draftRow(
  terms: ConnectorTerms,
  { userName, externalId, email, accountId }: ImportedAccount,
  { now, newId }: { readonly now: number; readonly newId: () => string },
): AccountDraft | RefusedAccount {
  const { type } = terms;
  const emails = email ? [{ value: email, type: "work", primary: true }] : [];
  const body = { userName, ...(externalId && { externalId }), emails };
  try {
    const { document } = normaliseResource(type, body, { strict: false });
    requireAllowedDomains(undefined, document, terms);
    const record = newRecord(type, newId(), { ...document, active: true }, now);
    const keys = identityOf(type, document);
    return { kind: "draft", record: { ...record, accountId, isUnclaimed: true }, keys };
  } catch (error) {
    if (error instanceof ScimError) return refused("invalid", error.detail);
    throw error;
  }
}

/** The keys by which users are looked for who may be those of rows already. */
export function rowKeys(rows: readonly (AccountDraft | RefusedAccount)[]): readonly ResourceKey[] {
  return rows.flatMap((row) => (row.kind === "draft" ? keysOfRow(row) : []));
}

function keysOfRow({ record, keys }: AccountDraft): readonly ResourceKey[] {
  const { accountId } = record;
  const identity = identityKeys(keys);
  return accountId === undefined ? identity : [...identity, { key: "account", value: accountId }];
}

/**
 * Decides each row by the users that were found and by the other rows. What is there already is left as it is.
 * Rows that share a key and differ are all refused: nobody can say which of them is right.
 */
export function decideImport(
  type: ResourceType,
  rows: readonly (AccountDraft | RefusedAccount)[],
  found: Found,
): readonly ImportDecision[] {
  const peers = peersOf(rows);
  return rows.map((row, at) => {
    if (row.kind === "refused") return row;
    return duplicateOf(type, row, at, peers) ?? decideRow(type, row, found);
  });
}

type Peers = ReadonlyMap<string, readonly { readonly at: number; readonly row: AccountDraft }[]>;

function peersOf(rows: readonly (AccountDraft | RefusedAccount)[]): Peers {
  const places = rows.flatMap((row, at) =>
    row.kind === "draft" ? keysOfRow(row).map((key) => ({ text: keyText(key), at, row })) : [],
  );
  return Map.groupBy(places, ({ text }) => text);
}

function duplicateOf(
  type: ResourceType,
  row: AccountDraft,
  at: number,
  peers: Peers,
): RefusedAccount | undefined {
  for (const key of keysOfRow(row)) {
    const others = (peers.get(keyText(key)) ?? []).filter((other) => other.at !== at);
    const rival = others.find((other) => !isSameAccount(type, other.row.record, row.record));
    const name = attributeOf(key);
    if (rival !== undefined) {
      const detail = `users[${rival.at}] has the same ${name}, and differs. None of such rows is taken; send the right one alone.`;
      return refused("duplicate", detail);
    }
    const earlier = others.find((other) => other.at < at);
    if (earlier !== undefined) {
      return refused("duplicate", `users[${earlier.at}] is the same account.`);
    }
  }
  return undefined;
}

function decideRow(type: ResourceType, row: AccountDraft, found: Found): ImportDecision {
  const { record } = row;
  const [nameKey, ...others] = keysOfRow(row);
  const holdersOf = (key: ResourceKey | undefined) => (key && found.get(keyText(key))) ?? [];
  const [byAccount] = holdersOf(others.find(({ key }) => key === "account"));
  if (byAccount !== undefined) return accountHeld(type, row, byAccount);
  const [byName] = holdersOf(nameKey);
  if (byName !== undefined) {
    if (byName.isUnclaimed && isSameAccount(type, byName, record)) return unchanged(byName);
    return refused("userName", `The user with the id ${byName.id} has this userName. ${TELL}`);
  }
  const byExternalId = holdersOf(others.find(({ key }) => key === "externalId"));
  const live = byExternalId.find(({ deletedAt }) => deletedAt === undefined);
  if (live !== undefined) {
    return refused("externalId", `The user with the id ${live.id} has this externalId. ${TELL}`);
  }
  const [deleted] = byExternalId;
  return deleted === undefined
    ? { kind: "created", record }
    : refused("deleted", `${deletedText(deleted)} has this externalId. ${RESTORE}`);
}

/** An account is that of one user, whatever it is called by now; one who waits has to be as the row says. */
function accountHeld(
  type: ResourceType,
  row: AccountDraft,
  holder: ResourceRecord,
): ImportDecision {
  if (holder.deletedAt !== undefined) {
    return refused("deleted", `${deletedText(holder)} has this accountId. ${RESTORE}`);
  }
  if (!holder.isUnclaimed || isSameAccount(type, holder, row.record)) return unchanged(holder);
  return refused(
    "accountId",
    `The user with the id ${holder.id} has this accountId, with other values, and waits for its person. Erase that user if the row is right, and import it again.`,
  );
}

const TELL = "If it is the same person, give that user the accountId.";
const RESTORE = "Restore that user if it is the same person; if not, erase it.";

function deletedText({ id }: ResourceRecord): string {
  return `The deleted user with the id ${id}`;
}

function isSameAccount(type: ResourceType, a: ResourceRecord, b: ResourceRecord): boolean {
  return accountText(type, a) === accountText(type, b);
}

/** All that an import says of an account, but whether it is active. */
function accountText(type: ResourceType, record: ResourceRecord): string {
  const document = documentOf(record);
  const { nameKey, externalId } = identityOf(type, document);
  const email = foldText(primaryEmailOf(document) ?? "");
  return JSON.stringify([nameKey, externalId, email, record.accountId]);
}

function attributeOf({ key }: ResourceKey): string {
  switch (key) {
    case "name":
      return "userName";
    case "account":
      return "accountId";
    case "externalId":
    case "id":
      return key;
  }
}

function unchanged(record: ResourceRecord): ImportDecision {
  return { kind: "unchanged", record };
}

function refused(reason: RefusedAccount["reason"], detail: string): RefusedAccount {
  return { kind: "refused", reason, detail };
}
