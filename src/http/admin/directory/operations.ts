import { describe } from "#http/admin/call/operation.ts";
import { ERASURE, RESOURCE_QUERY, SCIM_USER, SCIM_USERS, USERS_QUERY } from "./schemas.ts";

/** The calls by which administrators see and repair the users of a connector, by the names that OpenAPI has for them. */
export const DIRECTORY_OPERATIONS = describe({
  listUsers: {
    method: "GET",
    path: "/connectors/:id/users",
    tag: "Directory",
    role: "operator",
    summary: "List the users of a connector, those who can be restored among them.",
    query: USERS_QUERY,
    answers: { 200: SCIM_USERS },
    refusals: [409],
  },
  getUser: {
    method: "GET",
    path: "/connectors/:id/users/:userId",
    tag: "Directory",
    role: "operator",
    summary: "Read a user.",
    query: RESOURCE_QUERY,
    answers: { 200: SCIM_USER },
    refusals: [409],
  },
  restoreUser: {
    method: "POST",
    path: "/connectors/:id/users/:userId/restore",
    tag: "Directory",
    role: "operator",
    summary: "Bring a deleted user back, under its id and as it was.",
    audited: { subject: "user" },
    answers: { 200: SCIM_USER },
    refusals: [409],
    isTagged: true,
    isConditional: true,
  },
  deactivateUser: {
    method: "POST",
    path: "/connectors/:id/users/:userId/deactivate",
    tag: "Directory",
    role: "operator",
    summary: "Switch a user off, until the provider next says otherwise.",
    audited: { subject: "user" },
    answers: { 200: SCIM_USER },
    isTagged: true,
    isConditional: true,
  },
  activateUser: {
    method: "POST",
    path: "/connectors/:id/users/:userId/activate",
    tag: "Directory",
    role: "operator",
    summary: "Switch a user on again, until the provider next says otherwise.",
    audited: { subject: "user" },
    answers: { 200: SCIM_USER },
    isTagged: true,
    isConditional: true,
  },
  eraseUser: {
    method: "POST",
    path: "/connectors/:id/users/:userId/erase",
    tag: "Directory",
    // For good: an operator deletes nothing.
    role: "admin",
    summary:
      "Erase a user, live or deleted, with all that log, feed and bridge know of the person.",
    audited: { subject: "user" },
    answers: { 200: ERASURE, 202: ERASURE },
    isConditional: true,
  },
});
