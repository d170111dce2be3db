import { ScimError } from "./error.ts";
import { identityOf, nameAttribute } from "./identity.ts";
import { documentOf, type ResourceRecord, type UniqueKey } from "./ports.ts";
import type { Document } from "./resource.ts";
import type { ResourceType } from "./schema/attribute.ts";
import type { ConnectorSettings } from "./settings.ts";

/** What a POST should do: create a new user, or restore the one it already is. */
export type CreateDecision =
  | { readonly kind: "create" }
  | { readonly kind: "restore"; readonly before: ResourceRecord };

/**
 * Decides SEMANTICS 1 for the users that hold the new one's userName or externalId; throws
 * `uniqueness` where another user holds it. Push never merges on an e-mail address.
 */
export function decideCreate(
  type: ResourceType,
  candidates: readonly ResourceRecord[],
  document: Document,
  settings: ConnectorSettings,
): CreateDecision {
  const wanted = identityOf(type, document);
  const held = candidates.map((record) => ({ record, ...stateOf(type, record) }));
  const byName = held.find((user) => user.isLive && user.nameKey === wanted.nameKey);
  const byExternalId = held.find(
    (user) => user.externalId !== undefined && user.externalId === wanted.externalId,
  );
  if (byName?.isActive) throw taken(type, "name");
  if (byName !== undefined && contradicts(byName.externalId, wanted.externalId)) {
    throw taken(type, "name");
  }
  if (byExternalId?.isLive && byExternalId.isActive) throw taken(type, "externalId");
  if (byName !== undefined && byExternalId?.isLive && byName !== byExternalId) {
    throw taken(type, "externalId");
  }
  const former = byName ?? byExternalId;
  if (former === undefined) return { kind: "create" };
  if (former.isLive && settings.reprovision === "conflict") {
    throw taken(type, former === byName ? "name" : "externalId");
  }
  return { kind: "restore", before: former.record };
}

/** The refusal of a write whose key another resource of the connector holds; no id leaks. */
export function taken(type: ResourceType, key: UniqueKey): ScimError {
  const attribute = key === "name" ? nameAttribute(type.name) : key;
  const noun = type.name.toLowerCase();
  return ScimError.uniqueness(
    `Another ${noun} of this connector already has this "${attribute}". Change or remove that ${noun}, or send another "${attribute}".`,
  );
}

function stateOf(type: ResourceType, record: ResourceRecord) {
  const document = documentOf(record);
  return {
    ...identityOf(type, document),
    isLive: record.deletedAt === undefined,
    isActive: document.active !== false,
  };
}

/** Another externalId on the same userName: another person may have inherited the address. */
function contradicts(held: string | undefined, wanted: string | undefined): boolean {
  return held !== undefined && wanted !== undefined && held !== wanted;
}
