import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { createToken } from "#credentials/token.ts";
import { readConfig } from "#http/config.ts";
import { expectScimError } from "#test/support/bad-input/bad-input.ts";
import { ADMIN_TOKEN, aUser, openGateway, type TestAnswer } from "#test/support/gateway.ts";

const gateway = openGateway({ rateLimits: "on" });

/** As wrangler.toml has them. */
const LOW_MAX = 100;
const FAILURES_MAX = 30;
const PERIOD_MS = 10_000;

const FULL = { limit: async () => ({ success: false }) };

/** Runs until nothing came between: at the edge of a period, the bindings start to count anew. */
async function withinOnePeriod<T>(run: () => Promise<T>): Promise<T> {
  const period = () => Math.floor(Date.now() / PERIOD_MS);
  const startedIn = period();
  const result = await run();
  return period() === startedIn ? result : withinOnePeriod(run);
}

/** The statuses of a number of requests, sent one after another. */
async function statuses(count: number, send: () => Promise<TestAnswer>): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) found.push((await send()).status);
  return found;
}

function times(count: number, status: number): number[] {
  return Array.from({ length: count }, () => status);
}

let addresses = 0;

/** An address that nobody has failed from. */
function newAddress() {
  addresses += 1;
  return { "CF-Connecting-IP": `192.0.2.${addresses}` };
}

describe("a connector with the limit low", () => {
  const over = openGateway({ rateLimits: "on", bindings: { RATE_LIMIT_LOW: FULL } });
  const settings = { rateLimit: "low" };

  test("gets 100 answers in ten seconds, then 429, while its neighbour goes on", async () => {
    const [own, neighbours] = await withinOnePeriod(async () => {
      const client = await gateway.client({ settings });
      const neighbour = await gateway.client({ settings });
      const all = await statuses(LOW_MAX + 2, () => client.call("/Users/x"));
      return [all, await statuses(1, () => neighbour.call("/Users/x"))];
    });

    expect(own).toEqual([...times(LOW_MAX, 404), 429, 429]);
    expect(neighbours).toEqual([404]);
  });

  test("is told when to come back, in a SCIM error", async () => {
    const client = await over.client({ settings });

    const refused = await client.post(aUser());

    expectScimError(refused, 429);
    expect(refused.headers.get("Retry-After")).toBe("10");
    expect(refused.body.detail).toContain("settings.rateLimit");
  });

  test("leaves no row in its event log, and nothing stored", async () => {
    const client = await over.client({ settings });

    await client.post(aUser());

    const events = await over.admin(`/connectors/${client.id}/events`);
    expect(events.body.items).toEqual([]);
    const unlimited = openGateway();
    const list = await unlimited.scim("/Users", { token: client.token });
    expect(list.body.totalResults).toBe(0);
  });

  test("is refused before its body is judged", async () => {
    const client = await over.client({ settings });

    const refused = await client.post("{");

    expect(refused.status).toBe(429);
  });
});

test.each([
  ["low", "RATE_LIMIT_LOW"],
  ["standard", "RATE_LIMIT_STANDARD"],
  ["high", "RATE_LIMIT_HIGH"],
])("the limit %s is counted by %s alone", async (rateLimit, binding) => {
  const full = openGateway({ rateLimits: "on", bindings: { [binding]: FULL } });
  const tiers = ["low", "standard", "high"];

  const refused = await Promise.all(
    tiers.map(async (tier) => {
      const client = await full.client({ settings: { rateLimit: tier } });
      return (await client.call("/Users")).status === 429 ? tier : undefined;
    }),
  );

  expect(refused.filter(Boolean)).toEqual([rateLimit]);
});

test("a connector that chose nothing has the limit standard", async () => {
  const { id } = await gateway.connector();

  const { body } = await gateway.admin(`/connectors/${id}`);

  expect(body.settings.rateLimit).toBe("standard");
});

test("with RATE_LIMITS off nothing is counted", async () => {
  const bindings = { RATE_LIMIT_STANDARD: FULL, RATE_LIMIT_FAILURES: FULL };
  const off = openGateway({ bindings });
  const client = await off.client();

  const answers = [await client.call("/Users"), await off.scim("/Users")];

  expect(answers.map(({ status }) => status)).toEqual([200, 401]);
});

