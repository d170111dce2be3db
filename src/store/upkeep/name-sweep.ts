import type { JsonObject } from "#scim/json.ts";
import type { TypeName } from "#scim/ports.ts";
import { uncleanName } from "#scim/resource/clean-names.ts";
import type { Clock } from "#store/clock.ts";
import { type Database, withRetries } from "#store/database.ts";
import { selectRows } from "#store/query.ts";

/** How many rows one call looks at. */
export const NAMED_ROWS = 500;

/** The bytes of documents after which a call looks at no more of them. */
const BYTES_MAX = 1024 * 1024;

/**
 * Tells once, in the Worker's log, which users and groups have names from the time before hidden
 * characters were refused: ids and counts, a line for each connector, never a name. SQLite knows no
 * Unicode properties, so a migration could not. Looks at the next NAMED_ROWS resources and remembers
 * where it stopped; at the end of the table it is done for good, and reads one row a call. Safe to
 * repeat; what is told twice at once is told twice.
 */
export async function reportUncleanNames(db: Database, clock: Clock): Promise<void> {
  const [walk] = await withRetries(clock, () => selectRows<Walk>(db, SELECT_POSITION));
  const position = walk?.position ?? 0;
  if (position === DONE) return;
  const [window] = await withRetries(clock, () => selectRows<Window>(db, SELECT_WINDOW, position));
  const { size, last, end } = window ?? NO_WINDOW;
  if (end !== null) {
    const rows = await withRetries(clock, () =>
      selectRows<Row>(db, SELECT_SUSPECTS, position, end),
    );
    report(rows.filter(isUnclean));
  }
  const isEnd = size < NAMED_ROWS && end === last;
  const moved = db.prepare(MOVE_TO).bind(isEnd ? DONE : end, position);
  await withRetries(clock, () => moved.run());
}

/** The position of a walk that is over. */
const DONE = -1;

interface Walk {
  readonly position: number;
}

/** The rows behind the position of the walk: the last of them, and the last that the bytes allow. */
interface Window {
  readonly size: number;
  readonly last: number | null;
  readonly end: number | null;
}

const NO_WINDOW: Window = { size: 0, last: null, end: null };

/** A row of which a name may be unclean; `names` are those attributes of its document, as JSON. */
interface Row {
  readonly connector: string;
  readonly type: TypeName;
  readonly id: string;
  readonly names: string;
}

const SELECT_POSITION = "SELECT position FROM sweeps WHERE name = 'names'";

// octet_length reads the header of a row, not its text.
const SELECT_WINDOW = `SELECT count(*) AS size, max(row_id) AS last,
    max(iif(before < ${BYTES_MAX}, row_id, NULL)) AS "end"
  FROM (SELECT row_id, sum(bytes) OVER (ORDER BY row_id) - bytes AS before
    FROM (SELECT row_id, octet_length(doc) AS bytes FROM resources WHERE row_id > ?1
      ORDER BY row_id LIMIT ${NAMED_ROWS}))`;

/** Whether a text is more than visible ASCII with blanks inside: only such a one may be unclean. */
function isSuspect(text: string): string {
  return `coalesce(${text} GLOB '*[^ -~]*' OR ${text} <> trim(${text}), 0)`;
}

const SELECT_SUSPECTS = `SELECT connectors.id AS connector, type, resources.id AS id,
    json_object('userName', doc -> '$.userName', 'externalId', doc -> '$.externalId',
      'displayName', doc -> '$.displayName', 'emails', doc -> '$.emails') AS names
  FROM resources CROSS JOIN connectors ON connectors.number = resources.connector_id
  WHERE row_id > ?1 AND row_id <= ?2 AND resources.deleted_at IS NULL AND connectors.deleted_at IS NULL
    AND (${["userName", "externalId", "displayName"].map((name) => isSuspect(`doc ->> '$.${name}'`)).join(" OR ")}
      OR EXISTS (SELECT 1 FROM json_each(doc, '$.emails') AS e WHERE e.type = 'object'
        AND ${isSuspect("e.value ->> '$.value'")}))
  ORDER BY row_id`;

// ?2 = the position that was read: of two calls at once the slower one must not lead the walk back.
const MOVE_TO = `INSERT INTO sweeps (name, position) VALUES ('names', ?1)
  ON CONFLICT DO UPDATE SET position = excluded.position WHERE position = ?2`;

function isUnclean({ type, names }: Row): boolean {
  // The statement writes a JSON object.
  const document = JSON.parse(names) as JsonObject;
  return uncleanName({ name: type }, document, undefined) !== undefined;
}

function report(rows: readonly Row[]): void {
  for (const [connector, held] of Map.groupBy(rows, (row) => row.connector)) {
    const idsOf = (type: TypeName) => held.filter((row) => row.type === type).map(({ id }) => id);
    const message = "names with hidden characters";
    const ids = { users: idsOf("User"), groups: idsOf("Group") };
    console.warn(JSON.stringify({ message, connector, count: held.length, ...ids }));
  }
}
