import { expect, test } from "vitest";
import { readTokenRequest } from "#credentials/oauth.ts";

const FORM = new URLSearchParams({ grant_type: "client_credentials" });

/** RFC 7617 §2: the first colon ends the id, and a secret may hold others. */
test.each([
  ["client:secret", "client", "secret"],
  ["client:sec:ret:", "client", "sec:ret:"],
  ["client::", "client", ":"],
  ["client:sec%3Aret", "client", "sec:ret"],
])("Basic %j is the client %j with the secret %j", (credential, clientId, clientSecret) => {
  const request = readTokenRequest(FORM, `Basic ${btoa(credential)}`);

  expect(request).toEqual({ clientId, clientSecret, scope: undefined });
});

test.each(["client", ""])("Basic %j, without a colon, is no credential", (credential) => {
  expect(() => readTokenRequest(FORM, `Basic ${btoa(credential)}`)).toThrow("no Basic credential");
});
