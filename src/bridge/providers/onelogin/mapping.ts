import type { JsonObject } from "#scim/json.ts";
import { mapUser, personRules, type UserMapping } from "../../mapping/map-user.ts";
import type { MappedRecord } from "../../mapping/mapped.ts";
import { firstText, isAmong, type Rule, type Said, textAt } from "../../mapping/reading.ts";
import { attribute, enterprise, typed } from "../../mapping/slot.ts";

/** Maps a user of the OneLogin API v2; its numeric id becomes text. */
export function mapOneLoginUser(record: JsonObject): MappedRecord {
  return mapUser(MAPPING, textAt(record, "id"), record);
}

const field = (name: string) => (record: JsonObject) => textAt(record, name);

const RULES: readonly Rule[] = [
  ...personRules({
    userName: (record) => firstText(textAt(record, "username"), textAt(record, "email")),
    givenName: field("firstname"),
    familyName: field("lastname"),
    email: field("email"),
  }),
  { slot: attribute("title"), read: field("title") },
  { slot: attribute("preferredLanguage"), read: field("preferred_locale_code") },
  { slot: typed("phoneNumbers", "work", "value"), read: field("phone") },
  { slot: enterprise("organization"), read: field("company") },
  { slot: enterprise("department"), read: field("department") },
];

const MAPPING: UserMapping = {
  rules: RULES,
  derived: ["displayName"],
  manager: field("manager_user_id"),
  isActive,
  stamp: field("updated_at"),
};

/** Approved; unapproved, rejected and unlicensed. */
const ON_STATES: ReadonlySet<string> = new Set(["1"]);
const OFF_STATES: ReadonlySet<string> = new Set(["0", "2", "3"]);

/** Active, and the states of a password that expired, was locked or must be reset: they are no leavers. */
const ON_STATUSES: ReadonlySet<string> = new Set(["1", "3", "4", "5", "7", "8"]);

/** Unactivated and suspended. */
const OFF_STATUSES: ReadonlySet<string> = new Set(["0", "2"]);

function isActive(record: JsonObject): Said<boolean> {
  const state = isAmong(textAt(record, "state"), ON_STATES, OFF_STATES);
  const status = isAmong(textAt(record, "status"), ON_STATUSES, OFF_STATUSES);
  if (state === false || status === false) return false;
  return state === true && status === true ? true : undefined;
}
