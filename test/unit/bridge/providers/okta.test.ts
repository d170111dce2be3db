import { describe, expect, test } from "vitest";
import { createOktaSource } from "#bridge/providers/okta/source.ts";
import { FAKE_NOW, readListing, sourceAtFake } from "#test/support/fake-directory/source-of.ts";
import {
  expectFailure,
  fakeProvider,
  json,
  NOW,
  type SeenRequest,
} from "#test/unit/bridge/fake-fetch.ts";

const BASE = "https://example.okta.com";
const STARTED_AT = "2026-10-01T12:00:00.000Z";
const API_TOKEN = "00secretApiToken";

type Answer = (request: SeenRequest) => Response;

/** An Okta source, and what its requests reach once their token has been checked. */
function okta(answer: Answer, baseUrl = BASE) {
  const provider = fakeProvider((request) => {
    const isKnown = request.headers.get("Authorization") === `SSWS ${API_TOKEN}`;
    return isKnown ? answer(request) : oktaError(401, "E0000011");
  });
  const credentials = { kind: "okta-token", apiToken: API_TOKEN } as const;
  const source = createOktaSource({ type: "okta", baseUrl }, credentials, provider.tools);
  return { source, provider };
}

function oktaError(status: number, errorCode: string, headers: HeadersInit = {}): Response {
  return json({ errorCode, errorSummary: "…", errorCauses: [] }, { status, headers });
}

function page(records: unknown, next?: string): Response {
  const links = [`<${BASE}/api/v1/x>; rel="self"`, ...(next ? [`<${next}>; rel="next"`] : [])];
  return json(records, { headers: { Link: links.join(", ") } });
}

const ada = { id: "00u1", status: "ACTIVE", lastUpdated: "2026-10-01T10:00:00.000Z" };
const ben = { id: "00u2", status: "DEPROVISIONED", lastUpdated: "2026-10-01T11:00:00.000Z" };
const cyd = { id: "00u3", status: "STAGED", lastUpdated: "2026-09-01T10:00:00.000Z" };

const SECOND_PAGE = `${BASE}/api/v1/users?after=100,a%2Fb&limit=200&search=status+pr`;

describe("a full listing of Okta's users", () => {
  test("searches for any status, so that deprovisioned users come too", async () => {
    const { source, provider } = okta(() => page([ada, ben]));

    const first = await source.listPage("users", undefined, undefined);

    const url = provider.requests[0]?.url;
    expect(url?.pathname).toBe("/api/v1/users");
    expect(url?.searchParams.get("search")).toBe("status pr");
    expect(url?.searchParams.get("limit")).toBe("200");
    expect(url?.searchParams.has("filter")).toBe(false);
    expect(first.records).toEqual([ada, ben]);
  });

  test("asks for the mapped attributes, never for the recovery address", async () => {
    const { source, provider } = okta(() => page([]));

    await source.listPage("users", undefined, undefined);

    const fields = provider.requests[0]?.url.searchParams.get("fields");
    expect(fields).toMatch(/^id,status,lastUpdated,profile:\(login,.*managerId\)$/);
    expect(fields).not.toContain("secondEmail");
  });

  test("follows the next link as it came, with the credentials", async () => {
    const pages = new Map([[SECOND_PAGE, page([cyd])]]);
    const { source, provider } = okta(({ url }) => pages.get(url.href) ?? page([ada], SECOND_PAGE));

    const first = await source.listPage("users", undefined, undefined);
    const second = await source.listPage("users", first.next, undefined);

    expect(provider.requests[1]?.url.href).toBe(SECOND_PAGE);
    expect(second).toMatchObject({ records: [cyd], next: undefined });
  });

  test("gives at its end the newest stamp of all its pages", async () => {
    const { source } = okta(({ url }) => {
      return url.searchParams.has("after") ? page([cyd]) : page([ada, ben], SECOND_PAGE);
    });

    const first = await source.listPage("users", undefined, undefined);
    const second = await source.listPage("users", first.next, undefined);

    expect(first.deltaFrom).toBeUndefined();
    expect(second.deltaFrom).toBe(ben.lastUpdated);
  });

  test("without any user gives the time of its begin", async () => {
    const { source, provider } = okta(() => page([]));

    const only = await source.listPage("users", undefined, undefined);

    const deltaFrom = new Date(provider.tools.now()).toISOString();
    expect(only).toEqual({ records: [], next: undefined, total: undefined, deltaFrom });
  });
});

