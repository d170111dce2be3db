import type { JsonObject } from "#scim/json.ts";
import type { MappedRecord } from "../mapped.ts";
import { mapUser, personRules, type UserMapping } from "./map-user.ts";
import { firstText, type Rule, type Said, textAt } from "./reading.ts";
import { attribute, enterprise, typed } from "./slot.ts";

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

const APPROVED = "1";

/** Active, and the states of a password that expired, was locked or must be reset: they are no leavers. */
const ACTIVE_STATUSES: ReadonlySet<string> = new Set(["1", "3", "4", "5", "7", "8"]);

function isActive(record: JsonObject): Said<boolean> {
  const state = textAt(record, "state");
  const status = textAt(record, "status");
  if (state === undefined && status === undefined) return undefined;
  return (
    (state === undefined || state === APPROVED) &&
    (status === undefined || (status !== null && ACTIVE_STATUSES.has(status)))
  );
}
