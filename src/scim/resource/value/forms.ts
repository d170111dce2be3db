import type { Attribute } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { isJsonObject, parseJson, quoteName } from "#scim/json.ts";
import { MEMBERS } from "#scim/schema/core-group.ts";
import { ROLES, USER_NAME } from "#scim/schema/core-user.ts";
import { findSubAttribute } from "#scim/schema/registry.ts";

/** A form other than the schema's in which clients send a value, and the value it stands for. */
interface Form {
  /** What the value stands for; undefined where it has not this form. */
  readonly read: (attribute: Attribute, value: JsonValue) => JsonValue | undefined;
  /** How the form is called in a warning or a refusal, after "was sent as". */
  readonly told: (value: JsonValue) => string;
}

/** A value in the form that its attribute wants, and how it was sent instead. */
export interface StandardForm {
  readonly value: JsonValue;
  readonly told: readonly string[];
}

/**
 * Rewrites what clients send for an attribute to the form that its schema wants, for every request
 * alike; what has no form that is known stays as it is, and the validation judges it.
 */
export function standardForm(attribute: Attribute, value: JsonValue): StandardForm {
  if (hasStandardForm(attribute, value)) return { value, told: [] };
  const told: string[] = [];
  let standard = value;
  for (const form of FORMS) {
    const read = form.read(attribute, standard);
    if (read === undefined) continue;
    told.push(form.told(standard));
    standard = read;
  }
  return { value: standard, told };
}

/**
 * Reads what was sent where an object of attributes belongs: the object, a list of it alone, or JSON
 * text that spells either (scim-for-keycloak #133 and #172). Undefined for anything else.
 */
export function readObject(
  value: JsonValue,
): { readonly object: JsonObject; readonly told: readonly string[] } | undefined {
  if (isJsonObject(value)) return { object: value, told: [] };
  const spelt = typeof value === "string" ? readJsonText(value) : undefined;
  const object = onlyObject(spelt ?? value);
  if (object === undefined) return undefined;
  return { object, told: [spelt === undefined ? LIST_OF_ONE : JSON_TEXT] };
}

/** Whether a text is that of a JSON object or list. */
export function isJsonText(text: string): boolean {
  return readJsonText(text) !== undefined;
}

/**
 * Whether a value says that its attribute is to be cleared: null, "" or [], or an object that has
 * nothing but such members, `value` among them. Microsoft's validator clears a manager by
 * `{"value": ""}`, OneLogin's template by `{"managerId": "", "displayName": ""}`.
 */
export function saysNothing(value: JsonValue): boolean {
  if (!isJsonObject(value)) return isUnassigned(value);
  const names = Object.keys(value).map((name) => name.toLowerCase());
  const hasValue = names.includes("value") || names.includes("managerid");
  return hasValue && Object.values(value).every(isUnassigned);
}

/** RFC 7643 §2.5: null and an empty list are no value; clients clear with "" as well (Entra). */
export function isUnassigned(value: JsonValue): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

const LIST_OF_ONE = "a list of one";
const JSON_TEXT = "JSON text";

/** Each form with the client that made us take it; they are tried in this order, each once. */
const FORMS: readonly Form[] = [
  {
    // SCIM-SDK #968 and better-auth on Entra: `"preferredLanguage": ["de"]`. Complex ones: value.ts.
    read: (attribute, value) =>
      attribute.multiValued || attribute.type === "complex" ? undefined : onlyElement(value),
    told: () => LIST_OF_ONE,
  },
  {
    // Entra, for a multi-valued extension attribute (Microsoft Q&A 1693075): `[{"value": "1"}]`.
    read: ({ type }, value) =>
      type === "complex" || !isJsonObject(value) ? undefined : wrappedValue(value),
    told: (value) => `an object around its "value"${othersLeftOut(value)}`,
  },
  {
    // SAP and feeds of HR systems: `"employeeNumber": 701984`.
    read: (attribute, value) =>
      typeof value === "number" && isTextOfNumber(attribute) ? textOfNumber(value) : undefined,
    told: () => "a number",
  },
  {
    // SAP: `"active": 1`, `"active": "0"`.
    read: ({ type }, value) =>
      type === "boolean" && isNumericBoolean(value) ? Number(value) === 1 : undefined,
    told: (value) => JSON.stringify(value),
  },
  {
    // scim-for-keycloak #133, SCIM-SDK #201: `"{\"value\": \"m1\"}"` where the object belongs.
    read: (attribute, value) =>
      typeof value === "string" && attribute.type === "complex" && attribute !== ROLES
        ? speltComplex(attribute, value)
        : undefined,
    told: () => JSON_TEXT,
  },
];

