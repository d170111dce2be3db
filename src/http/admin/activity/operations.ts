import * as z from "zod";
import { describe } from "#http/admin/call/operation.ts";
import { ACTIVITY, ACTIVITY_QUERY } from "./schemas.ts";

/** The calls about how much the gateway is used, by the names that OpenAPI has for them. */
export const ACTIVITY_OPERATIONS = describe({
  getActivity: {
    method: "GET",
    path: "/connectors/:id/activity",
    tag: "Activity",
    role: "operator",
    summary: "Count a connector's requests by hour or day.",
    query: ACTIVITY_QUERY,
    answers: { 200: ACTIVITY },
  },
  getMetrics: {
    method: "GET",
    path: "/metrics",
    tag: "Activity",
    role: "operator",
    summary: "Metrics of all connectors that the key sees, as OpenMetrics text.",
    answers: { 200: null },
    media: {
      "application/openmetrics-text": z.string().describe("OpenMetrics 1.0, to its `# EOF`."),
    },
  },
});
