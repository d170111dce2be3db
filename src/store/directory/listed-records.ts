import type { SortValue } from "#scim/list/sort.ts";
import type { ResourceRecord } from "#scim/ports.ts";
import type { Database } from "#store/database.ts";
import { type Query, rowsOf, type Scope, scopeKey, scopeText } from "#store/query.ts";
import { listedColumns, RESOURCE_COLUMNS } from "#store/resource-text.ts";
import { recordsOf } from "#store/resources.ts";

/** A page of a list ends behind the resource with which its documents and groups reach so many bytes. */
export const PAGE_BYTES_MAX = 4 * 1024 * 1024;

/** So many memberships are read with one page; users in very many groups are read one by one. */
const PAGE_GROUPS_MAX = 20_000;

/** A resource on a list, with the value that put it in its place. */
export interface ListedRecord extends ResourceRecord {
  readonly sortValue: SortValue;
  /** The bytes of its document and groups. */
  readonly bytes: number;
  /** Whether both texts are there: large ones are left out until it is known that the page holds them. */
  readonly isWhole: boolean;
}

/** The columns of a page of so many resources, whose texts together stay near PAGE_BYTES_MAX. */
export function pageColumns(count: number): string {
  const share = (all: number) => Math.floor(all / Math.max(1, count));
  return listedColumns(share(PAGE_BYTES_MAX), share(PAGE_GROUPS_MAX));
}

/** How a statement that selects pageColumns gives a text: itself, or the number of its bytes. */
interface ListedTexts {
  readonly documentText: string | number;
  readonly groupsText: string | number;
  readonly sortValue?: SortValue;
}

/** Reads the resources of a result whose statement selects pageColumns and, unless by id, `sortValue`. */
export function listedOf(result: D1Result | undefined): readonly ListedRecord[] {
  const texts = rowsOf<ListedTexts>(result);
  return recordsOf(rowsOf(result)).map((record, at) => {
    const { documentText = "", groupsText = "", sortValue = null } = texts[at] ?? {};
    const isWhole = typeof documentText === "string" && typeof groupsText === "string";
    const bytes = bytesOf(documentText) + bytesOf(groupsText);
    return { ...record, ...(!isWhole && NO_TEXTS), sortValue, bytes, isWhole };
  });
}

const NO_TEXTS = { documentText: "{}", groupsText: "[]" };

/** The length of a text that is there is near enough. */
function bytesOf(text: string | number): number {
  return typeof text === "string" ? text.length : text;
}

/** The first of the resources, at least one, until they have PAGE_BYTES_MAX. */
export function fittingRecords(records: readonly ListedRecord[]): readonly ListedRecord[] {
  let bytes = 0;
  const end = records.findIndex((record) => {
    const isFull = bytes > 0 && bytes + record.bytes > PAGE_BYTES_MAX;
    bytes += record.bytes;
    return isFull;
  });
  return end === -1 ? records : records.slice(0, end);
}

/** Reads resources of a page again, with all their texts; one that is deleted by now is missing. */
export function wholeRecords(
  db: Database,
  scope: Scope,
  records: readonly ListedRecord[],
): Query<ReadonlyMap<string, ResourceRecord>> {
  const statement = db
    .prepare(
      `SELECT ${RESOURCE_COLUMNS} FROM json_each(?2) AS j CROSS JOIN resources ON resources.row_id = j.value
       WHERE resources.connector_id = ${scopeText(scope)} AND resources.deleted_at IS NULL`,
    )
    .bind(scopeKey(scope), JSON.stringify(records.map(({ rowId }) => rowId)));
  return {
    statements: [statement],
    read: ([result]) => new Map(recordsOf(rowsOf(result)).map((record) => [record.id, record])),
  };
}
