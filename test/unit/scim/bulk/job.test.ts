import { expect, test } from "vitest";
import { type BulkRequest, parseBulkRequest } from "#scim/bulk/bulk.ts";
import { performBulk } from "#scim/bulk/job.ts";
import type { BulkResult } from "#scim/bulk/perform.ts";
import { ScimError } from "#scim/error.ts";
import type { JsonObject } from "#scim/json.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { aBulkWorld } from "#test/support/scim/bulk-world.ts";

function aRequest(operations: readonly JsonObject[], failOnErrors: number | null = null) {
  return parseBulkRequest({ failOnErrors, Operations: operations }, { strict: false });
}

function post(userName: string, members: JsonObject = {}): JsonObject {
  return { method: "POST", path: "/Users", bulkId: userName, data: { userName, ...members } };
}

function patch(id: string, path: string, value: string): JsonObject {
  const data = { Operations: [{ op: "replace", path, value }] };
  return { method: "PATCH", path: `/Users/${id}`, data };
}

function remove(id: string): JsonObject {
  return { method: "DELETE", path: `/Users/${id}` };
}

/** What became of each operation: the kind of write, or the status of the refusal. */
function outcomesOf(results: readonly BulkResult[]): readonly unknown[] {
  return results.map(({ outcome }) => {
    if (outcome.kind === "written") return outcome.written.kind;
    return outcome.kind === "refused" ? outcome.error.status : outcome.kind;
  });
}

/** A world with the users u1, u2, … who have the ids id-1, id-2, …; its notes begin after them. */
async function aWorldOf(count: number, options: Parameters<typeof aBulkWorld>[0] = {}) {
  const made = aBulkWorld(options);
  const posts = Array.from({ length: count }, (_, n) => post(`u${n + 1}`));
  await performBulk(aRequest(posts), made.world);
  made.commits.length = 0;
  const perform = async (request: BulkRequest) =>
    outcomesOf(await performBulk(request, made.world));
  return { ...made, perform };
}

test("a thousand independent POSTs are one commit", async () => {
  const { commits, perform } = await aWorldOf(0);

  const outcomes = await perform(aRequest(Array.from({ length: 1_000 }, (_, n) => post(`${n}`))));

  expect(outcomes).toEqual(Array(1_000).fill("created"));
  expect(commits).toEqual([1_000]);
});

test("changes of different users are one commit, a refused one left out", async () => {
  const { commits, perform } = await aWorldOf(3);

  const outcomes = await perform(
    aRequest([patch("id-1", "title", "a"), remove("id-9"), remove("id-2"), post("u3"), post("u4")]),
  );

  expect(outcomes).toEqual(["changed", 404, "deleted", 409, "created"]);
  expect(commits).toEqual([3]);
});

test("two operations on one user are performed one after the other", async () => {
  const { commits, named, perform } = await aWorldOf(1);

  const outcomes = await perform(
    aRequest([patch("id-1", "title", "a"), patch("id-1", "displayName", "b"), remove("id-1")]),
  );

  expect(outcomes).toEqual(["changed", "changed", "deleted"]);
  expect(commits).toEqual([1, 1, 1]);
  expect(named("u1")).toBeUndefined();
});

test("a name that one operation frees is there for a later one to take", async () => {
  const { commits, named, perform } = await aWorldOf(2);

  const outcomes = await perform(
    aRequest([post("u3"), remove("id-1"), patch("id-2", "userName", "v2"), post("u1"), post("u2")]),
  );

  expect(outcomes).toEqual(["created", "deleted", "changed", "created", "created"]);
  expect(commits).toEqual([3, 2]);
  expect(named("u1")).toBeDefined();
});

test("two POSTs of one userName: the first one wins", async () => {
  const { perform } = await aWorldOf(0);

  const first = post("ada");
  const outcomes = await perform(aRequest([first, post("bob"), { ...post("ADA"), bulkId: "b" }]));

  expect(outcomes).toEqual(["created", "created", 409]);
});

test("a reference to a user of the same run is its id", async () => {
  const { commits, named, perform } = await aWorldOf(0);
  const manager = { [ENTERPRISE_USER]: { manager: { value: "bulkId:boss" } } };

  await perform(aRequest([post("boss"), post("ada", manager)]));

  expect(commits).toEqual([2]);
  expect(named("ada")).toMatchObject({ [ENTERPRISE_USER]: { manager: { value: "id-1" } } });
});

test("a path that refers to a user of the same request is performed after it", async () => {
  const { commits, named, perform } = await aWorldOf(0);

  const outcomes = await perform(
    aRequest([patch("bulkId:ada", "title", "a"), post("ada"), post("bob")]),
  );

  expect(outcomes).toEqual(["changed", "created", "created"]);
  expect(commits).toEqual([2, 1]);
  expect(named("ada")).toMatchObject({ title: "a" });
});

test("what refers to a refused operation is refused with 409", async () => {
  const { perform } = await aWorldOf(1);
  const manager = { [ENTERPRISE_USER]: { manager: { value: "bulkId:u1" } } };

  const outcomes = await perform(aRequest([post("u1"), post("ada", manager), post("bob")]));

  expect(outcomes).toEqual([409, 409, "created"]);
});

test("one change that cannot be stored is cornered by halves, and costs no other its own", async () => {
  const { commits, perform } = await aWorldOf(17);
  const renames = Array.from({ length: 16 }, (_, n) => {
    return patch(`id-${n + 1}`, "userName", n === 5 ? "u17" : `v${n + 1}`);
  });

  const outcomes = await perform(aRequest(renames));

  expect(outcomes).toEqual(Array.from({ length: 16 }, (_, n) => (n === 5 ? 409 : "changed")));
  expect(commits.length).toBeLessThan(16);
});

test("failOnErrors ends the request inside a run, and what came before is stored", async () => {
  const { named, perform } = await aWorldOf(1);
  const operations = [post("a"), post("u1"), post("b"), remove("id-9"), post("c")];

  const outcomes = await perform(aRequest(operations, 2));

  expect(outcomes).toEqual(["created", 409, "created", 404]);
  expect([named("b"), named("c")]).toEqual([expect.anything(), undefined]);
});

test("failOnErrors counts errors of earlier runs, and of operations that cannot be understood", async () => {
  const { perform } = await aWorldOf(1);
  const operations = [remove("id-1"), remove("id-1"), { method: "POST", path: "/Bulk" }, post("a")];

  expect(await perform(aRequest(operations, 2))).toEqual(["deleted", 404, 400]);
});

test("a fault before anything is stored is thrown", async () => {
  const fault = new Error("no connection");
  const { world } = aBulkWorld({
    beforeCommit: () => {
      throw fault;
    },
  });

  await expect(performBulk(aRequest([post("a"), post("b")]), world)).rejects.toBe(fault);
});

test("a fault after something is stored is the outcome of the rest", async () => {
  const { perform } = await aWorldOf(1, {
    beforeCommit: (n) => {
      if (n > 1) throw new Error("no connection");
    },
  });
  const operations = [patch("id-1", "title", "a"), patch("id-1", "title", "b"), post("c")];

  expect(await perform(aRequest(operations))).toEqual(["changed", "failed", "failed"]);
});

test("a refusal is a ScimError with a detail", async () => {
  const { world } = aBulkWorld();

  const [result] = await performBulk(aRequest([remove("id-1")]), world);

  const error = result?.outcome.kind === "refused" ? result.outcome.error : undefined;
  expect(error).toBeInstanceOf(ScimError);
  expect(error?.detail).not.toBe("");
});
