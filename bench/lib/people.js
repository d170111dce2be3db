/** The n-th user whom every server holds. */
export const person = {
  /** @param {number} n */
  id: (n) => `01900000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`,
  /** @param {number} n */
  userName: (n) => `user${n}@example.com`,
};

/**
 * The body of a user with so many attributes as a provider sends.
 *
 * @param {string} userName
 */
export function bodyOf(userName) {
  return {
    schemas: [
      "urn:ietf:params:scim:schemas:core:2.0:User",
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    ],
    userName,
    externalId: `ext-${userName}`,
    displayName: `Person ${userName}`,
    name: { givenName: "Ada", familyName: "Lovell", formatted: "Ada Lovell" },
    title: "Engineer",
    active: true,
    emails: [{ value: userName, type: "work", primary: true }],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
      employeeNumber: "1001",
      department: "Engineering",
    },
  };
}
