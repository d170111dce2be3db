import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { SourceGroup } from "#bridge/source/source.ts";

import {
  dequeueGroup,
  enqueueGroup,
  enqueueListed,
  isAnyQueued,
  namedMembers,
  nextGroup,
  passMembersPage,
  putOffGroup,
} from "#bridge/storage/groups/queue.ts";
import { createGroupTables } from "#bridge/storage/migrations.ts";
import type { ObjectSql } from "#bridge/storage/tables.ts";

/** Runs a test in the storage of an object of its own. */
function inStorage<T>(use: (sql: ObjectSql) => T): Promise<T> {
  const stub = env.BRIDGE.getByName(crypto.randomUUID());
  return runInDurableObject(stub, (_object, { storage }) => {
    createGroupTables(storage.sql);
    return use(storage.sql);
  });
}

/** A group as one page of a listing tells of it. */
function told(members: SourceGroup["members"], more: Partial<SourceGroup> = {}): SourceGroup {
  return { sourceId: "g1", displayName: "", isRemoved: false, members, ...more };
}

const UNCHANGED = { kind: "unchanged" } as const;
const LISTED = { kind: "listed" } as const;

const whole = (...sourceIds: readonly string[]) => ({ kind: "whole", sourceIds }) as const;

const partial = (added: readonly string[], removed: readonly string[]) =>
  ({ kind: "partial", added, removed }) as const;

/** What the queue knows of the group g1 after some pages. */
async function after(...pages: readonly SourceGroup[]) {
  return await inStorage((sql) => {
    for (const page of pages) enqueueGroup(sql, page);
    const { displayName, kind } = nextGroup(sql) ?? {};
    return { displayName, kind, ...namedMembers(sql, "g1") };
  });
}

test("a later page that only names a group leaves the members that an earlier page named", async () => {
  const renamed = told(UNCHANGED, { displayName: "New" });

  expect(await after(told(whole("a", "b"), { displayName: "Old" }), renamed)).toEqual({
    displayName: "New",
    kind: "whole",
    added: ["a", "b"],
    removed: [],
  });
  expect(await after(told(partial(["a"], ["b"])), renamed)).toEqual({
    displayName: "New",
    kind: "partial",
    added: ["a"],
    removed: ["b"],
  });
  expect(await after(told(LISTED), renamed)).toMatchObject({ kind: "listed" });
});

test("a page that says no name leaves the one that another page said", async () => {
  const pages = [told(UNCHANGED, { displayName: "Name" }), told(partial(["a"], []))];

  expect(await after(...pages)).toMatchObject({ displayName: "Name", kind: "partial" });
});

test("what pages tell of a group's members adds up, and the last word about each counts", async () => {
  const pages = [
    told(partial(["in", "in-then-out"], ["out", "out-then-in"])),
    told(partial(["out-then-in", "late"], ["in-then-out"])),
  ];

  const { added, removed } = await after(...pages);

  expect([added.toSorted(), removed.toSorted()]).toEqual([
    ["in", "late", "out-then-in"],
    ["in-then-out", "out"],
  ]);
});

test("of one page the removals are the last word", async () => {
  expect(await after(told(partial(["a"], ["a"])))).toMatchObject({ added: [], removed: ["a"] });
});

test("a group that is removed, and told of again, is there; one that is removed at last is not", async () => {
  const removed = told(UNCHANGED, { isRemoved: true });

  expect((await after(removed, told(UNCHANGED))).kind).toBe("unchanged");
  expect((await after(told(whole("a")), removed)).kind).toBe("removed");
});

test("a list of members is whole with its last page", async () => {
  const seen = await inStorage((sql) => {
    enqueueGroup(sql, told(LISTED));
    passMembersPage(sql, "g1", { sourceIds: ["a", "b"], next: "2" });
    const between = nextGroup(sql);
    passMembersPage(sql, "g1", { sourceIds: ["c"], next: undefined });
    return { between, end: nextGroup(sql), added: namedMembers(sql, "g1").added };
  });

  expect(seen).toMatchObject({
    between: { kind: "listed", cursor: "2" },
    end: { kind: "whole", cursor: null },
    added: ["a", "b", "c"],
  });
});

test("a group that is put off comes behind the others, and one that is done leaves nothing behind", async () => {
  const seen = await inStorage((sql) => {
    for (const sourceId of ["g1", "g2"]) enqueueGroup(sql, told(whole("a"), { sourceId }));
    putOffGroup(sql, "g1");
    const first = nextGroup(sql)?.sourceId;
    dequeueGroup(sql, "g2");
    const second = nextGroup(sql)?.sourceId;
    const queued = [isAnyQueued(sql, ["g0", "g1"]), isAnyQueued(sql, ["g2"])];
    dequeueGroup(sql, "g1");
    enqueueGroup(sql, told(UNCHANGED));
    return { first, second, queued, left: namedMembers(sql, "g1").added };
  });

  expect(seen).toEqual({ first: "g2", second: "g1", queued: [true, false], left: [] });
});

test("members are read anew of groups of which a page told a part, but not where it told all", async () => {
  const kinds = await inStorage((sql) => {
    const pages = { g1: whole("a"), g2: partial(["a"], []), g3: UNCHANGED };
    for (const [sourceId, members] of Object.entries(pages)) {
      enqueueGroup(sql, told(members, { sourceId }));
    }
    enqueueListed(sql, ["g1", "g2", "g3", "g4"]);
    return ["g1", "g2", "g3", "g4"].map((sourceId) => {
      const { kind } = nextGroup(sql) ?? {};
      dequeueGroup(sql, sourceId);
      return kind;
    });
  });

  expect(kinds).toEqual(["whole", "listed", "listed", "listed"]);
});
