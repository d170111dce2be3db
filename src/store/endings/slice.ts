import { sql } from "drizzle-orm";
import { ScimError } from "#scim/error.ts";
import type { ResourceRecord } from "#scim/ports.ts";
import { changeAtEnd } from "#scim/provision/ending.ts";
import type { Clock } from "#store/clock.ts";
import { commitChanges } from "#store/commit/commit.ts";
import type { Database } from "#store/database.ts";
import { endings } from "#store/schema.ts";
import { build, type Prepared, prepare } from "#store/statement.ts";
import { changeEventRow } from "./ending-event.ts";
import { guardOpen, isStillOpen, type OpenEnding } from "./open.ts";

/** What the end of a directory needs of the world. */
export interface EndingTools {
  readonly clock: Clock;
  /** Gives event ids, UUIDv7 like those of requests. */
  readonly newId: () => string;
}

/** How far the walk of an end has come. */
type Place = Pick<OpenEnding, "walked" | "position">;

/**
 * Does to a page of users or groups what the end of their directory does to them, and moves the walk to `place`, in one
 * batch. Gives the end as it is then, or "again" where somebody else was faster: it is to be looked at anew. A record
 * that the database refuses keeps no other one back: it is passed over, and the Worker's log says which it was.
 */
export async function endPage(
  db: Database,
  tools: EndingTools,
  ending: OpenEnding,
  { records, place }: { readonly records: readonly ResourceRecord[]; readonly place: Place },
): Promise<OpenEnding | "again"> {
  try {
    return await endTogether(db, tools, ending, { records, place });
  } catch (error) {
    if (!isOfRecord(error)) throw error;
    const [only, ...others] = records;
    if (only === undefined) throw error;
    if (others.length === 0) {
      reportRefused(ending, only, error);
      return await endTogether(db, tools, ending, { records: [], place });
    }
  }
  return await endOneByOne(db, tools, ending, { records, place });
}

async function endOneByOne(
  db: Database,
  tools: EndingTools,
  ending: OpenEnding,
  { records, place }: { readonly records: readonly ResourceRecord[]; readonly place: Place },
): Promise<OpenEnding | "again"> {
  let now = ending;
  for (const record of records) {
    const isLast = record === records.at(-1);
    const at = isLast ? place : { walked: ending.walked, position: record.id };
    const ended = await endPage(db, tools, now, { records: [record], place: at });
    if (ended === "again") return "again";
    now = ended;
  }
  return now;
}

async function endTogether(
  db: Database,
  { clock, newId }: EndingTools,
  ending: OpenEnding,
  { records, place }: { readonly records: readonly ResourceRecord[]; readonly place: Place },
): Promise<OpenEnding | "again"> {
  const { settings, types, users, connectorId } = ending;
  const now = clock.now();
  const { deletion, allowDuplicateGroupNames, uniqueExternalId } = settings;
  const changes = records.flatMap((record) => {
    const type = types[record.type];
    const change = changeAtEnd(record, users, { type, deletion, now });
    if (change === undefined) return [];
    return { change, type, event: changeEventRow(ending, change, { opId: newId(), at: now }) };
  });
  const told = ending.walked === "User" ? changes.length : 0;
  // A walk that is over already does not come ahead.
  const failures = records.length === 0 ? ending.failures : 0;
  const beside = [guardOpen(db, ending.id), moveOn(db, ending, { ...place, failures }, told)];
  const write = { changes, beside, credentialHash: undefined, at: now, isOfEnding: true } as const;
  const terms = { allowDuplicateGroupNames, uniqueExternalId };
  const outcome = await commitChanges(db, connectorId, { ...write, ...terms }, clock);
  switch (outcome.kind) {
    case "committed":
      return { ...ending, ...place, failures, told: ending.told + told };
    case "versionChanged":
      return "again";
    default:
      throw new RecordRefused(outcome.kind);
  }
}

/** A batch was refused for what is in a record. */
class RecordRefused extends Error {
  override readonly name = "RecordRefused";
}

/** Whether an error lies in a record. Any other may pass: nobody keeps access since a database failed for a moment. */
function isOfRecord(error: unknown): boolean {
  return error instanceof RecordRefused || error instanceof ScimError;
}

function reportRefused({ connector }: OpenEnding, { type, id }: ResourceRecord, error: unknown) {
  const kind = error instanceof Error ? error.name : typeof error;
  console.error(
    JSON.stringify({
      message: "not changed at the end of its directory",
      connector,
      type,
      id,
      kind,
    }),
  );
}

/** The statement that notes how far the walk has come, and how many users had to be told of. */
function moveOn(
  db: Database,
  { id }: OpenEnding,
  place: Place & Pick<OpenEnding, "failures">,
  told: number,
): Prepared<unknown> {
  const moved = build
    .update(endings)
    .set({ ...place, told: sql`${endings.told} + ${told}` })
    .where(isStillOpen(id));
  return prepare(db, moved);
}
