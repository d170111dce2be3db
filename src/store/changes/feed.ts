import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { type Query, rowsOf } from "#store/query.ts";
import { CHANGE_COLUMNS, JOIN_CHANGE_FACTS, type StoredChange } from "./event.ts";

/** A change with the public id of its connector, for feeds of several ones. */
export interface TenantChange extends StoredChange {
  readonly connector: string;
}

/** A page of changes in the order of commits, and the ends of the outbox at the same moment. */
export interface ChangePage<Change extends StoredChange = StoredChange> {
  readonly changes: readonly Change[];
  /** Whether more of them are there already. */
  readonly hasMore: boolean;
  /** The seq of the oldest row kept, of whatever connector; 1 in an empty outbox. */
  readonly oldest: number;
  /** The seq of the newest row; 0 in an empty outbox. */
  readonly latest: number;
}

/** Where a page begins, and how many changes it may hold. */
export interface PageRange {
  /** The seq behind which it begins. */
  readonly after: number;
  readonly limit: number;
}

/** A page ends early once its payloads have so many bytes: one resource may have 512 KB. */
const PAGE_BYTES_MAX = 1_000_000;

/** Reads the changes of a connector behind a seq; a page costs the same wherever it lies in the feed. */
export function connectorChanges(
  db: Database,
  connectorId: ConnectorId,
  { after, limit }: PageRange,
): Query<ChangePage> {
  const found =
    "SELECT seq FROM changes WHERE connector_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
  const page = db.prepare(pageText(found, CHANGE_COLUMNS, "")).bind(connectorId, after, limit + 1);
  return { statements: [db.prepare(SELECT_ENDS), page], read: (results) => pageOf(results, limit) };
}

/**
 * Reads the changes of all connectors of a tenant behind a seq, those of staged ones left out. Of
 * each connector no more rows are looked at than the page may hold.
 */
export function tenantChanges(
  db: Database,
  tenant: string,
  { after, limit }: PageRange,
): Query<ChangePage<TenantChange>> {
  // json_each alone may depend on the connector: SQLite has no lateral join.
  const found = `SELECT j.value AS seq FROM connectors AS k CROSS JOIN json_each((
      SELECT json_group_array(seq) FROM (SELECT seq FROM changes
        WHERE connector_id = k.number AND seq > ?2 ORDER BY seq LIMIT ?3))) AS j
    WHERE k.tenant = ?1 AND k.deleted_at IS NULL AND coalesce(k.settings ->> 'staged', 0) = 0
    ORDER BY j.value LIMIT ?3`;
  const joined = "CROSS JOIN connectors AS k ON k.number = c.connector_id";
  const page = db
    .prepare(pageText(found, `${CHANGE_COLUMNS}, k.id AS connector`, joined))
    .bind(tenant, after, limit + 1);
  return { statements: [db.prepare(SELECT_ENDS), page], read: (results) => pageOf(results, limit) };
}

const SELECT_ENDS = `SELECT coalesce((SELECT min(seq) FROM changes), 1) AS oldest,
  coalesce((SELECT max(seq) FROM changes), 0) AS latest`;

/**
 * The statement of a page: `found` gives one seq more than the page may hold. A row says where the
 * bytes cut the page off, if they do; the running sum is made only then.
 */
function pageText(found: string, columns: string, joined: string): string {
  // octet_length reads the header of a row, not its text.
  const bytes = "octet_length(s.payload) + coalesce(octet_length(s.difference), 0)";
  const sized = "FROM found CROSS JOIN changes AS s ON s.seq = found.seq";
  return `WITH found AS (${found}),
    cut AS MATERIALIZED (SELECT iif(total <= ${PAGE_BYTES_MAX}, NULL, (SELECT min(seq) FROM (
        SELECT s.seq AS seq, sum(${bytes}) OVER (ORDER BY s.seq) - (${bytes}) AS before ${sized})
        WHERE before >= ${PAGE_BYTES_MAX})) AS seq
      FROM (SELECT sum(${bytes}) AS total ${sized}))
    SELECT ${columns}, cut.seq AS cutAt
    FROM cut CROSS JOIN found CROSS JOIN changes AS c ON c.seq = found.seq ${joined} ${JOIN_CHANGE_FACTS}
    WHERE cut.seq IS NULL OR c.seq < cut.seq
    ORDER BY c.seq`;
}

function pageOf<Change extends StoredChange>(
  [ends, page]: readonly D1Result[],
  limit: number,
): ChangePage<Change> {
  const rows = rowsOf<Change & { readonly cutAt: number | null }>(page);
  const { oldest, latest } = rowsOf<{ oldest: number; latest: number }>(ends)[0] ?? EMPTY;
  const isCut = rows[0] !== undefined && rows[0].cutAt !== null;
  return { changes: rows.slice(0, limit), hasMore: isCut || rows.length > limit, oldest, latest };
}

const EMPTY = { oldest: 1, latest: 0 };
