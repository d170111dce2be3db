import type { Declaration, SubDeclaration } from "#scim/schema/declaration.ts";

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

function aPart(members: Partial<SubDeclaration> & { readonly name: string }): SubDeclaration {
  return { type: "string", multiValued: false, caseExact: false, ...members };
}

/** One of each way in which a sub-attribute compares, and a list. */
const DESK_PARTS: readonly SubDeclaration[] = [
  aPart({ name: "value" }),
  aPart({ name: "level", type: "integer" }),
  aPart({ name: "since", type: "dateTime" }),
  aPart({ name: "code", caseExact: true }),
  aPart({ name: "tags", multiValued: true }),
];

/** Haiilo's attribute, one of each type, a list, two in an extension of their own, and two complex ones. */
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
  aDeclaration({ name: "desk", type: "complex", subAttributes: DESK_PARTS }),
  aDeclaration({
    name: "badges",
    type: "complex",
    multiValued: true,
    schema: STAFF,
    subAttributes: DESK_PARTS,
  }),
];
