import type { CommitOutcome } from "#scim/ports.ts";
import { insertChanges } from "./changes.ts";
import type { Clock } from "./clock.ts";
import { type Step, stepOf, updateGroups } from "./commit-steps.ts";
import { overlaps, parkExternalIds, parkNames } from "./commit-swaps.ts";
import type { ConnectorId } from "./connector-id.ts";
import { classifyError } from "./d1-error.ts";
import { type Database, withRetries } from "./database.ts";
import { insertEvents } from "./events.ts";
import { GUARD_CREDENTIAL, guardRows } from "./guards.ts";
import {
  deleteMembers,
  deleteParked,
  guardCycles,
  insertMembers,
  insertParked,
} from "./member-statements.ts";
import {
  deleteValues,
  eraseResources,
  freeExternalIds,
  insertResources,
  insertValues,
  touchResources,
  updateResources,
} from "./resource-statements.ts";
import { eachChunk, type RowSource } from "./row-source.ts";
import type { Write } from "./write.ts";

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
  const rows = (items: readonly object[], text: (source: RowSource) => string) =>
    eachChunk(items, (source, json) => db.prepare(text(source)).bind(json, connectorId));
  const all = <T extends object>(pick: (step: Step) => readonly T[]) => steps.flatMap(pick);
  const moves = all((step) => step.moves);
  return [
    ...rows(
      write.changes.map(({ event }) => event),
      insertEvents,
    ),
    ...guardCredential(db, connectorId, write),
    ...rows(
      all(({ guards }) => guards),
      guardRows,
    ),
    ...rows(
      all(({ freed }) => freed),
      freeExternalIds,
    ),
    ...rows(
      all(({ removedValues }) => removedValues),
      deleteValues,
    ),
    ...rows(
      all(({ touched }) => touched),
      touchResources,
    ),
    ...rows(overlaps(moves, "name"), parkNames),
    ...rows(overlaps(moves, "externalId"), parkExternalIds),
    ...updateGroups(steps).flatMap(({ keys, items }) => rows(items, updateResources(keys))),
    ...rows(
      all(({ erased }) => erased),
      eraseResources,
    ),
    ...rows(
      all(({ inserted }) => inserted),
      insertResources,
    ),
    ...rows(
      all(({ addedValues }) => addedValues),
      insertValues,
    ),
    ...rows(
      all(({ changes }) => changes),
      insertChanges,
    ),
    ...rows(
      all(({ removedMembers }) => removedMembers),
      deleteMembers,
    ),
    ...rows(
      all(({ addedMembers }) => addedMembers),
      insertMembers,
    ),
    ...rows(
      all(({ unparked }) => unparked),
      deleteParked,
    ),
    ...rows(
      all(({ parked }) => parked),
      insertParked,
    ),
    ...rows(
      all(({ nested }) => nested),
      guardCycles,
    ),
  ];
}

function guardCredential(db: Database, connectorId: ConnectorId, write: Write) {
  return write.credentialHash === undefined
    ? []
    : [db.prepare(GUARD_CREDENTIAL).bind(write.credentialHash, connectorId, write.at)];
}
