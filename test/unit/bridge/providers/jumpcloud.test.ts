import { describe, expect, test } from "vitest";
import { createJumpcloudSource } from "#bridge/providers/jumpcloud/source.ts";
import { JUMPCLOUD_USERS } from "#test/support/fake-directory/providers/jumpcloud.ts";
import { readListing, readMembers, sourceAtFake } from "#test/support/fake-directory/source-of.ts";
import {
  expectFailure,
  fakeProvider,
  json,
  type SeenRequest,
} from "#test/unit/bridge/fake-fetch.ts";

const BASE = "https://console.jumpcloud.com";
const ID = "65a000000000000000000001";

function jumpcloud(answer: (request: SeenRequest) => Response, orgId?: string) {
  const provider = fakeProvider(answer);
  const config = { type: "jumpcloud", baseUrl: BASE, userNameFrom: "email" } as const;
  const source = createJumpcloudSource(
    orgId === undefined ? config : { ...config, orgId },
    { kind: "jumpcloud", apiKey: "key" },
    provider.tools,
  );
  return { source, provider };
}

function users(...ids: readonly number[]) {
  return ids.map((n) => ({ _id: JUMPCLOUD_USERS.of(n) }));
}

const list = (results: unknown, totalCount: number) => json({ totalCount, results });

describe("a request to JumpCloud", () => {
  test("carries the key, and the organization where one is chosen", async () => {
    const { source, provider } = jumpcloud(() => list([], 0), "org1");

    await source.listPage("users", undefined, undefined);

    const [request] = provider.requests;
    expect(request?.headers.get("x-api-key")).toBe("key");
    expect(request?.headers.get("x-org-id")).toBe("org1");
    expect(request?.url.search).toBe("?limit=100&skip=0&sort=_id");
  });
});

describe("a listing of JumpCloud's users", () => {
  test("reads each user once, and says how many there are", async () => {
    const { source } = await sourceAtFake("jumpcloud", { users: 450 });

    const { records, last } = await readListing(source, "users");

    expect(records.map(({ _id }) => _id)).toEqual(
      Array.from({ length: 450 }, (_, n) => JUMPCLOUD_USERS.of(n)),
    );
    expect(last.total).toBe(450);
  });

  test.each([1, 40, 250])(
    "misses nobody when %d early users are deleted meanwhile",
    async (gone) => {
      const { source, directory } = await sourceAtFake("jumpcloud", { users: 700 });
      const seen: unknown[] = [];
      let cursor: string | undefined;
      for (let pages = 0; pages === 0 || cursor !== undefined; pages += 1) {
        const page = await source.listPage("users", cursor, undefined);
        seen.push(...page.records.map(({ _id }) => _id));
        cursor = page.next;
        if (pages !== 3) continue;
        for (let n = 0; n < gone; n += 1) directory.apply({ op: "remove", person: n });
      }

      expect(seen).toEqual(Array.from({ length: 700 }, (_, n) => JUMPCLOUD_USERS.of(n)));
    },
  );

  test("reads users who are added meanwhile", async () => {
    const { source, directory } = await sourceAtFake("jumpcloud", { users: 150 });
    const first = await source.listPage("users", undefined, undefined);
    directory.apply({ op: "add", person: { email: "new@example.com" } });

    const second = await source.listPage("users", first.next, undefined);

    expect(first.records.length + second.records.length).toBe(151);
    expect(second.next).toBeUndefined();
  });

  test("refuses users that are not sorted by id", async () => {
    const { source } = jumpcloud(() => list(users(2, 1), 2));

    await expectFailure(source.listPage("users", undefined, undefined), "malformed");
  });

  test("refuses a page that comes again", async () => {
    const { source } = jumpcloud(() => list(users(1, 2), 500));

    await expectFailure(readListing(source, "users"), "malformed");
  });

  test("ends at an empty page, whatever the total says", async () => {
    const { source } = jumpcloud(() => list([], 500));

    const page = await source.listPage("users", undefined, undefined);

    expect(page).toMatchObject({ records: [], next: undefined, total: 500 });
  });

  test("leaves a record without an id to the mapping", async () => {
    const { source } = jumpcloud(() => list([...users(1), { email: "x@example.com" }], 2));

    expect((await readListing(source, "users")).records).toHaveLength(2);
  });
});

describe("one user of JumpCloud", () => {
  test("a key that is no id is looked for by address, then by login", async () => {
    const ravi = { _id: ID, email: "ravi@example.com", username: "ravi" };
    const { source, provider } = jumpcloud(({ url }) => {
      const isLogin = url.searchParams.get("filter") === "username:$eq:Ravi";
      return list(isLogin ? [ravi] : [], isLogin ? 1 : 0);
    });

    expect(await source.findUser("Ravi")).toEqual(ravi);
    expect(provider.requests.map(({ url }) => url.searchParams.get("filter"))).toEqual([
      "email:$eq:Ravi",
      "username:$eq:Ravi",
    ]);
  });

  test("a filter that finds everybody finds nobody", async () => {
    const everybody = [{ _id: ID, email: "a@example.com", username: "a" }];
    const { source } = jumpcloud(() => list(everybody, 1));

    expect(await source.findUser("b@example.com")).toBeUndefined();
  });

  test("an id of another form stays one segment of the path", async () => {
    const { source, provider } = jumpcloud(() => json({ _id: ID }));

    await expectFailure(source.readUser("../systems"), "record");

    expect(provider.requests[0]?.url.pathname).toBe("/api/systemusers/..%2Fsystems");
  });
});

describe("JumpCloud's user groups", () => {
  test("are read by position, 100 at a time", async () => {
    const { source } = await sourceAtFake("jumpcloud", { users: 10, groups: 250 });

    const { records, last } = await readListing(source, "groups");

    expect(records).toHaveLength(250);
    expect(last.total).toBe(250);
  });

  test("a large group gives all its members", async () => {
    const people = { from: 0, to: 350 };
    const { source } = await sourceAtFake("jumpcloud", {
      users: 400,
      groups: [{ name: "All", people }],
    });
    const [group] = (await readListing(source, "groups")).records;

    expect(await readMembers(source, String(group?.id))).toHaveLength(350);
  });

  test("members of another kind than users are left out", async () => {
    const members = [{ to: { id: ID, type: "user" } }, { to: { id: "d1", type: "device" } }];
    const { source } = jumpcloud(() => json(members));

    expect(await source.membersPage("g1", undefined)).toEqual({ sourceIds: [ID], next: undefined });
  });

  test("a page that comes again is refused", async () => {
    const hundred = Array.from({ length: 100 }, (_, n) => ({ id: `g${n}`, name: `G${n}` }));
    const { source } = jumpcloud(() => json(hundred));

    await expectFailure(readListing(source, "groups"), "malformed");
  });
});
