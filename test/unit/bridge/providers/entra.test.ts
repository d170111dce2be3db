import { describe, expect, test } from "vitest";
import { createEntraSource } from "#bridge/providers/entra/source.ts";
import {
  expectFailure,
  fakeProvider,
  json,
  NOW,
  type SeenRequest,
} from "#test/unit/bridge/fake-fetch.ts";

const GRAPH = "https://graph.microsoft.com";
const LOGIN = "https://login.microsoftonline.com";
const TENANT = "11111111-2222-3333-4444-555555555555";
const SECRET = "client-secret-value";
const USERS_DELTA = `${GRAPH}/v1.0/users/delta`;

const isTokenRequest = ({ url }: SeenRequest) => url.origin === LOGIN;

/** An Entra source, and what its Graph requests reach once their token has been checked. */
function entra(answer: (request: SeenRequest) => Response, token = issueToken) {
  const provider = fakeProvider((request) => {
    if (isTokenRequest(request)) return token(request);
    const isKnown = request.headers.get("Authorization") === "Bearer graph-token";
    return isKnown ? answer(request) : graphError(401, "InvalidAuthenticationToken");
  });
  const source = createEntraSource(
    { type: "entra", tenantId: TENANT, graphBaseUrl: GRAPH, loginBaseUrl: LOGIN },
    { kind: "entra", clientId: "app-1", clientSecret: SECRET },
    provider.tools,
  );
  return { source, provider };
}

function issueToken(request: SeenRequest): Response {
  const form = new URLSearchParams(request.body);
  if (form.get("client_secret") !== SECRET) return json({}, { status: 401 });
  return json({ access_token: "graph-token", token_type: "Bearer", expires_in: 3599 });
}

function graphError(status: number, code: string, headers: HeadersInit = {}): Response {
  return json({ error: { code, message: "…", innerError: {} } }, { status, headers });
}

function page(value: unknown, links: { next?: string; delta?: string }): Response {
  return json({
    "@odata.context": "x",
    ...(links.next === undefined ? {} : { "@odata.nextLink": links.next }),
    ...(links.delta === undefined ? {} : { "@odata.deltaLink": links.delta }),
    value,
  });
}

const DELTA_LINK = `${USERS_DELTA}?$deltatoken=d1`;
const NEXT_LINK = `${USERS_DELTA}?$skiptoken=s1`;
const mia = { id: "u1", userPrincipalName: "mia@example.com" };

describe("Entra's token", () => {
  test("is asked for by client credentials at the tenant's endpoint", async () => {
    const { source, provider } = entra(() => page([], { delta: DELTA_LINK }));

    await source.listPage("users", undefined, undefined);

    const [request] = provider.requests;
    expect(request?.url.href).toBe(`${LOGIN}/${TENANT}/oauth2/v2.0/token`);
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: "client_credentials",
      client_id: "app-1",
      client_secret: SECRET,
      scope: `${GRAPH}/.default`,
    });
  });

  test("is kept for the next request", async () => {
    const { source, provider } = entra(() => page([], { delta: DELTA_LINK }));

    await source.listPage("users", undefined, undefined);
    await source.listPage("groups", undefined, undefined);

    expect(provider.requests.filter(isTokenRequest)).toHaveLength(1);
  });

  test("never goes along to the login host, nor the secret to Graph", async () => {
    const { source, provider } = entra(() => page([], { delta: DELTA_LINK }));

    await source.listPage("users", undefined, undefined);

    expect(provider.requests[0]?.headers.has("Authorization")).toBe(false);
    expect(provider.requests[1]?.url.href).not.toContain(SECRET);
  });

  test.each([
    [
      401,
      "AADSTS7000215: Invalid client secret provided.",
      "unauthorized",
      "client secret is wrong",
    ],
    [401, "AADSTS7000222: The provided client secret keys are expired.", "unauthorized", "expired"],
    [400, "AADSTS700016: Application was not found.", "unauthorized", "client ID"],
    [400, "AADSTS90002: Tenant not found.", "unauthorized", "tenant"],
    [400, "AADSTS53003: Access has been blocked.", "forbidden", "Conditional Access"],
    [503, "AADSTS90033: A transient error has occurred.", "unavailable", "tries again"],
    [400, "AADSTS9999999: Something else.", "unauthorized", "AADSTS9999999"],
    [401, "Nothing that is known.", "unauthorized", "credentials"],
  ] as const)("refused by %d %s says what to change", async (status, description, kind, word) => {
    const body = { error: "invalid_client", error_description: `${description} ${SECRET}` };
    const { source } = entra(
      () => page([], {}),
      () => json(body, { status }),
    );

    const error = await expectFailure(source.listPage("users", undefined, undefined), kind);

    expect(error.detail).toContain(word);
    expect(error.detail).not.toContain(SECRET);
  });
});

