import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { createToken } from "#credentials/token.ts";
import { openGateway } from "#test/support/gateway.ts";

const START = Date.parse("2026-01-01T00:00:30Z");

/** A gateway whose clock stands still until a test moves it. */
function openAt(now: number) {
  const time = { now };
  const gateway = openGateway({ clock: { now: () => time.now } });
  return { time, gateway };
}

/** An address of a network that no other test uses. */
function anAddress(): { address: string; ipPrefix: string } {
  const [a, b] = crypto.getRandomValues(new Uint8Array(2));
  return { address: `10.${a}.${b}.77`, ipPrefix: `10.${a}.${b}.0/24` };
}

function from(address: string, others: object = {}) {
  return { headers: { "CF-Connecting-IP": address, ...others } };
}

/** What is stored of a network, without asking the gateway, which would write what it holds back. */
async function storedOf(ipPrefix: string) {
  const { results } = await env.DB.prepare(
    "SELECT minute, reason, count FROM refusals WHERE ip_prefix = ?1 ORDER BY minute, reason",
  )
    .bind(ipPrefix)
    .all();
  return results;
}

async function shownOf(gateway: ReturnType<typeof openGateway>, ipPrefix: string) {
  const { body } = await gateway.admin("/refusals?limit=500");
  return body.items.filter((item: { ipPrefix: string }) => item.ipPrefix === ipPrefix);
}

test("refusals without a known credential are counted by minute, network and reason", async () => {
  const { time, gateway } = openAt(START);
  const { address, ipPrefix } = anAddress();
  const { secret } = await createToken();
  await gateway.scim("/Users", from(address));
  await gateway.scim("/Groups", from(address.replace(/77$/, "200")));
  await gateway.scim("/Users", from(address, { Authorization: "Bearer nonsense" }));
  await gateway.scim("/Users", { token: secret, ...from(address) });
  time.now += 60_000;
  await gateway.scim("/Users", from(address));

  const shown = await shownOf(gateway, ipPrefix);

  expect(shown).toEqual([
    { minute: "2026-01-01T00:01:00.000Z", ipPrefix, reason: "absent", count: 1 },
    { minute: "2026-01-01T00:00:00.000Z", ipPrefix, reason: "absent", count: 2 },
    { minute: "2026-01-01T00:00:00.000Z", ipPrefix, reason: "malformed", count: 1 },
    { minute: "2026-01-01T00:00:00.000Z", ipPrefix, reason: "unknown", count: 1 },
  ]);
});

