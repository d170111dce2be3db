import type { Attribute, Schema } from "#scim/attribute.ts";
import { complexAttribute, referenceAttribute, stringAttribute, typeAttribute } from "./define.ts";
import { CORE_GROUP } from "./urns.ts";

/** The `displayName` attribute of a group (RFC 7643 §4.2). */
export const GROUP_DISPLAY_NAME: Attribute = stringAttribute(
  "displayName",
  "The name of the group for people to read.",
  { required: true },
);

const IMMUTABLE = { mutability: "immutable" } as const;

/** The `members` attribute of a group (RFC 7643 §4.2): a member is added or removed, never edited. */
export const MEMBERS: Attribute = complexAttribute(
  "members",
  "The users and groups that are in the group.",
  [
    // An id is case exact (RFC 7643 §3.1), whatever the example of §8.7.1 says of its copy here.
    stringAttribute("value", "The id of the member.", { ...IMMUTABLE, caseExact: true }),
    referenceAttribute("$ref", "The URI of the member.", ["User", "Group"], IMMUTABLE),
    typeAttribute(["User", "Group"], IMMUTABLE),
    stringAttribute("display", "The name of the member.", { mutability: "readOnly" }),
  ],
  { multiValued: true },
);

/** The Group schema of RFC 7643 §4.2 with the characteristics of §8.7.1. */
export const GROUP_SCHEMA: Schema = {
  id: CORE_GROUP,
  name: "Group",
  description: "Group",
  attributes: [GROUP_DISPLAY_NAME, MEMBERS],
};
