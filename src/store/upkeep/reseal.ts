import { and, count, eq, exists, getTableName, gt, ne, or, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { type Database, withRetries } from "#store/database.ts";
import { rowIdOf } from "#store/rows.ts";
import { bridges, connectors, sweeps, webhooks } from "#store/schema.ts";
import {
  type BuiltQuery,
  build,
  named,
  type Prepared,
  prepare,
  type RowOf,
  rowsOf,
} from "#store/statement.ts";
import { moveWalk, positionOf } from "./walk.ts";

/** How many rows one call looks at in each place: ten thousand webhooks are walked in 100 minutes. */
export const RESEALED_ROWS = 100;

/** What re-sealing asks of whoever holds the keys: the store does not know what sealing is. */
export interface Resealer {
  /** How every text begins that the newest key sealed; behind it stand 16 characters, a dot, and no other dot. */
  readonly newestPrefix: string;
  /** The names of the fields that a secret may be bound to. */
  readonly fields: {
    readonly bridgeCredentials: string;
    readonly webhookSecret: (webhookId: string) => string;
    readonly formerWebhookSecret: (webhookId: string) => string;
  };
  /** Seals a text anew with the newest key; undefined where it cannot be opened. */
  readonly reseal: (
    sealed: string,
    boundTo: { readonly connector: string; readonly field: string },
  ) => Promise<string | undefined>;
}

/**
 * Seals provider credentials and webhook secrets anew that an older key of the ring had sealed, so
 * that the older key may leave it. Looks at the next RESEALED_ROWS rows of each place and remembers
 * where it stopped: what cannot be opened is left as it is, named once in the log, and passed by.
 * Safe to repeat, and to run twice at once.
 */
export async function resealSecrets(db: Database, clock: Clock, resealer: Resealer): Promise<void> {
  for (const place of PLACES) await resealNext(db, clock, resealer, place);
}

/** A column that holds sealed texts. Its table's rowid is what the walk goes by. */
interface Place {
  readonly table: SQLiteTable;
  readonly column: SQLiteColumn;
  readonly connectorId: SQLiteColumn;
  /** The id of what the secret belongs to. */
  readonly owner: SQLiteColumn;
  readonly field: (fields: Resealer["fields"], owner: string) => string;
  /** Puts a text into the column of a row. */
  readonly update: (text: string, isRow: SQL | undefined) => BuiltQuery;
}

const PLACES: readonly Place[] = [
  {
    table: bridges,
    column: bridges.credentials,
    connectorId: bridges.connectorId,
    owner: bridges.connectorId,
    field: (fields) => fields.bridgeCredentials,
    update: (credentials, isRow) => build.update(bridges).set({ credentials }).where(isRow),
  },
  {
    table: webhooks,
    column: webhooks.secret,
    connectorId: webhooks.connectorId,
    owner: webhooks.id,
    field: (fields, webhookId) => fields.webhookSecret(webhookId),
    update: (secret, isRow) => build.update(webhooks).set({ secret }).where(isRow),
  },
  {
    table: webhooks,
    column: webhooks.formerSecret,
    connectorId: webhooks.connectorId,
    owner: webhooks.id,
    field: (fields, webhookId) => fields.formerWebhookSecret(webhookId),
    update: (formerSecret, isRow) => build.update(webhooks).set({ formerSecret }).where(isRow),
  },
];

/** A secret that another than the newest key sealed. */
type OldSecret = RowOf<ReturnType<typeof selectOld>>;

async function resealNext(
  db: Database,
  clock: Clock,
  resealer: Resealer,
  place: Place,
): Promise<void> {
  const walk = `reseal ${nameOf(place)}`;
  const next = nextOf(place, walk);
  const window = selectWindow(next, walk);
  const old = selectOld(next, resealer, place);
  const [windows, secrets] = await withRetries(clock, () =>
    db.batch([prepare(db, window), prepare(db, old)]),
  );
  const [read] = rowsOf<RowOf<typeof window>>(windows);
  const statements: D1PreparedStatement[] = [];
  for (const secret of rowsOf<OldSecret>(secrets)) {
    statements.push(...(await resealOne(db, resealer, place, secret)));
  }
  if (statements.length > 0) statements.push(forgetFormerNotes(db, resealer));
  const end = read?.size === RESEALED_ROWS ? (read.last ?? 0) : 0;
  if (end !== read?.position) statements.push(moveWalk(db, walk, end));
  if (statements.length > 0) await withRetries(clock, () => db.batch(statements));
}

/** What is to be written about one secret: nothing, where the log named it already. */
async function resealOne(
  db: Database,
  resealer: Resealer,
  place: Place,
  { row, connector, owner, sealed, isNamed }: OldSecret,
): Promise<readonly D1PreparedStatement[]> {
  const boundTo = { connector, field: place.field(resealer.fields, owner) };
  const resealed = await resealer.reseal(sealed, boundTo);
  if (resealed !== undefined) {
    // Only if it is still the one that was read: an administrator's new one wins.
    const isRow = and(eq(rowIdOf(place.table), row), eq(place.column, sealed));
    return [prepare(db, place.update(resealed, isRow))];
  }
  if (isNamed === 1) return [];
  console.error(JSON.stringify({ message: "sealed secret cannot be opened", ...boundTo }));
  return [moveWalk(db, `${notesOf(resealer, place)}${row}`, 0)];
}

/** The next rows of a place. */
function nextOf({ table, column, connectorId, owner }: Place, walk: string) {
  const row = rowIdOf(table);
  return build
    .select(
      named({
        row,
        connectorId: sql<ConnectorId>`${connectorId}`,
        owner: sql<string>`${owner}`,
        sealed: sql<string>`${column}`,
      }),
    )
    .from(table)
    .where(gt(row, positionOf(walk)))
    .orderBy(row)
    .limit(RESEALED_ROWS)
    .as("next");
}

type Next = ReturnType<typeof nextOf>;

/** The rows behind the position of the walk. */
function selectWindow(next: Next, walk: string) {
  return build
    .select(
      named({
        position: positionOf(walk),
        size: count(),
        last: sql<number | null>`max(${next.row})`,
      }),
    )
    .from(next);
}

/**
 * Secrets that another than the newest key sealed. A key's name may hold dots: `v1.k.` also begins what
 * the key `k.old` sealed, which has a dot too many.
 */
function selectOld(next: Next, resealer: Resealer, place: Place) {
  const { newestPrefix } = resealer;
  const { row, owner, sealed } = next;
  const length = sql`length(${newestPrefix})`;
  const rest = sql`substr(${sealed}, ${length} + 18)`;
  const note = build
    .select(named({ name: sweeps.name }))
    .from(sweeps)
    .where(eq(sweeps.name, sql`${notesOf(resealer, place)} || ${row}`));
  return build
    .select(
      named({
        row,
        /** Empty where the secret belongs to no one connector: a webhook of several. */
        connector: sql<string>`coalesce(${connectors.id}, '')`,
        owner,
        sealed,
        /** Whether the log named it already as one that cannot be opened. */
        isNamed: sql<0 | 1>`${exists(note)}`,
      }),
    )
    .from(next)
    .leftJoin(connectors, eq(connectors.number, next.connectorId))
    .where(
      or(ne(sql`substr(${sealed}, 1, ${length})`, newestPrefix), gt(sql`instr(${rest}, '.')`, 0)),
    );
}

function nameOf({ table, column }: Place): string {
  return `${getTableName(table)}.${column.name}`;
}

/** How the names of the notes begin that say what the log named; the secret's row ends them. */
function notesOf(resealer: Resealer, place: Place): string {
  return `${newestNotes(resealer)}${nameOf(place)} `;
}

function newestNotes({ newestPrefix }: Resealer): string {
  return `${FIRST_WORD}${newestPrefix} `;
}

const FIRST_WORD = "unopened ";

/** What was named before the newest key came is named again, if it still cannot be opened. */
function forgetFormerNotes(db: Database, resealer: Resealer): Prepared<unknown> {
  const newest = newestNotes(resealer);
  const isNote = eq(sql`substr(${sweeps.name}, 1, ${FIRST_WORD.length})`, FIRST_WORD);
  const isFormer = ne(sql`substr(${sweeps.name}, 1, length(${newest}))`, newest);
  return prepare(db, build.delete(sweeps).where(and(isNote, isFormer)));
}
