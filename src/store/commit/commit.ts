import type { CommitOutcome } from "#scim/ports.ts";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { classifyError } from "#store/d1-error.ts";
import { type Database, withRetries } from "#store/database.ts";
import { type EventRow, eventCells } from "#store/event-log/events.ts";
import { tellOwnRoles } from "#store/roles/tell.ts";
import { insertRows, type RowStatement, rowStatement } from "#store/rows.ts";
import { events } from "#store/schema.ts";
import type { Write } from "#store/write.ts";
import { guardConnector, guardCredential, guardRows } from "./guards.ts";
import {
  deleteMembers,
  deleteParked,
  guardCycles,
  insertMembers,
  insertParked,
} from "./member-statements.ts";
import { changeStatements } from "./statements.ts";
import { type Step, stepOf } from "./steps.ts";

/**
 * Stores decided changes of one connector in one D1 batch, in this order:
 * event rows with their unique op_id, what is stored beside them, guards, mutation (triggers keep the counters), change rows,
 * then the members, whose change rows triggers write, and last the roles that these give.
 * A retryable D1 error repeats the same batch: the op_id tells when the first try had got in.
 * Throws `Overloaded` when D1 refuses work, and whatever else D1 throws.
 */
export async function commitChanges(
  db: Database,
  connectorId: ConnectorId,
  write: Write,
  clock: Clock,
): Promise<CommitOutcome | { readonly kind: "credentialGone" }> {
  const statements = batchOf(db, connectorId, write);
  try {
    await withRetries(clock, () => db.batch(statements));
    return { kind: "committed" };
  } catch (error) {
    const outcome = classifyError(error);
    switch (outcome.kind) {
      case "duplicateOperation":
        return { kind: "committed" };
      case "uniqueness":
      case "versionChanged":
      case "membershipCycle":
      case "credentialGone":
        return outcome;
      case "retryable":
      case "overloaded":
      case "alreadyAnswered":
      case "other":
        throw error;
    }
  }
}

/** Appends the events of the changes; an op_id that is there aborts the batch. */
const insertEvents = rowStatement<EventRow, { connectorId: ConnectorId }>()(
  (rows, { connectorId }) => insertRows(events, eventCells(rows, connectorId), { from: rows.from }),
);

function batchOf(db: Database, connectorId: ConnectorId, write: Write): D1PreparedStatement[] {
  const steps = write.changes.map((each) => stepOf(each, write));
  const batch = { connectorId };
  return [
    ...insertEvents(
      db,
      write.changes.map(({ event }) => event),
      batch,
    ),
    ...(write.beside ?? []),
    ...guardWriter(db, connectorId, write),
    ...guardRows(
      db,
      steps.flatMap(({ guards }) => guards),
      batch,
    ),
    ...changeStatements(db, steps, batch, write),
    ...memberStatements(db, steps, batch),
    ...roleStatements(db, connectorId, write),
  ];
}

/** Whoever writes has a credential that may, or a connector whose directory is not at its end. */
function guardWriter(
  db: Database,
  connectorId: ConnectorId,
  { credentialHash: hash, at, isOfEnding }: Write,
): readonly D1PreparedStatement[] {
  if (isOfEnding) return [];
  if (hash === undefined) return [guardConnector.bind(db, { connectorId })];
  return [guardCredential.bind(db, { hash, connectorId, at })];
}

/** Nothing where groups give no roles. */
function roleStatements(
  db: Database,
  connectorId: ConnectorId,
  { application, changes }: Write,
): readonly D1PreparedStatement[] {
  if (application === undefined || application.roles.length === 0) return [];
  const opIds = changes.map(({ event }) => event.opId);
  return tellOwnRoles(db, connectorId, opIds);
}

function memberStatements(
  db: Database,
  steps: readonly Step[],
  batch: { readonly connectorId: ConnectorId },
): readonly D1PreparedStatement[] {
  const all = <Row extends object>(
    pick: (step: Step) => readonly Row[],
    statement: RowStatement<Row, typeof batch, unknown>,
  ) => statement(db, steps.flatMap(pick), batch);
  return [
    ...all(({ removedMembers }) => removedMembers, deleteMembers),
    ...all(({ addedMembers }) => addedMembers, insertMembers),
    ...all(({ unparked }) => unparked, deleteParked),
    ...all(({ parked }) => parked, insertParked),
    ...all(({ nested }) => nested, guardCycles),
  ];
}
