import { describe, expect, test } from "vitest";
import type { BridgeSettings } from "#bridge/config/settings.ts";
import type { JsonObject } from "#scim/json.ts";
import { BridgeSource } from "#test/support/bridge/source.ts";
import { okOf, TestBridge } from "#test/support/bridge/world.ts";
import { aUser, openGateway } from "#test/support/gateway.ts";

// The kind: a record of the provider gets the account of another person whom the provider knows under
// another id, because that one is on a later page, in no page of a delta, or not looked at.

const gateway = openGateway();

const OWNER = record("u149", "ada.new@example.com", "ada@example.com");
const BY_EMAIL = record("u7", "mallory@example.com", "ada@example.com");
const BY_LOGIN = record("u7", "ada.old@example.com", "mallory@example.com");

function record(id: string, login: string, email: string, status = "ACTIVE") {
  const profile = { login, email, firstName: "Ada", lastName: "Lovelace" };
  return { id, status, profile };
}

/** A bridge whose directory has the owner as a push client made her; it ran no run yet but an empty one. */
async function aPushedOwner(settings: Partial<BridgeSettings> = {}, more: JsonObject = {}) {
  const source = new BridgeSource();
  source.pageSize = 1;
  source.delta = { users: true, groups: false };
  const bridge = await TestBridge.open(source, settings);
  await bridge.due();
  const emails = [{ value: "ada@example.com", type: "work", primary: true }];
  const body = aUser({ userName: "ada.old@example.com", externalId: "u149", emails, ...more });
  const { token } = bridge.connector;
  const { body: owner } = await gateway.scim("/Users", { token, body });
  return { source, bridge, ownerId: String(owner.id) };
}

type Scene = Awaited<ReturnType<typeof aPushedOwner>>;

/** Whose the owner's user is: its externalId. */
async function holderOf({ bridge, ownerId }: Scene): Promise<string | null | undefined> {
  return (await bridge.users()).find(({ id }) => id === ownerId)?.externalId;
}

async function userNameOf({ bridge, ownerId }: Scene): Promise<string | undefined> {
  return (await bridge.users()).find(({ id }) => id === ownerId)?.userName;
}

const STRANGERS = [
  ["the same e-mail", BY_EMAIL],
  ["the login that she had before", BY_LOGIN],
] as const;

describe.each(STRANGERS)("a stranger with %s", (_, stranger) => {
  test.each([
    ["before her, on another page", [stranger, OWNER], 1],
    ["after her, on another page", [OWNER, stranger], 1],
    ["before her, on one page", [stranger, OWNER], 10],
  ])("listed %s gets a user of its own", async (_, records, pageSize) => {
    const scene = await aPushedOwner();
    scene.source.putRaw(...records);
    scene.source.pageSize = pageSize;

    const view = await scene.bridge.run();

    expect([view.state, view.counts.created, view.issues]).toEqual(["succeeded", 1, []]);
    expect(await userNameOf(scene)).toBe("ada.new@example.com");
    expect(await holderOf(scene)).toBe("u149");
  });

  test("gets nothing of hers after a resync", async () => {
    const scene = await aPushedOwner();
    scene.source.putRaw(OWNER);
    await scene.bridge.run();
    scene.source.drop("u149");
    scene.source.putRaw(stranger, record("u8", "zoe@example.com", "zoe@example.com"), OWNER);

    await scene.bridge.stub.resync();
    await scene.bridge.settle();

    expect(await userNameOf(scene)).toBe("ada.new@example.com");
    expect((await scene.bridge.calls.overview()).linkedUsers).toBe(3);
  });

  test("gets nothing of hers in a delta that she is not in, and the issue names both", async () => {
    const scene = await aPushedOwner();
    // Known to the provider, and to a look by id alone.
    scene.source.putRaw(OWNER, stranger);
    scene.source.put({ id: "other" });
    const list = scene.source.listPage.bind(scene.source);
    scene.source.listPage = async (...page) => ({ ...(await list(...page)), records: [stranger] });
    scene.source.pageSize = 100;

    const view = await scene.bridge.run("delta");

    expect([view.mode, view.state]).toEqual(["delta", "succeeded"]);
    expect(await userNameOf(scene)).toBe("ada.old@example.com");
    const [issue] = view.issues;
    expect(issue).toMatchObject({ kind: "account-of-another", sourceId: "u7" });
    expect(issue?.detail).toContain(scene.ownerId);
    expect(issue?.detail).toContain("u149");
    expect(scene.source.asked).toContain("readUser u149");
  });

  test("gets nothing of hers when it is synced alone", async () => {
    const scene = await aPushedOwner();
    scene.source.putRaw(stranger, OWNER);

    okOf(await scene.bridge.calls.syncUser("u7"));

    expect(await userNameOf(scene)).toBe("ada.old@example.com");
    expect((await scene.bridge.due()).issues).toMatchObject([{ kind: "account-of-another" }]);
  });

  test("gets nothing of hers while she is excluded, switched off here, or disabled there", async () => {
    const excluded = await aPushedOwner({ excluded: ["ada.new@*"] });
    const off = await aPushedOwner({}, { active: false });
    const disabled = await aPushedOwner({ createInactive: true });
    const leaver = { ...OWNER, status: "SUSPENDED" };
    for (const [scene, owner] of [
      [excluded, OWNER],
      [off, OWNER],
      [disabled, leaver],
    ] as const) {
      scene.source.putRaw(stranger, owner);

      await scene.bridge.run();

      expect(await holderOf(scene)).toBe("u149");
      const hers = (await scene.bridge.users()).find(({ id }) => id === scene.ownerId);
      expect(hers?.doc).not.toContain("mallory");
    }
  });

  test("takes over only once a complete listing says that she is gone", async () => {
    const scene = await aPushedOwner();
    scene.source.putRaw(stranger);

    const view = await scene.bridge.run();

    expect([view.counts.created, view.issues]).toEqual([0, []]);
    expect(await userNameOf(scene)).toBe(stranger.profile.login);
  });

  test("is told in a dry run what a run does", async () => {
    const scene = await aPushedOwner();
    scene.source.putRaw(stranger, OWNER);

    const { runId } = okOf(await scene.bridge.stub.startPlan());
    await scene.bridge.settle();

    const plan = await scene.bridge.calls.plan(runId);
    const steps = plan?.steps.map(({ op, sourceId, userId }) => [
      op,
      sourceId,
      userId === scene.ownerId,
    ]);
    expect(steps).toContainEqual(["adopt", "u149", true]);
    expect(steps?.filter(([, , isHers]) => isHers)).toHaveLength(1);
  });
});

