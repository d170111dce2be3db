import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BridgeSource } from "#test/support/bridge/source.ts";
import { okOf, TestBridge } from "#test/support/bridge/world.ts";
import { allEvents } from "#test/support/changes/feed.ts";
import { openGateway } from "#test/support/gateway.ts";

// The kind: an imported account waits for its person, and a bridge gives it to another one, to two, or makes
// a second user beside it without a word.

const gateway = openGateway();

interface Account {
  readonly userName: string;
  readonly externalId?: string | undefined;
  readonly email?: string | undefined;
  readonly accountId?: string;
}

function record(id: string, login: string, email: string | null = null, status = "ACTIVE") {
  return { id, status, profile: { login, email, firstName: "Ada", lastName: "Lovelace" } };
}

/** A bridge whose connector had accounts imported, with the ids of their users. */
async function withAccounts(accounts: readonly Account[], records: readonly object[]) {
  const source = new BridgeSource();
  source.pageSize = 100;
  const bridge = await TestBridge.open(source);
  // The first run, which is due at once, finds nobody.
  await bridge.due();
  const { id } = bridge.connector;
  const users = accounts.map((account, n) => ({ accountId: `acc-${n}`, ...account }));
  const path = `/connectors/${id}/users/import`;
  const ids: (string | null)[] = [];
  if (users.length > 0) {
    const { body } = await gateway.admin(path, { body: { users } });
    ids.push(...body.results.map((row: { id: string | null }) => row.id));
  }
  source.putRaw(...records.map((each) => ({ ...record("", ""), ...each })));
  const unclaimed = async (): Promise<readonly string[]> => {
    const answer = await gateway.admin(`/connectors/${id}/users?state=unclaimed`);
    return answer.body.items.map((user: { id: string }) => user.id);
  };
  return { bridge, source, ids, unclaimed };
}

describe("a run takes an imported account over under its id", () => {
  test.each<[string, Account]>([
    ["its externalId", { userName: "old", externalId: "u1" }],
    ["its userName, in another case", { userName: "ADA" }],
    ["its e-mail address alone", { userName: "countess", email: "Ada@example.com" }],
  ])("by %s, and the event says so", async (_what, account) => {
    const { bridge, ids, unclaimed } = await withAccounts(
      [account],
      [record("u1", "ada", "ada@example.com")],
    );

    const view = await bridge.run();
    const again = await bridge.run();

    expect([view.counts.created, view.counts.updated, view.issues]).toEqual([0, 1, []]);
    const events = await allEvents(gateway, bridge.connector.id);
    expect(events).toMatchObject([
      { type: "user.created", resourceId: ids[0] },
      {
        type: "user.claimed",
        claimed: true,
        resourceId: ids[0],
        actor: { kind: "bridge" },
        resource: { userName: "ada", accountId: "acc-0" },
      },
    ]);
    expect(await unclaimed()).toEqual([]);
    expect([again.counts.updated, again.counts.created]).toEqual([0, 0]);
  });

  test("once: a push of the same userName is 409 then, and another record gets a user of its own", async () => {
    const { bridge, source, ids } = await withAccounts(
      [{ userName: "ada" }],
      [record("u1", "ada")],
    );
    await bridge.run();
    source.putRaw(record("u2", "ada2"));

    await bridge.run();
    const { token } = bridge.connector;
    const { status } = await gateway.scim("/Users", { token, body: { userName: "Ada" } });

    const users = await bridge.users();
    expect(status).toBe(409);
    expect(users).toHaveLength(2);
    expect(users.find(({ id }) => id === ids[0])?.externalId).toBe("u1");
  });

  test("and switches the account of a leaver off, through the guard", async () => {
    const { bridge, unclaimed } = await withAccounts(
      [{ userName: "ada" }, { userName: "bo" }],
      [record("u1", "ada", null, "SUSPENDED"), record("u2", "bo")],
    );

    await bridge.run();

    const users = await bridge.users();
    expect(users.map(({ userName, active }) => [userName, active]).sort()).toEqual([
      ["ada", 0],
      ["bo", 1],
    ]);
    expect(await unclaimed()).toEqual([]);
  });
});

