import { isJsonObject, type JsonObject, type JsonValue } from "#scim/json.ts";
import { primaryEmailOf } from "#scim/resource/identity.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { foldText } from "#scim/text.ts";

/**
 * What tells that two users with one externalId are the same person though they have different
 * userNames: the same primary e-mail address, employeeNumber, or given and family name.
 * Undefined where nothing does, and they may be two people.
 */
export function samePersonBy(a: JsonObject, b: JsonObject): string | undefined {
  return EVIDENCE.find(({ keyOf }) => {
    const key = keyOf(a);
    return key !== undefined && key === keyOf(b);
  })?.name;
}

const EVIDENCE: readonly {
  readonly name: string;
  readonly keyOf: (document: JsonObject) => string | undefined;
}[] = [
  { name: "primary e-mail address", keyOf: primaryEmailKey },
  { name: "employeeNumber", keyOf: employeeNumberKey },
  { name: "given and family name", keyOf: nameKey },
];

function primaryEmailKey(document: JsonObject): string | undefined {
  return textKey(primaryEmailOf(document));
}

function employeeNumberKey({ [ENTERPRISE_USER]: enterprise }: JsonObject): string | undefined {
  return isJsonObject(enterprise) ? textKey(enterprise.employeeNumber) : undefined;
}

function nameKey({ name }: JsonObject): string | undefined {
  if (!isJsonObject(name)) return undefined;
  const [given, family] = [textKey(name.givenName), textKey(name.familyName)];
  return given === undefined || family === undefined ? undefined : JSON.stringify([given, family]);
}

/** Text as it compares; blank text says nothing of anybody. */
function textKey(value: JsonValue | undefined): string | undefined {
  const key = typeof value === "string" ? foldText(value).trim() : "";
  return key === "" ? undefined : key;
}
