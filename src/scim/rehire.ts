import { ScimError } from "./error.ts";
import { identityOf, nameAttribute } from "./identity.ts";
import type { JsonObject } from "./json.ts";
import { documentOf, type ResourceRecord, type UniqueKey } from "./ports.ts";
import type { Document } from "./resource.ts";
import { metaOf } from "./resource-record.ts";
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
  if (byName?.isActive) throw takenBy(type, "name", byName.record, document);
  if (byName !== undefined && contradicts(byName.externalId, wanted.externalId)) {
    throw anotherPerson(type, byName.record, document);
  }
  if (byExternalId?.isLive && byExternalId.isActive) {
    throw takenBy(type, "externalId", byExternalId.record, document);
  }
  if (byName !== undefined && byExternalId?.isLive && byName !== byExternalId) {
    throw takenBy(type, "externalId", byExternalId.record, document);
  }
  const former = byName ?? byExternalId;
  if (former === undefined) return { kind: "create" };
  if (former.isLive && settings.reprovision === "conflict") {
    throw takenBy(type, former === byName ? "name" : "externalId", former.record, document);
  }
  return { kind: "restore", before: former.record };
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
  const noun = type.name.toLowerCase();
  const isInactive = documentOf(holder).active === false;
  const state = isInactive ? ` (inactive, last changed ${metaOf(holder).lastModified})` : "";
  const step = key === "name" ? "rename one of them" : `give one of them another ${attribute}`;
  return taken(type, key).explainedBy(
    (quote) =>
      `The client sent ${attribute} ${quote(String(sent[attribute] ?? ""))}, which the ${noun} with the id ${holder.id}${state} already holds; ${step}, or remove that ${noun}.`,
  );
}

/** The same refusal of a rehire that contradicts itself: the name of a leaver, with another externalId. */
function anotherPerson(type: ResourceType, holder: ResourceRecord, sent: JsonObject): ScimError {
  const { userName, externalId } = documentOf(holder);
  return taken(type, "name").explainedBy(
    (quote) =>
      `The inactive user with the id ${holder.id} has userName ${quote(String(userName))} and externalId ${quote(String(externalId))}, but the client sent externalId ${quote(String(sent.externalId))}: perhaps another person inherited the name. If it is the same person, give that user the externalId that was sent, and it is restored; if not, rename that user.`,
  );
}

/** The same refusal of a change whose key turned out to be held when it was stored. */
export function takenFrom(type: ResourceType, key: UniqueKey, wanted: ResourceRecord): ScimError {
  const attribute = attributeOf(type, key);
  const noun = type.name.toLowerCase();
  const value = String(documentOf(wanted)[attribute] ?? "");
  return taken(type, key).explainedBy(
    (quote) =>
      `The client wanted the ${noun} with the id ${wanted.id} to have ${attribute} ${quote(value)}, which another ${noun} of this connector already holds. Find that one by a filter on ${attribute}; give one of them another value, or remove the other.`,
  );
}

function attributeOf(type: ResourceType, key: UniqueKey): string {
  return key === "name" ? nameAttribute(type.name) : key;
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