test.each<[string, readonly Account[], string]>([
  [
    "one by externalId and another by userName",
    [{ userName: "old", externalId: "u1" }, { userName: "ada" }],
    "userName-taken",
  ],
  [
    "one by userName and another by its e-mail address",
    [{ userName: "ada" }, { userName: "countess", email: "ada@example.com" }],
    "several-accounts",
  ],
  [
    "two by their e-mail address",
    [
      { userName: "countess", email: "ada@example.com" },
      { userName: "lady", email: "ada@example.com" },
    ],
    "several-accounts",
  ],
])(
  "a record that meets two accounts gets none of them, and an issue: %s",
  async (_what, accounts, kind) => {
    const { bridge, ids, unclaimed } = await withAccounts(accounts, [
      record("u1", "ada", "ada@example.com"),
    ]);

    const view = await bridge.run();

    expect(view.state).toBe("succeeded");
    expect([view.counts.created, view.counts.updated]).toEqual([0, 0]);
    expect(view.issues).toMatchObject([{ kind, sourceId: "u1" }]);
    expect(ids.some((id) => view.issues[0]?.detail.includes(String(id)))).toBe(true);
    expect(await unclaimed()).toEqual(ids);
  },
);

test("an account whose externalId the provider knows is never given to another record", async () => {
  const { bridge, ids, unclaimed } = await withAccounts(
    [{ userName: "ada", externalId: "u9", email: "ada@example.com" }],
    [record("u1", "ada", "ada@example.com"), record("u9", "owner")],
  );

  await bridge.run();

  const users = await bridge.users();
  expect(users.find(({ id }) => id === ids[0])).toMatchObject({
    externalId: "u9",
    userName: "owner",
  });
  expect(await unclaimed()).toEqual([]);
});

const IDS = ["u1", "u2", "u3"];
const EMAILS = ["a@x.example", "b@x.example"];
const someEmail = fc.constantFrom(undefined, ...EMAILS);

/** Whether an account is a record's by its externalId or its userName. */
function isOf({ externalId, userName }: Account, id: string): boolean {
  return externalId === id || userName === `login-${id}`;
}

/**
 * Nobody wants the name that a rename sets free, and a record keeps the address that its account has: what a run
 * writes for one record, its dry run cannot show to another.
 */
const scene = fc.record({
  known: fc.subarray(IDS).chain((ids) =>
    fc.tuple(
      ...ids.map((externalId) =>
        fc.record({
          externalId: fc.constant(externalId),
          userName: fc.constantFrom(`login-${externalId}`, `old-${externalId}`),
          email: someEmail,
        }),
      ),
    ),
  ),
  strangers: fc.uniqueArray(
    fc.record({
      userName: fc.constantFrom("login-u1", "login-u2", "login-u3", "other-1", "other-2"),
      email: someEmail,
    }),
    { selector: ({ userName }) => userName, maxLength: 3 },
  ),
  records: fc.subarray(IDS, { minLength: 1 }).chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc.record({
          id: fc.constant(id),
          email: fc.constantFrom(null, ...EMAILS),
          status: fc.constantFrom("ACTIVE", "ACTIVE", "SUSPENDED"),
        }),
      ),
    ),
  ),
});

test("a dry run and the run after it agree on who takes which account over, who is made, and what is an issue", async () => {
  await fc.assert(
    fc.asyncProperty(scene, async ({ known, strangers, records }) => {
      const accounts = [...known, ...strangers];
      const people = records.map(({ id, email, status }) => {
        const own = accounts.find((account) => isOf(account, id));
        return record(id, `login-${id}`, own === undefined ? email : (own.email ?? null), status);
      });
      const { bridge, ids, unclaimed } = await withAccounts(accounts, people);
      const imported = new Set(ids);

      const { runId } = okOf(await bridge.stub.startPlan());
      await bridge.settle();
      const plan = await bridge.view(runId);
      const steps = (await bridge.calls.plan(runId))?.steps ?? [];
      const waitingStill = await unclaimed();
      const done = await bridge.run();

      const said = steps.flatMap(({ op, userId }) =>
        op === "adopt" || op === "deactivate" ? [userId] : [],
      );
      const waiting = new Set(await unclaimed());
      const claimed = waitingStill.filter((id) => !waiting.has(id));
      expect(new Set(said.filter((id) => imported.has(id)))).toEqual(new Set(claimed));
      expect(plan.counts.created).toBe(done.counts.created);
      // Who was taken over in a run is linked, and no issue to others of that address; in a dry run nobody is.
      const issuesOf = ({ issues }: typeof plan) =>
        issues
          .filter(({ kind }) => kind !== "account-of-another")
          .map(({ kind, sourceId }) => `${kind} ${sourceId}`)
          .sort();
      expect(issuesOf(plan)).toEqual(issuesOf(done));
    }),
    { numRuns: 20 },
  );
});
