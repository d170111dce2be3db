import { beforeAll, describe, expect, test } from "vitest";
import type { Provider, SourceConfig, SourceCredentials } from "#bridge/config/settings.ts";
import { createSource } from "#bridge/providers/create.ts";
import type { SourceFailure } from "#bridge/source/source.ts";
import { serviceKey } from "#test/support/fake-directory/service-key.ts";
import {
  expectFailure,
  fakeProvider,
  json,
  type SeenRequest,
} from "#test/unit/bridge/fake-fetch.ts";

const ID = "91";

let privateKey: string;

beforeAll(async () => {
  privateKey = (await serviceKey()).privateKeyPem;
});

/** A bridge to each provider; their addresses are all the same host. */
function setUp(provider: Provider): { config: SourceConfig; credentials: SourceCredentials } {
  const host = "https://provider.example";
  switch (provider) {
    case "okta":
      return {
        config: { type: "okta", baseUrl: host },
        credentials: { kind: "okta-token", apiToken: "t" },
      };
    case "entra":
      return {
        config: { type: "entra", tenantId: "t", graphBaseUrl: host, loginBaseUrl: host },
        credentials: { kind: "entra", clientId: "c", clientSecret: "s" },
      };
    case "google":
      return {
        config: {
          type: "google",
          adminEmail: "a@example.com",
          customer: "my_customer",
          apiBaseUrl: host,
          tokenUrl: `${host}/token`,
        },
        credentials: { kind: "google", clientEmail: "r@example.com", privateKey },
      };
    case "onelogin":
      return {
        config: { type: "onelogin", baseUrl: host },
        credentials: { kind: "onelogin", clientId: "c", clientSecret: "s" },
      };
    case "jumpcloud":
      return {
        config: { type: "jumpcloud", baseUrl: host, userNameFrom: "email" },
        credentials: { kind: "jumpcloud", apiKey: "k" },
      };
    case "scim":
      return {
        config: { type: "scim", baseUrl: `${host}/scim` },
        credentials: { kind: "scim", token: "t" },
      };
  }
}

const isToken = ({ url }: SeenRequest) => url.pathname.endsWith("/token");

/** A source whose API answers in one way, and whose token endpoint gives tokens or answers in another. */
function sourceOf(provider: Provider, api: () => Response, token?: () => Response) {
  const { config, credentials } = setUp(provider);
  const give = token ?? (() => json({ access_token: "t", token_type: "Bearer" }));
  const fake = fakeProvider((request) => (isToken(request) ? give() : api()));
  return createSource(config, credentials, fake.tools);
}

const status =
  (code: number, body: unknown = {}) =>
  () =>
    json(body, { status: code });
const web = (code: number) => () =>
  new Response("<!doctype html><p>Sign in", {
    status: code,
    headers: { "Content-Type": "text/html" },
  });
const empty = (code: number) => () => new Response("", { status: code });
const okta = (errorCode: string, errorSummary = "") => ({ errorCode, errorSummary });
const graph = (code: string) => ({ error: { code, message: "m" } });
const google = (reason: string, message = "") => ({
  error: { code: 400, message, errors: [{ reason, message }] },
});
const scimError = { schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: "404" };

const PROVIDERS: readonly Provider[] = ["okta", "entra", "google", "onelogin", "jumpcloud", "scim"];

type Answers = readonly (readonly [Provider, string, () => Response])[];

describe("K1: a user is gone where the provider says so in its own way", () => {
  const answers: Answers = [
    [
      "okta",
      "404 E0000007",
      status(404, okta("E0000007", `Not found: Resource not found: ${ID} (User)`)),
    ],
    ["entra", "404 Request_ResourceNotFound", status(404, graph("Request_ResourceNotFound"))],
    ["google", "404 notFound", status(404, google("notFound", "Resource Not Found: userKey"))],
    ["google", "412 of a deleted user", status(412, google("conditionNotMet", "User is deleted."))],
    [
      "google",
      "403 that names him",
      status(403, google("forbidden", "Resource Not Found: userKey")),
    ],
    ["onelogin", "404", status(404, { statusCode: 404, name: "NotFound" })],
    ["onelogin", "200 null", status(200, null)],
    ["onelogin", "200 without a body", empty(200)],
    ["jumpcloud", "404", status(404, { message: "Not Found" })],
    ["jumpcloud", "200 without a body", empty(200)],
    ["jumpcloud", "200 null", status(200, null)],
    ["jumpcloud", "200 {}", status(200, {})],
    ["scim", "404", status(404, scimError)],
    ["scim", "404 without a body", empty(404)],
    ["scim", "410", status(410, scimError)],
  ];

  test.each(answers)("%s: %s", async (provider, _name, answer) => {
    await expect(sourceOf(provider, answer).readUser(ID)).resolves.toBeUndefined();
  });
});

/** A refusal is the provider's word; whatever nobody understands may be answered rightly the next time. */
function mayPass(answer: string): boolean {
  return answer !== "403";
}