describe("a full listing of Entra's users", () => {
  test("is the first round of a delta query with everything selected", async () => {
    const { source, provider } = entra(() => page([mia], { delta: DELTA_LINK }));

    await source.listPage("users", undefined, undefined);

    const url = provider.requests[1]?.url;
    expect(`${url?.origin}${url?.pathname}`).toBe(USERS_DELTA);
    expect([...(url?.searchParams.keys() ?? [])]).toEqual(["$select"]);
    const selected = url?.searchParams.get("$select")?.split(",");
    expect(selected).toEqual(
      expect.arrayContaining(["id", "accountEnabled", "employeeOrgData", "userType", "manager"]),
    );
    expect(selected).not.toContain("mySite");
  });

  test("follows the next links as they came, also from an empty page, to the delta link", async () => {
    const { source, provider } = entra(({ url }) => {
      return url.href === NEXT_LINK
        ? page([mia], { delta: DELTA_LINK })
        : page([], { next: NEXT_LINK });
    });

    const first = await source.listPage("users", undefined, undefined);
    const second = await source.listPage("users", first.next, undefined);

    expect(first).toEqual({ records: [], next: NEXT_LINK, total: undefined, deltaFrom: undefined });
    expect(provider.requests[2]?.url.href).toBe(NEXT_LINK);
    expect(second).toEqual({
      records: [mia],
      next: undefined,
      total: undefined,
      deltaFrom: DELTA_LINK,
    });
  });

  test("whose cursor is gone starts again", async () => {
    const { source } = entra(() => graphError(410, "resyncRequired"));

    await expectFailure(source.listPage("users", NEXT_LINK, undefined), "cursorExpired");
  });

  test("that Graph does not understand is malformed", async () => {
    const { source } = entra(() => graphError(400, "BadRequest"));

    await expectFailure(source.listPage("users", undefined, undefined), "malformed");
  });
});

describe("a delta listing of Entra's users", () => {
  test("follows the delta link as it came", async () => {
    const removed = { id: "u2", "@removed": { reason: "changed" } };
    const { source, provider } = entra(() => page([removed], { delta: `${DELTA_LINK}2` }));

    const only = await source.listPage("users", undefined, DELTA_LINK);

    expect(provider.requests[1]?.url.href).toBe(DELTA_LINK);
    expect(only).toMatchObject({ records: [removed], deltaFrom: `${DELTA_LINK}2` });
  });

  test.each([
    [410, "resyncRequired"],
    [410, ""],
    [400, "Directory_ExpiredDeltaToken"],
    [404, "syncStateNotFound"],
    [403, "SyncStateNotFound"],
  ])("whose link is refused with %d %s becomes a full one", async (status, code) => {
    const { source } = entra(() => graphError(status, code, { Location: USERS_DELTA }));

    await expectFailure(source.listPage("users", undefined, DELTA_LINK), "deltaExpired");
    await expectFailure(source.listPage("users", NEXT_LINK, DELTA_LINK), "deltaExpired");
  });

  test.each([
    [401, "InvalidAuthenticationToken", "unauthorized"],
    [403, "Authorization_RequestDenied", "forbidden"],
    [429, "TooManyRequests", "throttled"],
    [503, "ServiceUnavailable", "unavailable"],
  ] as const)("whose link is refused with %d %s stays a delta", async (status, code, kind) => {
    const { source } = entra(() => graphError(status, code));

    await expectFailure(source.listPage("users", undefined, DELTA_LINK), kind);
  });

  test("whose link belongs to another Graph address becomes a full one, and nothing is sent", async () => {
    const { source, provider } = entra(() => page([], { delta: DELTA_LINK }));
    const elsewhere = "https://graph.microsoft.us/v1.0/users/delta?$deltatoken=d1";

    await expectFailure(source.listPage("users", undefined, elsewhere), "deltaExpired");

    expect(provider.requests).toEqual([]);
  });
});

