import { describe, expect, test } from "vitest";
import { createScimSource } from "#bridge/providers/scim/source.ts";
import { readListing, readMembers, sourceAtFake } from "#test/support/fake-directory/source-of.ts";
import {
  expectFailure,
  fakeProvider,
  json,
  type SeenRequest,
} from "#test/unit/bridge/fake-fetch.ts";

const BASE = "https://scim.example.com/tenant/scim/v2";

function scim(answer: (request: SeenRequest) => Response) {
  const provider = fakeProvider(answer);
  const source = createScimSource(
    { type: "scim", baseUrl: BASE },
    { kind: "scim", token: "secret" },
    provider.tools,
  );
  return { source, provider };
}

function list(resources: readonly unknown[], totalResults?: number): Response {
  return json({ totalResults, startIndex: 1, Resources: resources });
}

function users(from: number, to: number) {
  return Array.from({ length: to - from }, (_, index) => ({ id: `u${from + index}` }));
}

/** A server that gives these many users at a time, whatever it is asked for. */
function cappedAt(cap: number, total: number) {
  return ({ url }: SeenRequest) => {
    const start = Number(url.searchParams.get("startIndex")) - 1;
    return list(users(start, Math.min(start + cap, total)), total);
  };
}

describe("a request to a SCIM server", () => {
  test("stays below the base path and carries the token", async () => {
    const { source, provider } = scim(() => list([], 0));

    await source.listPage("users", undefined, undefined);

    const [request] = provider.requests;
    expect(request?.url.href).toBe(
      `${BASE}/Users?startIndex=1&count=100&excludedAttributes=photos%2Cx509Certificates`,
    );
    expect(request?.headers.get("Authorization")).toBe("Bearer secret");
    expect(request?.headers.get("Accept")).toContain("application/scim+json");
  });
});

describe("a listing of a SCIM server's users", () => {
  test("goes on by the number that really came", async () => {
    const { source } = scim(cappedAt(7, 30));

    const { records, pages, last } = await readListing(source, "users");

    expect(new Set(records.map(({ id }) => id)).size).toBe(30);
    expect(pages).toBe(5);
    expect(last.total).toBe(30);
  });

  test.each([
    [6, 2],
    [7, 2],
    [8, 2],
    [14, 2],
    [15, 3],
  ])("of %i users in pages of seven nobody is missed, after %i requests", async (total, asked) => {
    const { source, provider } = scim(cappedAt(7, total));

    const { records } = await readListing(source, "users");

    expect(records.map(({ id }) => id)).toEqual(users(0, total).map(({ id }) => id));
    expect(provider.requests.length).toBe(asked);
  });

  test("fails when the first page comes for ever", async () => {
    const { source } = await sourceAtFake("scim", { users: 250 }, { scim: { paging: "broken" } });

    await expectFailure(readListing(source, "users"), "malformed");
  });

  test("fails when any page comes for ever", async () => {
    const { source } = scim(({ url }) =>
      list(url.searchParams.get("startIndex") === "1" ? users(0, 20) : users(20, 40), 250),
    );

    await expectFailure(readListing(source, "users"), "malformed");
  });

  test("bears a user who comes twice because another was added before", async () => {
    const pages = [list(users(0, 3), 5), list(users(2, 5), 6)];
    const { source } = scim(() => pages.shift() ?? list([], 6));

    const { records } = await readListing(source, "users");

    expect(records.map(({ id }) => id)).toEqual(["u0", "u1", "u2", "u2", "u3", "u4"]);
  });

  test("ends at an empty page where no total is told", async () => {
    const pages = [list(users(0, 3)), list(users(3, 4)), list([])];
    const { source } = scim(() => pages.shift() ?? list([]));

    const { records, last } = await readListing(source, "users");

    expect(records).toHaveLength(4);
    expect(last.total).toBeUndefined();
  });

  test("ends at an empty page before the total, which it still tells", async () => {
    const { source } = scim(({ url }) =>
      list(url.searchParams.get("startIndex") === "1" ? users(0, 20) : [], 250),
    );

    const { records, last } = await readListing(source, "users");

    expect(records).toHaveLength(20);
    expect(last.total).toBe(250);
  });

  test("bears a server without users that leaves the list out", async () => {
    const { source } = scim(() => json({ totalResults: 0 }));

    expect((await readListing(source, "users")).records).toEqual([]);
  });

  test("an answer that is no list is refused", async () => {
    const { source } = scim(() => json({ totalResults: 3 }));

    await expectFailure(source.listPage("users", undefined, undefined), "malformed");
  });

  test("a cursor of somebody else's starts the listing again", async () => {
    const { source } = scim(cappedAt(7, 30));

    await expectFailure(source.listPage("users", '{"startIndex":"8"}', undefined), "cursorExpired");
  });
});

describe("one user of a SCIM server", () => {
  test("another user than the one asked for is no answer", async () => {
    const { source } = scim(() => json({ id: "u2" }));

    await expectFailure(source.readUser("u1"), "record");
  });

  test("a web page with 404 is no proof that a user is gone", async () => {
    const headers = { "Content-Type": "text/html; charset=utf-8" };
    const { source } = scim(() => new Response("<p>", { status: 404, headers }));

    await expectFailure(source.readUser("u1"), "record");
  });

  test("a filter that is ignored finds nobody", async () => {
    const { source } = scim(({ url }) =>
      url.search === ""
        ? json({ status: "404" }, { status: 404 })
        : list([{ id: "u1", userName: "ada", emails: [{ value: "ada@example.com" }] }], 1),
    );

    expect(await source.findUser("ben@example.com")).toBeUndefined();
    expect(await source.findUser("ADA")).toMatchObject({ id: "u1" });
    expect(await source.findUser("Ada@example.com")).toMatchObject({ id: "u1" });
  });

  test("quotes in a key stay in the filter's text", async () => {
    const { source, provider } = scim(({ url }) =>
      url.search === "" ? json({}, { status: 404 }) : list([], 0),
    );

    await source.findUser('a" or userName pr or userName eq "');

    expect(provider.requests[1]?.url.searchParams.get("filter")).toBe(
      'userName eq "a\\" or userName pr or userName eq \\""',
    );
  });
});

