import type { ResourceRecord, TypeName, UniqueKey } from "#scim/ports.ts";
import { keyText, type ResourceKey } from "#scim/resource-key.ts";
import { EMAILS_PATH } from "./columns.ts";
import type { Database } from "./database.ts";
import { type Query, rowsOf, type Scope, scopeKey, scopeText } from "./query.ts";
import { RESOURCE_COLUMNS, recordsOf } from "./resources.ts";
import { jsonLists } from "./row-source.ts";

/** How a row holds a key, `j.value`; a soft-deleted one is found by its externalId alone. */
const HOLDS: readonly (readonly [key: UniqueKey, condition: string])[] = [
  ["id", "resources.id = j.value AND resources.deleted_at IS NULL"],
  ["name", "resources.name_key = j.value AND resources.deleted_at IS NULL"],
  ["externalId", "resources.external_id = j.value"],
];

/** Finds the resources of a type that hold any of the keys, given by keyText. */
export function resourcesByKeys(
  db: Database,
  scope: Scope,
  type: TypeName,
  keys: readonly ResourceKey[],
): Query<ReadonlyMap<string, ResourceRecord>> {
  const lists = HOLDS.flatMap(([key, condition]) => {
    const values = keys.filter((each) => each.key === key).map(({ value }) => value);
    return jsonLists(values).map((list) => ({ key, condition, list }));
  });
  const statements = lists.map(({ condition, list }) =>
    db
      // Without CROSS JOIN, SQLite reads the table and looks into the list for each of its rows.
      .prepare(
        `SELECT j.value AS value, ${RESOURCE_COLUMNS} FROM json_each(?3) AS j CROSS JOIN resources
         WHERE resources.connector_id = ${scopeText(scope)} AND resources.type = ?2 AND ${condition}`,
      )
      .bind(scopeKey(scope), type, list),
  );
  const read = (results: readonly D1Result[]) =>
    new Map(
      lists.flatMap(({ key }, at) => {
        const values = rowsOf<{ readonly value: string }>(results[at]);
        const records = recordsOf(results[at]);
        return records.map((record, row): [string, ResourceRecord] => [
          keyText({ key, value: values[row]?.value ?? "" }),
          record,
        ]);
      }),
    );
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
function groupedRecords(
  results: readonly D1Result[],
): ReadonlyMap<string, readonly ResourceRecord[]> {
  const found = results.flatMap((result) => {
    const values = rowsOf<{ readonly value: string }>(result);
    return recordsOf(result).map((record, row) => ({ value: values[row]?.value ?? "", record }));
  });
  const groups = Map.groupBy(found, ({ value }) => value);
  return new Map([...groups].map(([value, rows]) => [value, rows.map(({ record }) => record)]));
}
