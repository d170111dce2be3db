import { and, count, eq, inArray, isNotNull, lt, ne, notInArray, or, sql } from "drizzle-orm";
import { objectStatement } from "#store/object-statement.ts";
import { cellsOf, insertRows, isInList, jsonEach } from "#store/rows.ts";
import { build, literal, named } from "#store/statement.ts";
import { ISSUE_KINDS, type Issue, type IssueKind } from "../mapping/mapped.ts";
import { mayWrite, type Run } from "../state/run.ts";
import type { Notice } from "./notice.ts";
import { linksTable, openIssuesTable } from "./schema.ts";
import type { ObjectSql } from "./tables.ts";

/** An issue that is open. `subject` is the provider's id, or what else tells records apart. */
export interface OpenIssue {
  readonly subject: string;
  readonly kind: IssueKind;
  readonly detail: string;
  /** Since when, in milliseconds, and in how many runs it was met. */
  readonly since: number;
  readonly tries: number;
  readonly runId: string;
  /** Whether the event log was told. */
  readonly isTold: boolean;
}

/** An issue as it is shown: what it is, since when, and how often it was met. */
export type ShownIssue = Issue & { readonly since: number; readonly tries: number };

/** What an issue is about, for those that are about no record by one name. */
export function issueSubject({ kind, sourceId, userName }: Issue): string {
  return sourceId ?? userName ?? (OF_LISTINGS.has(kind) ? `*${kind}` : "");
}

/** What may be wrong with a listing as a whole. */
const OF_LISTINGS: ReadonlySet<IssueKind> = new Set([
  "listing-incomplete",
  "groups-unread",
  "users-unasked",
]);

/** The open issues of some records of a type. */
export function openIssues(
  sql: ObjectSql,
  run: Run,
  type: Notice["resourceType"],
  subjects: readonly string[],
): readonly OpenIssue[] {
  const rows = OPEN.rows(sql, { plan: planOf(run), type, subjects: JSON.stringify(subjects) });
  return rows.map((row) => ({ ...row, isTold: row.isTold === 1 }));
}

/** Keeps issues, or that a run met them again. */
export function putIssues(
  sql: ObjectSql,
  run: Run,
  type: Notice["resourceType"],
  issues: readonly (OpenIssue & { readonly item: Issue })[],
): void {
  if (issues.length === 0) return;
  PUT.run(sql, { plan: planOf(run), type, issues: JSON.stringify(issues) });
}

/** Forgets issues that are no more. */
export function dropIssues(
  sql: ObjectSql,
  run: Run,
  type: Notice["resourceType"],
  issues: readonly Pick<OpenIssue, "subject" | "kind" | "detail">[],
): void {
  if (issues.length === 0) return;
  DROP.run(sql, { plan: planOf(run), type, issues: JSON.stringify(issues) });
}

/** Forgets the issues of a type that no run met since this one began: the ids of runs are ordered by time. */
export function dropUnmetIssues(sql: ObjectSql, run: Run, type: Notice["resourceType"]): void {
  DROP_UNMET.run(sql, { plan: planOf(run), type, runId: run.runId });
}

/** Forgets of whom no manager is missed any longer. */
export function dropSettledManagers(sql: ObjectSql): void {
  DROP_SETTLED.run(sql, {});
}

/** People about whom there is an issue that this run has not met, those first who were tried least. */
export function unmetSubjects(sql: ObjectSql, run: Run, limit: number): readonly string[] {
  return UNMET.rows(sql, { plan: planOf(run), runId: run.runId, limit }).map(
    ({ subject }) => subject,
  );
}

/** How many issues are open. */
export function countIssues(sql: ObjectSql, run: Run): number {
  return COUNT.rows(sql, { plan: planOf(run) })[0]?.n ?? 0;
}

/** So many of each kind have their place in a view, whatever else there is. */
const OF_EACH_KIND = 10;

/**
 * The open issues as a run shows them, `limit` at most: the most important kinds first, within a kind those
 * that are open longest. No kind takes the place of all others.
 */
export function shownIssues(
  sql: ObjectSql,
  run: Run,
  limit: number,
  ofRunAlone: boolean,
): readonly ShownIssue[] {
  const given = { plan: planOf(run), isAny: ofRunAlone ? 0 : 1, runId: run.runId, limit };
  const byKind = ISSUE_KINDS.map((kind) =>
    // Written by putIssues.
    SHOWN.rows(sql, { ...given, kind }).map(
      ({ item, ...row }): ShownIssue => ({ ...(JSON.parse(item) as Issue), ...row }),
    ),
  );
  let left = limit - byKind.reduce((sum, { length }) => sum + Math.min(length, OF_EACH_KIND), 0);
  return byKind
    .flatMap((issues) => {
      const more = Math.max(0, Math.min(left, issues.length - OF_EACH_KIND));
      left -= more;
      return issues.slice(0, OF_EACH_KIND + more);
    })
    .slice(0, limit);
}

