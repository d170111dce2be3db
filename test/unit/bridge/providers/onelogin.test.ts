import { describe, expect, test } from "vitest";
import { createOneloginSource } from "#bridge/providers/onelogin/source.ts";
import { FAKE_NOW, readListing, sourceAtFake } from "#test/support/fake-directory/source-of.ts";
import {
  expectFailure,
  fakeProvider,
  json,
  NOW,
  type SeenRequest,
} from "#test/unit/bridge/fake-fetch.ts";

const BASE = "https://example.onelogin.com";
const DATE = "Thu, 01 Oct 2026 11:59:00 GMT";

/** A OneLogin source whose requests reach `answer` once they carry the token. */
function onelogin(answer: (request: SeenRequest) => Response) {
  const provider = fakeProvider((request) => {
    if (request.url.pathname === "/auth/oauth2/v2/token") {
      return json({ access_token: "t1", expires_in: 36_000, token_type: "bearer" });
    }
    return answer(request);
  });
  const credentials = { kind: "onelogin", clientId: "id", clientSecret: "secret" } as const;
  const config = { type: "onelogin", baseUrl: `${BASE}/` } as const;
  return { source: createOneloginSource(config, credentials, provider.tools), provider };
}

function page(records: unknown, headers: Record<string, string> = {}): Response {
  return json(records, { headers: { Date: DATE, ...headers } });
}

const nora = { id: 91, email: "nora@example.com", updated_at: "2026-09-01T00:00:00.000Z" };
const kim = { id: 92, email: "kim@example.com", updated_at: "2026-10-01T11:59:30.000Z" };

describe("OneLogin's token", () => {
  test("is asked for with OneLogin's own header and JSON", async () => {
    const { source, provider } = onelogin(() => page([]));

    await source.listPage("users", undefined, undefined);

    const [token, list] = provider.requests;
    expect(token?.headers.get("Authorization")).toBe("client_id:id, client_secret:secret");
    expect(token?.body).toBe('{"grant_type":"client_credentials"}');
    expect(list?.headers.get("Authorization")).toBe("Bearer t1");
  });
});

describe("a listing of OneLogin's users", () => {
  test("asks for what the mapping reads, 50 at a time", async () => {
    const { source, provider } = onelogin(() => page([nora]));

    await source.listPage("users", undefined, undefined);

    const url = provider.requests.at(-1)?.url;
    expect(url?.pathname).toBe("/api/2/users");
    expect(url?.searchParams.get("limit")).toBe("50");
    expect(url?.searchParams.get("fields")).toContain("manager_user_id");
  });

  test("goes on by the cursor, without the limit, to the page that names none", async () => {
    const pages = [page([nora], { "After-Cursor": "c1", "Total-Count": "2" }), page([kim])];
    const { source, provider } = onelogin(() => pages.shift() ?? page([]));

    const { records, last } = await readListing(source, "users");

    const url = provider.requests.at(-1)?.url;
    expect(url?.searchParams.get("cursor")).toBe("c1");
    expect(url?.searchParams.has("limit")).toBe(false);
    expect(records).toEqual([nora, kim]);
    expect(last.next).toBeUndefined();
  });

  test("says how many users there are", async () => {
    const { source } = onelogin(() => page([nora], { "Total-Count": "7" }));

    expect((await source.listPage("users", undefined, undefined)).total).toBe(7);
  });

  test("a cursor that comes again is refused", async () => {
    const { source } = onelogin(() => page([nora], { "After-Cursor": "c1" }));

    await expectFailure(readListing(source, "users"), "malformed");
  });

  test("a cursor that OneLogin refuses starts the listing again", async () => {
    const pages = [page([nora], { "After-Cursor": "c1" }), json({}, { status: 400 })];
    const { source } = onelogin(() => pages.shift() ?? page([]));

    await expectFailure(readListing(source, "users"), "cursorExpired");
  });

  test("a cursor of somebody else's starts the listing again", async () => {
    const { source } = onelogin(() => page([nora]));

    await expectFailure(source.listPage("users", "nonsense", undefined), "cursorExpired");
  });
});

