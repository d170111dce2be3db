import { or, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import { type ForgottenPerson, isMentioned, mentionsOf } from "#store/erasure/forgotten-person.ts";
import { objectStatement } from "#store/object-statement.ts";
import { isInList, jsonEach } from "#store/rows.ts";
import { build, named } from "#store/statement.ts";
import {
  asksTable,
  claimsTable,
  groupOffsTable,
  groupPartsTable,
  issuesTable,
  linksTable,
  noticesTable,
  offsTable,
  openIssuesTable,
  plannedUsersTable,
  releasedTable,
  scopeMembersTable,
  stepsTable,
  unknownMembersTable,
  unsupportedMembersTable,
  waitingTable,
} from "./schema.ts";
import type { ObjectSql } from "./tables.ts";

/**
 * Forgets a person who was erased: the link, what was to become of the user, records that wait, issues, steps and
 * notices that name the person. If the provider still has the person, the next run takes him or her for somebody new.
 */
export function forgetPerson(sql: ObjectSql, person: ForgottenPerson): void {
  const { userId, names } = person;
  const linked = SOURCES.rows(sql, { userId }).map(({ sourceId }) => sourceId);
  const ids = JSON.stringify([...new Set([userId, ...linked, ...names])]);
  const mentions = JSON.stringify(mentionsOf({ userId, names: [...names, ...linked] }));
  for (const statement of BY_ID) statement.run(sql, { ids });
  for (const statement of BY_TEXT) statement.run(sql, { mentions });
  CLAIMS.run(sql, { mentions });
  GROUP_PARTS.run(sql, { ids });
}

const SOURCES = objectStatement<{ userId: string }>()(({ userId }) =>
  build
    .select(named({ sourceId: linksTable.sourceId }))
    .from(linksTable)
    .where(sql`${linksTable.userId} = ${userId}`),
);

/** Drops the rows of which a column is one of the person's ids. */
const BY_ID = [
  ofIds(linksTable, linksTable.sourceId, linksTable.userId),
  ofIds(releasedTable, releasedTable.sourceId, releasedTable.userId),
  ofIds(offsTable, offsTable.sourceId),
  ofIds(asksTable, asksTable.sourceId),
  ofIds(waitingTable, waitingTable.sourceId),
  ofIds(openIssuesTable, openIssuesTable.subject),
  ofIds(scopeMembersTable, scopeMembersTable.sourceId),
  ofIds(plannedUsersTable, plannedUsersTable.sourceId),
  ofIds(unknownMembersTable, unknownMembersTable.memberId),
  ofIds(groupOffsTable, groupOffsTable.memberId),
];

/** Drops the rows of which a text mentions the person. */
const BY_TEXT = [
  ofText(offsTable, offsTable.off),
  ofText(waitingTable, waitingTable.record),
  ofText(openIssuesTable, openIssuesTable.item),
  ofText(issuesTable, issuesTable.item),
  ofText(stepsTable, stepsTable.item),
  ofText(noticesTable, noticesTable.notice),
  ofText(unsupportedMembersTable, unsupportedMembersTable.item),
];

function ofIds(table: SQLiteTable, ...columns: readonly SQLiteColumn[]) {
  return objectStatement<{ ids: string }>()(({ ids }) =>
    build.delete(table).where(or(...columns.map((column) => isInList(column, ids)))),
  );
}

function ofText(table: SQLiteTable, text: SQLiteColumn) {
  return objectStatement<{ mentions: string }>()(({ mentions }) =>
    build.delete(table).where(isMentioned(text, mentions)),
  );
}

/** A page of claims is one row: it keeps those of the others. */
const CLAIMS = objectStatement<{ mentions: string }>()(({ mentions }) => {
  const { items } = claimsTable;
  const item = jsonEach<string>(items, "item");
  const kept = build
    .select(named({ list: sql<string>`json_group_array(json(${item.value}))` }))
    .from(item.table)
    .where(sql`not ${isMentioned(item.value, mentions)}`);
  return build
    .update(claimsTable)
    .set({ items: sql`${kept}` })
    .where(isMentioned(items, mentions));
});

/** So are the members of a group that a listing has named so far. */
const GROUP_PARTS = objectStatement<{ ids: string }>()((given) => {
  const { ids } = groupPartsTable;
  const member = jsonEach<string>(ids, "member");
  const kept = build
    .select(named({ list: sql<string>`json_group_array(${member.value})` }))
    .from(member.table)
    .where(sql`not ${isInList(member.value, given.ids)}`);
  return build.update(groupPartsTable).set({ ids: sql`${kept}` });
});