test("RATE_LIMITS is on or off", () => {
  expect(() => readConfig({ ...env, RATE_LIMITS: "yes" })).toThrow("RATE_LIMITS");
});

describe("bad credentials", () => {
  const failing = openGateway({ rateLimits: "on", bindings: { RATE_LIMIT_FAILURES: FULL } });

  test("100 bad tokens from one address, then a good one", async () => {
    const client = await gateway.client();
    const { secret } = await createToken();

    const [bad, good] = await withinOnePeriod(async () => {
      const headers = newAddress();
      const send = () => gateway.scim("/Users", { token: secret, headers });
      return [await statuses(100, send), await client.call("/Users", { headers })];
    });

    const refused = times(100 - FAILURES_MAX, 429);
    expect(bad).toEqual([...times(FAILURES_MAX, 401), ...refused]);
    expect(good.status).toBe(200);
  });

  test("from one address leave another address its 401", async () => {
    const { secret } = await createToken();
    const send = (headers: Record<string, string>) =>
      gateway.scim("/Users", { token: secret, headers });

    const status = await withinOnePeriod(async () => {
      const headers = newAddress();
      await statuses(FAILURES_MAX + 1, () => send(headers));
      return (await send(newAddress())).status;
    });

    expect(status).toBe(401);
  });

  test.each([
    ["no token", {}],
    ["a malformed token", { token: "sgw_short" }],
  ])("%s counts as well, and the 429 still says what is wrong", async (_what, request) => {
    const refused = await failing.scim("/Users", request);

    expectScimError(refused, 429);
    expect(refused.headers.get("Retry-After")).toBe("60");
    expect(refused.body.detail).toContain("sgw_");
  });

  test("that are known to be revoked and come too often leave no row", async () => {
    const client = await failing.client();
    const tokens = `/connectors/${client.id}/tokens`;
    const [token] = (await failing.admin(tokens)).body.items;
    await failing.admin(`${tokens}/${token.id}`, { method: "DELETE" });

    const refused = await client.call("/Users");

    expect(refused.status).toBe(429);
    expect(refused.body.detail).toContain("revoked");
    const events = await failing.admin(`/connectors/${client.id}/events`);
    expect(events.body.items).toEqual([]);
  });

  test("of an OAuth client are limited, those of a good one not", async () => {
    const { id } = await failing.connector();
    const client = (await failing.admin(`/connectors/${id}/clients`, { body: {} })).body;
    const ask = (secret: string) =>
      failing.send(
        new Request("https://scim.example.com/oauth/token", {
          method: "POST",
          body: new URLSearchParams({
            grant_type: "client_credentials",
            client_id: client.clientId,
            client_secret: secret,
          }),
        }),
      );

    const [bad, good] = [await ask("wrong"), await ask(client.clientSecret)];

    expect(bad).toMatchObject({ status: 429, body: { error: "invalid_client" } });
    expect(bad.headers.get("Retry-After")).toBe("60");
    expect(good.status).toBe(200);
  });

  test("on the admin API are limited, the administrator's not", async () => {
    const bad = await failing.admin("/connectors", { token: "wrong" });
    const good = await failing.admin("/connectors", { token: ADMIN_TOKEN });

    expect(bad).toMatchObject({ status: 429, body: { title: "Too Many Requests" } });
    expect(bad.headers.get("Retry-After")).toBe("60");
    expect(good.status).toBe(200);
  });
});

describe("the token endpoint of a connector over its limit", () => {
  const over = openGateway({ rateLimits: "on", bindings: { RATE_LIMIT_STANDARD: FULL } });

  async function askWith(secretOf: (secret: string) => string) {
    const { id } = await over.connector();
    const client = (await over.admin(`/connectors/${id}/clients`, { body: {} })).body;
    return await over.send(
      new Request("https://scim.example.com/oauth/token", {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "client_credentials",
          client_id: client.clientId,
          client_secret: secretOf(client.clientSecret),
        }),
      }),
    );
  }

  test("answers 429 and when to come back", async () => {
    const answer = await askWith((secret) => secret);

    expect(answer).toMatchObject({ status: 429, body: { error: "temporarily_unavailable" } });
    expect(answer.headers.get("Retry-After")).toBe("10");
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
  });

  test("is not used up by whoever knows a client's id alone", async () => {
    const answer = await askWith(() => "wrong");

    expect(answer).toMatchObject({ status: 401, body: { error: "invalid_client" } });
  });
});
