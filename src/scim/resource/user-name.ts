import { ScimError } from "#scim/error.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "#scim/json.ts";
import { normaliseSimple } from "#scim/resource/value/simple-value.ts";
import { USER_NAME } from "#scim/schema/core-user.ts";
import type { ConnectorSettings } from "#scim/settings.ts";

/** From where a connector takes the userName that a client leaves out. */
export type UserNameOrigin = ConnectorSettings["userNameFrom"];

/** Whether a value given for userName says nothing: null, blank text, or nothing else in a list or `{value}`. */
export function isBlankName(value: JsonValue): boolean {
  if (typeof value === "string") return value.trim() === "";
  if (value === null) return true;
  if (Array.isArray(value)) return value.every(isBlankName);
  if (!isJsonObject(value)) return false;
  return Object.entries(value).every(([name, each]) => name === "value" && isBlankName(each));
}

/**
 * A user's document with the userName that the connector makes of another attribute, where there is
 * none (Staffbase's guide maps externalId alone); throws invalidValue where that attribute is missing too.
 */
export function withUserName(
  document: JsonObject,
  origin: Exclude<UserNameOrigin, "none">,
  warnings: string[],
): JsonObject {
  const { name } = USER_NAME;
  const value = origin === "externalId" ? document.externalId : mainEmail(document.emails);
  if (typeof value !== "string" || value.trim() === "") {
    throw ScimError.invalidValue(
      `"${name}" is missing, and this connector makes it of ${WORDS[origin]}, which is missing too.`,
    );
  }
  const userName = normaliseSimple(USER_NAME, "string", value, name);
  warnings.push(`"${name}" was not sent; it was made of ${WORDS[origin]}.`);
  return { ...document, [name]: userName };
}

const WORDS = { externalId: "externalId", email: "the primary or work e-mail address" };

/** The primary address, or else the first one of type work, or else the only one. */
function mainEmail(emails: JsonValue | undefined): JsonValue | undefined {
  const all: readonly JsonValue[] = Array.isArray(emails) ? emails : [];
  const addresses = all.filter(isJsonObject);
  const main =
    addresses.find(({ primary }) => primary === true) ??
    addresses.find(({ type }) => typeof type === "string" && type.toLowerCase() === "work");
  return (main ?? (addresses.length === 1 ? addresses[0] : undefined))?.value;
}
