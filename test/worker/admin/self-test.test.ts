import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { aUser, openGateway } from "#test/support/gateway.ts";

/** A self-test is one call that plays a whole life cycle. */
const roundTripsMax = 1_000;
const gateway = openGateway({ roundTripsMax });

interface PlayedStep {
  readonly name: string;
  readonly request: { readonly method: string; readonly path: string };
  readonly status: number | null;
  readonly expected: number;
  readonly passed: boolean;
  readonly detail?: string;
}

interface Outcome {
  readonly status: number;
  readonly body: { readonly passed: boolean; readonly steps: readonly PlayedStep[] };
}

function selfTest(id: string, asked = gateway): Promise<Outcome> {
  return asked.admin(`/connectors/${id}/self-test`, { method: "POST" });
}

function failedOf({ body }: Outcome): readonly PlayedStep[] {
  return body.steps.filter(({ passed }) => !passed);
}

/** How many connectors are live, scratch ones among them. */
async function liveConnectors(): Promise<number> {
  const text = "SELECT count(*) AS live FROM connectors WHERE deleted_at IS NULL";
  return (await env.DB.prepare(text).first<number>("live")) ?? 0;
}

/** Runs while the database fails for good at every such write of a resource that holds a text. */
async function withBrokenWrite<T>(verb: "INSERT" | "UPDATE", text: string, run: () => Promise<T>) {
  await env.DB.prepare(
    `CREATE TRIGGER broken BEFORE ${verb} ON resources WHEN instr(NEW.doc, '${text}')
     BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END`,
  ).run();
  try {
    return await run();
  } finally {
    await env.DB.prepare("DROP TRIGGER broken").run();
  }
}

describe("on a healthy connector", () => {
  test("every step of Okta and Entra passes", async () => {
    const { id } = await gateway.connector();

    const outcome = await selfTest(id);

    expect(failedOf(outcome)).toEqual([]);
    expect(outcome).toMatchObject({ status: 200, body: { passed: true } });
    const names = outcome.body.steps.map(({ name }) => name.split(":")[0]);
    expect(new Set(names)).toEqual(new Set(["Okta", "Entra"]));
  });

  test("each step says what was sent and what came back", async () => {
    const { id } = await gateway.connector();

    const { body } = await selfTest(id);

    expect(body.steps[0]).toEqual({
      name: "Okta: Test Connector Configuration",
      request: { method: "GET", path: "/scim/v2/Users?startIndex=1&count=2" },
      status: 200,
      expected: 200,
      passed: true,
    });
  });

  test.each([
    [{ strict: true }],
    [{ deletion: "hard" }],
    [{ deletion: "deactivate" }],
    [{ reprovision: "conflict" }],
    [{ unknownMembers: "reject" }],
    [{ rateLimit: "low", logReads: "refused" }],
  ])("the choice %j passes too", async (settings) => {
    const { id } = await gateway.connector({ settings });

    const outcome = await selfTest(id);

    expect(failedOf(outcome)).toEqual([]);
  });

  test("its own users are not touched, and no scratch connector is left", async () => {
    const client = await gateway.client();
    await client.post(aUser());
    const [live, before] = [await liveConnectors(), (await client.call("/Users")).body];

    await selfTest(client.id);

    expect(await liveConnectors()).toBe(live);
    expect((await client.call("/Users")).body).toEqual(before);
  });

  test("the rate limits hold for it as for any client", async () => {
    const full = { limit: async () => ({ success: false }) };
    const limited = openGateway({
      roundTripsMax,
      rateLimits: "on",
      bindings: { RATE_LIMIT_STANDARD: full },
    });
    const { id } = await limited.connector();

    const { body } = await selfTest(id, limited);

    expect(body.steps[0]).toMatchObject({ status: 429, expected: 200, passed: false });
  });
});

describe("a broken rule shows in the step that needs it", () => {
  test("a database that fails for one step fails that step, and the others go on", async () => {
    const { id } = await gateway.connector();

    const outcome = await withBrokenWrite("UPDATE", "Okta Changed", () => selfTest(id));

    expect(failedOf(outcome)).toMatchObject([
      { name: "Okta: push a profile by PUT", status: 500, expected: 200 },
      { name: "Okta: deactivate by a PATCH without a path", status: 200 },
      { name: "Okta: push a group with the user", status: 201 },
    ]);
    expect(failedOf(outcome)[1]?.detail).toContain("/displayName");
  });

  test("a create that fails leaves the steps on that user unsent", async () => {
    const { id } = await gateway.connector();
    const live = await liveConnectors();

    const outcome = await withBrokenWrite("INSERT", "entra.self-test", () => selfTest(id));

    expect(failedOf(outcome)).toContainEqual(
      expect.objectContaining({
        name: "Entra: delete the user",
        status: null,
        passed: false,
        detail: expect.stringContaining("Not sent"),
      }),
    );
    expect(await liveConnectors()).toBe(live);
  });
});

test("an unknown connector is 404", async () => {
  const outcome = await selfTest(crypto.randomUUID());

  expect(outcome.status).toBe(404);
});
