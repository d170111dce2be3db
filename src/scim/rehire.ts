import { ScimError } from "./error.ts";
import { documentOf, type UserRecord } from "./ports.ts";
import type { Document } from "./resource.ts";
import type { ConnectorSettings } from "./settings.ts";
import { foldText } from "./text.ts";

/** What a POST should do: create a new user, or restore the one it already is. */
export type CreateDecision =
  | { readonly kind: "create" }
  | { readonly kind: "restore"; readonly before: UserRecord };

/**
 * Decides SEMANTICS 1 for the users that hold the new one's userName or externalId; throws
 * `uniqueness` where another user holds it. Push never merges on an e-mail address.
 */
export function decideCreate(
  candidates: readonly UserRecord[],
  document: Document,
  settings: ConnectorSettings,
): CreateDecision {
  const wanted = identityOf(document);
  const held = candidates.map((record) => ({ record, ...stateOf(record) }));
  const byName = held.find((user) => user.isLive && user.userNameKey === wanted.userNameKey);
  const byExternalId = held.find(
    (user) => user.externalId !== undefined && user.externalId === wanted.externalId,
  );
  if (byName?.isActive) throw taken("userName");
  if (byName !== undefined && contradicts(byName.externalId, wanted.externalId)) {
    throw taken("userName");
  }
  if (byExternalId?.isLive && byExternalId.isActive) throw taken("externalId");
  if (byName !== undefined && byExternalId?.isLive && byName !== byExternalId) {
    throw taken("externalId");
  }
  const former = byName ?? byExternalId;
  if (former === undefined) return { kind: "create" };
  if (former.isLive && settings.reprovision === "conflict") {
    throw taken(former === byName ? "userName" : "externalId");
  }
  return { kind: "restore", before: former.record };
}

/** The refusal of a write whose key another user of the connector holds; no id leaks. */
export function taken(attribute: "userName" | "externalId" | "id"): ScimError {
  return ScimError.uniqueness(
    `Another user of this connector already has this "${attribute}". Change or remove that user, or send another "${attribute}".`,
  );
}

/** The keys under which a user is unique in its connector (SEMANTICS 5). */
export function identityOf(document: Document) {
  const { userName, externalId } = document;
  return {
    userNameKey: typeof userName === "string" ? foldText(userName) : "",
    externalId: typeof externalId === "string" ? externalId : undefined,
  };
}

function stateOf(record: UserRecord) {
  const document = documentOf(record);
  return {
    ...identityOf(document),
    isLive: record.deletedAt === undefined,
    isActive: document.active !== false,
  };
}

/** Another externalId on the same userName: another person may have inherited the address. */
function contradicts(held: string | undefined, wanted: string | undefined): boolean {
  return held !== undefined && wanted !== undefined && held !== wanted;
}
