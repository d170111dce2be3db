import type { Attribute, Schema } from "#scim/attribute.ts";
import {
  binaryAttribute,
  booleanAttribute,
  complexAttribute,
  pluralAttribute,
  primaryAttribute,
  referenceAttribute,
  stringAttribute,
  typeAttribute,
} from "./define.ts";
import { CORE_USER } from "./urns.ts";

/** The `userName` attribute of RFC 7643 §4.1.1. */
export const USER_NAME: Attribute = stringAttribute(
  "userName",
  "The name by which the user is known to the service provider, unique regardless of letter case.",
  { required: true, uniqueness: "server" },
);

const NAME = complexAttribute("name", "The parts of the user's name.", [
  stringAttribute("formatted", "The whole name as it is shown, titles and suffixes included."),
  stringAttribute("familyName", "The family name, or last name."),
  stringAttribute("givenName", "The given name, or first name."),
  stringAttribute("middleName", "The middle name or names."),
  stringAttribute("honorificPrefix", "What stands before the name, such as Dr."),
  stringAttribute("honorificSuffix", "What stands after the name, such as III."),
]);

const SINGULAR_ATTRIBUTES: readonly Attribute[] = [
  USER_NAME,
  NAME,
  stringAttribute("displayName", "The name shown to other people."),
  stringAttribute("nickName", "The casual form of the user's name."),
  referenceAttribute("profileUrl", "The address of a page about the user.", ["external"]),
  stringAttribute("title", "The user's job title."),
  stringAttribute("userType", "How the user belongs to the organization, such as Contractor."),
  stringAttribute("preferredLanguage", "The languages the user prefers, as in Accept-Language."),
  stringAttribute("locale", "The region by which dates and numbers are formatted for the user."),
  stringAttribute("timezone", "The user's time zone, such as Europe/Berlin."),
  booleanAttribute("active", "Whether the user may use the service."),
  stringAttribute("password", "A clear-text password; accepted and never kept.", {
    mutability: "writeOnly",
    returned: "never",
  }),
];

const ADDRESSES = complexAttribute(
  "addresses",
  "The user's postal addresses.",
  [
    stringAttribute("formatted", "The whole address as it is printed on a letter."),
    stringAttribute("streetAddress", "Street, house number and what else belongs to that line."),
    stringAttribute("locality", "The city or town."),
    stringAttribute("region", "The state, province or region."),
    stringAttribute("postalCode", "The postal code."),
    stringAttribute("country", "The country, as a two-letter code of ISO 3166-1."),
    typeAttribute(["work", "home", "other"]),
    primaryAttribute(),
  ],
  { multiValued: true },
);

const READ_ONLY = { mutability: "readOnly" } as const;

/** The `groups` attribute of RFC 7643 §4.1.2; computed from the memberships, never stored. */
export const GROUPS: Attribute = complexAttribute(
  "groups",
  "The groups that the user is in; changed through the groups only.",
  [
    // An id is case exact (RFC 7643 §3.1), whatever the example of §8.7.1 says of its copy here.
    stringAttribute("value", "The id of the group.", { ...READ_ONLY, caseExact: true }),
    referenceAttribute("$ref", "The URI of the group.", ["Group"], READ_ONLY),
    stringAttribute("display", "The name of the group.", READ_ONLY),
    typeAttribute(["direct", "indirect"], READ_ONLY),
  ],
  { multiValued: true, mutability: "readOnly" },
);

/** The `roles` attribute of RFC 7643 §4.1.2; Entra writes its app roles as JSON text into the values. */
export const ROLES: Attribute = pluralAttribute(
  "roles",
  "The roles that the user has.",
  stringAttribute("value", "The name of a role."),
);

const PLURAL_ATTRIBUTES: readonly Attribute[] = [
  pluralAttribute(
    "emails",
    "The user's e-mail addresses.",
    stringAttribute("value", "An e-mail address."),
    ["work", "home", "other"],
  ),
  pluralAttribute(
    "phoneNumbers",
    "The user's phone numbers.",
    stringAttribute("value", "A phone number, best in the form of RFC 3966."),
    ["work", "home", "mobile", "fax", "pager", "other"],
  ),
  pluralAttribute(
    "ims",
    "The user's instant messaging addresses.",
    stringAttribute("value", "An instant messaging address."),
    ["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"],
  ),
  pluralAttribute(
    "photos",
    "Addresses of images of the user.",
    referenceAttribute("value", "The address of an image.", ["external"]),
    ["photo", "thumbnail"],
  ),
  ADDRESSES,
  GROUPS,
  pluralAttribute(
    "entitlements",
    "What the user is entitled to.",
    stringAttribute("value", "An entitlement."),
  ),
  ROLES,
  pluralAttribute(
    "x509Certificates",
    "The certificates issued to the user.",
    binaryAttribute("value", "A certificate: DER in base64."),
  ),
];

/** The User schema of RFC 7643 §4.1 with the characteristics of §8.7.1. */
export const USER_SCHEMA: Schema = {
  id: CORE_USER,
  name: "User",
  description: "User Account",
  attributes: [...SINGULAR_ATTRIBUTES, ...PLURAL_ATTRIBUTES],
};
