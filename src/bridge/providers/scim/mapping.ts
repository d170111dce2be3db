import { isJsonObject, type JsonObject, type JsonValue } from "#scim/json.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { mapUser, type UserMapping } from "../../mapping/map-user.ts";
import type { MappedRecord } from "../../mapping/mapped.ts";
import {
  booleanAt,
  listItems,
  plainText,
  type Rule,
  type Said,
  textAt,
  valueAt,
} from "../../mapping/reading.ts";
import { attribute, enterprise, part } from "../../mapping/slot.ts";

/**
 * Maps a User of another SCIM service provider. Its id is the key; its own externalId, meta, groups,
 * roles, entitlements, photos, certificates and password are never copied.
 */
export function mapScimUser(record: JsonObject): MappedRecord {
  return mapUser(MAPPING, textAt(record, "id"), record);
}

const VALUE_PARTS = ["value", "display", "type"];
const ADDRESS_PARTS = [
  "formatted",
  "streetAddress",
  "locality",
  "region",
  "postalCode",
  "country",
  "type",
];

const core = (name: string): Rule => ({
  slot: attribute(name),
  read: (record) => textAt(record, name),
});

const list = (name: string, parts: readonly string[]): Rule => ({
  slot: attribute(name),
  read: (record) => elementsOf(valueAt(record, name), parts),
});

const namePart = (name: string): Rule => ({
  slot: part("name", name),
  read: (record) => textAt(record, "name", name),
});

const extended = (name: string): Rule => ({
  slot: enterprise(name),
  read: (record) => textAt(record, ENTERPRISE_USER, name),
});

const NAME_PARTS = [
  "formatted",
  "familyName",
  "givenName",
  "middleName",
  "honorificPrefix",
  "honorificSuffix",
];

const RULES: readonly Rule[] = [
  ...["userName", "displayName", "nickName", "profileUrl", "title", "userType"].map(core),
  ...["preferredLanguage", "locale", "timezone"].map(core),
  ...NAME_PARTS.map(namePart),
  // Lists belong to the source as a whole: it says their types itself.
  ...["emails", "phoneNumbers", "ims"].map((name) => list(name, VALUE_PARTS)),
  list("addresses", ADDRESS_PARTS),
  ...["employeeNumber", "organization", "department", "division", "costCenter"].map(extended),
];

const MAPPING: UserMapping = {
  rules: RULES,
  derived: [],
  manager,
  isActive,
  stamp: (record) => textAt(record, "meta", "lastModified"),
};

/** Alone among the providers a SCIM service may leave `active` out (RFC 7643 §4.1.1), or null, for an active user. */
function isActive(record: JsonObject): Said<boolean> {
  const said = valueAt(record, "active");
  return said === undefined || said === null ? true : booleanAt(record, "active");
}

/** A list of values with the sub-attributes that RFC 7643 §2.4 and §4.1.2 give it; a single value is a list of one. */
function elementsOf(said: Said, parts: readonly string[]): Said {
  if (said === undefined || said === null) return said;
  const values = Array.isArray(said) ? listItems(said) : [said];
  let hasPrimary = false;
  const elements: JsonObject[] = [];
  for (const value of values) {
    const element = elementOf(value, parts, hasPrimary);
    if (element === undefined) continue;
    hasPrimary ||= element.primary === true;
    elements.push(element);
  }
  return elements.length === 0 ? null : elements;
}

function elementOf(
  value: JsonValue,
  parts: readonly string[],
  hasPrimary: boolean,
): JsonObject | undefined {
  if (!isJsonObject(value)) return undefined;
  const members = parts.flatMap((name): [string, JsonValue][] => {
    const text = textAt(value, name);
    return typeof text === "string" ? [[name, text]] : [];
  });
  if (members.every(([name]) => name === "type" || name === "display")) return undefined;
  const primary = booleanAt(value, "primary");
  // Only one may be primary (RFC 7643 §2.4): the first that says so.
  const isShown = typeof primary === "boolean" && !(primary && hasPrimary);
  return { ...Object.fromEntries(members), ...(isShown && { primary }) };
}

/** RFC 7643 §4.3 wants `{value}`; services also send the bare id, or a list of one. */
function manager(record: JsonObject): Said<string> {
  const said = valueAt(record, ENTERPRISE_USER, "manager");
  if (said === undefined) return undefined;
  const one: JsonValue | undefined = Array.isArray(said) ? listItems(said)[0] : said;
  return isJsonObject(one) ? (textAt(one, "value") ?? null) : plainText(one);
}
