import { foldDocument } from "#scim/filter/folded.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "#scim/json.ts";
import { documentOf, type UserRecord } from "#scim/ports.ts";
import { schemasFor } from "#scim/resource.ts";
import type { ResourceType } from "#scim/schema/attribute.ts";
import { foldText } from "#scim/text.ts";

/** One looked-up value of a user, as `user_values` keeps it. */
export interface LookupValue {
  readonly path: string;
  readonly valueKey: string;
  readonly typeKey: string;
}

/** The columns of a user's row; the JSON names are those that the commit's statements read. */
export interface UserColumns {
  readonly id: string;
  readonly userNameKey: string;
  readonly externalId: string | null;
  readonly active: 0 | 1;
  readonly version: number;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly deletedAt: number | null;
  readonly doc: string;
  readonly folded: string;
  readonly values: readonly LookupValue[];
}

/** Derives every column from a user's record: the document is the truth, columns are its index. */
export function userColumns(type: ResourceType, record: UserRecord): UserColumns {
  const document = documentOf(record);
  const schemas = { schemas: schemasFor(type, document) };
  return {
    id: record.id,
    userNameKey: foldText(textOf(document, "userName") ?? ""),
    externalId: textOf(document, "externalId") ?? null,
    active: isActive(document) ? 1 : 0,
    version: record.version,
    createdAt: record.createdAt,
    modifiedAt: record.modifiedAt,
    deletedAt: record.deletedAt ?? null,
    doc: record.documentText,
    folded: JSON.stringify(foldDocument(type, { ...schemas, ...document })),
    values: lookupValues(document),
  };
}

/** Whether a user's document says that the person may sign in (SEMANTICS 1: a missing active is true). */
export function isActive(document: JsonObject): boolean {
  return document.active !== false;
}

/** The name under which e-mail addresses stand in `user_values`. */
export const EMAILS_PATH = "emails";

function lookupValues(document: JsonObject): readonly LookupValue[] {
  const emails = document.emails;
  if (!Array.isArray(emails)) return [];
  const values = new Map<string, LookupValue>();
  for (const email of emails) {
    const value = lookupValue(email);
    if (value !== undefined) values.set(`${value.typeKey}\n${value.valueKey}`, value);
  }
  return [...values.values()];
}

function lookupValue(email: JsonValue): LookupValue | undefined {
  if (!isJsonObject(email)) return undefined;
  const value = textOf(email, "value");
  if (value === undefined) return undefined;
  return {
    path: EMAILS_PATH,
    valueKey: foldText(value),
    typeKey: foldText(textOf(email, "type") ?? ""),
  };
}

function textOf(object: JsonObject, name: "userName" | "externalId" | "value" | "type") {
  const value = object[name];
  return typeof value === "string" ? value : undefined;
}