describe("a delta listing of Okta's users", () => {
  test("filters by lastUpdated from five minutes before the stamp", async () => {
    const { source, provider } = okta(() => page([]));

    await source.listPage("users", undefined, "2026-10-01T10:00:00.000Z");

    const url = provider.requests[0]?.url;
    expect(url?.searchParams.get("filter")).toBe('lastUpdated ge "2026-10-01T09:55:00.000Z"');
    expect(url?.searchParams.has("search")).toBe(false);
  });

  test("keeps the stamp where nothing is newer", async () => {
    const { source } = okta(() => page([cyd]));

    const only = await source.listPage("users", undefined, "2026-10-01T10:00:00.000Z");

    expect(only.deltaFrom).toBe("2026-10-01T10:00:00.000Z");
  });

  test("moves the stamp on to the newest", async () => {
    const { source } = okta(() => page([ben, ada]));

    const only = await source.listPage("users", undefined, "2026-10-01T10:00:00.000Z");

    expect(only.deltaFrom).toBe(ben.lastUpdated);
  });

  test("does not move the stamp for a record whose own is broken", async () => {
    const { source } = okta(() => page([{ ...ada, lastUpdated: "tomorrow" }, { id: "00u9" }]));

    const only = await source.listPage("users", undefined, "2026-10-01T10:00:00.000Z");

    expect(only.deltaFrom).toBe("2026-10-01T10:00:00.000Z");
  });
});

describe("a page of Okta", () => {
  test("whose next link leads to another host is malformed, and the token stays", async () => {
    const { source, provider } = okta(() =>
      page([ada], "https://evil.example/api/v1/users?after=1"),
    );

    await expectFailure(source.listPage("users", undefined, undefined), "malformed");

    expect(provider.requests.map(({ url }) => url.host)).toEqual(["example.okta.com"]);
  });

  test("asked for by a cursor that leads to another host is malformed, and nothing is sent", async () => {
    const { source, provider } = okta(() => page([]));
    const cursor = JSON.stringify({ url: "https://evil.example/", startedAt: STARTED_AT });

    await expectFailure(source.listPage("users", cursor, undefined), "malformed");

    expect(provider.requests).toEqual([]);
  });

  test("that names itself as the next one is malformed", async () => {
    const { source } = okta(({ url }) => page([ada], url.href));
    const cursor = JSON.stringify({ url: SECOND_PAGE, startedAt: STARTED_AT });

    await expectFailure(source.listPage("users", cursor, undefined), "malformed");
  });

  test.each([[{}], [[1]], [["a"]], [[null]], [{ errorCode: "E0000009" }]])(
    "that holds %j is malformed",
    async (body) => {
      const { source } = okta(() => page(body));

      await expectFailure(source.listPage("users", undefined, undefined), "malformed");
    },
  );

  test("whose cursor Okta refuses starts the listing again", async () => {
    const { source } = okta(() => oktaError(400, "E0000031"));
    const cursor = JSON.stringify({ url: SECOND_PAGE, startedAt: STARTED_AT });

    await expectFailure(source.listPage("users", cursor, undefined), "cursorExpired");
  });

  test("whose cursor is not ours starts the listing again", async () => {
    const { source } = okta(() => page([]));

    await expectFailure(source.listPage("users", "{", undefined), "cursorExpired");
    await expectFailure(source.listPage("users", "{}", undefined), "cursorExpired");
  });
});

