import type { JsonObject } from "#scim/json.ts";
import { mapUser, personRules } from "../../mapping/map-user.ts";
import type { MappedRecord } from "../../mapping/mapped.ts";
import { firstText, isAmong, type Rule, type Said, textAt } from "../../mapping/reading.ts";
import { attribute, enterprise, part, typed } from "../../mapping/slot.ts";

/** Maps a user of the Okta Users API; secondEmail is recovery data and never copied. */
export function mapOktaUser(record: JsonObject): MappedRecord {
  return mapUser(
    {
      rules: RULES,
      derived: ["displayName"],
      manager: (raw) =>
        firstText(textAt(raw, "profile", "managerId"), textAt(raw, "profile", "manager")),
      isActive,
      stamp: (raw) => textAt(raw, "lastUpdated"),
    },
    textAt(record, "id"),
    record,
  );
}

const profile = (name: string) => (record: JsonObject) => textAt(record, "profile", name);

const RULES: readonly Rule[] = [
  ...personRules({
    userName: profile("login"),
    givenName: profile("firstName"),
    familyName: profile("lastName"),
    email: profile("email"),
  }),
  { slot: part("name", "middleName"), read: profile("middleName") },
  { slot: part("name", "honorificPrefix"), read: profile("honorificPrefix") },
  { slot: part("name", "honorificSuffix"), read: profile("honorificSuffix") },
  { slot: attribute("displayName"), read: profile("displayName") },
  { slot: attribute("nickName"), read: profile("nickName") },
  { slot: attribute("profileUrl"), read: profile("profileUrl") },
  { slot: attribute("title"), read: profile("title") },
  { slot: attribute("userType"), read: profile("userType") },
  { slot: attribute("preferredLanguage"), read: profile("preferredLanguage") },
  { slot: attribute("locale"), read: profile("locale") },
  { slot: attribute("timezone"), read: profile("timezone") },
  { slot: typed("phoneNumbers", "work", "value"), read: profile("primaryPhone") },
  { slot: typed("phoneNumbers", "mobile", "value"), read: profile("mobilePhone") },
  { slot: typed("addresses", "work", "streetAddress"), read: profile("streetAddress") },
  { slot: typed("addresses", "work", "locality"), read: profile("city") },
  { slot: typed("addresses", "work", "region"), read: profile("state") },
  { slot: typed("addresses", "work", "postalCode"), read: profile("zipCode") },
  { slot: typed("addresses", "work", "country"), read: profile("countryCode") },
  { slot: enterprise("employeeNumber"), read: profile("employeeNumber") },
  { slot: enterprise("organization"), read: profile("organization") },
  { slot: enterprise("department"), read: profile("department") },
  { slot: enterprise("division"), read: profile("division") },
  { slot: enterprise("costCenter"), read: profile("costCenter") },
];

/** A lockout or an expired password must not deprovision. */
const ON_STATES: ReadonlySet<string> = new Set([
  "ACTIVE",
  "PROVISIONED",
  "RECOVERY",
  "PASSWORD_EXPIRED",
  "LOCKED_OUT",
]);
const OFF_STATES: ReadonlySet<string> = new Set(["STAGED", "SUSPENDED", "DEPROVISIONED"]);

function isActive(record: JsonObject): Said<boolean> {
  const status = textAt(record, "status");
  return isAmong(status?.toUpperCase(), ON_STATES, OFF_STATES);
}
