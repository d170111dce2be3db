import type { JsonObject } from "#scim/json.ts";
import { mapUser, personRules, type UserMapping } from "../../mapping/map-user.ts";
import type { MappedRecord } from "../../mapping/mapped.ts";
import {
  booleanAt,
  hasType,
  isAmong,
  objectsAt,
  type Rule,
  type Said,
  textAt,
  textOfFirst,
} from "../../mapping/reading.ts";
import { attribute, enterprise, part, typed } from "../../mapping/slot.ts";

/** Maps a system user of JumpCloud; alternateEmail is a private address and never copied. */
export function mapJumpCloudUser(
  record: JsonObject,
  userNameFrom: "email" | "username",
): MappedRecord {
  return mapUser(MAPPINGS[userNameFrom], textAt(record, "_id"), record);
}

const field = (name: string) => (record: JsonObject) => textAt(record, name);

const phone = (type: string) => (record: JsonObject) =>
  textOfFirst(objectsAt(record, "phoneNumbers"), hasType(type), "number");

const address = (name: string) => (record: JsonObject) =>
  textOfFirst(objectsAt(record, "addresses"), hasType("work"), name);

const MAPPINGS: Readonly<Record<"email" | "username", UserMapping>> = {
  email: mappingOf("email"),
  username: mappingOf("username"),
};

function mappingOf(userNameFrom: string): UserMapping {
  const rules: readonly Rule[] = [
    ...personRules({
      userName: field(userNameFrom),
      givenName: field("firstname"),
      familyName: field("lastname"),
      email: field("email"),
    }),
    { slot: part("name", "middleName"), read: field("middlename") },
    { slot: attribute("displayName"), read: field("displayname") },
    { slot: attribute("title"), read: field("jobTitle") },
    { slot: attribute("userType"), read: field("employeeType") },
    { slot: typed("phoneNumbers", "work", "value"), read: phone("work") },
    { slot: typed("phoneNumbers", "mobile", "value"), read: phone("mobile") },
    { slot: typed("addresses", "work", "streetAddress"), read: address("streetAddress") },
    { slot: typed("addresses", "work", "locality"), read: address("locality") },
    { slot: typed("addresses", "work", "region"), read: address("region") },
    { slot: typed("addresses", "work", "postalCode"), read: address("postalCode") },
    { slot: typed("addresses", "work", "country"), read: address("country") },
    { slot: enterprise("employeeNumber"), read: field("employeeIdentifier") },
    { slot: enterprise("organization"), read: field("company") },
    { slot: enterprise("department"), read: field("department") },
    { slot: enterprise("costCenter"), read: field("costCenter") },
  ];
  return { rules, derived: ["displayName"], manager: field("manager"), isActive };
}

const ON_STATES: ReadonlySet<string> = new Set(["ACTIVATED"]);
const OFF_STATES: ReadonlySet<string> = new Set(["STAGED", "SUSPENDED"]);

/** A locked account or an expired password is no leaver; `activated` decides where `state` is missing. */
function isActive(record: JsonObject): Said<boolean> {
  if (booleanAt(record, "suspended") === true) return false;
  const state = textAt(record, "state");
  if (typeof state === "string") return isAmong(state.toUpperCase(), ON_STATES, OFF_STATES);
  return booleanAt(record, "activated");
}