describe("K1: any other odd answer about one user is trouble of that record alone", () => {
  const everywhere = PROVIDERS.flatMap(
    (provider): Answers => [
      [provider, "400", status(400)],
      [provider, "403", status(403)],
      [provider, "409", status(409)],
      [provider, "412", status(412)],
      [provider, "404 as a web page", web(404)],
      [provider, "200 as a web page", web(200)],
      [provider, "half of the JSON", () => new Response(`{"id":"${ID}"`)],
      [provider, "a list", status(200, [{ id: ID, _id: ID }])],
      [provider, "somebody else", status(200, { id: "92", _id: "92" })],
      [provider, "a list response", status(200, { totalResults: 1, Resources: [{ id: ID }] })],
      [provider, "a redirect", () => new Response(null, { status: 302 })],
    ],
  );
  const own: Answers = [
    [
      "okta",
      "404 about another one",
      status(404, okta("E0000007", "Resource not found: 92 (User)")),
    ],
    ["okta", "404 without a code", status(404)],
    ["entra", "404 without a code", status(404)],
    ["google", "404 of the domain", status(404, google("notFound", "Domain not found."))],
    [
      "google",
      "412 of a new user",
      status(412, google("conditionNotMet", "User creation is not complete.")),
    ],
    ["okta", "200 without a body", empty(200)],
    ["entra", "200 {}", status(200, {})],
    ["google", "204", () => new Response(null, { status: 204 })],
    ["scim", "200 {}", status(200, {})],
    ["scim", "404 as plain text", () => new Response("404 page not found", { status: 404 })],
    ["jumpcloud", "204", () => new Response(null, { status: 204 })],
  ];

  test.each([...everywhere, ...own])("%s: %s", async (provider, name, answer) => {
    const error = await expectFailure(sourceOf(provider, answer).readUser(ID), "record");

    expect(error.failure).toEqual({ kind: "record", sourceId: ID, mayPass: mayPass(name) });
    expect(error.detail).toContain(ID);
  });
});

describe("K5: a group is gone where the provider says so in its own way", () => {
  const answers: Answers = [
    [
      "okta",
      "404 E0000007",
      status(404, okta("E0000007", `Not found: Resource not found: ${ID} (UserGroup)`)),
    ],
    ["entra", "404 Request_ResourceNotFound", status(404, graph("Request_ResourceNotFound"))],
    ["google", "404 notFound", status(404, google("notFound", "Resource Not Found: groupKey"))],
    ["onelogin", "404", status(404, { statusCode: 404, name: "NotFound" })],
    ["onelogin", "200 null", status(200, null)],
    ["jumpcloud", "404", status(404, { message: "Not Found" })],
    ["jumpcloud", "200 without a body", empty(200)],
    ["scim", "404", status(404, scimError)],
    ["scim", "410", status(410, scimError)],
  ];

  test.each(answers)("%s: %s", async (provider, _name, answer) => {
    await expect(sourceOf(provider, answer).findGroup(ID)).resolves.toBeUndefined();
  });

  test.each(PROVIDERS)("%s: is there where it is answered", async (provider) => {
    const source = sourceOf(provider, status(200, { id: ID }));

    await expect(source.findGroup(ID)).resolves.toEqual({ id: ID });
  });
});

describe("K5: any other odd answer about one group is trouble of that record alone", () => {
  const everywhere = PROVIDERS.flatMap(
    (provider): Answers => [
      [provider, "400", status(400)],
      [provider, "403", status(403)],
      [provider, "404 as a web page", web(404)],
      [provider, "200 as a web page", web(200)],
      [provider, "another group", status(200, { id: "92" })],
      [provider, "a list", status(200, [{ id: ID }])],
    ],
  );
  const own: Answers = [
    ["okta", "404 about a user", status(404, okta("E0000007", `Resource not found: ${ID} (User)`))],
    ["google", "404 of the domain", status(404, google("notFound", "Domain not found."))],
  ];

  test.each([...everywhere, ...own])("%s: %s", async (provider, name, answer) => {
    const error = await expectFailure(sourceOf(provider, answer).findGroup(ID), "record");

    expect(error.failure).toEqual({ kind: "record", sourceId: ID, mayPass: mayPass(name) });
  });

  test.each(PROVIDERS)("%s: but a busy provider says nothing of it", async (provider) => {
    await expectFailure(sourceOf(provider, status(503)).findGroup(ID), "unavailable");
  });
});

describe("K1, K5: an odd answer about the members of one group is trouble of that group alone", () => {
  const answers = PROVIDERS.flatMap(
    (provider): Answers => [
      [provider, "400", status(400)],
      [provider, "403", status(403)],
      [provider, "404", status(404)],
      [
        provider,
        "404 in the provider's words",
        status(404, { ...okta("E0000007"), ...graph("Request_ResourceNotFound") }),
      ],
      [provider, "an odd body", status(200, "x")],
      [provider, "a web page", web(200)],
    ],
  );

  test.each(answers)("%s: %s", async (provider, name, answer) => {
    const source = sourceOf(provider, answer);

    const error = await expectFailure(source.membersPage("5", undefined), "record");

    expect(error.failure).toEqual({ kind: "record", sourceId: "5", mayPass: mayPass(name) });
    expect(error.detail).toContain("5");
  });
});

