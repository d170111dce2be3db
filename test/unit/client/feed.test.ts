import { describe, expect, test } from "vitest";
import {
  CursorExpiredError,
  followChanges,
  latestCursor,
  readChanges,
} from "../../../packages/client/src/feed.ts";
import { GatewayError } from "../../../packages/client/src/gateway.ts";

/** A gateway that gives these answers one after the other, and what it was asked. */
function played(...answers: readonly Response[]) {
  const urls: string[] = [];
  const rest = [...answers];
  const fetch = async (url: string, init: RequestInit) => {
    urls.push(`${url} ${new Headers(init.headers).get("Authorization")}`);
    return rest.shift() ?? Response.error();
  };
  return { gateway: { origin: "https://scim.example.com", key: "t", fetch }, urls };
}

const feed = { connector: "k1" };

test("a page is asked for with its cursor, and the key is sent", async () => {
  const body = { items: [{ cursor: "9" }], next: "9", hasMore: true };
  const { gateway, urls } = played(Response.json(body));

  const page = await readChanges(gateway, feed, { after: "7", limit: 1, wait: 3 });

  expect(page).toEqual({ events: [{ cursor: "9" }], next: "9", hasMore: true, isStaged: false });
  expect(urls).toEqual([
    "https://scim.example.com/v1/changes?connector=k1&after=7&limit=1&wait=3 Bearer t",
  ]);
});

test("a tenant's feed is asked for by name", async () => {
  const { gateway, urls } = played(Response.json({ items: [], next: "9", hasMore: false }));

  await readChanges(gateway, { tenant: "Acme & Co" });

  expect(urls[0]).toContain(".com/v1/changes?tenant=Acme+%26+Co ");
});

test("all that a key sees is followed where nothing is named", async () => {
  const { gateway, urls } = played(Response.json({ items: [], next: "9", hasMore: false }));

  await readChanges(gateway, {});

  expect(urls).toEqual(["https://scim.example.com/v1/changes Bearer t"]);
});

test("an answer without a body tells by its Link where to go on", async () => {
  const headers = { Link: '</v1/changes?connector=k1&wait=3&after=12>; rel="next"' };
  const { gateway } = played(new Response(null, { status: 204, headers }));

  const page = await readChanges(gateway, feed, { after: "7", wait: 3 });

  expect(page).toEqual({ events: [], next: "12", hasMore: false, isStaged: false });
});

test("the end of a feed is asked for by name", async () => {
  const { gateway, urls } = played(Response.json({ items: [], next: "9", hasMore: false }));

  expect(await latestCursor(gateway, feed)).toBe("9");
  expect(urls[0]).toContain("after=latest");
});

describe("a refusal", () => {
  test("of a cursor that is too old is an error of its own", async () => {
    const { gateway } = played(Response.json({ detail: "Read anew." }, { status: 410 }));

    await expect(readChanges(gateway, feed)).rejects.toThrow(CursorExpiredError);
  });

  test("of another kind has the status and the detail", async () => {
    const { gateway } = played(Response.json({ detail: "No token." }, { status: 401 }));

    await expect(readChanges(gateway, feed)).rejects.toThrow(new GatewayError(401, "No token."));
  });

  test("that is no problem+json has its text", async () => {
    const { gateway } = played(new Response("Bad gateway", { status: 502 }));

    await expect(readChanges(gateway, feed)).rejects.toThrow("502: Bad gateway");
  });
});

test("who follows a feed gets page after page, each from where the former ended", async () => {
  const { gateway, urls } = played(
    Response.json({ items: [{ cursor: "1" }], next: "1", hasMore: true }),
    Response.json({ items: [{ cursor: "2" }], next: "4", hasMore: false }),
  );
  const seen: string[] = [];

  for await (const { events, next } of followChanges(gateway, feed)) {
    seen.push(...events.map(({ cursor }) => cursor));
    if (next === "4") break;
  }

  expect(seen).toEqual(["1", "2"]);
  expect(urls[1]).toContain("after=1&wait=25");
});
