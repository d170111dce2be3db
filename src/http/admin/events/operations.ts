import * as z from "zod";
import { describe } from "#http/admin/call/operation.ts";
import { PAGE_QUERY } from "#http/admin/call/schemas.ts";
import { EVENT, EVENT_QUERY, EVENTS, EXPORT_QUERY, HISTORY_QUERY, REFUSALS } from "./schemas.ts";

/** The calls of the event log, by the names that OpenAPI has for them. */
export const EVENT_OPERATIONS = describe({
  listEvents: {
    method: "GET",
    path: "/connectors/:id/events",
    tag: "Events",
    role: "operator",
    summary: "List the event log, newest first.",
    query: EVENT_QUERY,
    answers: { 200: EVENTS },
  },
  exportEvents: {
    method: "GET",
    path: "/connectors/:id/events/export",
    tag: "Events",
    role: "operator",
    summary: "Stream the event log as NDJSON or CSV.",
    query: EXPORT_QUERY,
    answers: { 200: null },
    media: {
      "application/x-ndjson": z.string().describe("One event a line, as JSON."),
      "text/csv": z.string().describe("A header, and one event a line."),
    },
  },
  getEvent: {
    method: "GET",
    path: "/connectors/:id/events/:eventId",
    tag: "Events",
    role: "operator",
    summary: "Read one event.",
    answers: { 200: EVENT },
  },
  listUserEvents: {
    method: "GET",
    path: "/connectors/:id/users/:userId/events",
    tag: "Events",
    role: "operator",
    summary: "List the events of one user.",
    query: HISTORY_QUERY,
    answers: { 200: EVENTS },
  },
  listRefusals: {
    method: "GET",
    path: "/refusals",
    tag: "Events",
    role: "admin",
    summary: "Count the requests that named no connector.",
    query: PAGE_QUERY,
    answers: { 200: REFUSALS },
  },
});
