import { and, eq, isNull, type Placeholder, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { CandidateKeys, ResourceRecord, TypeName } from "#scim/ports.ts";
import { HOLDERS_MAX } from "#scim/provision/rehire.ts";
import type { Database } from "./database.ts";
import { type Query, queryOf, type Scope, scopedStatement, withCredentialOf } from "./query.ts";
import { credentials, groupMembers, resources } from "./schema.ts";
import { build, type Givens, literal, named, type RowOf, rowsOf } from "./statement.ts";

// A user is read with its groups, also to switch it off: they must never outgrow a D1 value of 2 MB.
const USER_GROUPS_MAX = 2_000;
/** A name beside an id, of a group or of a member, is shown up to so many characters. */
export const SHOWN_NAME_CHARACTERS = 200;

/** A JSON list of groups, from the rows that directGroups gives. */
function groupList(groups: ReturnType<typeof directGroups>): SQL<string> {
  return sql`json_group_array(json_object('value', ${groups.id}, 'display', ${groups.display}))`;
}

/** The groups that a resource is directly in, so many at most, as a table. */
function directGroups(groupsMax: number | Placeholder) {
  const member = alias(groupMembers, "m");
  const group = alias(resources, "g");
  return build
    .select(named({ id: group.id, display: shownName(sql`${group.doc} ->> 'displayName'`) }))
    .from(member)
    .crossJoin(group)
    .where(
      and(
        eq(group.connectorId, member.connectorId),
        eq(group.type, literal("Group")),
        eq(group.id, member.groupId),
        isNull(group.deletedAt),
        eq(member.connectorId, resources.connectorId),
        eq(member.memberId, resources.id),
      ),
    )
    .limit(groupsMax)
    .as("direct_groups");
}

/** A name as it is shown beside an id. */
export function shownName<Name extends string | null = string>(name: SQL): SQL<Name> {
  return sql`substr(${name}, 1, ${literal(SHOWN_NAME_CHARACTERS)})`;
}

/** The groups that a resource is directly in, as JSON text; always a list without any for a group. */
export function groupsText(): SQL<string> {
  const groups = directGroups(USER_GROUPS_MAX);
  const list = build.select(named({ list: groupList(groups) })).from(groups);
  return sql`case ${resources.type} when 'User' then ${list} else '[]' end`;
}

/** About what a group takes in the list of a user's groups. */
const GROUP_BYTES = 150;

/**
 * The same for a page of many resources: where the text has more than `bytesMax` bytes, or is one of
 * more than `groupsMax` groups, only the number of its bytes, estimated where it was not made.
 */
function listedGroups({ bytesMax, groupsMax, groupsRead }: ListedLimits): SQL<string | number> {
  const member = alias(groupMembers, "m");
  const counted = build
    .select(named({ one: literal(1) }))
    .from(member)
    .where(and(eq(member.connectorId, resources.connectorId), eq(member.memberId, resources.id)))
    .limit(USER_GROUPS_MAX)
    .as("counted");
  const count = build.select(named({ count: sql`count(*)` })).from(counted);
  const groups = directGroups(groupsRead);
  const list = build
    .select(named({ text: groupList(groups), groups: sql<number>`count(*)` }))
    .from(groups)
    .as("group_list");
  const listed = sql`case
    when ${list.groups} > ${groupsMax} then ${literal(GROUP_BYTES)} * ${count}
    when octet_length(${list.text}) > ${bytesMax} then octet_length(${list.text})
    else ${list.text} end`;
  const text = build.select(named({ listed })).from(list);
  return sql`case ${resources.type} when 'User' then ${text} else '[]' end`;
}

/** How much of each resource is read with a page: texts of so many bytes, and so many groups. */
export interface ListedLimits {
  readonly bytesMax: Placeholder;
  readonly groupsMax: Placeholder;
  /** One more than groupsMax. */
  readonly groupsRead: Placeholder;
}

/** What answers are made of: the members of a record, as columns and expressions of `resources`. */
export function resourceFields() {
  return {
    rowId: resources.rowId,
    type: resources.type,
    id: resources.id,
    version: resources.version,
    createdAt: resources.createdAt,
    modifiedAt: resources.modifiedAt,
    deletedAt: resources.deletedAt,
    documentText: resources.doc,
    groupsText: groupsText(),
    accountId: resources.accountId,
    registeredAt: resources.registeredAt,
    unclaimedVersion: resources.unclaimedVersion,
  };
}

/**
 * The same for a page of many resources: a text of more than `bytesMax` bytes, or a list of more than
 * `groupsMax` groups, is replaced by the number of its bytes.
 */
export function listedFields(limits: ListedLimits) {
  // octet_length reads the header of a row, not its text.
  const bytes = sql`octet_length(${resources.doc})`;
  return {
    ...resourceFields(),
    documentText: sql<
      string | number
    >`iif(${bytes} > ${limits.bytesMax}, ${bytes}, ${resources.doc})`,
    groupsText: listedGroups(limits),
  };
}

/** A D1 value holds 2 MB: a resource of more bytes does not travel in a value with other things. */
const FOUND_BYTES_MAX = 64 * 1024;

/**
 * The resource for which a condition holds, as one JSON object; null for none. Where several fulfil it,
 * or it might be too large, the JSON text "elsewhere" stands there: it has to be asked for by itself.
 * Documents and groups stay texts inside of it. The condition may name columns of the statement around.
 */
export function foundResource(condition: SQL | undefined): SQL<string | null> {
  const fields = resourceFields();
  const found = build.select(named(fields)).from(resources).where(condition).limit(2).as("found");
  const members = Object.keys(fields).map((name) => {
    const member = sql.identifier(name);
    return name.endsWith("Text")
      ? sql`${literal(name)}, '' || ${member}`
      : sql`${literal(name)}, ${member}`;
  });
  const bytes = sql`octet_length(${found.documentText}) + octet_length(${found.groupsText})`;
  // The columns beside count(*) are those of the one row that there is.
  const object = sql`case when count(*) = 0 then null
    when count(*) > 1 or ${bytes} > ${literal(FOUND_BYTES_MAX)} then '"elsewhere"'
    else json_object(${sql.join(members, sql`, `)}) end`;
  return sql`${build.select(named({ object })).from(found)}`;
}

/** Puts resources that foundResource gives on a JSON list. */
export function foundList(found: readonly SQL<string | null>[]): SQL<string> {
  // Whether it is JSON, SQLite may forget of the result of a SELECT.
  const items = found.map((resource) => sql`json(${resource})`);
  return sql`json_array(${sql.join(items, sql`, `)})`;
}

/** What is read of a resource. */
export type ResourceRow = RowOf<ReturnType<typeof selectResources>>;

function selectResources() {
  return build.select(named(resourceFields())).from(resources);
}

/** Reads the resources of rows that were selected as resourceFields. */
export function recordsOf(rows: readonly ResourceRow[]): readonly ResourceRecord[] {
  return rows.map(recordOf);
}

/** Reads a foundList; undefined where its resources are too large, or too many, to be on it. */
export function recordsIn(text: string): readonly ResourceRecord[] | undefined {
  // SQLite made the text of the same columns.
  const rows = JSON.parse(text) as readonly (ResourceRow | "elsewhere" | null)[];
  const records = rows.flatMap((row) => (row === null || row === "elsewhere" ? [] : recordOf(row)));
  return rows.includes("elsewhere") ? undefined : records;
}

/** Reads the resource of one row. */
export function recordOf({ unclaimedVersion, ...row }: ResourceRow): ResourceRecord {
  return {
    ...row,
    deletedAt: row.deletedAt ?? undefined,
    accountId: row.accountId ?? undefined,
    registeredAt: row.registeredAt ?? undefined,
    isUnclaimed: unclaimedVersion === row.version || undefined,
  };
}

const BY_ID = scopedStatement<{ readonly type: TypeName; readonly id: string }>()((scope, given) =>
  selectResources().where(
    and(
      eq(resources.connectorId, scope.number),
      eq(resources.type, given.type),
      eq(resources.id, given.id),
      isNull(resources.deletedAt),
    ),
  ),
);

/** The live resource with an id, beside its credential. */
export function foundById(
  given: Givens<{ readonly type: TypeName; readonly id: string }>,
): SQL<string> {
  const condition = and(
    eq(resources.connectorId, credentials.connectorId),
    eq(resources.type, given.type),
    eq(resources.id, given.id),
    isNull(resources.deletedAt),
  );
  return foundList([foundResource(condition)]);
}

/** Finds a live resource by id. */
export function resourceById(
  db: Database,
  scope: Scope,
  type: TypeName,
  id: string,
): Query<ResourceRecord | undefined> {
  const given = { type, id };
  const query = queryOf(BY_ID.bind(db, scope, given), (rows) => recordsOf(rows)[0]);
  if (scope.kind === "connector") return query;
  return { ...query, withCredential: withCredentialOf(foundById, given, ([record]) => record) };
}

const BY_NAME = scopedStatement<{ readonly type: TypeName; readonly nameKey: string }>()(
  (scope, given) =>
    selectResources()
      .where(
        and(
          eq(resources.connectorId, scope.number),
          eq(resources.type, given.type),
          eq(resources.nameKey, given.nameKey),
          isNull(resources.deletedAt),
        ),
      )
      .limit(2),
);

const BY_EXTERNAL_ID = scopedStatement<{ readonly type: TypeName; readonly externalId: string }>()(
  (scope, given) =>
    selectResources()
      .where(
        and(
          eq(resources.connectorId, scope.number),
          eq(resources.type, given.type),
          eq(resources.externalId, given.externalId),
        ),
      )
      .limit(HOLDERS_MAX + 1),
);

/**
 * Finds the resources that a new one could be: live by name, live or soft-deleted by externalId. Of those
 * with the externalId there may be any number: one more than HOLDERS_MAX says that it names nobody.
 */
export function resourceCandidates(
  db: Database,
  scope: Scope,
  type: TypeName,
  { nameKey, externalId }: CandidateKeys,
): Query<readonly ResourceRecord[]> {
  // One statement with an OR would walk over all users where the connector comes from a token.
  const byName = BY_NAME.bind(db, scope, { type, nameKey });
  const statements =
    externalId === undefined
      ? [byName]
      : [byName, BY_EXTERNAL_ID.bind(db, scope, { type, externalId })];
  return {
    statements,
    read: ([named, external]) => {
      const found = recordsOf(rowsOf<ResourceRow>(named));
      const known = new Set(found.map(({ id }) => id));
      const others = recordsOf(rowsOf<ResourceRow>(external));
      return [...found, ...others.filter(({ id }) => !known.has(id))];
    },
  };
}
