import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, test, vi } from "vitest";
import { send } from "#delivery/send.ts";

const SECRET = `whsec_${btoa("a".repeat(32))}`;
const MESSAGE = { id: "evt_1", body: '{"type":"user.created"}' };
const RECEIVER = { url: "https://receiver.example/hook", secrets: [SECRET] };

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

function sendBy(fetch: Fetch, url = RECEIVER.url) {
  const safeUrl = { allowsLoopback: false, ownHosts: ["scim.example.com"] };
  return send({ fetch, now: () => Date.now(), safeUrl }, { ...RECEIVER, url }, MESSAGE);
}

afterEach(() => {
  vi.restoreAllMocks();
});

test("it posts the body as JSON, signed for the moment of the try", async () => {
  const fetch = vi.fn<Fetch>(async () => new Response("thanks"));

  const sent = await sendBy(fetch);

  const [url, init] = fetch.mock.calls[0] ?? [];
  const headers = Object.fromEntries(new Headers(init?.headers));
  expect(sent).toMatchObject({ kind: "answered", status: 200, answer: "thanks" });
  expect(url).toBe(RECEIVER.url);
  expect(init).toMatchObject({ method: "POST", body: MESSAGE.body, redirect: "manual" });
  expect(headers).toMatchObject({
    "content-type": "application/json",
    "user-agent": "scim-edge-webhooks/1",
    "webhook-id": "evt_1",
  });
  expect(new Webhook(SECRET).verify(MESSAGE.body, headers)).toEqual({ type: "user.created" });
});

test("a redirect is an answer as any other: nothing follows it", async () => {
  const fetch = vi.fn<Fetch>(
    async () => new Response(null, { status: 301, headers: { Location: "http://127.0.0.1/" } }),
  );

  const sent = await sendBy(fetch);

  expect(sent).toMatchObject({ kind: "answered", status: 301 });
  expect(fetch).toHaveBeenCalledTimes(1);
});

test("an answer that never comes is given up after fifteen seconds", async () => {
  const timeouts: number[] = [];
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    timeouts.push(ms);
    return AbortSignal.abort(new DOMException("too late", "TimeoutError"));
  });
  const fetch: Fetch = (_url, { signal }) => Promise.reject(signal?.reason);

  const sent = await sendBy(fetch);

  expect(timeouts).toEqual([15_000]);
  expect(sent).toMatchObject({ kind: "unanswered", reason: expect.stringMatching("15 seconds") });
});

describe("of an answer", () => {
  test("at most 4 KB are read, however much there is, and the rest is cancelled", async () => {
    let pulled = 0;
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled += 1_000;
        controller.enqueue(new Uint8Array(1_000).fill(120));
      },
      cancel: () => {
        isCancelled = true;
      },
    });

    const sent = await sendBy(async () => new Response(body, { status: 500 }));

    expect(sent).toMatchObject({ kind: "answered", status: 500, answer: "x".repeat(4_096) });
    expect(pulled).toBeLessThan(8_000);
    expect(isCancelled).toBe(true);
  });

  test("the status alone decides, also where the body breaks off", async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) });

    const sent = await sendBy(async () => new Response(body, { status: 200 }));

    expect(sent).toMatchObject({ kind: "answered", status: 200, answer: "" });
  });

  test("Retry-After is read", async () => {
    const headers = { "Retry-After": "60" };

    const sent = await sendBy(async () => new Response(null, { status: 429, headers }));

    expect(sent).toMatchObject({ retryAfter: expect.closeTo(Date.now() + 60_000, -4) });
  });
});

test.each([
  "http://receiver.example/",
  "https://127.0.0.1/",
  "https://169.254.169.254/",
  "https://scim.example.com/admin",
  "data:text/plain,x",
])("a URL that is not allowed any more is not fetched: %s", async (url) => {
  const fetch = vi.fn<Fetch>();

  const sent = await sendBy(fetch, url);

  expect(sent).toMatchObject({ kind: "unanswered", reason: expect.stringMatching("not allowed") });
  expect(fetch).not.toHaveBeenCalled();
});

test("what a failed connection says is not shown: it may hold the URL", async () => {
  const sent = await sendBy(() => Promise.reject(new Error("no route to token=secret")));

  expect(sent).toMatchObject({ kind: "unanswered", reason: "The connection failed." });
});