describe("a refusal of Okta", () => {
  const refused = (answer: Answer) => okta(answer).source.listPage("users", undefined, undefined);

  test("429 waits until the bucket is full again, by Okta's own clock", async () => {
    const headers = {
      "X-Rate-Limit-Reset": String(NOW / 1_000 + 630),
      Date: "Thu, 01 Oct 2026 12:10:00 GMT",
    };

    const error = await expectFailure(
      refused(() => oktaError(429, "E0000047", headers)),
      "throttled",
    );

    expect(error.failure).toEqual({ kind: "throttled", retryAt: NOW + 30_000 });
  });

  test("429 with Retry-After waits as long as that says", async () => {
    const headers = { "X-Rate-Limit-Reset": String(NOW / 1_000 + 630), "Retry-After": "7" };

    const error = await expectFailure(
      refused(() => oktaError(429, "E0000047", headers)),
      "throttled",
    );

    expect(error.failure).toEqual({ kind: "throttled", retryAt: NOW + 7_000 });
  });

  test("401 is unauthorized, once and without the token in the detail", async () => {
    const { source, provider } = okta(() => oktaError(401, "E0000011"));

    const error = await expectFailure(
      source.listPage("users", undefined, undefined),
      "unauthorized",
    );

    expect(provider.requests).toHaveLength(1);
    expect(error.detail).not.toContain(API_TOKEN);
  });

  test("K1: 403 E0000006 names the missing scope and the role, and is about groups where they may not be read", async () => {
    const { source } = okta(() => oktaError(403, "E0000006"));

    const users = await expectFailure(source.listPage("users", undefined, undefined), "forbidden");
    const groups = await expectFailure(
      source.listPage("groups", undefined, undefined),
      "groupsForbidden",
    );

    expect(users.detail).toContain("okta.users.read");
    expect(users.detail).toContain("Read-Only Administrator");
    expect(groups.detail).toContain("okta.groups.read");
  });

  test("404 of a listing says that the address is no Okta org", async () => {
    const error = await expectFailure(
      refused(() => new Response("<html>", { status: 404 })),
      "malformed",
    );

    expect(error.detail).toContain("no Okta org");
  });

  test("500 is unavailable", async () => {
    await expectFailure(
      refused(() => oktaError(500, "E0000009")),
      "unavailable",
    );
  });
});

describe("one user of Okta", () => {
  test("is read by id", async () => {
    const { source, provider } = okta(() => json(ada));

    await expect(source.readUser("00u1")).resolves.toEqual(ada);

    expect(provider.requests[0]?.url.href).toBe(`${BASE}/api/v1/users/00u1`);
  });

  test("that Okta does not know is undefined", async () => {
    const { source } = okta(() => oktaError(404, "E0000007"));

    await expect(source.readUser("00u1")).resolves.toBeUndefined();
  });

  test("is not gone when a list comes in his place", async () => {
    const { source } = okta(() => json([ada]));

    await expectFailure(source.readUser("1"), "record");
  });

  test("is not gone when something else than Okta answers 404", async () => {
    const { source } = okta(() => new Response("404 page not found", { status: 404 }));

    await expectFailure(source.readUser("00u1"), "record");
  });

  test.each(["", ".", ".."])("is never looked for as %j in the path", async (key) => {
    const { source, provider } = okta(() => json(ada));

    await expectFailure(source.readUser(key), "record");

    expect(provider.requests).toEqual([]);
  });

  test("is found by a login, which is one segment of the path", async () => {
    const { source, provider } = okta(() => json(ada));

    await expect(source.findUser("a/b?c@example.com")).resolves.toEqual(ada);

    expect(provider.requests[0]?.url.pathname).toBe("/api/v1/users/a%2Fb%3Fc%40example.com");
  });

  test("is found by the address when the login is another", async () => {
    const { source, provider } = okta(({ url }) => {
      return url.searchParams.has("filter") ? page([ada]) : oktaError(404, "E0000007");
    });

    await expect(source.findUser('a"b@example.com')).resolves.toEqual(ada);

    expect(provider.requests[1]?.url.searchParams.get("filter")).toBe(
      'profile.login eq "a\\"b@example.com" or profile.email eq "a\\"b@example.com"',
    );
  });

  test("is not found where two share the address", async () => {
    const { source } = okta(({ url }) => {
      return url.searchParams.has("filter") ? page([ada, ben]) : oktaError(404, "E0000007");
    });

    await expect(source.findUser("shared@example.com")).resolves.toBeUndefined();
  });
});

