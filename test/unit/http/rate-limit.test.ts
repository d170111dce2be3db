import { expect, test } from "vitest";
import type { Config } from "#http/config.ts";
import { hasFailedTooOften, type RateLimitBindings } from "#http/request/rate-limit.ts";

/** The key under which a failure from an address is counted. */
async function keyOf(address: string): Promise<string | undefined> {
  const keys: string[] = [];
  const RATE_LIMIT_FAILURES = {
    limit: async ({ key }: { key: string }) => {
      keys.push(key);
      return { success: true };
    },
  };
  const env = { RATE_LIMIT_FAILURES } as unknown as RateLimitBindings;
  const config = { isRateLimited: true } as Config;
  await hasFailedTooOften(env, config, new Headers({ "CF-Connecting-IP": address }));
  return keys[0];
}

test("whoever guesses tokens from an IPv6 network is counted once for all its addresses", async () => {
  const guesser = await keyOf("2001:db8:7:1::1");

  expect(await keyOf("2001:db8:7:1::2")).toBe(guesser);
  expect(await keyOf("2001:db8:7:ffff:1:2:3:4")).toBe(guesser);
  expect(await keyOf("2001:db8:8:1::1")).not.toBe(guesser);
});

test("IPv4 addresses are counted one by one", async () => {
  expect(await keyOf("192.0.2.1")).not.toBe(await keyOf("192.0.2.2"));
});
