import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { verifyWebhook, WebhookError } from "../../../packages/client/src/webhooks.ts";

// The client against the reference library of Standard Webhooks, which signs here.

const SECRET = `whsec_${btoa("0123456789abcdef0123456789abcdef")}`;
const OTHER = `whsec_${btoa("fedcba9876543210fedcba9876543210")}`;
const AT = new Date(1_700_000_000_000);
const BODY = JSON.stringify({ id: "event.7", type: "user.created", cursor: "7" });

/** The headers of a delivery that was signed with these secrets. */
function signedHeaders(secrets: readonly string[], body = BODY): Headers {
  const signatures = secrets.map((secret) => new Webhook(secret).sign("evt_7", AT, body));
  return new Headers({
    "webhook-id": "evt_7",
    "webhook-timestamp": String(AT.getTime() / 1_000),
    "webhook-signature": signatures.join(" "),
  });
}

const options = { secrets: [SECRET], now: AT.getTime() };

test("a delivery with a good signature gives its event", async () => {
  const event = await verifyWebhook(signedHeaders([SECRET]), BODY, options);

  expect(event).toEqual(JSON.parse(BODY));
});

test("one good signature among several is enough, on either side of a rotation", async () => {
  const both = { ...options, secrets: [OTHER, SECRET] };

  await expect(verifyWebhook(signedHeaders([OTHER, SECRET]), BODY, options)).resolves.toBeDefined();
  await expect(verifyWebhook(signedHeaders([SECRET]), BODY, both)).resolves.toBeDefined();
});

describe("a delivery is refused", () => {
  test.each<[string, () => Promise<unknown>]>([
    ["whose body was changed", () => verifyWebhook(signedHeaders([SECRET]), `${BODY} `, options)],
    ["that another secret signed", () => verifyWebhook(signedHeaders([OTHER]), BODY, options)],
    ["without headers", () => verifyWebhook(new Headers(), BODY, options)],
    ["that is too old", () => verifyWebhook(signedHeaders([SECRET]), BODY, later(301))],
    ["from the future", () => verifyWebhook(signedHeaders([SECRET]), BODY, later(-301))],
    ["whose id was changed", () => verifyWebhook(changed("webhook-id", "evt_8"), BODY, options)],
    ["whose time is none", () => verifyWebhook(changed("webhook-timestamp", "x"), BODY, options)],
    [
      "with broken base64",
      () => verifyWebhook(changed("webhook-signature", "v1,%"), BODY, options),
    ],
    ["with another version", () => verifyWebhook(otherVersion(), BODY, options)],
  ])("%s", async (_what, verify) => {
    await expect(verify()).rejects.toThrow(WebhookError);
  });

  test("where no secret is known", async () => {
    const verified = verifyWebhook(signedHeaders([SECRET]), BODY, { ...options, secrets: [] });

    await expect(verified).rejects.toThrow(WebhookError);
  });
});

function later(seconds: number) {
  return { ...options, now: AT.getTime() + seconds * 1_000 };
}

function changed(name: string, value: string): Headers {
  const headers = signedHeaders([SECRET]);
  headers.set(name, value);
  return headers;
}

function otherVersion(): Headers {
  const signature = signedHeaders([SECRET]).get("webhook-signature") ?? "";
  return changed("webhook-signature", signature.replace("v1,", "v2,"));
}
