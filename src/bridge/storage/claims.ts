import { or, sql } from "drizzle-orm";
import { objectStatement } from "#store/object-statement.ts";
import { cellsOf, insertRows, isInList, jsonEach } from "#store/rows.ts";
import { build, named, unionOf } from "#store/statement.ts";
import type { Claim, Questions, Released } from "../plan/evidence.ts";
import { claimsTable, releasedTable, waitingTable } from "./schema.ts";
import type { ObjectSql } from "./tables.ts";

/** Keeps what records without a link claim, until the run ends. */
export function putClaims(sql: ObjectSql, claims: readonly Claim[]): void {
  if (claims.length === 0) return;
  PUT_CLAIMS.run(sql, { items: JSON.stringify(claims) });
}

/** Remembers users whom the bridge let go. */
export function putReleased(sql: ObjectSql, released: readonly Released[]): void {
  if (released.length === 0) return;
  PUT_RELEASED.run(sql, { released: JSON.stringify(released) });
}

/** Forgets that users were let go: they are linked again. */
export function dropReleased(sql: ObjectSql, userIds: readonly string[]): void {
  if (userIds.length === 0) return;
  DROP_RELEASED.run(sql, { userIds: JSON.stringify(userIds) });
}

/** Those of the users whom the bridge let go. */
export function listReleased(sql: ObjectSql, userIds: readonly string[]): readonly Released[] {
  return RELEASED.rows(sql, { userIds: JSON.stringify(userIds) });
}

/** The claims of this run's records that answer any of the questions: those that wait, and the others. */
export function claimsFor(sql: ObjectSql, questions: Questions): readonly Claim[] {
  const asked = {
    sourceIds: JSON.stringify(questions.sourceIds),
    nameKeys: JSON.stringify(questions.nameKeys),
    emailKeys: JSON.stringify(questions.emailKeys),
  };
  const waiting = WAITING.rows(sql, asked);
  const others = OTHERS.rows(sql, { ...asked, userIds: JSON.stringify(questions.userIds) });
  return [...waiting, ...others].map(({ sourceId, nameKey, emailKey, userId }) => ({
    sourceId,
    nameKey: nameKey ?? undefined,
    emailKey: emailKey ?? undefined,
    userId: userId ?? undefined,
  }));
}

interface ClaimRow {
  readonly sourceId: string;
  readonly nameKey: string | null;
  readonly emailKey: string | null;
  readonly userId: string | null;
}

const PUT_CLAIMS = objectStatement<{ items: string }>()(({ items }) =>
  build.insert(claimsTable).values({ items }),
);

const PUT_RELEASED = objectStatement<{ released: string }>()(({ released }) => {
  const { table, value } = jsonEach(released);
  const cell = cellsOf<Released>(value);
  const cells = { userId: cell("userId"), sourceId: cell("sourceId") };
  return insertRows(releasedTable, cells, { isReplacing: true, from: table });
});

const DROP_RELEASED = objectStatement<{ userIds: string }>()(({ userIds }) =>
  build.delete(releasedTable).where(isInList(releasedTable.userId, userIds)),
);

const RELEASED = objectStatement<{ userIds: string }>()(({ userIds }) =>
  build
    .select(named({ userId: releasedTable.userId, sourceId: releasedTable.sourceId }))
    .from(releasedTable)
    .where(isInList(releasedTable.userId, userIds)),
);

type Asked = { readonly sourceIds: string; readonly nameKeys: string; readonly emailKeys: string };

/** Each part by an index of its own: SQLite would read the whole table for an OR of lists. */
const WAITING = objectStatement<Asked>()(({ sourceIds, nameKeys, emailKeys }) => {
  const { sourceId, nameKey, emailKey } = waitingTable;
  const userId = sql<string | null>`null`;
  const shown = named({ sourceId, nameKey, emailKey, userId });
  const found = (condition: ReturnType<typeof isInList>) =>
    build.select(shown).from(waitingTable).where(condition);
  return unionOf([
    found(isInList(sourceId, sourceIds)),
    found(isInList(nameKey, nameKeys)),
    found(isInList(emailKey, emailKeys)),
  ]);
});

const OTHERS = objectStatement<Asked & { userIds: string }>()((given) => {
  const { table, value } = jsonEach(claimsTable.items, "item");
  const cell = cellsOf<ClaimRow>(value);
  const claim = {
    sourceId: cell("sourceId"),
    nameKey: cell("nameKey"),
    emailKey: cell("emailKey"),
    userId: cell("userId"),
  };
  return build
    .select(named(claim))
    .from(claimsTable)
    .crossJoin(table)
    .where(
      or(
        isInList(claim.sourceId, given.sourceIds),
        isInList(claim.nameKey, given.nameKeys),
        isInList(claim.emailKey, given.emailKeys),
        isInList(claim.userId, given.userIds),
      ),
    );
});
