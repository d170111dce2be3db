import { describe, expect, test } from "vitest";
import {
  createSourceHttp,
  fixedAuthorizer,
  type SourceHttp,
  throttled,
} from "#bridge/source/http/http.ts";
import { SourceError } from "#bridge/source/source.ts";
import {
  expectFailure,
  type FakeProvider,
  fakeProvider,
  json,
  NOW,
} from "#test/unit/bridge/fake-fetch.ts";

const BASE = "https://api.example.com/root";
const PAGE = `${BASE}/users`;
const KEY = "secret-key-1";

function httpOf(provider: FakeProvider, timeoutMs?: number): SourceHttp {
  return createSourceHttp({
    provider: "Example",
    baseUrl: BASE,
    tools: provider.tools,
    authorizer: fixedAuthorizer({ "x-api-key": KEY }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

/** What one answer to a GET comes to. */
function get(answer: () => Response | Promise<Response>): Promise<unknown> {
  return httpOf(fakeProvider(answer)).get(PAGE);
}

describe("an accepted answer", () => {
  test("gives the JSON and the headers", async () => {
    const provider = fakeProvider(() => json([{ id: "1" }], { headers: { "After-Cursor": "c2" } }));

    const answer = await httpOf(provider).get(PAGE);

    expect(answer.body).toEqual([{ id: "1" }]);
    expect(answer.headers.get("After-Cursor")).toBe("c2");
  });

  test("was asked for with the credentials, by GET, and counted", async () => {
    const provider = fakeProvider(() => json({}));

    await httpOf(provider).get(PAGE, { headers: { Prefer: "x" } });

    const [request] = provider.requests;
    expect(request?.method).toBe("GET");
    expect(request?.url.href).toBe(PAGE);
    expect(request?.headers.get("x-api-key")).toBe(KEY);
    expect(request?.headers.get("Prefer")).toBe("x");
    expect(request?.headers.get("Accept")).toBe("application/json");
    expect(request?.headers.get("User-Agent")).toBe("scim-edge");
    expect(provider.counted()).toBe(1);
  });

  test("a POST carries JSON", async () => {
    const provider = fakeProvider(() => json({}));

    await httpOf(provider).post(PAGE, { filter: "a" });

    expect(provider.requests[0]?.method).toBe("POST");
    expect(provider.requests[0]?.headers.get("Content-Type")).toBe("application/json");
    expect(provider.requests[0]?.body).toBe('{"filter":"a"}');
  });
});

describe("an answer that cannot be trusted is malformed", () => {
  test.each([
    ["truncated JSON", '{"users":[{"id":"1"'],
    ["HTML with 200", "<!doctype html><title>Sign in</title>"],
    ["an empty body", ""],
    ["a bare string", '"hello"'],
    ["null", "null"],
    ["nesting without end", "[".repeat(100) + "]".repeat(100)],
  ])("%s", async (_name, body) => {
    await expectFailure(
      get(() => new Response(body)),
      "malformed",
    );
  });

  test("bytes that are no UTF-8", async () => {
    const bytes = new Uint8Array([0x22, 0xff, 0xfe, 0x22]);

    await expectFailure(
      get(() => new Response(bytes)),
      "malformed",
    );
  });

  test.each([301, 302, 303, 307, 308])("a redirect (%d), which is not followed", async (status) => {
    const headers = { Location: "http://127.0.0.1/" };
    const provider = fakeProvider(() => new Response(null, { status, headers }));

    await expectFailure(httpOf(provider).get(PAGE), "malformed");

    expect(provider.requests).toHaveLength(1);
    expect(provider.requests[0]?.init.redirect).toBe("manual");
  });

  test("a body of 10 MB, of which little more than 5 is read", async () => {
    let pulled = 0;
    let isCancelled = false;
    const chunk = new TextEncoder().encode(" ".repeat(100_000));
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled += chunk.byteLength;
        controller.enqueue(chunk);
        if (pulled >= 10_000_000) controller.close();
      },
      cancel: () => {
        isCancelled = true;
      },
    });

    await expectFailure(
      get(() => new Response(stream)),
      "malformed",
    );

    expect(isCancelled).toBe(true);
    expect(pulled).toBeLessThan(5_500_000);
  });

  test("a body of just 5 MB is read", async () => {
    const body = `[${" ".repeat(4_999_998)}]`;

    await expect(get(() => new Response(body))).resolves.toMatchObject({ body: [] });
  });
});

describe("trouble on the way is unavailable", () => {
  test.each([500, 502, 503, 504, 408])("status %d", async (status) => {
    await expectFailure(
      get(() => new Response("<html>", { status })),
      "unavailable",
    );
  });

  test("a connection that is reset", async () => {
    const error = await expectFailure(
      get(() => Promise.reject(new TypeError(`fetch failed: ${PAGE}?key=${KEY}`))),
      "unavailable",
    );

    expect(error.detail).not.toContain(KEY);
  });

  test("a connection that breaks within the body", async () => {
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new TypeError("terminated")),
    });

    await expectFailure(
      get(() => new Response(stream)),
      "unavailable",
    );
  });

  test("a provider that hangs", async () => {
    const provider = fakeProvider(
      ({ init }) =>
        new Promise((_resolve, reject) => {
          init.signal?.addEventListener("abort", () => reject(init.signal?.reason));
        }),
    );

    const error = await expectFailure(httpOf(provider, 1).get(PAGE), "unavailable");

    expect(error.detail).toContain("did not answer in time");
  });

  test("a body that hangs", async () => {
    const provider = fakeProvider(() => new Response(new ReadableStream<Uint8Array>({})));

    const error = await expectFailure(httpOf(provider, 1).get(PAGE), "unavailable");

    expect(error.detail).toContain("did not answer in time");
  });
});