describe("a SCIM server's groups", () => {
  test("come with their members", async () => {
    const members = [{ value: "u1", type: "User" }, { value: "g2", type: "Group" }, { $ref: "x" }];
    const { source } = scim(() => list([{ id: "g1", displayName: "All", members }], 1));

    const [group] = (await readListing(source, "groups")).records;

    expect(source.readGroup(group ?? {})).toEqual({
      sourceId: "g1",
      displayName: "All",
      isRemoved: false,
      members: { kind: "whole", sourceIds: ["u1", "g2"] },
    });
  });

  test("that are listed without members are asked one by one", async () => {
    const { source } = scim(() =>
      json({ id: "g1", displayName: "All", members: [{ value: "u1" }] }),
    );

    expect(source.readGroup({ id: "g1", displayName: "All" })?.members).toEqual({ kind: "listed" });
    expect(await readMembers(source, "g1")).toEqual(["u1"]);
  });

  test("that are too large together are listed without members", async () => {
    const { source, fake } = await sourceAtFake("scim", { users: 20, groups: 3 });
    fake.faults.next("hugePage", { path: "/Groups" });

    const { records } = await readListing(source, "groups");

    const kinds = records.map((record) => source.readGroup(record)?.members.kind);
    expect(kinds).toEqual(["listed", "listed", "listed"]);
    expect(await readMembers(source, String(records[0]?.id))).toHaveLength(10);
  });
});

describe("K12: a SCIM server that pages in its own way", () => {
  test.each([1, 99, 100, 101, 350])("totals that are the page's own: %d users", async (count) => {
    const seed = { users: count };
    const { source } = await sourceAtFake("scim", seed, { scim: { paging: "ownTotal" } });

    const { records, last } = await readListing(source, "users");

    expect(new Set(records.map(({ id }) => id)).size).toBe(count);
    expect([undefined, count]).toContain(last.total);
  });

  test.each([0, 1, 100, 350])("cursors alone: %d users", async (count) => {
    const { source } = await sourceAtFake("scim", { users: count }, { scim: { paging: "cursor" } });

    const { records, last } = await readListing(source, "users");

    expect(new Set(records.map(({ id }) => id)).size).toBe(count);
    expect(last.total).toBe(count);
  });

  test("a cursor that is no longer known starts the listing again", async () => {
    const options = { scim: { paging: "cursor" } } as const;
    const { source, fake } = await sourceAtFake("scim", { users: 350 }, options);
    const { next } = await source.listPage("users", undefined, undefined);
    fake.faults.next("answer", { path: "cursor=", status: 400, body: "{}" });

    await expectFailure(source.listPage("users", next, undefined), "cursorExpired");
  });

  test.each([400, 404, 500])("%d for a page behind the end", async (status) => {
    const { source } = scim(({ url }) =>
      url.searchParams.get("startIndex") === "1"
        ? list(users(0, 3), 3)
        : json({ status: String(status) }, { status }),
    );

    const { records, last } = await readListing(source, "users");

    expect(records).toHaveLength(3);
    expect(last.total).toBe(3);
  });

  test("all at once, whatever is asked for", async () => {
    const { source } = await sourceAtFake("scim", { users: 350 }, { scim: { paging: "whole" } });

    const { records, last } = await readListing(source, "users");

    expect(records).toHaveLength(350);
    expect(last.total).toBe(350);
  });

  test("ids that are numbers", async () => {
    const { source } = scim(({ url }) =>
      url.pathname.endsWith("/7")
        ? json({ id: 7, userName: "ada" })
        : list([{ id: 7, displayName: "G", members: [{ value: 8 }] }], 1),
    );
    const [group = {}] = (await source.listPage("groups", undefined, undefined)).records;

    expect(source.readGroup(group)).toMatchObject({
      sourceId: "7",
      members: { kind: "whole", sourceIds: ["8"] },
    });
    await expect(source.readUser("7")).resolves.toMatchObject({ id: 7 });
  });

  test("without excludedAttributes", async () => {
    const { source } = scim(({ url }) =>
      url.searchParams.has("excludedAttributes")
        ? json({ detail: "no such parameter" }, { status: 400 })
        : list(users(0, 1), 1),
    );

    expect((await source.listPage("users", undefined, undefined)).records).toHaveLength(1);
  });
});

test("K10: a resource that is too large by itself is left out and named, and the listing goes on", async () => {
  const { source } = scim(({ url }) => {
    const start = Number(url.searchParams.get("startIndex"));
    const count = Number(url.searchParams.get("count"));
    const isHuge = start <= 5 && start + count > 5;
    if (isHuge) return json({}, { status: 413 });
    return list(users(start - 1, Math.min(start - 1 + count, 20)), 20);
  });
  const ids: unknown[] = [];
  const skipped: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await source.listPage("users", cursor, undefined);
    ids.push(...page.records.map(({ id }) => id));
    skipped.push(...(page.skipped ?? []));
    cursor = page.next;
  } while (cursor !== undefined);

  expect(ids).toEqual(users(0, 20).flatMap(({ id }) => (id === "u4" ? [] : [id])));
  expect(skipped).toEqual([expect.stringContaining("startIndex 5")]);
});
