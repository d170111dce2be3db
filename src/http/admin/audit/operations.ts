import * as z from "zod";
import { describe } from "#http/admin/call/operation.ts";
import { AUDIT_EXPORT_QUERY, AUDIT_QUERY, AUDIT_ROWS } from "./schemas.ts";

/** The calls of the trail of administrators' actions, by the names that OpenAPI has for them; they read alone. */
export const AUDIT_OPERATIONS = describe({
  listAudit: {
    method: "GET",
    path: "/audit",
    tag: "Audit",
    role: "admin",
    summary: "List what administrators did, newest first.",
    query: AUDIT_QUERY,
    answers: { 200: AUDIT_ROWS },
  },
  exportAudit: {
    method: "GET",
    path: "/audit/export",
    tag: "Audit",
    role: "admin",
    summary: "Stream what administrators did as NDJSON or CSV.",
    query: AUDIT_EXPORT_QUERY,
    answers: { 200: null },
    media: {
      "application/x-ndjson": z.string().describe("One row a line, as JSON."),
      "text/csv": z.string().describe("A header, and one row a line."),
    },
  },
});
