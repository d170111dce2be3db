import { describe, expect, test } from "vitest";
import { createSourceHttp, type SourceHttp } from "#bridge/source/http/http.ts";
import {
  bearerAuthorizer,
  type ProviderTokenRequest,
  requestAccessToken,
} from "#bridge/source/http/token.ts";
import { emptySourceMemory, keepSourceMemory, type SourceMemory } from "#bridge/source/memory.ts";
import {
  expectFailure,
  type FakeProvider,
  fakeProvider,
  json,
  NOW,
  type SeenRequest,
} from "#test/unit/bridge/fake-fetch.ts";

const BASE = "https://api.example.com";
const TOKEN_URL = "https://login.example.com/token";
const SECRET = "client-secret-1";

function tokenRequest({ tools }: FakeProvider): ProviderTokenRequest {
  const body = new URLSearchParams({ grant_type: "client_credentials", client_secret: SECRET });
  return { provider: "Example", tools, url: TOKEN_URL, body };
}

function httpOf(provider: FakeProvider): SourceHttp {
  const request = () => requestAccessToken(tokenRequest(provider));
  const authorizer = bearerAuthorizer(provider.tools, "api", request);
  return createSourceHttp({
    provider: "Example",
    baseUrl: BASE,
    tools: provider.tools,
    authorizer,
  });
}

/** A provider whose tokens are token-1, token-2, …, of which `isValid` says which are good. */
function tokenProvider(isValid: (token: string) => boolean): FakeProvider {
  let tokens = 0;
  return fakeProvider(({ url, headers }) => {
    if (url.href === TOKEN_URL) {
      tokens += 1;
      return json({ access_token: `token-${tokens}`, token_type: "Bearer", expires_in: 3600 });
    }
    const token = headers.get("Authorization")?.replace("Bearer ", "") ?? "";
    return isValid(token) ? json({ token }) : json({}, { status: 401 });
  });
}

const isTokenRequest = ({ url }: SeenRequest) => url.href === TOKEN_URL;

describe("an access token", () => {
  test("is fetched by the first request and kept for the next", async () => {
    const provider = tokenProvider(() => true);
    const http = httpOf(provider);

    const first = await http.get(`${BASE}/a`);
    const second = await http.get(`${BASE}/b`);

    expect([first.body, second.body]).toEqual([{ token: "token-1" }, { token: "token-1" }]);
    expect(provider.requests.filter(isTokenRequest)).toHaveLength(1);
    expect(provider.counted()).toBe(3);
  });

  test("is asked for by a form", async () => {
    const provider = tokenProvider(() => true);

    await httpOf(provider).get(`${BASE}/a`);

    const [request] = provider.requests;
    expect(request?.method).toBe("POST");
    expect(request?.headers.get("Content-Type")).toBe("application/x-www-form-urlencoded");
    expect(request?.body).toBe(`grant_type=client_credentials&client_secret=${SECRET}`);
  });

  test("may be asked for by JSON", async () => {
    const provider = tokenProvider(() => true);
    const body = { grant_type: "client_credentials" };

    await requestAccessToken({ ...tokenRequest(provider), body, headers: { Authorization: "x" } });

    expect(provider.requests[0]?.headers.get("Content-Type")).toBe("application/json");
    expect(provider.requests[0]?.headers.get("Authorization")).toBe("x");
    expect(provider.requests[0]?.body).toBe('{"grant_type":"client_credentials"}');
  });

  test("with a minute left is used, with less renewed", async () => {
    const provider = tokenProvider(() => true);
    const http = httpOf(provider);
    await http.get(`${BASE}/a`);

    provider.clock.now = NOW + 3_540_000;
    const atAMinute = await http.get(`${BASE}/b`);
    provider.clock.now += 1;
    const afterwards = await http.get(`${BASE}/c`);

    expect(atAMinute.body).toEqual({ token: "token-1" });
    expect(afterwards.body).toEqual({ token: "token-2" });
  });

  test("that the API refuses is renewed once, and the request sent again", async () => {
    const provider = tokenProvider((token) => token !== "token-1");

    const answer = await httpOf(provider).get(`${BASE}/a`);

    expect(answer.body).toEqual({ token: "token-2" });
  });

  test("whose renewal is refused too ends as unauthorized after two tries", async () => {
    const provider = tokenProvider(() => false);

    await expectFailure(httpOf(provider).get(`${BASE}/a`), "unauthorized");

    expect(provider.requests.filter(isTokenRequest)).toHaveLength(2);
    expect(provider.requests).toHaveLength(4);
  });

  test("is never sent to a foreign address", async () => {
    const provider = tokenProvider(() => true);

    await expectFailure(httpOf(provider).get("https://evil.example/a"), "malformed");

    expect(provider.requests.filter((request) => !isTokenRequest(request))).toEqual([]);
  });
});