/** A dry run keeps issues of its own. */
function planOf(run: Run): number {
  return mayWrite(run) ? 0 : 1;
}

type OfType = { readonly plan: number; readonly type: Notice["resourceType"] };

const OPEN = objectStatement<OfType & { subjects: string }>()(({ plan, type, subjects }) => {
  const { subject, kind, detail, since, tries, runId, told } = openIssuesTable;
  return build
    .select(named({ subject, kind, detail, since, tries, runId, isTold: told }))
    .from(openIssuesTable)
    .where(
      and(
        eq(openIssuesTable.plan, plan),
        eq(openIssuesTable.type, type),
        isInList(subject, subjects),
      ),
    );
});

const PUT = objectStatement<OfType & { issues: string }>()(({ plan, type, issues }) => {
  const { table, value } = jsonEach(issues);
  const cell = cellsOf<OpenIssue>(value);
  const cells = {
    plan,
    type,
    subject: cell("subject"),
    kind: cell("kind"),
    detail: cell("detail"),
    item: sql`${value} -> 'item'`,
    since: cell("since"),
    tries: cell("tries"),
    runId: cell("runId"),
    told: cell("isTold"),
  };
  return insertRows(openIssuesTable, cells, { isReplacing: true, from: table });
});

const DROP = objectStatement<OfType & { issues: string }>()((given) => {
  const { plan, type, subject, kind, detail } = openIssuesTable;
  const { table, value } = jsonEach(given.issues);
  const cell = cellsOf<OpenIssue>(value);
  const dropped = build
    .select(
      named({
        plan: sql`${given.plan}`,
        type: sql`${given.type}`,
        subject: cell("subject"),
        kind: cell("kind"),
        detail: cell("detail"),
      }),
    )
    .from(table);
  const key = sql`(${plan}, ${type}, ${subject}, ${kind}, ${detail})`;
  return build.delete(openIssuesTable).where(inArray(key, dropped));
});

/** A link that waits for its manager is looked at only where somebody new came. */
const isOfRecord = () => ne(openIssuesTable.kind, literal("manager-unresolved"));

const DROP_UNMET = objectStatement<OfType & { runId: string }>()(({ plan, type, runId }) =>
  build
    .delete(openIssuesTable)
    .where(
      and(
        eq(openIssuesTable.plan, plan),
        eq(openIssuesTable.type, type),
        lt(openIssuesTable.runId, runId),
        isOfRecord(),
      ),
    ),
);

const DROP_SETTLED = objectStatement()(() => {
  const waiting = build
    .select({ sourceId: linksTable.sourceId })
    .from(linksTable)
    .where(isNotNull(linksTable.pendingManager));
  return build
    .delete(openIssuesTable)
    .where(
      and(
        eq(openIssuesTable.plan, literal(0)),
        eq(openIssuesTable.type, literal("User")),
        eq(openIssuesTable.kind, literal("manager-unresolved")),
        notInArray(openIssuesTable.subject, waiting),
      ),
    );
});

const UNMET = objectStatement<{ plan: number; runId: string; limit: number }>()((given) =>
  build
    .selectDistinct({ subject: openIssuesTable.subject })
    .from(openIssuesTable)
    .where(
      and(
        eq(openIssuesTable.plan, given.plan),
        eq(openIssuesTable.type, literal("User")),
        ne(openIssuesTable.runId, given.runId),
        isOfRecord(),
        sql`${openIssuesTable.item} ->> 'sourceId' <> ''`,
      ),
    )
    .orderBy(openIssuesTable.tries, openIssuesTable.runId)
    .limit(given.limit),
);

const COUNT = objectStatement<{ plan: number }>()(({ plan }) =>
  build
    .select(named({ n: count() }))
    .from(openIssuesTable)
    .where(eq(openIssuesTable.plan, plan)),
);

interface OfKind {
  readonly plan: number;
  readonly kind: IssueKind;
  /** 1 for the issues of any run, 0 for those of the one named. */
  readonly isAny: number;
  readonly runId: string;
  readonly limit: number;
}

const SHOWN = objectStatement<Pick<OfKind, keyof OfKind>>()((given) => {
  const { plan, kind, runId, item, since, tries, subject } = openIssuesTable;
  return build
    .select({ item, since, tries })
    .from(openIssuesTable)
    .where(
      and(
        eq(plan, given.plan),
        eq(kind, given.kind),
        or(sql`${given.isAny} = 1`, eq(runId, given.runId)),
      ),
    )
    .orderBy(since, subject)
    .limit(given.limit);
});
