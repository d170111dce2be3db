import { and, eq, inArray, isNull, type SQL } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { ResourceRecord, TypeName, UniqueKey } from "#scim/ports.ts";
import { HOLDERS_MAX } from "#scim/provision/rehire.ts";
import { type Found, keyText, type ResourceKey } from "#scim/resource/key.ts";
import { EMAILS_PATH } from "#store/columns.ts";
import type { Database } from "#store/database.ts";
import {
  type Query,
  type Scope,
  type ScopedStatement,
  type ScopeTerms,
  scopedStatement,
} from "#store/query.ts";
import { type ResourceRow, recordsOf, resourceFields } from "#store/resources.ts";
import { jsonEach, jsonLists } from "#store/rows.ts";
import { resources, resourceValues } from "#store/schema.ts";
import { build, type Givens, literal, named, rowsOf } from "#store/statement.ts";

/** A row by what it was found by. */
type ValuedRow = ResourceRow & { readonly value: string };

/** A JSON list of values, and the type of the resources that hold them. */
interface Sought {
  readonly type: TypeName;
  readonly list: string;
}

type SoughtTerms = Givens<{ readonly [Name in keyof Sought]: Sought[Name] }>;

/** Finds the resources for which a condition holds with one of the values. */
function holding(
  condition: (scope: ScopeTerms, type: SoughtTerms["type"], value: SQL<string>) => SQL | undefined,
) {
  return scopedStatement<{ readonly [Name in keyof Sought]: Sought[Name] }>()((scope, given) => {
    const { table, value } = jsonEach(given.list);
    // Without CROSS JOIN, SQLite reads the table and looks into the list for each of its rows.
    return build
      .select(named({ value, ...resourceFields() }))
      .from(table)
      .crossJoin(resources)
      .where(condition(scope, given.type, value));
  });
}

/** How resources hold a value as a key that only live ones have. */
function live(column: typeof resources.id | typeof resources.nameKey) {
  return holding((scope, type, value) =>
    and(
      eq(resources.connectorId, scope.number),
      eq(resources.type, type),
      eq(column, value),
      isNull(resources.deletedAt),
    ),
  );
}

/**
 * A soft-deleted resource is found by its externalId alone, and of those with one externalId there may be
 * any number.
 */
const BY_EXTERNAL_ID = holding((scope, type, value) => {
  const holder = alias(resources, "h");
  const holders = build
    .select(named({ rowId: holder.rowId }))
    .from(holder)
    .where(
      and(
        eq(holder.connectorId, scope.number),
        eq(holder.type, type),
        eq(holder.externalId, value),
      ),
    )
    .limit(HOLDERS_MAX + 1);
  return inArray(resources.rowId, holders);
});

/** An account is that of one user, who may be soft-deleted. */
const BY_ACCOUNT = holding((scope, type, value) =>
  and(
    eq(resources.connectorId, scope.number),
    eq(resources.type, type),
    eq(resources.accountId, value),
  ),
);

const BY_KEY: readonly (readonly [UniqueKey, ScopedStatement<Sought, ValuedRow>])[] = [
  ["id", live(resources.id)],
  ["name", live(resources.nameKey)],
  ["externalId", BY_EXTERNAL_ID],
  ["account", BY_ACCOUNT],
];

/**
 * Finds the resources of a type that hold any of the keys, by keyText; for an externalId one more than
 * HOLDERS_MAX at most.
 */
export function resourcesByKeys(
  db: Database,
  scope: Scope,
  type: TypeName,
  keys: readonly ResourceKey[],
): Query<Found> {
  const lists = BY_KEY.flatMap(([key, statement]) => {
    const values = keys.filter((each) => each.key === key).map(({ value }) => value);
    return jsonLists(values).map((list) => ({ key, statement, list }));
  });
  const statements = lists.map(({ statement, list }) => statement.bind(db, scope, { type, list }));
  const read = (results: readonly D1Result[]) => {
    const found = lists.flatMap(({ key }, at) =>
      valuedRecords(results[at]).map(({ value, record }) => ({
        text: keyText({ key, value }),
        record,
      })),
    );
    return byText(found);
  };
  return { statements, read };
}

const USERS_BY_EXTERNAL_ID = holding((scope, type, value) =>
  and(
    eq(resources.connectorId, scope.number),
    eq(resources.type, type),
    eq(resources.externalId, value),
  ),
);

/** Finds the users who have any of the externalIds, soft-deleted ones too; one may be that of several. */
export function usersByExternalIds(
  db: Database,
  scope: Scope,
  externalIds: readonly string[],
): Query<ReadonlyMap<string, readonly ResourceRecord[]>> {
  const statements = jsonLists(externalIds).map((list) =>
    USERS_BY_EXTERNAL_ID.bind(db, scope, { type: "User", list }),
  );
  return { statements, read: (results) => groupedRecords(results.slice(0, statements.length)) };
}

const USERS_BY_EMAIL = scopedStatement<{ readonly list: string }>()((scope, { list }) => {
  const { table, value } = jsonEach(list);
  // Grouped, since a user may have the address under two types.
  return build
    .select(named({ value, ...resourceFields() }))
    .from(table)
    .crossJoin(resourceValues)
    .crossJoin(resources)
    .where(
      and(
        eq(resourceValues.connectorId, scope.number),
        eq(resourceValues.path, literal(EMAILS_PATH)),
        eq(resourceValues.valueKey, value),
        eq(resources.connectorId, resourceValues.connectorId),
        eq(resources.type, literal("User")),
        eq(resources.id, resourceValues.resourceId),
        isNull(resources.deletedAt),
      ),
    )
    .groupBy(value, resources.rowId);
});

/** Finds the live users who have any of the addresses, given folded; an address may be that of several. */
export function usersByEmails(
  db: Database,
  scope: Scope,
  addresses: readonly string[],
): Query<ReadonlyMap<string, readonly ResourceRecord[]>> {
  const statements = jsonLists(addresses).map((list) => USERS_BY_EMAIL.bind(db, scope, { list }));
  return { statements, read: (results) => groupedRecords(results.slice(0, statements.length)) };
}

/** The records of rows by what each was found by, `value`. */
function groupedRecords(results: readonly D1Result[]): Found {
  const found = results.flatMap(valuedRecords);
  return byText(found.map(({ value, record }) => ({ text: value, record })));
}

/** The resources of a result, each with the `value` by which it was found. */
function valuedRecords(result: D1Result | undefined) {
  const rows = rowsOf<ValuedRow>(result);
  return recordsOf(rows).map((record, row) => ({ value: rows[row]?.value ?? "", record }));
}

function byText(
  found: readonly { readonly text: string; readonly record: ResourceRecord }[],
): Found {
  const groups = Map.groupBy(found, ({ text }) => text);
  return new Map([...groups].map(([text, rows]) => [text, rows.map(({ record }) => record)]));
}
