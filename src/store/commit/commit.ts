import type { CommitOutcome } from "#scim/ports.ts";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { classifyError } from "#store/d1-error.ts";
import { type Database, withRetries } from "#store/database.ts";
import { insertEvents } from "#store/event-log/events.ts";
import { eachChunk } from "#store/row-source.ts";
import type { Write } from "#store/write.ts";
import { GUARD_CREDENTIAL, guardRows } from "./guards.ts";
import {
  deleteMembers,
  deleteParked,
  guardCycles,
  insertMembers,
  insertParked,
} from "./member-statements.ts";
import { changeStatements, type RunRows } from "./statements.ts";
import { type Step, stepOf } from "./steps.ts";

/**
 * Stores decided changes of one connector in one D1 batch, in the order of DESIGN "The write path":
 * event rows with their unique op_id, guards, mutation (triggers keep the counters), change rows,
 * and last the members, whose change rows triggers write.
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
      case "other":
        throw error;
    }
  }
}

function batchOf(db: Database, connectorId: ConnectorId, write: Write): D1PreparedStatement[] {
  const steps = write.changes.map((each) => stepOf(each, write));
  const run: RunRows = (items, text) =>
    eachChunk(items, (source, json) => db.prepare(text(source)).bind(json, connectorId));
  return [
    ...run(
      write.changes.map(({ event }) => event),
      insertEvents,
    ),
    ...guardCredential(db, connectorId, write),
    ...run(
      steps.flatMap(({ guards }) => guards),
      guardRows,
    ),
    ...changeStatements(steps, run),
    ...memberStatements(steps, run),
  ];
}

function memberStatements(steps: readonly Step[], run: RunRows): readonly D1PreparedStatement[] {
  return [
    ...run(
      steps.flatMap(({ removedMembers }) => removedMembers),
      deleteMembers,
    ),
    ...run(
      steps.flatMap(({ addedMembers }) => addedMembers),
      insertMembers,
    ),
    ...run(
      steps.flatMap(({ unparked }) => unparked),
      deleteParked,
    ),
    ...run(
      steps.flatMap(({ parked }) => parked),
      insertParked,
    ),
    ...run(
      steps.flatMap(({ nested }) => nested),
      guardCycles,
    ),
  ];
}

function guardCredential(db: Database, connectorId: ConnectorId, write: Write) {
  return write.credentialHash === undefined
    ? []
    : [db.prepare(GUARD_CREDENTIAL).bind(write.credentialHash, connectorId, write.at)];
}
