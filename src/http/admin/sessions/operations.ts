import { describe } from "#http/admin/call/operation.ts";
import { PAGE_QUERY } from "#http/admin/call/schemas.ts";
import { CALLER, SESSIONS } from "./schemas.ts";

/** The calls about who calls, and who is signed in to the console, by the names that OpenAPI has for them. */
export const SESSION_OPERATIONS = describe({
  getCaller: {
    method: "GET",
    path: "/caller",
    tag: "Sessions",
    role: "directory",
    summary: "Say who calls, and what that one may do and see.",
    answers: { 200: CALLER },
  },
  listSessions: {
    method: "GET",
    path: "/sessions",
    tag: "Sessions",
    role: "admin",
    summary: "List who is signed in to the console, newest first.",
    query: PAGE_QUERY,
    answers: { 200: SESSIONS },
  },
  endSession: {
    method: "DELETE",
    path: "/sessions/:sessionId",
    tag: "Sessions",
    role: "admin",
    summary: "End a session of the console.",
    audited: { subject: "session" },
    answers: { 204: null },
  },
});