describe("an address outside the origin is malformed, and nothing is sent", () => {
  test.each([
    "https://evil.example/users",
    "http://api.example.com/root/users",
    "https://api.example.com:8443/root/users",
    "https://api.example.com.evil.example/",
    "https://api.example.com@evil.example/",
    "https://user:password@api.example.com/root/users",
    "data:application/json,[]",
    "/root/users",
    "",
  ])("%j", async (url) => {
    const provider = fakeProvider(() => json([]));

    await expectFailure(httpOf(provider).get(url), "malformed");

    expect(provider.requests).toHaveLength(0);
    expect(provider.counted()).toBe(0);
  });

  test.each(["https://API.example.com/root/users", "https://api.example.com:443/root/users"])(
    "%s is the same origin",
    async (url) => {
      const provider = fakeProvider(() => json([]));

      await httpOf(provider).get(url);

      expect(provider.requests).toHaveLength(1);
    },
  );
});

describe("a refusal", () => {
  test("401 is unauthorized, and a fixed key is not tried twice", async () => {
    const provider = fakeProvider(() => json({}, { status: 401 }));

    const error = await expectFailure(httpOf(provider).get(PAGE), "unauthorized");

    expect(provider.requests).toHaveLength(1);
    expect(error.detail).not.toContain(KEY);
  });

  test("403 is forbidden", async () => {
    await expectFailure(
      get(() => json({}, { status: 403 })),
      "forbidden",
    );
  });

  test.each([400, 404, 405, 422])("%d is malformed", async (status) => {
    await expectFailure(
      get(() => json({}, { status })),
      "malformed",
    );
  });

  test("K1: what the provider calls gone is a value to find, and any other refusal an error", async () => {
    const isGone = ({ status }: { status: number }) => status === 404;
    const find = (status: number) =>
      httpOf(fakeProvider(() => new Response("gone", { status }))).find(PAGE, { isGone });

    await expect(find(404)).resolves.toBeUndefined();
    await expectFailure(find(410), "malformed");
  });

  test("K1: an empty answer is nobody where the provider says so, and cannot be trusted elsewhere", async () => {
    const http = httpOf(fakeProvider(() => new Response(" \n")));
    const isGone = () => false;

    await expect(
      http.find(PAGE, { isGone, isNobody: (body) => body === undefined }),
    ).resolves.toBeUndefined();
    await expectFailure(http.find(PAGE, { isGone }), "malformed");
    await expectFailure(http.get(PAGE), "malformed");
  });

  test.each([408, 429, 500, 502, 503, 504])(
    "K8: %d is trouble that passes, whatever anybody reads into its body",
    async (status) => {
      const http = createSourceHttp({
        provider: "Example",
        baseUrl: BASE,
        tools: fakeProvider(() => json({ error: "invalid_client" }, { status })).tools,
        authorizer: fixedAuthorizer({}),
        explain: () => new SourceError({ kind: "unauthorized" }, "no"),
      });

      const kind = status === 429 ? "throttled" : "unavailable";
      await expectFailure(http.get(PAGE), kind);
      await expectFailure(http.find(PAGE, { isGone: () => true }), kind);
    },
  );

  test.each([429, 503, 504])("%d with Retry-After is throttled until then", async (status) => {
    const error = await expectFailure(
      get(() => json({}, { status, headers: { "Retry-After": "3600" } })),
      "throttled",
    );

    expect(error.failure).toEqual({ kind: "throttled", retryAt: NOW + 3_600_000 });
  });

  test.each(["-1", "abc"])("429 with Retry-After %s says no moment", async (value) => {
    const error = await expectFailure(
      get(() => json({}, { status: 429, headers: { "Retry-After": value } })),
      "throttled",
    );

    expect(error.failure).toEqual({ kind: "throttled", retryAt: undefined });
  });

  test("is the request's own hook's to explain first, then the provider's", async () => {
    const provider = fakeProvider(() => json({ code: 7 }, { status: 403 }));
    const http = createSourceHttp({
      provider: "Example",
      baseUrl: BASE,
      tools: provider.tools,
      authorizer: fixedAuthorizer({}),
      explain: ({ now }) => throttled("Example", now + 1),
    });

    const first = await expectFailure(
      http.get(PAGE, { explain: ({ now }) => throttled("Example", now + 2) }),
      "throttled",
    );
    const second = await expectFailure(http.get(PAGE, { explain: () => undefined }), "throttled");

    expect(first.failure).toEqual({ kind: "throttled", retryAt: NOW + 2 });
    expect(second.failure).toEqual({ kind: "throttled", retryAt: NOW + 1 });
  });
});
