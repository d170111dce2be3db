import type { Clock } from "#store/clock.ts";
import { type Database, withRetries } from "#store/database.ts";
import { rowsOf } from "#store/query.ts";

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
  readonly table: "bridges" | "webhooks";
  readonly column: "credentials" | "secret" | "former_secret";
  /** The column with the id of what the secret belongs to. */
  readonly owner: "connector_id" | "id";
  readonly field: (fields: Resealer["fields"], owner: string) => string;
}

const PLACES: readonly Place[] = [
  {
    table: "bridges",
    column: "credentials",
    owner: "connector_id",
    field: (fields) => fields.bridgeCredentials,
  },
  {
    table: "webhooks",
    column: "secret",
    owner: "id",
    field: (fields, webhookId) => fields.webhookSecret(webhookId),
  },
  {
    table: "webhooks",
    column: "former_secret",
    owner: "id",
    field: (fields, webhookId) => fields.formerWebhookSecret(webhookId),
  },
];

/** The rows behind the position of the walk. */
interface Window {
  readonly position: number;
  readonly size: number;
  readonly last: number | null;
}

/** A secret that another than the newest key sealed. */
interface OldSecret {
  readonly row: number;
  readonly connector: string;
  readonly owner: string;
  readonly sealed: string;
  /** Whether the log named it already as one that cannot be opened. */
  readonly isNamed: number;
}

async function resealNext(
  db: Database,
  clock: Clock,
  resealer: Resealer,
  place: Place,
): Promise<void> {
  const walk = `reseal ${place.table}.${place.column}`;
  const notes = notesOf(resealer, place);
  const [windows, secrets] = await withRetries(clock, () =>
    db.batch([
      db.prepare(selectWindow(place)).bind(walk),
      db.prepare(selectOld(place)).bind(walk, resealer.newestPrefix, notes),
    ]),
  );
  const [window] = rowsOf<Window>(windows);
  const statements: D1PreparedStatement[] = [];
  for (const secret of rowsOf<OldSecret>(secrets)) {
    statements.push(...(await resealOne(db, resealer, place, secret)));
  }
  if (statements.length > 0) statements.push(forgetFormerNotes(db, resealer));
  const next = window?.size === RESEALED_ROWS ? (window.last ?? 0) : 0;
  if (next !== window?.position) statements.push(db.prepare(NOTE).bind(walk, next));
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
    return [db.prepare(updateText(place)).bind(resealed, row, sealed)];
  }
  if (isNamed === 1) return [];
  console.error(JSON.stringify({ message: "sealed secret cannot be opened", ...boundTo }));
  return [db.prepare(NOTE).bind(`${notesOf(resealer, place)}${row}`, 0)];
}

function positionText(): string {
  return "coalesce((SELECT position FROM sweeps WHERE name = ?1), 0)";
}

function windowText({ table, column, owner }: Place): string {
  return `SELECT rowid AS row, connector_id, ${owner} AS owner, ${column} AS sealed FROM ${table}
    WHERE rowid > ${positionText()} ORDER BY rowid LIMIT ${RESEALED_ROWS}`;
}

// ?1 = the walk's name.
function selectWindow(place: Place): string {
  return `SELECT ${positionText()} AS position, count(*) AS size, max(row) AS last
    FROM (${windowText(place)})`;
}

// ?1 = the walk's name, ?2 = the newest prefix, ?3 = what begins the name of a note. A key's name may
// hold dots: `v1.k.` also begins what the key `k.old` sealed, which has a dot too many.
function selectOld(place: Place): string {
  return `SELECT row, connectors.id AS connector, owner, sealed,
      EXISTS (SELECT 1 FROM sweeps WHERE name = ?3 || row) AS isNamed
    FROM (${windowText(place)}) CROSS JOIN connectors ON connectors.number = connector_id
    WHERE substr(sealed, 1, length(?2)) <> ?2 OR instr(substr(sealed, length(?2) + 18), '.') > 0`;
}

/** Changes a secret only if it is still the one that was read: an administrator's new one wins. */
function updateText({ table, column }: Place): string {
  return `UPDATE ${table} SET ${column} = ?1 WHERE rowid = ?2 AND ${column} = ?3`;
}

/** How the names of the notes begin that say what the log named; the secret's row ends them. */
function notesOf(resealer: Resealer, { table, column }: Place): string {
  return `${newestNotes(resealer)}${table}.${column} `;
}

function newestNotes({ newestPrefix }: Resealer): string {
  return `unopened ${newestPrefix} `;
}

const NOTE = `INSERT INTO sweeps (name, position) VALUES (?1, ?2)
  ON CONFLICT DO UPDATE SET position = excluded.position`;

/** What was named before the newest key came is named again, if it still cannot be opened. */
function forgetFormerNotes(db: Database, resealer: Resealer): D1PreparedStatement {
  const text = `DELETE FROM sweeps WHERE substr(name, 1, 9) = 'unopened '
    AND substr(name, 1, length(?1)) <> ?1`;
  return db.prepare(text).bind(newestNotes(resealer));
}