test.each([
  ["203.0.113.7", "203.0.113.0/24"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"],
  ["2001:DB8:1::7", "2001:db8:1::/48"],
  ["2001:db8::1", "2001:db8::/48"],
  ["2001:db9:0:1::1", "2001:db9::/48"],
  ["2001::2:3:4:5:6:7", "2001:0:2::/48"],
])("%s is of the network %s", async (address, ipPrefix) => {
  const { gateway } = openAt(START);

  await gateway.scim("/Users", from(address, { Authorization: `Bearer ${address}` }));

  expect(await shownOf(gateway, ipPrefix)).toMatchObject([{ reason: "malformed" }]);
});

test("a request without an address is counted as unknown", async () => {
  const { gateway } = openAt(Date.parse("2020-01-01T00:00:00Z"));

  await gateway.scim("/Users");

  const minute = "2020-01-01T00:00:00.000Z";
  const counted = { minute, ipPrefix: "unknown", reason: "absent", count: 1 };
  expect(await shownOf(gateway, "unknown")).toContainEqual(counted);
});

describe("refusals are written", () => {
  test("at the first one, then not before a minute is over", async () => {
    const { time, gateway } = openAt(START);
    const { address, ipPrefix } = anAddress();
    await gateway.scim("/Users", from(address));
    time.now += 59_999;
    await gateway.scim("/Users", from(address));

    const before = await storedOf(ipPrefix);
    time.now += 1;
    await gateway.scim("/Users", from(address));
    const after = await storedOf(ipPrefix);

    expect(before).toMatchObject([{ count: 1 }]);
    expect(after).toMatchObject([{ count: 1 }, { count: 2 }]);
  });

  test("no sooner because rows of known callers are", async () => {
    const { gateway } = openAt(START);
    const client = await gateway.client();
    const { address, ipPrefix } = anAddress();
    await gateway.scim("/Users", from(address));
    await gateway.scim("/Users", from(address));
    await client.call("/Users");

    const stored = await storedOf(ipPrefix);

    expect(stored).toMatchObject([{ count: 1 }]);
  });

  test("in one round trip, however many there are", async () => {
    const { time, gateway } = openAt(START);
    const { address, ipPrefix } = anAddress();
    await Promise.all(Array.from({ length: 50 }, () => gateway.scim("/Users", from(address))));
    time.now += 60_000;

    const last = await gateway.scim("/Users", from(address));

    expect(last.cost.roundTrips).toBe(0);
    expect((await storedOf(ipPrefix))[0]).toMatchObject({ count: 50 });
  });
});

test("refusals that two isolates counted in one minute are added up", async () => {
  const first = openAt(START);
  const second = openAt(START);
  const { address, ipPrefix } = anAddress();
  await first.gateway.scim("/Users", from(address));
  await second.gateway.scim("/Users", from(address));

  const shown = await shownOf(first.gateway, ipPrefix);

  expect(shown).toMatchObject([{ count: 2 }]);
});

test("refusals are counted as well once they are 429: the count says how many there are", async () => {
  const limit = { limit: async () => ({ success: false }) };
  const over = openGateway({
    clock: { now: () => START },
    rateLimits: "on",
    bindings: { RATE_LIMIT_FAILURES: limit },
  });
  const { address, ipPrefix } = anAddress();
  const { secret } = await createToken();

  const answers = [
    await over.scim("/Users", from(address)),
    await over.scim("/Users", from(address, { Authorization: "Bearer nonsense" })),
    await over.scim("/Users", { token: secret, ...from(address) }),
  ];

  expect(answers.map(({ status }) => status)).toEqual([429, 429, 429]);
  expect(await shownOf(over, ipPrefix)).toMatchObject([
    { reason: "absent", count: 1 },
    { reason: "malformed", count: 1 },
    { reason: "unknown", count: 1 },
  ]);
});

describe("what is no refusal of an unknown caller:", () => {
  test("a discovery document without a token", async () => {
    const { gateway } = openAt(START);
    const { address, ipPrefix } = anAddress();

    await gateway.scim("/ServiceProviderConfig", from(address));

    expect(await shownOf(gateway, ipPrefix)).toEqual([]);
  });

  test("the 401 of a revoked token, which its connector's log has", async () => {
    const { gateway } = openAt(START);
    const client = await gateway.client();
    const { address, ipPrefix } = anAddress();
    const tokens = await gateway.admin(`/connectors/${client.id}/tokens`);
    const path = `/connectors/${client.id}/tokens/${tokens.body.items[0].id}`;
    await gateway.admin(path, { method: "DELETE" });

    await client.call("/Users", from(address));

    expect(await shownOf(gateway, ipPrefix)).toEqual([]);
  });

  test("an admin call", async () => {
    const { gateway } = openAt(START);
    const { address, ipPrefix } = anAddress();

    await gateway.admin("/connectors", { token: "wrong", ...from(address) });

    expect(await shownOf(gateway, ipPrefix)).toEqual([]);
  });
});

test("an unknown caller leaves no row in the event log", async () => {
  const { gateway } = openAt(START);
  const { secret } = await createToken();
  const count = env.DB.prepare("SELECT count(*) AS events FROM events");
  const before = await count.first();

  await gateway.scim("/Users", { token: secret });

  expect(await count.first()).toEqual(before);
});

describe("the list of refusals", () => {
  test("goes on at its cursor", async () => {
    const { time, gateway } = openAt(Date.parse("2031-01-01T00:00:00Z"));
    const { address, ipPrefix } = anAddress();
    await gateway.scim("/Users", from(address));
    time.now += 60_000;
    await gateway.scim("/Users", from(address));

    const first = await gateway.admin("/refusals?limit=1");
    const second = await gateway.admin(`/refusals?limit=1&cursor=${first.body.nextCursor}`);

    expect(first.body.items).toMatchObject([{ minute: "2031-01-01T00:01:00.000Z", ipPrefix }]);
    expect(second.body.items).toMatchObject([{ minute: "2031-01-01T00:00:00.000Z", ipPrefix }]);
  });

  test.each(["limit=0", "limit=x", "nosuch=1", "cursor=!!!", "cursor=YWJj", "cursor=LTE"])(
    "by %s is 400",
    async (query) => {
      const { gateway } = openAt(START);

      const answer = await gateway.admin(`/refusals?${query}`);

      expect(answer.status).toBe(400);
      expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
    },
  );
});
