import { isJsonObject, type JsonObject, type JsonValue, readMember } from "#scim/json.ts";
import { foldText } from "#scim/text.ts";
import type { Provider } from "../config/settings.ts";
import { type Place, parsePlace } from "./place.ts";
import { listItems, plainText, type Said } from "./reading.ts";

/** A place in a provider's records that can be read. */
export interface SourcePlace extends Place {
  /** The property that the provider has to be asked for: a member of a record, at Okta of its profile. */
  readonly asked: string;
}

/** A place that a provider's records have, or a sentence that says what one looks like there. */
export type ReadPlace =
  | { readonly kind: "place"; readonly place: SourcePlace }
  | { readonly kind: "refused"; readonly detail: string };

/** Reads where in a provider's records a value stands. */
export function readSourcePlace(provider: Provider, text: string): ReadPlace {
  const written = parsePlace(text);
  if (written === undefined) return refused(provider);
  const place = provider === "entra" ? withoutShorthand(written) : written;
  if (!fits(provider, place)) return refused(provider);
  const [first, second = first] = place.names;
  if (isKept(provider, first)) {
    const detail = `cannot be mapped: ${PROVIDER_NAMES[provider]} does not send it in a listing, or it is a secret.`;
    return { kind: "refused", detail };
  }
  return { kind: "place", place: { ...place, asked: provider === "okta" ? second : first } };
}

/** What a record says at a place: the raw value, null for none, undefined where it says nothing of it. */
export function readPlace(record: JsonObject, { urn, names, chosen }: Place): Said {
  const [first, ...rest] = names;
  const whole: JsonValue | undefined = urn === undefined ? record : readMember(record, urn);
  if (whole === undefined) return undefined;
  const member = isJsonObject(whole) ? readMember(whole, first) : null;
  if (member === undefined || chosen === undefined) return along(member, rest);
  const found = Array.isArray(member) ? listItems(member).find(isChosen(chosen)) : undefined;
  return found === undefined ? null : (along(found, rest.length === 0 ? ["value"] : rest) ?? null);
}

function along(value: JsonValue | undefined, names: readonly string[]): Said {
  let at = value;
  for (const name of names) {
    if (at === undefined) return undefined;
    if (!isJsonObject(at)) return null;
    at = readMember(at, name);
  }
  return at;
}

/** Values are told apart by their type or, at JumpCloud and for Google's own types, by a name. */
function isChosen(chosen: string): (value: JsonValue) => boolean {
  const wanted = foldText(chosen);
  return (value) =>
    isJsonObject(value) &&
    ["type", "customType", "name"].some((name) => {
      const text = plainText(readMember(value, name));
      return text !== null && foldText(text) === wanted;
    });
}

const EXTENSION_ATTRIBUTE = /^extensionAttribute(?:[1-9]|1[0-5])$/i;

/** Entra's portal names `extensionAttribute1` to `15` without the property that holds them. */
function withoutShorthand(place: Place): Place {
  const [first, ...rest] = place.names;
  const isShort = rest.length === 0 && EXTENSION_ATTRIBUTE.test(first);
  return isShort ? { ...place, names: ["onPremisesExtensionAttributes", first] } : place;
}

function fits(provider: Provider, { urn, names, chosen }: Place): boolean {
  if (provider === "scim") return true;
  if (urn !== undefined || names.some((name) => name.includes("$"))) return false;
  const [first] = names;
  switch (provider) {
    case "okta":
      return first === "profile" && names.length === 2 && chosen === undefined;
    case "google":
      return first !== "customSchemas" || (names.length === 3 && chosen === undefined);
    case "onelogin":
      return chosen === undefined && (names.length === 2) === (first === "custom_attributes");
    case "jumpcloud":
      return first !== "attributes" || (names.length === 1 && chosen !== undefined);
    case "entra":
      return chosen === undefined;
  }
}

function refused(provider: Provider): ReadPlace {
  const detail = `is no place in a record of ${PROVIDER_NAMES[provider]}: write ${EXAMPLES[provider]}`;
  return { kind: "refused", detail };
}

function isKept(provider: Provider, name: string): boolean {
  return KEPT[provider].has(name.toLowerCase());
}

const PROVIDER_NAMES: Readonly<Record<Provider, string>> = {
  okta: "Okta",
  entra: "Entra",
  google: "Google",
  onelogin: "OneLogin",
  jumpcloud: "JumpCloud",
  scim: "a SCIM service",
};

const EXAMPLES: Readonly<Record<Provider, string>> = {
  okta: "profile.costCode",
  entra:
    "officeLocation, extensionAttribute1, onPremisesSamAccountName or extension_<appId without dashes>_costCode",
  google: "customSchemas.Employment.costCode, relations[dotted_line_manager].value or orgUnitPath",
  onelogin: "custom_attributes.cost_code or a member of the user such as samaccountname",
  jumpcloud: "attributes[costCode], addresses[work].poBox or a member of the user such as location",
  scim: 'nickName, name.middleName, emails[type eq "home"].value or urn:example:User:costCode',
};

/** Secrets; and at Entra what Graph answers for one user alone, and refuses in a listing. */
const KEPT: Readonly<Record<Provider, ReadonlySet<string>>> = {
  okta: new Set(),
  entra: new Set([
    "passwordprofile",
    "aboutme",
    "birthday",
    "hiredate",
    "interests",
    "mailboxsettings",
    "mysite",
    "pastprojects",
    "preferredname",
    "responsibilities",
    "schools",
    "signinactivity",
    "skills",
  ]),
  google: new Set(["password", "hashfunction"]),
  onelogin: new Set(["password", "password_confirmation", "password_algorithm", "salt"]),
  jumpcloud: new Set(["password", "totp_enabled", "ssh_keys", "public_key"]),
  scim: new Set(["password"]),
};
