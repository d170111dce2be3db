import { describe } from "#http/admin/call/operation.ts";
import { PAGE_QUERY } from "#http/admin/call/schemas.ts";
import { APPROVED, HELD_CHOICE, HELD_PAGE, REJECTED } from "./schemas.ts";

/** The calls about what waits for an administrator, by the names that OpenAPI has for them. */
export const HELD_OPERATIONS = describe({
  listHeld: {
    method: "GET",
    path: "/connectors/:id/held",
    tag: "Held",
    role: "operator",
    summary: "List the switch-offs that wait for an administrator.",
    query: PAGE_QUERY,
    answers: { 200: HELD_PAGE },
  },
  approveHeld: {
    method: "POST",
    path: "/connectors/:id/held/approve",
    tag: "Held",
    role: "operator",
    summary: "Let held switch-offs happen.",
    audited: { subject: "held" },
    body: HELD_CHOICE,
    answers: { 202: APPROVED },
    refusals: [409],
    isConditional: true,
  },
  rejectHeld: {
    method: "POST",
    path: "/connectors/:id/held/reject",
    tag: "Held",
    role: "operator",
    summary: "Undo held switch-offs.",
    audited: { subject: "held" },
    body: HELD_CHOICE,
    answers: { 200: REJECTED },
    refusals: [409],
    isConditional: true,
  },
});