/** Most values have the form that is wanted, which is told without trying any other. */
function hasStandardForm({ type, multiValued }: Attribute, value: JsonValue): boolean {
  if (value === null || value === "") return true;
  if (Array.isArray(value)) return multiValued || type === "complex";
  switch (typeof value) {
    case "object":
      return type === "complex";
    case "number":
      return type !== "string" && type !== "boolean";
    case "string":
      return type !== "boolean" && (type !== "complex" || !opensJson(value));
    default:
      return true;
  }
}

function onlyElement(value: JsonValue): JsonValue | undefined {
  if (!Array.isArray(value) || value.length !== 1) return undefined;
  const [only]: readonly JsonValue[] = value;
  return only === null || Array.isArray(only) ? undefined : only;
}

function onlyObject(value: JsonValue): JsonObject | undefined {
  if (isJsonObject(value)) return value;
  const only = onlyElement(value);
  return isJsonObject(only) ? only : undefined;
}

function wrappedValue(object: JsonObject): JsonValue | undefined {
  const values = Object.entries(object).filter(([name]) => isValueName(name));
  if (values.length > 1) throw ScimError.invalidSyntax(`"value" is given twice; send it once.`);
  return values[0]?.[1];
}

function othersLeftOut(value: JsonValue): string {
  const names = isJsonObject(value) ? Object.keys(value).filter((name) => !isValueName(name)) : [];
  const shown = names.slice(0, NAMES_SHOWN_MAX).map(quoteName).join(", ");
  return names.length === 0 ? "" : `, besides which stands ${shown}`;
}

const NAMES_SHOWN_MAX = 5;

function isValueName(name: string): boolean {
  return name.toLowerCase() === "value";
}

/** Whom a number would name, as a userName or the id of a member, is not known for certain. */
function isTextOfNumber(attribute: Attribute): boolean {
  const isName = attribute === USER_NAME || attribute === findSubAttribute(MEMBERS, "value");
  return attribute.type === "string" && !isName;
}

/** A number that JSON has rounded, or that is written otherwise than it was sent, names nobody. */
function textOfNumber(value: number): string | undefined {
  const text = String(value);
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER && !text.includes("e") ? text : undefined;
}

function isNumericBoolean(value: JsonValue): boolean {
  return value === 1 || value === 0 || value === "1" || value === "0";
}

/** What JSON text spells of a complex attribute; of a multi-valued one it may spell all values. */
function speltComplex(attribute: Attribute, text: string): JsonValue | undefined {
  const spelt = readJsonText(text);
  if (spelt === undefined) return undefined;
  const isList = attribute.multiValued && Array.isArray(spelt) && spelt.every(isJsonObject);
  return isList ? spelt : onlyObject(spelt);
}

/** The JSON object or list that a text spells; names that parseJson refuses are refused here, too. */
function readJsonText(text: string): JsonValue | undefined {
  if (!opensJson(text)) return undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return parseJson(text);
}

/** JSON text begins with a bracket or a blank before one; a look at it spares most texts the rest. */
function opensJson(text: string): boolean {
  const first = text.charCodeAt(0);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return true;
  return first <= BLANK && /^[ \t\r\n]+[[{]/.test(text);
}

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const BLANK = 0x20;
