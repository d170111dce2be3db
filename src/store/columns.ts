import type { ResourceType } from "#scim/attribute.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "#scim/json.ts";
import { documentOf, type ResourceRecord } from "#scim/ports.ts";
import { fittingForm } from "#scim/resource/declared-form.ts";
import { identityOf } from "#scim/resource/identity.ts";
import { schemasFor } from "#scim/resource/resource.ts";
import { foldDocument } from "#scim/resource/value/folded.ts";
import { foldText } from "#scim/text.ts";
import type { resources, resourceValues } from "./schema.ts";

/** One looked-up value of a resource. */
export type ValueColumns = Readonly<Omit<typeof resourceValues.$inferSelect, "connectorId">>;

/** What a resource's row holds of the resource itself. */
export type ResourceColumns = Readonly<
  Omit<typeof resources.$inferSelect, "rowId" | "connectorId" | "eventId">
>;

/**
 * Derives every column from a record: the document is the truth, columns are its index. Where
 * `allowsDoubles`, a name takes a slot of its own and is not unique.
 */
export function resourceColumns(
  type: ResourceType,
  record: ResourceRecord,
  allowsDoubles: boolean,
): ResourceColumns {
  const document = documentOf(record);
  const storedType = type.storedAs ?? type;
  const { nameKey, externalId } = identityOf(type, document);
  return {
    type: record.type,
    id: record.id,
    nameKey,
    nameSlot: allowsDoubles ? record.id : "",
    externalId: externalId ?? null,
    active: isActive(document) ? 1 : 0,
    version: record.version,
    createdAt: record.createdAt,
    modifiedAt: record.modifiedAt,
    deletedAt: record.deletedAt ?? null,
    doc: record.documentText,
    folded: foldedText(storedType, document),
    accountId: record.accountId ?? null,
    registeredAt: record.registeredAt ?? null,
    unclaimedVersion: record.isUnclaimed ? record.version : null,
  };
}

/** The document as filters compare it: what fits its declarations alone. */
export function foldedText(type: ResourceType, document: JsonObject): string {
  const schemas = { schemas: schemasFor(type, document) };
  return JSON.stringify(foldDocument(type, { ...schemas, ...fittingForm(type, document) }));
}

/** Whether a user's document says that the person may sign in: a missing active is true. */
export function isActive(document: JsonObject): boolean {
  return document.active !== false;
}

/** The name under which e-mail addresses stand in `resource_values`. */
export const EMAILS_PATH = "emails";

/** The values under which a resource is looked up, each once. */
export function lookupValues(record: ResourceRecord): readonly ValueColumns[] {
  const { emails } = documentOf(record);
  if (!Array.isArray(emails)) return [];
  const values = new Map<string, ValueColumns>();
  for (const email of emails) {
    const value = lookupValue(email, record.id);
    if (value !== undefined) values.set(`${value.typeKey}\n${value.valueKey}`, value);
  }
  return [...values.values()];
}

function lookupValue(email: JsonValue, resourceId: string): ValueColumns | undefined {
  if (!isJsonObject(email) || typeof email.value !== "string") return undefined;
  const type = typeof email.type === "string" ? email.type : "";
  const [valueKey, typeKey] = [foldText(email.value), foldText(type)];
  return { path: EMAILS_PATH, valueKey, typeKey, resourceId };
}