describe("K1: what is about everything stays so when one record is asked for", () => {
  const passing = PROVIDERS.flatMap((provider) =>
    [408, 429, 500, 503].map((code) => [provider, code] as const),
  );

  test.each(passing)("%s: %d is trouble of the provider", async (provider, code) => {
    const source = sourceOf(provider, status(code, okta("E0000007")));

    const kind: SourceFailure["kind"] = code === 429 ? "throttled" : "unavailable";
    await expectFailure(source.readUser(ID), kind);
    await expectFailure(source.membersPage("5", undefined), kind);
    await expectFailure(source.listPage("users", undefined, undefined), kind);
  });

  test.each(PROVIDERS)("%s: 401 is of the credentials", async (provider) => {
    await expectFailure(sourceOf(provider, status(401)).readUser(ID), "unauthorized");
  });

  test("a token that is refused is no record's trouble", async () => {
    const source = sourceOf(
      "entra",
      status(200),
      status(400, { error: "invalid_grant", error_description: "AADSTS53003: Blocked." }),
    );

    await expectFailure(source.readUser(ID), "forbidden");
  });

  test.each(PROVIDERS)(
    "%s: groups that may not be read are no trouble of users",
    async (provider) => {
      const source = sourceOf(provider, status(403));

      await expectFailure(source.listPage("groups", undefined, undefined), "groupsForbidden");
      await expectFailure(source.listPage("users", undefined, undefined), "forbidden");
    },
  );
});

describe("K8: at a token endpoint the status goes before the text", () => {
  const words = {
    error: "invalid_client",
    error_description: "AADSTS7000215: Invalid client secret provided.",
  };
  const cases = (["entra", "google", "onelogin"] as const).flatMap((provider) =>
    [408, 429, 500, 502, 503, 504].map((code) => [provider, code] as const),
  );

  test.each(cases)("%s: %d", async (provider, code) => {
    const source = sourceOf(provider, status(200), status(code, words));

    const kind = code === 429 ? "throttled" : "unavailable";
    await expectFailure(source.listPage("users", undefined, undefined), kind);
  });

  test.each([
    ["AADSTS90033: A transient error has occurred.", undefined],
    ["AADSTS90024: RequestBudgetExceededError", undefined],
    ["AADSTS50196: The server terminated an operation.", undefined],
    ["Something went wrong", [90033]],
  ])("Entra's numbers that pass: %s", async (error_description, error_codes) => {
    const body = { error: "invalid_request", error_description, error_codes };
    const source = sourceOf("entra", status(200), status(400, body));

    await expectFailure(source.listPage("users", undefined, undefined), "unavailable");
  });

  test.each(["temporarily_unavailable", "server_error"])("OAuth's %s", async (error) => {
    for (const provider of ["entra", "google", "onelogin"] as const) {
      const source = sourceOf(provider, status(200), status(400, { error }));
      await expectFailure(source.listPage("users", undefined, undefined), "unavailable");
    }
  });
});

describe("K8: codes that pass, at whatever status they come", () => {
  test.each([
    ["okta", 403, okta("E0000009"), "unavailable"],
    ["okta", 400, okta("E0000047"), "throttled"],
    ["google", 403, google("backendError"), "unavailable"],
    ["google", 400, google("internalError"), "unavailable"],
    ["google", 403, google("userRateLimitExceeded"), "throttled"],
    ["entra", 400, graph("serviceNotAvailable"), "unavailable"],
    ["entra", 403, graph("TooManyRequests"), "throttled"],
  ] as const)("%s: %d %j", async (provider, code, body, kind) => {
    const source = sourceOf(provider, status(code, body));

    await expectFailure(source.listPage("users", undefined, undefined), kind);
    await expectFailure(source.readUser(ID), kind);
  });
});

describe("K9: a delta that is refused means to begin anew", () => {
  const since = {
    okta: "2026-09-01T00:00:00.000Z",
    entra: "https://provider.example/v1.0/users/delta?$deltatoken=old",
    onelogin: "2026-09-01T00:00:00.000Z",
  };
  const cases = (["okta", "entra", "onelogin"] as const).flatMap((provider) =>
    [400, 404, 405, 409, 410, 412, 418, 422].map((code) => [provider, code] as const),
  );

  test.each(cases)("%s: %d", async (provider, code) => {
    const source = sourceOf(provider, status(code));

    await expectFailure(source.listPage("users", undefined, since[provider]), "deltaExpired");
  });

  test.each([
    [401, "unauthorized"],
    [403, "forbidden"],
    [408, "unavailable"],
    [429, "throttled"],
    [503, "unavailable"],
  ] as const)("but not %d", async (code, kind) => {
    for (const provider of ["okta", "entra", "onelogin"] as const) {
      const source = sourceOf(provider, status(code));
      await expectFailure(source.listPage("users", undefined, since[provider]), kind);
    }
  });
});