describe("a page of Graph", () => {
  const list = (answer: Response) =>
    entra(() => answer).source.listPage("users", undefined, undefined);

  test("whose next link leads to another host is malformed, and the token stays", async () => {
    const { source, provider } = entra(() => page([mia], { next: "https://evil.example/" }));

    await expectFailure(source.listPage("users", undefined, undefined), "malformed");

    expect(provider.requests.map(({ url }) => url.origin)).toEqual([LOGIN, GRAPH]);
  });

  test("whose delta link leads to another host is malformed", async () => {
    await expectFailure(list(page([mia], { delta: "https://evil.example/" })), "malformed");
  });

  test("with neither a next nor a delta link is malformed, as the rest is missing", async () => {
    await expectFailure(list(page([mia], {})), "malformed");
  });

  test("that names itself as the next one is malformed", async () => {
    const { source } = entra(() => page([mia], { next: NEXT_LINK }));

    await expectFailure(source.listPage("users", NEXT_LINK, undefined), "malformed");
  });

  test.each([[{}], [{ value: {} }], [{ value: [1] }], [[]]])(
    "that is %j is malformed",
    async (body) => {
      await expectFailure(list(json(body)), "malformed");
    },
  );

  test.each([429, 503, 504])(
    "that is refused with %d waits as Retry-After says",
    async (status) => {
      const refused = list(graphError(status, "TooManyRequests", { "Retry-After": "12" }));

      const error = await expectFailure(refused, "throttled");

      expect(error.failure).toEqual({ kind: "throttled", retryAt: NOW + 12_000 });
    },
  );

  test("that needs a permission names it", async () => {
    const error = await expectFailure(
      list(graphError(403, "Authorization_RequestDenied")),
      "forbidden",
    );

    expect(error.detail).toContain("User.Read.All");
    expect(error.detail).toContain("GroupMember.Read.All");
    expect(error.detail).toContain("admin consent");
  });
});

describe("one user of Entra", () => {
  test("is read by id, with the manager", async () => {
    const { source, provider } = entra(() => json(mia));

    await expect(source.readUser("u1")).resolves.toEqual(mia);

    const url = provider.requests[1]?.url;
    expect(url?.pathname).toBe("/v1.0/users/u1");
    expect(url?.searchParams.get("$expand")).toBe("manager($select=id)");
    expect(url?.searchParams.get("$select")).toContain("accountEnabled");
  });

  test("that Graph does not know is undefined", async () => {
    const { source } = entra(() => graphError(404, "Request_ResourceNotFound"));

    await expect(source.readUser("u1")).resolves.toBeUndefined();
  });

  test("is not gone when a list comes in his place", async () => {
    const { source } = entra(() => json([mia]));

    await expectFailure(source.readUser("1"), "record");
  });

  test("is not gone when something else than Graph answers 404", async () => {
    const { source } = entra(() => new Response("<html>", { status: 404 }));

    await expectFailure(source.readUser("u1"), "record");
  });

  test("is found by a guest's userPrincipalName, which is one segment of the path", async () => {
    const { source, provider } = entra(() => json(mia));

    await source.findUser("a_b.com#EXT#@example.com");

    expect(provider.requests[1]?.url.pathname).toBe("/v1.0/users/a_b.com%23EXT%23%40example.com");
  });

  test("is found by the address when the userPrincipalName is another", async () => {
    const { source, provider } = entra(({ url }) => {
      return url.searchParams.has("$filter")
        ? page([mia], {})
        : graphError(404, "Request_ResourceNotFound");
    });

    await expect(source.findUser("o'neil&co@example.com")).resolves.toEqual(mia);

    expect(provider.requests[2]?.url.searchParams.get("$filter")).toBe(
      "userPrincipalName eq 'o''neil&co@example.com' or mail eq 'o''neil&co@example.com'",
    );
  });

  test("is not found where two share the address", async () => {
    const { source } = entra(({ url }) => {
      return url.searchParams.has("$filter")
        ? page([mia, { id: "u2" }], {})
        : graphError(404, "Request_ResourceNotFound");
    });

    await expect(source.findUser("shared@example.com")).resolves.toBeUndefined();
  });
});

