import { type JsonObject, type JsonValue, readMember } from "#scim/json.ts";
import type { BridgeSettings } from "../../config/settings.ts";
import { DERIVED_SLOTS, mapUser, personRules } from "../../mapping/map-user.ts";
import type { DerivedSlot, MappedRecord } from "../../mapping/mapped.ts";
import {
  booleanAt,
  listItems,
  objectsAt,
  plainText,
  type Rule,
  type Said,
  textAt,
  valueAt,
} from "../../mapping/reading.ts";
import { attribute, enterprise, typed } from "../../mapping/slot.ts";

/** Maps a user of Microsoft Graph, from a listing or from a delta round. */
export function mapEntraUser(
  record: JsonObject,
  settings: Pick<BridgeSettings, "includeGuests" | "entraFormatted">,
): MappedRecord {
  const sourceId = textAt(record, "id");
  const removed = valueAt(record, "@removed");
  if (typeof sourceId === "string" && removed !== undefined && removed !== null) {
    return { kind: "removed", sourceId, isPermanent: reasonOf(record) === "deleted" };
  }
  if (typeof sourceId === "string" && isGuest(record) && !settings.includeGuests) {
    return { kind: "outOfScope", sourceId, why: "guest" };
  }
  const isNamed = settings.entraFormatted === "name";
  const mapping = {
    rules: isNamed ? RULES : RULES_WITH_ANCHOR,
    derived: isNamed ? FORMATTED : NONE,
    manager,
    isActive: (raw: JsonObject) => booleanAt(raw, "accountEnabled"),
  };
  return mapUser(mapping, sourceId, record);
}

const field = (name: string) => (record: JsonObject) => textAt(record, name);
const orgData = (name: string) => (record: JsonObject) => textAt(record, "employeeOrgData", name);

const FORMATTED: readonly DerivedSlot[] = ["name.formatted"];
const NONE: readonly DerivedSlot[] = [];

const RULES: readonly Rule[] = [
  ...personRules({
    userName: field("userPrincipalName"),
    givenName: field("givenName"),
    familyName: field("surname"),
    email: field("mail"),
  }),
  { slot: attribute("displayName"), read: field("displayName") },
  { slot: attribute("nickName"), read: field("mailNickname") },
  { slot: attribute("title"), read: field("jobTitle") },
  { slot: attribute("userType"), read: field("userType") },
  { slot: attribute("preferredLanguage"), read: field("preferredLanguage") },
  { slot: attribute("locale"), read: field("usageLocation") },
  { slot: attribute("timezone"), read: field("preferredDataLocation") },
  { slot: typed("phoneNumbers", "work", "value"), read: businessPhone },
  { slot: typed("phoneNumbers", "mobile", "value"), read: field("mobilePhone") },
  { slot: typed("addresses", "work", "streetAddress"), read: field("streetAddress") },
  { slot: typed("addresses", "work", "locality"), read: field("city") },
  { slot: typed("addresses", "work", "region"), read: field("state") },
  { slot: typed("addresses", "work", "postalCode"), read: field("postalCode") },
  { slot: typed("addresses", "work", "country"), read: field("country") },
  { slot: enterprise("employeeNumber"), read: field("employeeId") },
  { slot: enterprise("organization"), read: field("companyName") },
  { slot: enterprise("department"), read: field("department") },
  { slot: enterprise("division"), read: orgData("division") },
  { slot: enterprise("costCenter"), read: orgData("costCenter") },
];

/** Entra's own default provisioning table writes the ImmutableId as the formatted name. */
const RULES_WITH_ANCHOR: readonly Rule[] = [
  ...RULES,
  { slot: DERIVED_SLOTS["name.formatted"], read: field("onPremisesImmutableId") },
];

function businessPhone(record: JsonObject): Said<string> {
  const phones = valueAt(record, "businessPhones");
  if (phones === undefined) return undefined;
  return Array.isArray(phones) ? plainText(listItems(phones)[0]) : null;
}

/** A listing expands `manager`; a delta row has `manager@delta`, with `@removed` for one who went. */
function manager(record: JsonObject): Said<string> {
  const changes = objectsAt(record, "manager@delta");
  if (changes === undefined || changes === null) return textAt(record, "manager", "id");
  const current = changes.find((each) => readMember(each, "@removed") === undefined);
  return current === undefined ? null : (textAt(current, "id") ?? null);
}

function reasonOf(record: JsonObject): JsonValue | undefined {
  return valueAt(record, "@removed", "reason");
}

function isGuest(record: JsonObject): boolean {
  return plainText(readMember(record, "userType"))?.toLowerCase() === "guest";
}
