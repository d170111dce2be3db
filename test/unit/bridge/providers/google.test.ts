import { decodeJwt, exportPKCS8, generateKeyPair, jwtVerify } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { createGoogleSource } from "#bridge/providers/google/source.ts";
import { readListing, sourceAtFake } from "#test/support/fake-directory/source-of.ts";
import {
  expectFailure,
  fakeProvider,
  json,
  NOW,
  type SeenRequest,
} from "#test/unit/bridge/fake-fetch.ts";

const API = "https://admin.googleapis.com";
const TOKEN_URL = "https://oauth2.googleapis.com/token";
const ROBOT = "bridge@project.iam.gserviceaccount.com";
const ADMIN = "admin@example.com";
const USER_SCOPE = "https://www.googleapis.com/auth/admin.directory.user.readonly";
const GROUP_SCOPES =
  "https://www.googleapis.com/auth/admin.directory.group.readonly https://www.googleapis.com/auth/admin.directory.group.member.readonly";

let privateKey: string;
let publicKey: CryptoKey;

beforeAll(async () => {
  const pair = await generateKeyPair("RS256", { extractable: true });
  publicKey = pair.publicKey;
  privateKey = await exportPKCS8(pair.privateKey);
});

const isTokenRequest = ({ url }: SeenRequest) => url.href === TOKEN_URL;

/** The scope that a path needs, as the fake's own tokens carry it. */
function scopeOf({ pathname }: URL): string {
  return pathname.startsWith("/admin/directory/v1/users") ? USER_SCOPE : GROUP_SCOPES;
}

/** A Google source; its assertions are verified, and its requests must carry the token of their scope. */
function google(answer: (request: SeenRequest) => Response, key = privateKey) {
  const provider = fakeProvider(async (request) => {
    if (isTokenRequest(request)) return issueToken(request);
    const token = Buffer.from(scopeOf(request.url)).toString("hex");
    const isKnown = request.headers.get("Authorization") === `Bearer ${token}`;
    return isKnown ? answer(request) : googleError(401, "authError");
  });
  return { source: sourceOf(provider, key), provider };
}

function sourceOf({ tools }: ReturnType<typeof fakeProvider>, key: string) {
  return createGoogleSource(
    {
      type: "google",
      adminEmail: ADMIN,
      customer: "my_customer",
      apiBaseUrl: API,
      tokenUrl: TOKEN_URL,
    },
    { kind: "google", clientEmail: ROBOT, privateKey: key },
    tools,
  );
}