test("an odd answer about the owner leaves the stranger waiting, and the run goes on", async () => {
  const scene = await aPushedOwner();
  scene.source.putRaw(BY_LOGIN);
  scene.source.onCall = (what) => {
    if (what !== "readUser") return;
    scene.source.failures.push({ kind: "record", sourceId: "u149", mayPass: true });
  };

  okOf(await scene.bridge.calls.syncUser("u7"));

  expect(await holderOf(scene)).toBe("u149");
  expect((await scene.bridge.due()).issues).toMatchObject([{ kind: "account-of-another" }]);
});

test("an address alone hands nobody over in a delta: the next complete run decides", async () => {
  const scene = await aPushedOwner({}, { externalId: null });
  scene.source.put({ id: "u7", login: "ada@example.com" });

  const waiting = await scene.bridge.run("delta");
  const decided = await scene.bridge.run("full");

  expect(waiting.issues).toMatchObject([{ kind: "match-undecided", sourceId: "u7" }]);
  expect([decided.issues, await holderOf(scene)]).toEqual([[], "u7"]);
});

test("of two records with the address of one user neither takes it, in any order", async () => {
  for (const ids of [
    ["u1", "u2"],
    ["u2", "u1"],
  ]) {
    const scene = await aPushedOwner({}, { externalId: null });
    scene.source.putRaw(...ids.map((id) => record(id, `${id}@example.com`, "ada@example.com")));

    const view = await scene.bridge.run();

    expect([view.counts.created, await holderOf(scene)]).toEqual([2, null]);
    expect(view.issues.map(({ kind }) => kind)).toEqual(["match-undecided", "match-undecided"]);
  }
});

test("a user who was let go is nobody else's as long as the provider has the person", async () => {
  const scene = await aPushedOwner({}, { externalId: null });
  scene.source.putRaw(record("u149", "ada.old@example.com", "ada@example.com"));
  await scene.bridge.run();
  await scene.bridge.configure({ excluded: ["robot@*"] });
  scene.source.putRaw(record("u149", "robot@example.com", "robot@example.com"));
  await scene.bridge.run();
  const { token } = scene.bridge.connector;
  const body = {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: [{ op: "remove", path: "externalId" }],
  };
  await gateway.scim(`/Users/${scene.ownerId}`, { token, method: "PATCH", body });
  scene.source.putRaw(record("u7", "ada.old@example.com", "x@example.com"));

  const view = await scene.bridge.run();

  expect(view.issues).toMatchObject([{ kind: "userName-taken", sourceId: "u7" }]);
  expect(await holderOf(scene)).toBeNull();
});
