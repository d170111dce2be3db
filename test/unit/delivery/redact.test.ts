import { expect, test } from "vitest";
import { redactReceived } from "#delivery/redact.ts";

const BARE = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";
const SECRET = `whsec_${BARE}`;
const SIGNATURE = `v1,${"a".repeat(43)}=`;

test.each([
  ["a secret", `secret=${SECRET};`, "secret=[redacted];"],
  ["a secret without its prefix", `{"key":"${BARE}"}`, '{"key":"[redacted]"}'],
  ["another webhook's secret", "whsec_b3RoZXI= is wrong", "[redacted] is wrong"],
  ["a secret that is cut off", `…${SECRET.slice(0, 20)}`, "…[redacted]"],
  ["both signatures of a rotation", `${SIGNATURE} ${SIGNATURE}`, "[redacted] [redacted]"],
  ["what is no secret", "HTTP/1,1 v1,abc whs", "HTTP/1,1 v1,abc whs"],
])("an answer with %s", (_what, answer, expected) => {
  expect(redactReceived(answer, [SECRET])).toBe(expected);
});
