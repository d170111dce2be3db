import { Webhook } from "standardwebhooks";
import { describe, expect, test, vi } from "vitest";
import { signMessage } from "#delivery/signature.ts";

const SECRET = `whsec_${btoa("a".repeat(32))}`;
const FORMER = `whsec_${btoa("b".repeat(24))}`;

/** The library takes no message that is five minutes old; the clock is read once, so that all are of one moment. */
const NOW = Math.floor(Date.now() / 1_000);

const message = () => ({
  id: "evt_42",
  timestamp: NOW,
  body: '{"type":"user.created","name":"Zoë \u{1F600}"}',
});

async function headersOf(signed: ReturnType<typeof message>, secrets: readonly string[]) {
  return {
    "webhook-id": signed.id,
    "webhook-timestamp": String(signed.timestamp),
    "webhook-signature": await signMessage(signed, secrets),
  };
}

describe("a signed message is good for the library of Standard Webhooks", () => {
  test("with one secret", async () => {
    const signed = message();

    const headers = await headersOf(signed, [SECRET]);

    expect(new Webhook(SECRET).verify(signed.body, headers)).toEqual(JSON.parse(signed.body));
  });

  test.each([SECRET, FORMER])("with either of two secrets", async (secret) => {
    const signed = message();

    const headers = await headersOf(signed, [SECRET, FORMER]);

    expect(headers["webhook-signature"].split(" ")).toHaveLength(2);
    expect(new Webhook(secret).verify(signed.body, headers)).toEqual(JSON.parse(signed.body));
  });
});

test("the key of a secret can sign, and cannot be read again", async () => {
  const imports = vi.spyOn(crypto.subtle, "importKey");

  await signMessage(message(), [SECRET]);
  const key = await imports.mock.results[0]?.value;
  imports.mockRestore();

  expect(key).toMatchObject({ extractable: false, usages: ["sign"] });
});

describe("a signature holds for nothing else", () => {
  test.each([
    ["another body", { body: "{}" }],
    ["another id", { id: "evt_43" }],
    ["another moment", { timestamp: NOW + 1 }],
  ])("%s", async (_what, other) => {
    const signed = message();
    const signature = await signMessage(signed, [SECRET]);

    const changed = await signMessage({ ...signed, ...other }, [SECRET]);

    expect(changed).not.toBe(signature);
  });

  test("another secret", async () => {
    const signed = message();

    const headers = await headersOf(signed, [FORMER]);

    expect(() => new Webhook(SECRET).verify(signed.body, headers)).toThrow("No matching");
  });
});