describe("a delta of OneLogin's users", () => {
  test("asks for what was updated since, and five minutes before", async () => {
    const { source, provider } = onelogin(() => page([kim]));

    await source.listPage("users", undefined, "2026-10-01T10:00:00.000Z");

    const url = provider.requests.at(-1)?.url;
    expect(url?.searchParams.get("updated_since")).toBe("2026-10-01T09:55:00.000Z");
  });

  test("begins at the newest stamp of the listing before", async () => {
    const { source } = onelogin(() => page([nora]));

    const { deltaFrom } = await source.listPage("users", undefined, undefined);

    expect(deltaFrom).toBe(nora.updated_at);
  });

  test("begins no later than the listing before, by OneLogin's clock", async () => {
    const { source } = onelogin(() => page([nora, kim]));

    const { deltaFrom } = await source.listPage("users", undefined, undefined);

    expect(deltaFrom).toBe("2026-10-01T11:59:00.000Z");
  });

  test("without changes begins again where it began", async () => {
    const { source } = onelogin(() => page([]));

    const { deltaFrom } = await source.listPage("users", undefined, nora.updated_at);

    expect(deltaFrom).toBe(nora.updated_at);
  });

  test("shows a user who changed on an early page while a later one was read", async () => {
    const { source, directory } = await sourceAtFake("onelogin", { users: 120 });
    const first = await source.listPage("users", undefined, undefined);
    directory.apply({ op: "setClock", at: FAKE_NOW + 600_000 }, { op: "disable", person: 3 });
    directory.apply({ op: "setClock", at: FAKE_NOW + 7_200_000 }, { op: "disable", person: 119 });
    const second = await source.listPage("users", first.next, undefined);
    const third = await source.listPage("users", second.next, undefined);

    const delta = await readListing(source, "users", third.deltaFrom);

    expect(delta.records).toMatchObject([{ id: 91_000_003, status: 2 }, { id: 91_000_119 }]);
  });
});

test("K10: a later page that is too large begins the listing anew with fewer users", async () => {
  const { source, provider } = onelogin(({ url }) =>
    url.searchParams.has("cursor")
      ? json({}, { status: 413 })
      : page([nora], { "After-Cursor": "c1" }),
  );
  const { next } = await source.listPage("users", undefined, undefined);

  await expectFailure(source.listPage("users", next, undefined), "cursorExpired");
  await source.listPage("users", undefined, undefined);

  expect(provider.requests.at(-1)?.url.searchParams.get("limit")).toBe("25");
});

describe("OneLogin's limits", () => {
  test("wait as many seconds as are left", async () => {
    const headers = { "X-RateLimit-Reset": "90" };
    const { source } = onelogin(() => json({}, { status: 429, headers }));

    const error = await expectFailure(source.listPage("users", undefined, undefined), "throttled");

    expect(error.failure).toEqual({ kind: "throttled", retryAt: NOW + 90_000 });
  });
});

describe("one user of OneLogin", () => {
  test("a web page with 404 is no proof that a user is gone", async () => {
    const headers = { "Content-Type": "text/html" };
    const { source } = onelogin(() => new Response("<p>", { status: 404, headers }));

    await expectFailure(source.readUser("91"), "record");
  });

  test("an id that is no number stays one segment of the path", async () => {
    const { source, provider } = onelogin(() => page(nora));

    await expectFailure(source.readUser("../roles"), "record");

    expect(provider.requests.at(-1)?.url.pathname).toBe("/api/2/users/..%2Froles");
  });

  test("a pattern in a key finds nobody", async () => {
    const { source } = onelogin(() => page([nora]));

    expect(await source.findUser("*@example.com")).toBeUndefined();
  });

  test("an address of two users finds neither", async () => {
    const { source } = onelogin(() => page([nora, { ...nora, id: 93 }]));

    expect(await source.findUser("nora@example.com")).toBeUndefined();
  });
});

describe("OneLogin's roles", () => {
  test("are the groups, and their members are asked for", async () => {
    const { source } = onelogin(() => page([{ id: 5, name: "Sales", users: [91] }]));

    const [role] = (await readListing(source, "groups")).records;

    expect(source.readGroup(role ?? {})).toEqual({
      sourceId: "5",
      displayName: "Sales",
      isRemoved: false,
      members: { kind: "listed" },
    });
  });

  test("have their members' ids as text, page by page", async () => {
    const pages = [page([{ id: 91 }], { "After-Cursor": "c1" }), page([{ id: 92 }])];
    const { source } = onelogin(() => pages.shift() ?? page([]));

    const first = await source.membersPage("5", undefined);
    const second = await source.membersPage("5", first.next);

    expect(first).toEqual({ sourceIds: ["91"], next: "c1" });
    expect(second).toEqual({ sourceIds: ["92"], next: undefined });
  });

  test("K5: a role that is gone since it was listed keeps its members", async () => {
    const { source } = onelogin(() => json({ statusCode: 404 }, { status: 404 }));

    await expectFailure(source.membersPage("5", undefined), "record");
  });
});
