import * as z from "zod";
import { MOMENT, REFUSALS_BY_CLASS, REQUESTS_BY_CLASS, TIME } from "#http/admin/call/schemas.ts";

const MOMENT_SENT = TIME.transform((text) => Date.parse(text)).optional();

/** The query of GET /connectors/{id}/activity. */
export const ACTIVITY_QUERY = z.strictObject({
  from: MOMENT_SENT.describe(
    "The first moment, rounded down to its hour or day; a day before `to` when left out.",
  ),
  to: MOMENT_SENT.describe("The moment before which it ends, rounded up; now when left out."),
  step: z
    .enum(["hour", "day"])
    .default("hour")
    .describe("What an item counts; days are those of UTC."),
});

/** The answer of GET /connectors/{id}/activity. */
export const ACTIVITY = z
  .strictObject({
    from: MOMENT,
    to: MOMENT,
    step: z.enum(["hour", "day"]),
    items: z.array(
      z.strictObject({
        time: MOMENT.describe("When the hour or the day begins."),
        requests: REQUESTS_BY_CLASS,
        refusals: REFUSALS_BY_CLASS,
        meanLatencyMs: z
          .number()
          .nullable()
          .describe("Of the requests; null where there were none."),
      }),
    ),
  })
  .meta({
    id: "Activity",
    examples: [
      {
        from: "2026-11-30T20:00:00.000Z",
        to: "2026-11-30T21:00:00.000Z",
        step: "hour",
        items: [
          {
            time: "2026-11-30T20:00:00.000Z",
            requests: { "2xx": 120, "3xx": 0, "4xx": 3, "5xx": 0 },
            refusals: { "4xx": 0, "5xx": 0 },
            meanLatencyMs: 8.5,
          },
        ],
      },
    ],
  });
