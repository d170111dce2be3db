// What the administrator maps besides, custom schemas among it, is read by mapping/chosen.ts.
import { type JsonObject, readMember } from "#scim/json.ts";
import type { BridgeSettings } from "../../config/settings.ts";
import { mapUser, personRules, type UserMapping } from "../../mapping/map-user.ts";
import type { MappedRecord } from "../../mapping/mapped.ts";
import {
  booleanAt,
  firstText,
  hasType,
  listItems,
  objectsAt,
  plainText,
  type Rule,
  type Said,
  textAt,
  textOfFirst,
  valueAt,
} from "../../mapping/reading.ts";
import { allOfType, attribute, enterprise, part, typed } from "../../mapping/slot.ts";

/** Maps a user of the Google Directory API; one of the `showDeleted` listing is a removed one. */
export function mapGoogleUser(
  record: JsonObject,
  settings: Pick<BridgeSettings, "includeGuests">,
): MappedRecord {
  const sourceId = textAt(record, "id");
  if (typeof sourceId === "string" && typeof textAt(record, "deletionTime") === "string") {
    return { kind: "removed", sourceId, isPermanent: true };
  }
  const isGuest = booleanAt(record, "isGuestUser") === true;
  if (typeof sourceId === "string" && isGuest && !settings.includeGuests) {
    return { kind: "outOfScope", sourceId, why: "guest" };
  }
  return mapUser(MAPPING, sourceId, record);
}

const organization =
  (name: string) =>
  (record: JsonObject): Said<string> => {
    const organizations = objectsAt(record, "organizations");
    const main = organizations?.find((each) => readMember(each, "primary") === true);
    return textOfFirst(organizations, (each) => main === undefined || each === main, name);
  };

const phone = (type: string) => (record: JsonObject) =>
  textOfFirst(objectsAt(record, "phones"), hasType(type), "value");

const address =
  (...names: readonly string[]) =>
  (record: JsonObject) =>
    textOfFirst(objectsAt(record, "addresses"), hasType("work"), ...names);

const fullName = (record: JsonObject) => textAt(record, "name", "fullName");

const shownName = (record: JsonObject) =>
  firstText(textAt(record, "name", "displayName"), fullName(record));

const RULES: readonly Rule[] = [
  ...personRules({
    userName: (record) => textAt(record, "primaryEmail"),
    givenName: (record) => textAt(record, "name", "givenName"),
    familyName: (record) => textAt(record, "name", "familyName"),
    email: (record) => textAt(record, "primaryEmail"),
  }),
  { slot: allOfType("emails", "other"), read: aliases },
  { slot: part("name", "formatted"), read: fullName },
  { slot: attribute("displayName"), read: shownName },
  { slot: attribute("title"), read: organization("title") },
  { slot: attribute("userType"), read: organization("description") },
  { slot: attribute("preferredLanguage"), read: language },
  { slot: typed("phoneNumbers", "work", "value"), read: phone("work") },
  { slot: typed("phoneNumbers", "mobile", "value"), read: phone("mobile") },
  { slot: typed("addresses", "work", "streetAddress"), read: address("streetAddress") },
  { slot: typed("addresses", "work", "locality"), read: address("locality") },
  { slot: typed("addresses", "work", "region"), read: address("region") },
  { slot: typed("addresses", "work", "postalCode"), read: address("postalCode") },
  { slot: typed("addresses", "work", "country"), read: address("countryCode", "country") },
  { slot: enterprise("employeeNumber"), read: employeeNumber },
  { slot: enterprise("organization"), read: organization("name") },
  { slot: enterprise("department"), read: organization("department") },
  { slot: enterprise("costCenter"), read: organization("costCenter") },
];

const MAPPING: UserMapping = {
  rules: RULES,
  derived: ["displayName"],
  manager: (record) => textOfFirst(objectsAt(record, "relations"), hasType("manager"), "value"),
  isActive,
  orgUnit: (record) => textAt(record, "orgUnitPath"),
};

/** Both say that somebody may not sign in; an archived user only keeps the data. */
function isActive(record: JsonObject): Said<boolean> {
  const isSuspended = booleanAt(record, "suspended");
  const isArchived = booleanAt(record, "archived");
  if (isSuspended === true || isArchived === true) return false;
  return isSuspended === false && isArchived !== null ? true : undefined;
}

/** Addresses are the same in any letter case; one that is the primary address as well is none beside it. */
function aliases(record: JsonObject): Said {
  const value = valueAt(record, "aliases");
  if (value === undefined) return undefined;
  const texts = Array.isArray(value) ? listItems(value).map(plainText) : [];
  const seen = new Set([textAt(record, "primaryEmail")?.toLowerCase()]);
  const unique = texts.filter((text) => {
    const key = text?.toLowerCase();
    const isNew = text !== null && !seen.has(key);
    seen.add(key);
    return isNew;
  });
  return unique.length === 0 ? null : unique;
}

function language(record: JsonObject): Said<string> {
  const languages = objectsAt(record, "languages");
  const isPreferred = (each: JsonObject) => readMember(each, "preference") === "preferred";
  const names = ["languageCode", "customLanguage"];
  return firstText(
    textOfFirst(languages, isPreferred, ...names),
    textOfFirst(languages, () => true, ...names),
  );
}

function employeeNumber(record: JsonObject): Said<string> {
  return textOfFirst(objectsAt(record, "externalIds"), hasType("organization"), "value");
}
