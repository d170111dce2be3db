import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import {
  clearListedGroups,
  dropGroupLinks,
  type GroupLink,
  groupIdsBySource,
  groupLink,
  groupLinks,
  isGroupLinked,
  keepGroupLink,
  listedGroups,
  noteListedGroup,
} from "#bridge/storage/groups/links.ts";
import { createGroupTables } from "#bridge/storage/migrations.ts";

const LINK: GroupLink = { sourceId: "g1", groupId: "id1", hash: "h", isCreated: true };

/** Runs a test in the storage of an object of its own. */
function inStorage<T>(use: (sql: SqlStorage) => T): Promise<T> {
  const stub = env.BRIDGE.getByName(crypto.randomUUID());
  return runInDurableObject(stub, (_object, { storage }) => {
    createGroupTables(storage.sql);
    return use(storage.sql);
  });
}

test("a link is found by the ids of both sides", async () => {
  await inStorage((sql) => {
    keepGroupLink(sql, "g1", LINK);

    expect(groupLink(sql, "g1")).toEqual(LINK);
    expect(groupLink(sql, "g2")).toBeUndefined();
    expect([isGroupLinked(sql, "id1"), isGroupLinked(sql, "g1")]).toEqual([true, false]);
    expect(groupIdsBySource(sql, ["g0", "g1"])).toEqual(new Map([["g1", "id1"]]));
  });
});

test("a link that is kept again takes the place of the former one", async () => {
  await inStorage((sql) => {
    keepGroupLink(sql, "g1", LINK);
    keepGroupLink(sql, "g1", { ...LINK, groupId: "id2", hash: "", isCreated: false });

    expect(groupLinks(sql)).toEqual([{ ...LINK, groupId: "id2", hash: "", isCreated: false }]);
  });
});

test("no link forgets the one there was", async () => {
  await inStorage((sql) => {
    keepGroupLink(sql, "g1", LINK);
    keepGroupLink(sql, "g1", undefined);

    expect(groupLinks(sql)).toEqual([]);
  });
});

test("what a listing showed is known until the next one begins", async () => {
  await inStorage((sql) => {
    for (const sourceId of ["g1", "g2", "g1"]) noteListedGroup(sql, sourceId);
    const shown = listedGroups(sql);
    clearListedGroups(sql);

    expect(shown).toEqual(new Set(["g1", "g2"]));
    expect(listedGroups(sql).size).toBe(0);
  });
});

test("a resync begins without links", async () => {
  await inStorage((sql) => {
    keepGroupLink(sql, "g1", LINK);
    dropGroupLinks(sql);

    expect(groupLinks(sql)).toEqual([]);
  });
});
