import { describe } from "#http/admin/call/operation.ts";
import { CHANGES, CHANGES_QUERY, TENANT_CHANGES_QUERY } from "./schemas.ts";

/** The calls of the change feed, by the names that OpenAPI has for them. */
export const CHANGE_OPERATIONS = describe({
  listChanges: {
    method: "GET",
    path: "/connectors/:id/changes",
    tag: "Changes",
    role: "feed",
    summary: "Follow a connector's changes, oldest first.",
    query: CHANGES_QUERY,
    answers: { 200: CHANGES, 204: null },
    refusals: [410],
  },
  listTenantChanges: {
    method: "GET",
    path: "/changes",
    tag: "Changes",
    role: "feed",
    summary: "Follow the changes of all connectors of a tenant.",
    query: TENANT_CHANGES_QUERY,
    answers: { 200: CHANGES, 204: null },
    refusals: [410],
  },
});
