import type { ResourceRecord, TypeName, UniqueKey } from "#scim/ports.ts";
import { HOLDERS_MAX } from "#scim/provision/rehire.ts";
import { type Found, keyText, type ResourceKey } from "#scim/resource/key.ts";
import { EMAILS_PATH } from "#store/columns.ts";
import type { Database } from "#store/database.ts";
import { type Query, rowsOf, type Scope, scopeKey, scopeText } from "#store/query.ts";
import { RESOURCE_COLUMNS, recordsOf } from "#store/resources.ts";
import { jsonLists } from "#store/row-source.ts";

/**
 * How rows hold a key, `j.value`; a soft-deleted one is found by its externalId alone, and of those
 * with one externalId there may be any number.
 */
const HOLDS: readonly (readonly [key: UniqueKey, condition: (connector: string) => string])[] = [
  ["id", live("id")],
  ["name", live("name_key")],
  [
    "externalId",
    (connector) => `resources.row_id IN (SELECT h.row_id FROM resources AS h
      WHERE h.connector_id = ${connector} AND h.type = ?2 AND h.external_id = j.value
      LIMIT ${HOLDERS_MAX + 1})`,
  ],
];

function live(column: string): (connector: string) => string {
  return (connector) => `resources.connector_id = ${connector} AND resources.type = ?2
    AND resources.${column} = j.value AND resources.deleted_at IS NULL`;
}

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
  const lists = HOLDS.flatMap(([key, condition]) => {
    const values = keys.filter((each) => each.key === key).map(({ value }) => value);
    return jsonLists(values).map((list) => ({ key, condition, list }));
  });
  const statements = lists.map(({ condition, list }) =>
    db
      // Without CROSS JOIN, SQLite reads the table and looks into the list for each of its rows.
      .prepare(
        `SELECT j.value AS value, ${RESOURCE_COLUMNS} FROM json_each(?3) AS j CROSS JOIN resources
         WHERE ${condition(scopeText(scope))}`,
      )
      .bind(scopeKey(scope), type, list),
  );
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

/** Finds the users who have any of the externalIds, soft-deleted ones too; one may be that of several. */
export function usersByExternalIds(
  db: Database,
  scope: Scope,
  externalIds: readonly string[],
): Query<ReadonlyMap<string, readonly ResourceRecord[]>> {
  const statements = jsonLists(externalIds).map((list) =>
    db
      .prepare(
        `SELECT j.value AS value, ${RESOURCE_COLUMNS} FROM json_each(?2) AS j CROSS JOIN resources
         WHERE resources.connector_id = ${scopeText(scope)} AND resources.type = 'User'
           AND resources.external_id = j.value`,
      )
      .bind(scopeKey(scope), list),
  );
  return { statements, read: (results) => groupedRecords(results.slice(0, statements.length)) };
}

/** Finds the live users who have any of the addresses, given folded; an address may be that of several. */
export function usersByEmails(
  db: Database,
  scope: Scope,
  addresses: readonly string[],
): Query<ReadonlyMap<string, readonly ResourceRecord[]>> {
  const statements = jsonLists(addresses).map((list) =>
    db
      // Grouped, since a user may have the address under two types.
      .prepare(
        `SELECT j.value AS value, ${RESOURCE_COLUMNS} FROM json_each(?2) AS j
         CROSS JOIN resource_values AS v ON v.connector_id = ${scopeText(scope)}
           AND v.path = '${EMAILS_PATH}' AND v.value_key = j.value
         CROSS JOIN resources ON resources.connector_id = v.connector_id
           AND resources.type = 'User' AND resources.id = v.resource_id
         WHERE resources.deleted_at IS NULL GROUP BY j.value, resources.row_id`,
      )
      .bind(scopeKey(scope), list),
  );
  return { statements, read: (results) => groupedRecords(results.slice(0, statements.length)) };
}

/** The records of rows by what each was found by, `value`. */
function groupedRecords(results: readonly D1Result[]): Found {
  const found = results.flatMap(valuedRecords);
  return byText(found.map(({ value, record }) => ({ text: value, record })));
}

/** The resources of a result, each with the `value` by which it was found. */
function valuedRecords(result: D1Result | undefined) {
  const values = rowsOf<{ readonly value: string }>(result);
  return recordsOf(result).map((record, row) => ({ value: values[row]?.value ?? "", record }));
}

function byText(
  found: readonly { readonly text: string; readonly record: ResourceRecord }[],
): Found {
  const groups = Map.groupBy(found, ({ text }) => text);
  return new Map([...groups].map(([text, rows]) => [text, rows.map(({ record }) => record)]));
}
