import type { Declaration } from "#scim/schema/declaration.ts";

/** An extension of a connector's own. */
export const STAFF = "urn:example:params:scim:schemas:extension:staff:2.0:User";

/** A declaration of a string for users, unless a test cares. */
export function aDeclaration(members: Partial<Declaration> & { readonly name: string }) {
  return {
    resourceType: "User",
    type: "string",
    multiValued: false,
    caseExact: false,
    ...members,
  } satisfies Declaration;
}

/** Haiilo's attribute, one of each type, a list, and two in an extension of their own. */
export const DECLARATIONS: readonly Declaration[] = [
  aDeclaration({ name: "profileField_city", description: "Where the user works." }),
  aDeclaration({ name: "floor", type: "integer" }),
  aDeclaration({ name: "ratio", type: "decimal" }),
  aDeclaration({ name: "startDate", type: "dateTime" }),
  aDeclaration({ name: "isRemote", type: "boolean" }),
  aDeclaration({ name: "homepage", type: "reference", caseExact: true }),
  aDeclaration({ name: "badge", caseExact: true }),
  aDeclaration({ name: "skills", multiValued: true }),
  aDeclaration({ name: "shirtSize", schema: STAFF }),
  aDeclaration({ name: "lockers", type: "integer", multiValued: true, schema: STAFF }),
];
