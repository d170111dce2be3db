import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { PlannedStep } from "#bridge/admin-views.ts";
import type { Link } from "#bridge/plan/operation.ts";
import { NO_CURSORS, newRun } from "#bridge/state/run.ts";
import { countLinks, linksBySource, linksByUser, putLinks } from "#bridge/storage/links.ts";
import { createTables } from "#bridge/storage/migrations.ts";
import { addSteps, listRuns, pruneRuns, readRun, stepsOf, writeRun } from "#bridge/storage/runs.ts";
import { chunkCount, markSeen, unseenLinks } from "#bridge/storage/seen.ts";
import {
  countOffs,
  heldOffs,
  holdOffs,
  listOffs,
  newOffs,
  putOffs,
} from "#bridge/storage/switch-offs.ts";
import type { ObjectSql } from "#bridge/storage/tables.ts";

/** Runs on the storage of an object of its own. */
function onStorage<T>(work: (sql: ObjectSql) => T): Promise<T> {
  return runInDurableObject(env.BRIDGE.getByName(crypto.randomUUID()), (_, { storage }) => {
    createTables(storage.sql);
    return work(storage.sql);
  });
}

function aLink(n: number, members: Partial<Link> = {}): Link {
  return {
    sourceId: `s${n}`,
    userId: `u${n}`,
    hash: "h",
    isActive: true,
    goneAt: undefined,
    pendingManager: undefined,
    ...members,
  };
}

const links = (count: number) => Array.from({ length: count }, (_, n) => aLink(n + 1));

const A_STEP: PlannedStep = {
  op: "create",
  sourceId: "s1",
  userId: null,
  why: null,
  set: {},
  unset: [],
};

const anOff = (n: number) =>
  ({ op: "deactivate", sourceId: `s${n}`, userId: `u${n}`, why: "missing" }) as const;

test("a link is found by either id, and an overwritten one keeps its number", async () => {
  const found = await onStorage((sql) => {
    putLinks(sql, [aLink(1, { goneAt: 5, pendingManager: "boss" })]);
    const before = linksBySource(sql, ["s1", "s2"]).get("s1");
    putLinks(sql, [aLink(1, { isActive: false })]);
    return { before, after: linksByUser(sql, ["u1"]).get("u1") };
  });

  expect(found.before).toEqual({ ...aLink(1, { goneAt: 5, pendingManager: "boss" }), n: 1 });
  expect(found.after).toEqual({ ...aLink(1, { isActive: false }), n: 1 });
});

test("links are counted, and among them those of active users", async () => {
  const counts = await onStorage((sql) => {
    putLinks(sql, [aLink(1), aLink(2), aLink(3, { isActive: false })]);
    return countLinks(sql);
  });

  expect(counts).toEqual({ linked: 3, active: 2 });
});

test("who was marked is seen, in whatever piece of the marks, and counts as new once", async () => {
  const result = await onStorage((sql) => {
    putLinks(sql, links(32_770));
    const fresh = [markSeen(sql, [1, 32_767, 32_768, 32_770]), markSeen(sql, [32_768, 2])];
    const chunks = Array.from({ length: chunkCount(sql) }, (_, chunk) => unseenLinks(sql, chunk));
    return { fresh, unseen: chunks.map((each) => each.map(({ n }) => n)) };
  });

  expect(result.fresh).toEqual([4, 1]);
  expect(result.unseen.map((each) => each.length)).toEqual([32_767 - 3, 1]);
  expect([result.unseen[0]?.[0], result.unseen[1]]).toEqual([3, [32_769]]);
});

test("without links there is nothing to look through", async () => {
  expect(await onStorage(chunkCount)).toBe(0);
});

test("more switch-offs than fit into one value are kept, in order, and move together", async () => {
  const result = await onStorage((sql) => {
    putOffs(
      sql,
      "run",
      Array.from({ length: 2_500 }, (_, n) => anOff(n)),
    );
    const fresh = newOffs(sql, 2_000).length;
    holdOffs(sql, "r", 1);
    putOffs(sql, "run", [anOff(1)]);
    return {
      fresh,
      stillFresh: newOffs(sql, 1).length,
      held: countOffs(sql, "held"),
      page: listOffs(sql, "held", 2, "s1").map(({ sourceId }) => sourceId),
    };
  });

  expect(result).toEqual({ fresh: 2_000, stillFresh: 0, held: 2_500, page: ["s10", "s100"] });
});

test("the tables of an object that knows no version become today's, with what is in them", async () => {
  const kept = await onStorage((sql) => {
    for (const table of [
      ...["links", "offs", "open_issues", "asks", "unknown_members"],
      ...["scope_parts", "scope_members"],
    ]) {
      sql.exec(`DROP TABLE ${table}`);
    }
    sql.exec("DELETE FROM memory WHERE key = 'schema'");
    sql.exec(`CREATE TABLE links (n INTEGER PRIMARY KEY, source_id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL,
      hash TEXT NOT NULL, active INTEGER NOT NULL, gone_at INTEGER, pending_manager TEXT)`);
    sql.exec("INSERT INTO links VALUES (1, 's1', 'u1', 'h', 1, NULL, NULL)");
    sql.exec(`CREATE TABLE offs (stage TEXT NOT NULL, source_id TEXT NOT NULL, off TEXT NOT NULL,
      PRIMARY KEY (stage, source_id)) WITHOUT ROWID`);
    sql.exec("INSERT INTO offs VALUES ('held', 's1', ?)", JSON.stringify(anOff(1)));
    sql.exec(`CREATE TABLE known_issues (type TEXT NOT NULL, subject TEXT NOT NULL, kind TEXT NOT NULL,
      detail TEXT NOT NULL, run_id TEXT NOT NULL, PRIMARY KEY (type, subject, kind, detail)) WITHOUT ROWID`);
    sql.exec("INSERT INTO known_issues VALUES ('User', 's1', 'no-username', 'why', 'r')");
    createTables(sql);
    createTables(sql);
    return {
      link: linksBySource(sql, ["s1"]).get("s1"),
      held: heldOffs(sql, 10),
      issues: sql.exec("SELECT subject, kind, told FROM open_issues").toArray(),
    };
  });

  expect(kept.link).toEqual({ ...aLink(1), n: 1 });
  expect(kept.held).toEqual([{ ...anOff(1), since: 0, runId: "" }]);
  expect(kept.issues).toEqual([{ subject: "s1", kind: "no-username", told: 1 }]);
});

test("the newest thousand runs are kept, and the steps of the newest dry run alone", async () => {
  const kept = await onStorage((sql) => {
    const aRun = (n: number) => {
      const runId = String(n).padStart(4, "0");
      const start = { mode: "plan", isFull: true, since: NO_CURSORS, startedAt: n } as const;
      return newRun({ runId, scope: "", origin: "", ...start });
    };
    for (let n = 1; n <= 1_001; n += 1) writeRun(sql, aRun(n));
    for (const n of [1, 1_000, 1_001]) addSteps(sql, aRun(n), [A_STEP]);
    pruneRuns(sql, aRun(1_001));
    return {
      first: readRun(sql, "0001"),
      runs: listRuns(sql, 2_000, undefined).length,
      last: listRuns(sql, 2, "0004").map(({ runId }) => runId),
      steps: ["0001", "1000", "1001"].map((runId) => stepsOf(sql, runId).length),
    };
  });

  expect(kept).toEqual({ first: undefined, runs: 1_000, last: ["0003", "0002"], steps: [0, 0, 1] });
});
