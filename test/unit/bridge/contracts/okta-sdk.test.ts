import okta from "@okta/okta-sdk-nodejs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createDirectory, type Directory } from "#test/support/fake-directory/directory.ts";
import { createFakeProvider, type FakeProvider } from "#test/support/fake-directory/provider.ts";
import { type Served, serve } from "#test/support/fake-directory/server.ts";

let directory: Directory;
let fake: FakeProvider;
let served: Served;

beforeEach(async () => {
  directory = createDirectory({
    users: 450,
    groups: [{ name: "All", people: { from: 0, to: 250 } }],
  });
  directory.apply({ op: "remove", person: 449 });
  fake = await createFakeProvider({ provider: "okta", directory, okta: { auth: "service" } });
  served = await serve(fake.handle);
});

afterEach(() => served.close());

/** Okta's own client; it insists on https unless it is told otherwise, which its types leave out. */
function clientWith(options: NonNullable<ConstructorParameters<typeof okta.Client>[0]>) {
  const testing = { testing: { disableHttpsCheck: true } };
  return new okta.Client({ ...options, ...testing, orgUrl: served.origin });
}

function clientWithToken() {
  return clientWith({ token: "00fakeOktaApiToken" });
}

test("Okta's own SDK reads all users by search, and a bare list without the deactivated", async () => {
  const { userApi } = clientWithToken();

  const all = await collect(await userApi.listUsers({ search: "status pr", limit: 200 }));
  const bare = await collect(await userApi.listUsers({ limit: 200 }));

  expect([all.length, bare.length]).toEqual([450, 449]);
  expect(all[0]).toMatchObject({ profile: { login: "person-0@example.com" } });
});

test("Okta's own SDK reads groups and their members", async () => {
  const { groupApi } = clientWithToken();

  const groups = await collect(await groupApi.listGroups());
  const group = groups.find(({ profile }) => profile?.name === "All");
  const members = await collect(await groupApi.listGroupUsers({ groupId: String(group?.id) }));

  expect(groups.length).toBe(2);
  expect(members.length).toBe(250);
});

test("Okta's own SDK reads what changed since", async () => {
  const { userApi } = clientWithToken();
  const since = new Date(directory.now() - 1_000).toISOString();
  directory.apply({ op: "disable", person: 3 });

  const changed = await collect(await userApi.listUsers({ filter: `lastUpdated ge "${since}"` }));

  expect(changed.map(({ status }) => status)).toEqual(["SUSPENDED", "DEPROVISIONED"]);
});

test("Okta's own SDK waits out a limit and goes on", async () => {
  fake.faults.next("throttle", { seconds: -1 });

  const user = await clientWithToken().userApi.getUser({ userId: "person-7@example.com" });

  expect(user.profile?.login).toBe("person-7@example.com");
  expect(fake.stats().statuses).toEqual({ 200: 1, 429: 1 });
});

test("Okta's own SDK proves a service app with private_key_jwt and DPoP", async () => {
  if (fake.credentials.kind !== "okta-service") throw new Error("No service app.");
  const client = clientWith({
    authorizationMode: "PrivateKey",
    clientId: fake.credentials.clientId,
    privateKey: JSON.stringify(fake.credentials.privateKeyJwk),
    keyId: "fake-key-1",
    scopes: ["okta.users.read"],
  });

  const users = await collect(await client.userApi.listUsers({ search: "status pr" }));

  expect(users.length).toBe(450);
});

async function collect<Item>(collection: AsyncIterable<Item | null>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of collection) if (item !== null) items.push(item);
  return items;
}
