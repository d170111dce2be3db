import { and, eq, isNull, sql } from "drizzle-orm";
import type { SortValue } from "#scim/list/sort.ts";
import type { ResourceRecord } from "#scim/ports.ts";
import type { Database } from "#store/database.ts";
import { type Query, queryOf, type Scope, scopedStatement } from "#store/query.ts";
import {
  listedFields,
  type ResourceRow,
  recordOf,
  recordsOf,
  resourceFields,
} from "#store/resources.ts";
import { jsonEach } from "#store/rows.ts";
import { resources } from "#store/schema.ts";
import { build, named } from "#store/statement.ts";

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

/** How much of each resource is read for a page of so many, whose texts together stay near PAGE_BYTES_MAX. */
export function givenLimits(count: number) {
  const share = (all: number) => Math.floor(all / Math.max(1, count));
  const groupsMax = share(PAGE_GROUPS_MAX);
  return { bytesMax: share(PAGE_BYTES_MAX), groupsMax, groupsRead: groupsMax + 1 };
}

/** What is read of each resource of a page; the statement is given givenLimits. */
export function pageFields() {
  return listedFields({
    bytesMax: sql.placeholder("bytesMax"),
    groupsMax: sql.placeholder("groupsMax"),
    groupsRead: sql.placeholder("groupsRead"),
  });
}

/** A row of pageFields: a text that is large is the number of its bytes. */
export type ListedRow = Omit<ResourceRow, "documentText" | "groupsText"> & {
  readonly documentText: string | number;
  readonly groupsText: string | number;
  /** Missing where the resources are in no order. */
  readonly sortValue?: SortValue;
};

/** Reads the resources of rows that were selected as pageFields. */
export function listedOf(rows: readonly ListedRow[]): readonly ListedRecord[] {
  return rows.map(({ documentText, groupsText, sortValue = null, ...row }) => {
    const isWhole = typeof documentText === "string" && typeof groupsText === "string";
    const texts = isWhole ? { documentText, groupsText } : NO_TEXTS;
    const bytes = bytesOf(documentText) + bytesOf(groupsText);
    return { ...recordOf({ ...row, ...texts }), sortValue, bytes, isWhole };
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

const WHOLE = scopedStatement<{ readonly list: string }>()((scope, { list }) => {
  const { table, value } = jsonEach<number>(list);
  return build
    .select(named(resourceFields()))
    .from(table)
    .crossJoin(resources)
    .where(
      and(
        eq(resources.rowId, value),
        eq(resources.connectorId, scope.number),
        isNull(resources.deletedAt),
      ),
    );
});

/** Reads resources of a page again, with all their texts; one that is deleted by now is missing. */
export function wholeRecords(
  db: Database,
  scope: Scope,
  records: readonly ListedRecord[],
): Query<ReadonlyMap<string, ResourceRecord>> {
  const list = JSON.stringify(records.map(({ rowId }) => rowId));
  return queryOf(
    WHOLE.bind(db, scope, { list }),
    (rows) => new Map(recordsOf(rows).map((record) => [record.id, record])),
  );
}