describe("Entra's groups", () => {
  const user = "#microsoft.graph.user";
  const read = entra(() => page([], {})).source.readGroup;

  test("come by a delta query with their members", async () => {
    const { source, provider } = entra(() => page([], { delta: DELTA_LINK }));

    await source.listPage("groups", undefined, undefined);

    const url = provider.requests[1]?.url;
    expect(url?.pathname).toBe("/v1.0/groups/delta");
    expect(url?.searchParams.get("$select")).toMatch(/^displayName,.*,members$/);
  });

  test("have the members who came and went", () => {
    const group = read({
      id: "g1",
      displayName: "Staff",
      "members@delta": [
        { "@odata.type": user, id: "u1" },
        { "@odata.type": "#microsoft.graph.group", id: "g2" },
        { "@odata.type": user, id: "u3", "@removed": { reason: "deleted" } },
      ],
    });

    expect(group).toEqual({
      sourceId: "g1",
      displayName: "Staff",
      isRemoved: false,
      members: { kind: "partial", added: ["u1", "g2"], removed: ["u3"] },
    });
  });

  test("have neither devices nor service principals as members", () => {
    const group = read({
      id: "g1",
      "members@delta": [
        { "@odata.type": "#microsoft.graph.device", id: "d1" },
        { "@odata.type": "#microsoft.graph.servicePrincipal", id: "s1" },
        "u9",
        {},
      ],
    });

    expect(group?.members).toEqual({ kind: "partial", added: [], removed: [] });
  });

  test("have a member who is named twice as he is named last", () => {
    const went = { "@odata.type": user, id: "u1", "@removed": { reason: "changed" } };
    const came = { "@odata.type": user, id: "u1" };

    const group = read({ id: "g1", "members@delta": [went, came] });

    expect(group?.members).toEqual({ kind: "partial", added: ["u1"], removed: [] });
  });

  test("without a word on members have them unchanged", () => {
    expect(read({ id: "g1", displayName: "Staff" })?.members).toEqual({ kind: "unchanged" });
  });

  test("that are deleted are removed, and need no name", () => {
    expect(read({ id: "g1", "@removed": { reason: "deleted" } })).toMatchObject({
      isRemoved: true,
      displayName: "",
    });
  });

  test("without an id are none", () => {
    expect(read({ displayName: "Staff" })).toBeUndefined();
  });

  test("can be asked for their members alone", async () => {
    const next = `${GRAPH}/v1.0/groups/g1/members?$skiptoken=1`;
    const { source, provider } = entra(({ url }) => {
      return url.href === next ? page([{ id: "u2" }], {}) : page([{ id: "u1" }], { next });
    });

    const first = await source.membersPage("g1", undefined);
    const second = await source.membersPage("g1", first.next);

    expect(provider.requests[1]?.url.pathname).toBe("/v1.0/groups/g1/members");
    expect(first).toEqual({ sourceIds: ["u1"], next });
    expect(second).toEqual({ sourceIds: ["u2"], next: undefined });
  });

  test("K5: that are gone since they were listed keep their members", async () => {
    const { source } = entra(() => graphError(404, "Request_ResourceNotFound"));

    const error = await expectFailure(source.membersPage("g1", undefined), "record");

    expect(error.failure).toEqual({ kind: "record", sourceId: "g1", mayPass: true });
    expect(error.detail).toContain("g1");
  });
});
