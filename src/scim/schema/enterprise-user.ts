import type { Attribute, Schema } from "#scim/attribute.ts";
import { complexAttribute, referenceAttribute, stringAttribute } from "./define.ts";
import { ENTERPRISE_USER } from "./urns.ts";

/** The `manager` attribute of RFC 7643 §4.3; clients send its `value` alone, so `$ref` is optional. */
export const MANAGER: Attribute = complexAttribute("manager", "The user's manager.", [
  // An id is case exact (RFC 7643 §3.1), whatever the example of §8.7.1 says of its copy here.
  stringAttribute("value", "The id of the manager's own User resource.", { caseExact: true }),
  referenceAttribute("$ref", "The URI of the manager's own User resource.", ["User"]),
  stringAttribute("displayName", "The name of the manager.", { mutability: "readOnly" }),
]);

/** The enterprise User extension of RFC 7643 §4.3. */
export const ENTERPRISE_USER_SCHEMA: Schema = {
  id: ENTERPRISE_USER,
  name: "EnterpriseUser",
  description: "Enterprise user",
  attributes: [
    stringAttribute("employeeNumber", "The number or code by which the employer knows the user."),
    stringAttribute("costCenter", "The cost center that the user belongs to."),
    stringAttribute("organization", "The organization that the user belongs to."),
    stringAttribute("division", "The division that the user belongs to."),
    stringAttribute("department", "The department that the user belongs to."),
    MANAGER,
  ],
};