describe("Okta's groups", () => {
  const staff = {
    id: "00g1",
    type: "OKTA_GROUP",
    lastUpdated: "2026-10-01T08:00:00.000Z",
    lastMembershipUpdated: "2026-10-01T09:30:00.000Z",
    profile: { name: "Staff", description: null },
  };

  test("of a full listing are all of them", async () => {
    const { source, provider } = okta(() => page([staff]));

    const only = await source.listPage("groups", undefined, undefined);

    expect(provider.requests[0]?.url.href).toBe(`${BASE}/api/v1/groups?limit=200`);
    expect(only).toMatchObject({ records: [staff], deltaFrom: staff.lastMembershipUpdated });
  });

  test("of a delta listing are those that changed, or whose members did", async () => {
    const { source, provider } = okta(() => page([]));

    const only = await source.listPage("groups", undefined, "2026-10-01T09:00:00.000Z");

    expect(provider.requests[0]?.url.searchParams.get("filter")).toBe(
      'lastUpdated gt "2026-10-01T08:55:00.000Z" or lastMembershipUpdated gt "2026-10-01T08:55:00.000Z"',
    );
    expect(only.deltaFrom).toBe("2026-10-01T09:00:00.000Z");
  });

  test("are read with their name; members have a listing of their own", () => {
    expect(okta(() => page([])).source.readGroup(staff)).toEqual({
      sourceId: "00g1",
      displayName: "Staff",
      isRemoved: false,
      members: { kind: "listed" },
    });
  });

  test("of an app are synced, built-in ones are not", () => {
    const { source } = okta(() => page([]));

    expect(source.readGroup({ ...staff, type: "APP_GROUP" })?.sourceId).toBe("00g1");
    expect(source.readGroup({ ...staff, type: "BUILT_IN" })).toBeUndefined();
    expect(source.readGroup({ type: "OKTA_GROUP" })).toBeUndefined();
  });

  test("have members page by page", async () => {
    const next = `${BASE}/api/v1/groups/00g1/users?after=00u1&limit=200`;
    const { source, provider } = okta(({ url }) => {
      return url.searchParams.has("after") ? page([ben]) : page([ada], next);
    });

    const first = await source.membersPage("00g1", undefined);
    const second = await source.membersPage("00g1", first.next);

    expect(provider.requests[0]?.url.href).toBe(`${BASE}/api/v1/groups/00g1/users?limit=200`);
    expect(first).toEqual({ sourceIds: ["00u1"], next });
    expect(second).toEqual({ sourceIds: ["00u2"], next: undefined });
  });

  test("K5: that are gone since they were listed keep their members", async () => {
    const { source } = okta(() => oktaError(404, "E0000007"));

    const error = await expectFailure(source.membersPage("00g1", undefined), "record");

    expect(error.failure).toEqual({ kind: "record", sourceId: "00g1", mayPass: true });
    expect(error.detail).toContain("00g1");
  });

  test("whose members lead to another host keep those they have", async () => {
    const { source } = okta(() => page([ada], "https://evil.example/"));

    await expectFailure(source.membersPage("00g1", undefined), "record");
  });
});

test("a base address may end in a slash", async () => {
  const { source, provider } = okta(() => page([]), `${BASE}/`);

  await source.listPage("groups", undefined, undefined);

  expect(provider.requests[0]?.url.href).toBe(`${BASE}/api/v1/groups?limit=200`);
});

test("a delta shows a user who changed on an early page while a later one was read", async () => {
  const { source, directory } = await sourceAtFake("okta", { users: 420 });
  const first = await source.listPage("users", undefined, undefined);
  directory.apply(
    { op: "setClock", at: FAKE_NOW + 600_000 },
    { op: "rename", person: 3, userName: "early@example.com" },
  );
  directory.apply(
    { op: "setClock", at: FAKE_NOW + 7_200_000 },
    { op: "rename", person: 419, userName: "late@example.com" },
  );
  const second = await source.listPage("users", first.next, undefined);
  const third = await source.listPage("users", second.next, undefined);

  const delta = await readListing(source, "users", third.deltaFrom);

  const logins = delta.records.map((record) => JSON.stringify(record));
  expect(logins.some((text) => text.includes("early@example.com"))).toBe(true);
  expect(logins.some((text) => text.includes("late@example.com"))).toBe(true);
});
