import { and, count, eq, exists, gt, isNull, lte, or, type SQL, sql } from "drizzle-orm";
import type { JsonObject } from "#scim/json.ts";
import type { TypeName } from "#scim/ports.ts";
import { uncleanName } from "#scim/resource/clean-names.ts";
import type { Clock } from "#store/clock.ts";
import { type Database, withRetries } from "#store/database.ts";
import { jsonEach } from "#store/rows.ts";
import { connectors, resources, sweeps } from "#store/schema.ts";
import { build, named, type RowOf, selectRows } from "#store/statement.ts";
import { moveWalk } from "./walk.ts";

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
  const [walk] = await withRetries(clock, () => selectRows(db, selectPosition()));
  const position = walk?.position ?? 0;
  if (position === DONE) return;
  const [window] = await withRetries(clock, () => selectRows(db, selectWindow(position)));
  const { size, last, end } = window ?? NO_WINDOW;
  if (end !== null) {
    const rows = await withRetries(clock, () => selectRows(db, selectSuspects(position, end)));
    report(rows.filter(isUnclean));
  }
  const isEnd = end === null || (size < NAMED_ROWS && end === last);
  // Of two calls at once the slower one must not lead the walk back.
  const moved = moveWalk(db, WALK, isEnd ? DONE : end, eq(sweeps.position, position));
  await withRetries(clock, () => moved.run());
}

const WALK = "names";

/** The position of a walk that is over. */
const DONE = -1;

function selectPosition() {
  return build
    .select(named({ position: sweeps.position }))
    .from(sweeps)
    .where(eq(sweeps.name, WALK));
}

/** The rows behind the position of the walk: the last of them, and the last that the bytes allow. */
type Window = RowOf<ReturnType<typeof selectWindow>>;

function selectWindow(position: number) {
  const next = build
    // octet_length reads the header of a row, not its text.
    .select(named({ rowId: resources.rowId, bytes: sql<number>`octet_length(${resources.doc})` }))
    .from(resources)
    .where(gt(resources.rowId, position))
    .orderBy(resources.rowId)
    .limit(NAMED_ROWS)
    .as("next");
  const before = sql<number>`sum(${next.bytes}) over (order by ${next.rowId}) - ${next.bytes}`;
  const summed = build
    .select(named({ rowId: next.rowId, before }))
    .from(next)
    .as("summed");
  return build
    .select(
      named({
        size: count(),
        last: sql<number | null>`max(${summed.rowId})`,
        end: sql<number | null>`max(iif(${summed.before} < ${BYTES_MAX}, ${summed.rowId}, null))`,
      }),
    )
    .from(summed);
}

const NO_WINDOW: Window = { size: 0, last: null, end: null };

/** A row of which a name may be unclean; `names` are those attributes of its document, as JSON. */
type Row = RowOf<ReturnType<typeof selectSuspects>>;

function selectSuspects(position: number, end: number) {
  const { doc } = resources;
  const emails = jsonEach(sql`${doc} -> 'emails'`, "e");
  const suspectEmails = build
    .select(named({ at: emails.key }))
    .from(emails.table)
    .where(and(eq(emails.type, "object"), isSuspect(sql`(${emails.value} ->> 'value')`)));
  return build
    .select(
      named({
        connector: connectors.id,
        type: resources.type,
        id: resources.id,
        names: sql<string>`json_object('userName', ${doc} -> 'userName', 'externalId', ${doc} -> 'externalId',
          'displayName', ${doc} -> 'displayName', 'emails', ${doc} -> 'emails')`,
      }),
    )
    .from(resources)
    .crossJoin(connectors)
    .where(
      and(
        eq(connectors.number, resources.connectorId),
        gt(resources.rowId, position),
        lte(resources.rowId, end),
        isNull(resources.deletedAt),
        isNull(connectors.deletedAt),
        or(
          isSuspect(sql`(${doc} ->> 'userName')`),
          isSuspect(sql`(${doc} ->> 'externalId')`),
          isSuspect(sql`(${doc} ->> 'displayName')`),
          exists(suspectEmails),
        ),
      ),
    )
    .orderBy(resources.rowId);
}

/** Whether a text is more than visible ASCII with blanks inside: only such a one may be unclean. */
function isSuspect(text: SQL): SQL {
  return sql`coalesce(${text} glob '*[^ -~]*' or ${text} <> trim(${text}), 0)`;
}

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