describe("a token endpoint", () => {
  const ask = (answer: () => Response) => requestAccessToken(tokenRequest(fakeProvider(answer)));

  test.each([400, 401])("that answers %d refuses the credentials", async (status) => {
    const error = await expectFailure(
      ask(() => json({ error: "invalid_client", error_description: SECRET }, { status })),
      "unauthorized",
    );

    expect(error.detail).not.toContain(SECRET);
  });

  test("that answers 500 is unavailable", async () => {
    await expectFailure(
      ask(() => json({}, { status: 500 })),
      "unavailable",
    );
  });

  test("that answers 429 is throttled", async () => {
    const error = await expectFailure(
      ask(() => json({}, { status: 429, headers: { "Retry-After": "5" } })),
      "throttled",
    );

    expect(error.failure).toEqual({ kind: "throttled", retryAt: NOW + 5_000 });
  });

  test.each([
    [{}],
    [[]],
    [{ access_token: "" }],
    [{ access_token: 7 }],
    [{ access_token: null }],
    [{ access_token: "a\r\nb" }],
  ])("that answers %j without a token is malformed", async (body) => {
    await expectFailure(
      ask(() => json(body)),
      "malformed",
    );
  });

  test.each([undefined, "soon", null])(
    "that says expires_in %j gives a token of ten minutes",
    async (expires_in) => {
      const token = await ask(() => json({ access_token: "t", expires_in }));

      expect(token).toEqual({ value: "t", type: "Bearer", expiresAt: NOW + 600_000 });
    },
  );

  test("that redirects is malformed", async () => {
    await expectFailure(
      ask(() => new Response(null, { status: 307, headers: { Location: "https://evil.example" } })),
      "malformed",
    );
  });
});

describe("K12: one token for its whole life", () => {
  const httpWith = (provider: FakeProvider, memory: SourceMemory) => {
    const tools = { ...provider.tools, memory };
    const request = () => requestAccessToken(tokenRequest(provider));
    const authorizer = bearerAuthorizer(tools, "api", request);
    return createSourceHttp({ provider: "Example", baseUrl: BASE, tools, authorizer });
  };

  test("serves each source of a bridge that remembers it", async () => {
    const provider = tokenProvider(() => true);
    const memory = emptySourceMemory();

    await httpWith(provider, memory).get(`${BASE}/a`);
    await httpWith(provider, memory).get(`${BASE}/b`);

    expect(provider.requests.filter(isTokenRequest)).toHaveLength(1);
  });

  test("is forgotten where it is refused, and where it has ended", async () => {
    const provider = tokenProvider((token) => token !== "token-1");
    const memory = emptySourceMemory();

    await httpWith(provider, memory).get(`${BASE}/a`);
    provider.clock.now = NOW + 3_600_000;
    const answer = await httpWith(provider, memory).get(`${BASE}/b`);

    expect(answer.body).toEqual({ token: "token-3" });
  });

  test("is not that of other credentials", () => {
    const memoryFor = keepSourceMemory();
    const first = memoryFor("a");
    first.tokens.set("api", { value: "t", type: "Bearer", expiresAt: NOW });

    expect(memoryFor("a")).toBe(first);
    expect(memoryFor("b").tokens.size).toBe(0);
    expect(memoryFor("a").tokens.size).toBe(0);
  });
});
