import { groupIdsBySource } from "./groups-links.ts";
import { linksBySource } from "./links.ts";
import type { Issue } from "./mapped.ts";
import { heldNotice, issueNotice, type Notice } from "./notice.ts";
import { mayWrite, type Run } from "./run.ts";
import {
  dropKnownIssues,
  type KnownIssue,
  knownIssues,
  knownOf,
  putKnownIssues,
  putNotices,
} from "./storage-notices.ts";
import { newOffs } from "./storage-offs.ts";
import { addIssues } from "./storage-runs.ts";
import type { World } from "./world.ts";

/** So many new issues of a run go to the event log; the others follow in the next runs. */
const LOGGED_ISSUES_MAX = 1_000;

/** So many newly held switch-offs of a run go to the event log. */
const LOGGED_OFFS_MAX = 1_000;

type Scene = Pick<World, "sql" | "clock" | "newId">;

/** What a step found out about records of one type. */
export interface Found {
  readonly type: Notice["resourceType"];
  readonly issues: readonly Issue[];
  /** The records about which `issues` says all there is: whatever else was wrong with them is over. */
  readonly settled: readonly string[];
  /** What the group is called that the issues are about. */
  readonly groupName?: string | undefined;
}

/**
 * Adds issues to a run, and has the event log told of those that it does not know from the last look
 * at their records. Runs inside the object's transaction.
 */
export function noteIssues(scene: Scene, run: Run, found: Found): Run {
  const counted = addIssues(scene.sql, run, found.issues);
  if (!mayWrite(run)) return counted;
  const { sql, clock, newId } = scene;
  const { type } = found;
  const present = contentsOf(sql, found);
  const subjects = [...found.settled, ...[...present.values()].map(({ known }) => known.subject)];
  if (subjects.length === 0) return counted;
  const known = knownIssues(sql, type, subjects);
  const knownKeys = new Set(known.map(keyOf));
  const fresh = [...present].filter(([key]) => !knownKeys.has(key)).map(([, each]) => each);
  const told = fresh.slice(0, Math.max(0, LOGGED_ISSUES_MAX - run.loggedIssues));
  const settled = new Set(found.settled);
  const over = known.filter((each) => settled.has(each.subject) && !present.has(keyOf(each)));
  const again = known.filter((each) => present.has(keyOf(each)));
  dropKnownIssues(sql, type, over);
  putKnownIssues(sql, type, run.runId, [...again, ...told.map((each) => each.known)]);
  const contents = told.map(({ content }) => content);
  putNotices(sql, contents, { runId: run.runId, at: clock.now(), newId });
  return {
    ...counted,
    loggedIssues: run.loggedIssues + told.length,
    unloggedIssues: run.unloggedIssues + fresh.length - told.length,
  };
}

/** Has the event log told of the switch-offs that are held from now on; tells whether there are any. */
export function noteHeld(
  { sql, clock, newId, config }: Scene & Pick<World, "config">,
  { runId }: Run,
  count: { readonly switchOffs: number; readonly activeLinked: number },
): boolean {
  const offs = newOffs(sql, LOGGED_OFFS_MAX);
  const { guard } = config.settings;
  const contents = offs.map((off) => heldNotice(off, { ...count, guard }));
  putNotices(sql, contents, { runId, at: clock.now(), newId });
  return offs.length > 0;
}

/** What the event log is to know of issues, by key; several of the same make one. */
function contentsOf(sql: World["sql"], { type, issues, groupName }: Found) {
  const idOf = linkedIds(
    sql,
    type,
    issues.flatMap(({ sourceId }) => sourceId ?? []),
  );
  const entries = issues.flatMap((issue) => {
    // What is wrong with all groups together is no record's.
    if (type === "Group" && issue.sourceId === undefined) return [];
    const content = issueNotice(issue, type, { id: idOf(issue.sourceId ?? ""), groupName });
    const known = knownOf(issue);
    return content === undefined ? [] : [[keyOf(known), { known, content }] as const];
  });
  return new Map(entries);
}

function linkedIds(
  sql: World["sql"],
  type: Found["type"],
  sourceIds: readonly string[],
): (sourceId: string) => string | undefined {
  if (sourceIds.length === 0) return () => undefined;
  if (type === "Group") {
    const ids = groupIdsBySource(sql, sourceIds);
    return (sourceId) => ids.get(sourceId);
  }
  const links = linksBySource(sql, sourceIds);
  return (sourceId) => links.get(sourceId)?.userId;
}

function keyOf({ subject, kind, detail }: KnownIssue): string {
  return JSON.stringify([subject, kind, detail]);
}
