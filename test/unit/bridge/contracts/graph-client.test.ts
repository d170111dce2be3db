import { Client, PageIterator } from "@microsoft/microsoft-graph-client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createDirectory, type Directory } from "#test/support/fake-directory/directory.ts";
import { createFakeProvider, type FakeProvider } from "#test/support/fake-directory/provider.ts";

const GRAPH = "https://graph.microsoft.com";

let directory: Directory;
let fake: FakeProvider;
let graph: Client;

// Microsoft's own client speaks to https alone: its fetch ends in the fake, and never leaves the process.
beforeEach(async () => {
  directory = createDirectory({
    users: 450,
    groups: [{ name: "All", people: { from: 0, to: 250 } }],
  });
  fake = await createFakeProvider({ provider: "entra", directory });
  vi.stubGlobal("fetch", (input: RequestInfo, init?: RequestInit) =>
    fake.handle(new Request(input, init)),
  );
  const token = await accessToken();
  graph = Client.init({ authProvider: (done) => done(null, token) });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test("Microsoft's own client reads all users and all members of a group", async () => {
  const users = await iterate(await graph.api("/users").top(200).select("id").get());
  const groups = await graph.api("/groups").get();
  const members = await iterate(await graph.api(`/groups/${groups.value[0].id}/members`).get());

  expect([users.rows.length, members.rows.length]).toEqual([450, 250]);
});

test("Microsoft's own client follows a delta query from round to round", async () => {
  const first = await iterate(await graph.api("/users/delta").select("displayName").get());
  directory.apply(
    { op: "remove", person: 1 },
    { op: "change", person: 2, set: { displayName: "X" } },
  );

  const second = await iterate(await graph.api(first.deltaLink ?? "").get());

  expect(first.rows.length).toBe(450);
  expect(second.rows).toMatchObject([{ "@removed": { reason: "changed" } }, { displayName: "X" }]);
});

test("Microsoft's own client is told to begin again when a delta link is too old", async () => {
  const first = await iterate(await graph.api("/users/delta").get());
  fake.faults.next("expiredDelta");

  const answer = graph.api(first.deltaLink ?? "").get();

  await expect(answer).rejects.toMatchObject({ statusCode: 410, code: "syncStateNotFound" });
});

test("Microsoft's own client waits as long as Retry-After says, and goes on", async () => {
  fake.faults.next("throttle", { path: "/users", seconds: 0 });

  const user = await graph.api("/users/person-7@example.com").get();

  expect(user.userPrincipalName).toBe("person-7@example.com");
  expect(fake.stats().statuses).toEqual({ 200: 2, 429: 1 });
});

async function accessToken(): Promise<string> {
  if (fake.credentials.kind !== "entra") throw new Error("Not Entra's credentials.");
  const source = fake.source(GRAPH);
  if (source.type !== "entra") throw new Error("Not Entra's settings.");
  const answer = await fake.fetch(`${GRAPH}/${source.tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: fake.credentials.clientId,
      client_secret: fake.credentials.clientSecret,
      scope: `${GRAPH}/.default`,
    }),
  });
  const { access_token: token } = await answer.json<{ access_token: string }>();
  return token;
}

async function iterate(page: ConstructorParameters<typeof PageIterator>[1]) {
  const rows: unknown[] = [];
  const iterator = new PageIterator(graph, page, (row: unknown) => {
    rows.push(row);
    return true;
  });
  await iterator.iterate();
  return { rows, deltaLink: iterator.getDeltaLink() };
}