async function issueToken({ body }: SeenRequest): Promise<Response> {
  const form = new URLSearchParams(body);
  expect(form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
  const { payload } = await jwtVerify(form.get("assertion") ?? "", publicKey, {
    algorithms: ["RS256"],
    issuer: ROBOT,
    subject: ADMIN,
    audience: TOKEN_URL,
    currentDate: new Date(NOW),
    maxTokenAge: 60,
  });
  expect(Number(payload.exp) - NOW / 1_000).toBeLessThanOrEqual(3_600);
  const access_token = Buffer.from(String(payload.scope)).toString("hex");
  return json({ access_token, token_type: "Bearer", expires_in: 3599 });
}

function googleError(code: number, reason: string, headers: HeadersInit = {}): Response {
  const error = { code, message: "…", errors: [{ domain: "global", reason, message: "…" }] };
  return json({ error }, { status: code, headers });
}

const omar = { id: "1001", primaryEmail: "omar@example.com" };

describe("Google's token", () => {
  test("is had by an assertion in the administrator's name, and kept", async () => {
    const { source, provider } = google(() => json({ ...omar, users: [omar] }));

    await source.listPage("users", undefined, undefined);
    await source.readUser("1001");

    expect(provider.requests.filter(isTokenRequest)).toHaveLength(1);
  });

  test("covers the scopes of groups only when groups are read", async () => {
    const { source, provider } = google(() => json({}));

    await source.listPage("users", undefined, undefined);
    await source.listPage("groups", undefined, undefined);
    await source.membersPage("g1", undefined);

    expect(provider.requests.filter(isTokenRequest)).toHaveLength(2);
  });

  test("is had with a key whose line breaks are still those of the key file", async () => {
    const { source } = google(() => json({}), privateKey.replaceAll("\n", "\\n"));

    await expect(source.listPage("users", undefined, undefined)).resolves.toBeDefined();
  });

  test("is not asked for with a key that cannot be read", async () => {
    const { source, provider } = google(() => json({}), "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n");

    const error = await expectFailure(
      source.listPage("users", undefined, undefined),
      "unauthorized",
    );

    expect(error.detail).not.toContain("c2VjcmV0");
    expect(provider.requests).toEqual([]);
  });

  test.each([
    [401, "unauthorized_client", "Client is unauthorized.", "forbidden", "domain-wide delegation"],
    [403, "access_denied", "Not delegated.", "forbidden", USER_SCOPE],
    [400, "invalid_grant", "Invalid email or User ID", "unauthorized", "administrator"],
    [400, "invalid_grant", "Invalid JWT Signature.", "unauthorized", "make a new key"],
    [401, "invalid_client", "Not found.", "unauthorized", "client_email"],
    [500, "internal_failure", "", "unavailable", "tries again"],
    [400, "admin_policy_enforced", "Access blocked.", "forbidden", "App access control"],
    [403, "access_denied", "Blocked by an admin policy.", "forbidden", "App access control"],
    [403, "org_internal", "", "forbidden", "policy"],
    [401, "disabled_client", "The OAuth client was disabled.", "unauthorized", "Enable it"],
  ] as const)(
    "K12: refused by %d %s (%s) says what to change",
    async (status, code, text, kind, word) => {
      const provider = fakeProvider(() =>
        json({ error: code, error_description: text }, { status }),
      );

      const page = sourceOf(provider, privateKey).listPage("users", undefined, undefined);

      const error = await expectFailure(page, kind);
      expect(error.detail).toContain(word);
    },
  );
});

describe("K12: an assertion that is not of Google's time", () => {
  const text =
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.";
  const refused = () =>
    json(
      { error: "invalid_grant", error_description: text },
      { status: 400, headers: { Date: new Date(NOW + 7_200_000).toUTCString() } },
    );

  test("is made once more by Google's own clock", async () => {
    const times: unknown[] = [];
    const provider = fakeProvider(async (request) => {
      if (!isTokenRequest(request)) return json({ users: [omar] });
      const assertion = new URLSearchParams(request.body).get("assertion") ?? "";
      const iat = decodeJwt(assertion).iat ?? 0;
      times.push(iat);
      return iat * 1_000 === NOW ? refused() : json({ access_token: "t" });
    });

    const page = await sourceOf(provider, privateKey).listPage("users", undefined, undefined);

    expect(page.records).toEqual([omar]);
    expect(times).toEqual([NOW / 1_000, NOW / 1_000 + 7_200]);
  });

  test("is trouble that passes, and says that a clock is wrong", async () => {
    const provider = fakeProvider(refused);
    const page = sourceOf(provider, privateKey).listPage("users", undefined, undefined);

    const error = await expectFailure(page, "unavailable");

    expect(error.detail).toContain("clock");
    expect(provider.requests).toHaveLength(2);
  });
});

describe("a listing of Google's users", () => {
  test("asks for the customer's users with the mapped fields alone", async () => {
    const { source, provider } = google(() => json({ users: [omar] }));

    const only = await source.listPage("users", undefined, undefined);

    const url = provider.requests[1]?.url;
    expect(`${url?.origin}${url?.pathname}`).toBe(`${API}/admin/directory/v1/users`);
    expect(Object.fromEntries(url?.searchParams ?? [])).toMatchObject({
      customer: "my_customer",
      maxResults: "500",
      projection: "full",
      orderBy: "email",
      showDeleted: "false",
    });
    expect(url?.searchParams.get("fields")).toMatch(/^nextPageToken,users\(id,primaryEmail,.*\)$/);
    expect(only).toEqual({
      records: [omar],
      next: undefined,
      total: undefined,
      deltaFrom: undefined,
    });
  });

  test("goes on by the page token, which lives for days", async () => {
    const { source, provider } = google(({ url }) => {
      return url.searchParams.has("pageToken")
        ? json({})
        : json({ users: [omar], nextPageToken: "t/2" });
    });

    const first = await source.listPage("users", undefined, undefined);
    const second = await source.listPage("users", first.next, undefined);

    expect(provider.requests[2]?.url.searchParams.get("pageToken")).toBe("t/2");
    expect(provider.requests[2]?.url.searchParams.get("customer")).toBe("my_customer");
    expect(second).toMatchObject({ records: [], next: undefined });
    expect(source.cursorLifeMs).toBe(71 * 3_600_000);
  });

  test("of deleted users is one of its own", async () => {
    const { source, provider } = google(() => json({}));

    await source.listPage("deletedUsers", undefined, undefined);

    expect(source.userListings).toEqual(["users", "deletedUsers"]);
    expect(provider.requests[1]?.url.searchParams.get("showDeleted")).toBe("true");
    expect(provider.requests[1]?.url.searchParams.get("fields")).toContain("deletionTime");
  });

  test("knows no delta", () => {
    expect(google(() => json({})).source.delta).toEqual({ users: false, groups: false });
  });

  test("whose next page is the same one is malformed", async () => {
    const { source } = google(() => json({ users: [omar], nextPageToken: "t1" }));

    await expectFailure(source.listPage("users", "t1", undefined), "malformed");
  });

  test.each([[[]], [{ users: {} }], [{ users: ["a"] }]])(
    "that is %j is malformed",
    async (body) => {
      const { source } = google(() => json(body));

      await expectFailure(source.listPage("users", undefined, undefined), "malformed");
    },
  );

  test("whose page token is refused starts again", async () => {
    const { source } = google(() => googleError(400, "invalid"));

    await expectFailure(source.listPage("users", "old", undefined), "cursorExpired");
  });
});

describe("a refusal of Google", () => {
  const refused = (answer: () => Response) =>
    google(answer).source.listPage("users", undefined, undefined);

  test.each([
    [403, "userRateLimitExceeded"],
    [403, "rateLimitExceeded"],
    [403, "quotaExceeded"],
    [429, "rateLimitExceeded"],
  ])("%d %s is throttled", async (status, reason) => {
    const error = await expectFailure(
      refused(() => googleError(status, reason)),
      "throttled",
    );

    expect(error.failure).toEqual({ kind: "throttled", retryAt: undefined });
  });

  test("403 with a limit's status and Retry-After is throttled until then", async () => {
    const body = { error: { code: 403, status: "RESOURCE_EXHAUSTED" } };
    const answer = () => json(body, { status: 403, headers: { "Retry-After": "9" } });

    const error = await expectFailure(refused(answer), "throttled");

    expect(error.failure).toEqual({ kind: "throttled", retryAt: NOW + 9_000 });
  });

  test("403 forbidden speaks of the administrator's role", async () => {
    const error = await expectFailure(
      refused(() => googleError(403, "forbidden")),
      "forbidden",
    );

    expect(error.detail).toContain("privileges");
  });

  test("403 accessNotConfigured speaks of the API that is off", async () => {
    const error = await expectFailure(
      refused(() => googleError(403, "accessNotConfigured")),
      "forbidden",
    );

    expect(error.detail).toContain("Admin SDK API");
  });

  test("401 costs one new token and one more try", async () => {
    const { source, provider } = google(() => googleError(401, "authError"));

    await expectFailure(source.listPage("users", undefined, undefined), "unauthorized");

    expect(provider.requests.filter(isTokenRequest)).toHaveLength(2);
    expect(provider.requests).toHaveLength(4);
  });
});

describe("one user of Google", () => {
  test("is read by id with the mapped fields alone", async () => {
    const { source, provider } = google(() => json(omar));

    await expect(source.readUser("1001")).resolves.toEqual(omar);

    expect(provider.requests[1]?.url.pathname).toBe("/admin/directory/v1/users/1001");
    expect(provider.requests[1]?.url.searchParams.get("fields")).toContain("primaryEmail");
  });

  test("that Google does not know is undefined", async () => {
    const { source } = google(() => googleError(404, "notFound"));

    await expect(source.readUser("1001")).resolves.toBeUndefined();
  });

  test("is not gone when a list comes in his place", async () => {
    const { source } = google(() => json([omar]));

    await expectFailure(source.readUser("1"), "record");
  });

  test("is not gone when something else than Google answers 404", async () => {
    const { source } = google(() => new Response("Not Found", { status: 404 }));

    await expectFailure(source.readUser("1001"), "record");
  });

  test("is found by an address, which is one segment of the path", async () => {
    const { source, provider } = google(() => json(omar));

    await expect(source.findUser("o/m@example.com")).resolves.toEqual(omar);

    expect(provider.requests[1]?.url.pathname).toBe(
      "/admin/directory/v1/users/o%2Fm%40example.com",
    );
  });
});

describe("Google's groups", () => {
  test("are listed for the customer", async () => {
    const group = { id: "g1", name: "Staff", email: "staff@example.com" };
    const { source, provider } = google(() => json({ groups: [group], nextPageToken: "t2" }));

    const first = await source.listPage("groups", undefined, undefined);

    expect(provider.requests[1]?.url.pathname).toBe("/admin/directory/v1/groups");
    expect(provider.requests[1]?.url.searchParams.get("customer")).toBe("my_customer");
    expect(first).toMatchObject({ records: [group], next: "t2" });
  });

  test("are read with their name, or their address", () => {
    const { source } = google(() => json({}));

    expect(source.readGroup({ id: "g1", name: "Staff", email: "s@example.com" })).toEqual({
      sourceId: "g1",
      displayName: "Staff",
      isRemoved: false,
      members: { kind: "listed" },
    });
    expect(source.readGroup({ id: "g1", name: "", email: "s@example.com" })?.displayName).toBe(
      "s@example.com",
    );
    expect(source.readGroup({ name: "Staff" })).toBeUndefined();
  });

  test("K12: have users and nested groups as members, and say who else is among them", async () => {
    const members = [
      { id: "1001", type: "USER" },
      { id: "g2", type: "GROUP" },
      { id: "C0", type: "CUSTOMER" },
      { id: "e1", email: "e1@example.net", type: "EXTERNAL" },
      { type: "USER" },
    ];
    const { source, provider } = google(() => json({ members, nextPageToken: "t2" }));

    const first = await source.membersPage("g1", undefined);
    await expectFailure(source.membersPage("g1", first.next), "record");

    expect(first).toEqual({
      sourceIds: ["1001", "g2"],
      unsupported: [
        { what: "everyone", sourceId: "C0" },
        { what: "external", sourceId: "e1@example.net" },
      ],
      next: "t2",
    });
    expect(provider.requests[1]?.url.pathname).toBe("/admin/directory/v1/groups/g1/members");
    expect(provider.requests[2]?.url.searchParams.get("pageToken")).toBe("t2");
  });

  test("K12: the fake has everybody and outsiders as members, who are told of", async () => {
    const group = { name: "All", people: [0], everyone: true, external: ["guest@example.net"] };
    const { source } = await sourceAtFake("google", { users: 1, groups: [group] });
    const [record] = (await readListing(source, "groups")).records;

    const members = await source.membersPage(String(record?.id), undefined);

    expect(members.sourceIds).toHaveLength(1);
    expect(members.unsupported).toEqual([
      { what: "everyone", sourceId: expect.any(String) },
      { what: "external", sourceId: "guest@example.net" },
    ]);
  });

  test("that are empty have no members", async () => {
    const { source } = google(() => json({}));

    await expect(source.membersPage("g1", undefined)).resolves.toEqual({
      sourceIds: [],
      next: undefined,
    });
  });
});
