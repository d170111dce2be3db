import { admin, auth } from "@googleapis/admin";
import { beforeEach, expect, test } from "vitest";
import { createDirectory, type Directory } from "#test/support/fake-directory/directory.ts";
import { createFakeProvider, type FakeProvider } from "#test/support/fake-directory/provider.ts";

const SCOPE = "https://www.googleapis.com/auth/admin.directory";

let directory: Directory;
let fake: FakeProvider;

beforeEach(async () => {
  const group = { name: "All", people: { from: 0, to: 250 } };
  directory = createDirectory({ users: 450, groups: [group] });
  directory.apply({ op: "remove", person: 449 });
  fake = await createFakeProvider({ provider: "google", directory });
});

/** Google's own client as a service account that stands in for an administrator. */
function client(subject = "admin@example.com") {
  if (fake.credentials.kind !== "google") throw new Error("Not Google's credentials.");
  const { clientEmail, privateKey } = fake.credentials;
  const account = new auth.JWT({
    email: clientEmail,
    key: privateKey,
    subject,
    scopes: ["user", "group", "group.member"].map((kind) => `${SCOPE}.${kind}.readonly`),
    // The token endpoint is built in: every request ends in the fake, and never leaves the process.
    transporterOptions: {
      fetchImplementation: (input, init) => fake.handle(new Request(input, init)),
    },
  });
  return admin({ version: "directory_v1", auth: account });
}

test("Google's own SDK reads all users, and the deleted ones apart", async () => {
  const { users } = client();

  const live = await pages((pageToken) =>
    users.list({ customer: "my_customer", maxResults: 200, ...pageToken }),
  );
  const deleted = await users.list({ customer: "my_customer", showDeleted: "true" });

  expect(live.flatMap((page) => page.users ?? []).length).toBe(449);
  expect(deleted.data.users?.[0]).toMatchObject({ primaryEmail: "person-449@example.com" });
});

test("Google's own SDK reads groups and their members", async () => {
  const { groups, members } = client();

  const list = await groups.list({ customer: "my_customer" });
  const groupKey = list.data.groups?.[0]?.id ?? "";
  const all = await pages((pageToken) => members.list({ groupKey, ...pageToken }));

  expect(all.flatMap((page) => page.members ?? []).length).toBe(250);
});

test("Google's own SDK tries again after a quota refusal", async () => {
  fake.faults.next("throttle", { path: "/users" });

  const user = await client().users.get({ userKey: "person-7@example.com" });

  expect(user.data.primaryEmail).toBe("person-7@example.com");
});

test("Google's own SDK is refused for an administrator who is none", async () => {
  const call = client("stranger@example.com").users.list({ customer: "my_customer" });

  await expect(call).rejects.toThrow(/invalid_grant|Invalid email/);
});

async function pages<Data extends { nextPageToken?: string | null }>(
  list: (token: { pageToken?: string }) => Promise<{ data: Data }>,
): Promise<Data[]> {
  const all: Data[] = [];
  let token: { pageToken?: string } | undefined = {};
  while (token !== undefined) {
    const { data }: { data: Data } = await list(token);
    all.push(data);
    token = data.nextPageToken ? { pageToken: data.nextPageToken } : undefined;
  }
  return all;
}
