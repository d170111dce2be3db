import { describe } from "#http/admin/call/operation.ts";
import { PAGE_QUERY } from "#http/admin/call/schemas.ts";
import { CREATED_SETUP_LINK, NEW_SETUP_LINK, SETUP_LINKS } from "./schemas.ts";

/** The calls about a connector's set-up links, by the names that OpenAPI has for them. */
export const SETUP_LINK_OPERATIONS = describe({
  listSetupLinks: {
    method: "GET",
    path: "/connectors/:id/setup-links",
    tag: "SetupLinks",
    role: "operator",
    summary: "List a connector's set-up links, newest first.",
    query: PAGE_QUERY,
    answers: { 200: SETUP_LINKS },
  },
  createSetupLink: {
    method: "POST",
    path: "/connectors/:id/setup-links",
    tag: "SetupLinks",
    role: "operator",
    summary: "Make a set-up link for a customer's administrator; its URL is shown this once.",
    audited: { subject: "setupLink" },
    body: NEW_SETUP_LINK,
    answers: { 201: CREATED_SETUP_LINK },
    isMadeOnce: true,
  },
  revokeSetupLink: {
    method: "DELETE",
    path: "/connectors/:id/setup-links/:linkId",
    tag: "SetupLinks",
    role: "operator",
    summary: "Revoke a set-up link; whoever opened it can do nothing from the next request on.",
    audited: { subject: "setupLink" },
    answers: { 204: null },
  },
});
