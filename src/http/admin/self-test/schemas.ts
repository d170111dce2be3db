import * as z from "zod";

/** The body of POST /connectors/{id}/self-test: there is nothing to choose yet. */
export const SELF_TEST = z.strictObject({}).meta({ id: "SelfTestRequest", examples: [{}] });

/** The answer of POST /connectors/{id}/self-test. */
export const SELF_TESTED = z
  .strictObject({
    passed: z.boolean(),
    steps: z.array(
      z
        .strictObject({
          name: z.string(),
          request: z.strictObject({ method: z.string(), path: z.string() }),
          status: z.int().nullable().describe("Null for a step that could not be sent."),
          expected: z.int(),
          passed: z.boolean(),
          detail: z.string().optional().describe("What the provider would stumble over."),
        })
        .meta({ id: "SelfTestStep" }),
    ),
  })
  .meta({
    id: "SelfTest",
    examples: [
      {
        passed: true,
        steps: [
          {
            name: "Okta: Test Connector Configuration",
            request: { method: "GET", path: "/scim/v2/Users?startIndex=1&count=2" },
            status: 200,
            expected: 200,
            passed: true,
          },
        ],
      },
    ],
  });
