import type { Issue } from "../mapping/mapped.ts";
import { mayWrite, type Run } from "../state/run.ts";
import type { RunContext } from "../step/run-context.ts";
import { groupIdsBySource } from "../storage/groups/links.ts";
import {
  dropIssues,
  issueSubject,
  type OpenIssue,
  openIssues,
  putIssues,
} from "../storage/issues.ts";
import { linksBySource } from "../storage/links.ts";
import { type HeldCount, heldNotice, issueNotice, type Notice } from "../storage/notice.ts";
import { putNotices } from "../storage/notices.ts";
import { newOffs } from "../storage/switch-offs.ts";

/** So many new issues of a run go to the event log; the others follow in the next runs. */
const LOGGED_ISSUES_MAX = 1_000;

/** So many newly held switch-offs of a run go to the event log. */
const LOGGED_OFFS_MAX = 1_000;

type Scene = Pick<RunContext, "sql" | "clock" | "newId">;

/** What a step found out about records of one type. */
export interface FoundIssues {
  readonly type: Notice["resourceType"];
  readonly issues: readonly Issue[];
  /** The records about which `issues` says all there is: whatever else was wrong with them is over. */
  readonly settled: readonly string[];
  /** What the group is called that the issues are about. */
  readonly groupName?: string | undefined;
}

/**
 * Keeps issues until they are solved, and has the event log told of those that it does not know from the
 * last look at their records. Runs inside the object's transaction.
 */
export function noteIssues(scene: Scene, run: Run, found: FoundIssues): Run {
  const { sql, clock, newId } = scene;
  const { type } = found;
  const present = presentIssues(sql, found);
  const subjects = [...found.settled, ...[...present.values()].map(({ subject }) => subject)];
  if (subjects.length === 0) return run;
  const known = openIssues(sql, run, type, subjects);
  const byKey = new Map(known.map((each) => [keyOf(each), each]));
  const settled = new Set(found.settled);
  const over = known.filter((each) => settled.has(each.subject) && !present.has(keyOf(each)));
  dropIssues(sql, run, type, over);
  const fresh = [...present].flatMap(([key, { content }]) =>
    content === undefined || byKey.get(key)?.isTold === true ? [] : [{ key, content }],
  );
  const room = mayWrite(run) ? Math.max(0, LOGGED_ISSUES_MAX - run.loggedIssues) : 0;
  const told = fresh.slice(0, room);
  const toldKeys = new Set(told.map(({ key }) => key));
  const now = clock.now();
  const kept = [...present].map(([key, { subject, item }]) => {
    const before = byKey.get(key);
    return {
      subject,
      kind: item.kind,
      detail: item.detail,
      item,
      // The same trouble in other words is not new.
      since: Math.min(
        now,
        ...known.filter(isSameKind(subject, item.kind)).map(({ since }) => since),
      ),
      tries: (before?.tries ?? 0) + (before?.runId === run.runId ? 0 : 1),
      runId: run.runId,
      isTold: before?.isTold === true || toldKeys.has(key),
    };
  });
  putIssues(sql, run, type, kept);
  const contents = told.map(({ content }) => content);
  putNotices(sql, contents, { runId: run.runId, at: now, newId });
  if (!mayWrite(run)) return run;
  return {
    ...run,
    loggedIssues: run.loggedIssues + told.length,
    unloggedIssues: run.unloggedIssues + fresh.length - told.length,
  };
}

function isSameKind(subject: string, kind: Issue["kind"]) {
  return (each: OpenIssue) => each.subject === subject && each.kind === kind;
}

/** Has the event log told of the switch-offs that are held from now on; tells whether there are any. */
export function noteHeld(
  { sql, clock, newId, config }: Scene & Pick<RunContext, "config">,
  { runId }: Run,
  count: Omit<HeldCount, "guard">,
): boolean {
  const offs = newOffs(sql, LOGGED_OFFS_MAX);
  const { guard } = config.settings;
  const contents = offs.map((off) => heldNotice(off, { ...count, guard }));
  putNotices(sql, contents, { runId, at: clock.now(), newId });
  return offs.length > 0;
}

/** Issues by key, with what the event log is to know of them; several of the same make one. */
function presentIssues(sql: RunContext["sql"], { type, issues, groupName }: FoundIssues) {
  const idOf = linkedIds(
    sql,
    type,
    issues.flatMap(({ sourceId }) => sourceId ?? []),
  );
  const entries = issues.map((item) => {
    const { sourceId, kind, detail } = item;
    const subject = issueSubject(item);
    // What is wrong with all groups, or with a listing, is no record's.
    const isOfRecord = !subject.startsWith("*") && (type === "User" || sourceId !== undefined);
    const content = isOfRecord
      ? issueNotice(item, type, { id: idOf(sourceId ?? ""), groupName })
      : undefined;
    return [keyOf({ subject, kind, detail }), { subject, item, content }] as const;
  });
  return new Map(entries);
}

function linkedIds(
  sql: RunContext["sql"],
  type: FoundIssues["type"],
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

function keyOf({ subject, kind, detail }: Pick<OpenIssue, "subject" | "kind" | "detail">): string {
  return JSON.stringify([subject, kind, detail]);
}
