import type { CommitOutcome, UserChange } from "#scim/ports.ts";
import type { ResourceType } from "#scim/schema/attribute.ts";
import { changeRow, insertChanges } from "./changes.ts";
import type { Clock } from "./clock.ts";
import { type LookupValue, type UserColumns, userColumns } from "./columns.ts";
import type { ConnectorId } from "./connector-id.ts";
import { classifyError } from "./d1-error.ts";
import { type Database, withRetries } from "./database.ts";
import { type EventRow, insertEvents } from "./events.ts";
import { GUARD_CREDENTIAL, guardVersions, type VersionGuard } from "./guards.ts";
import { eachChunk, type RowSource } from "./row-source.ts";
import {
  type ChangedKeys,
  changedKeys,
  deleteValues,
  eraseUsers,
  freeExternalIds,
  insertUsers,
  insertValues,
  updateUsers,
} from "./user-statements.ts";

/** A decided change with the event-log row that goes in with it. */
export interface ChangeToCommit {
  readonly change: UserChange;
  readonly event: EventRow;
}

/** What travels in one batch: all of it is stored, or nothing. */
export interface Write {
  readonly type: ResourceType;
  readonly changes: readonly ChangeToCommit[];
  /** The SHA-256 of the caller's token, guarded inside the batch; undefined for the Bridge. */
  readonly credentialHash: string | undefined;
  readonly at: number;
}

/**
 * Stores decided changes of one connector in one D1 batch, in the order of DESIGN "The write path":
 * event rows with their unique op_id, guards, mutation (triggers keep the counters), change rows.
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
  const steps = write.changes.map(({ change }) => stepOf(write.type, change));
  const rows = (items: readonly object[], text: (source: RowSource) => string) =>
    eachChunk(items, (source, json) => db.prepare(text(source)).bind(json, connectorId));
  return [
    ...rows(
      write.changes.map(({ event }) => event),
      insertEvents,
    ),
    ...guardCredential(db, connectorId, write),
    ...rows(
      steps.flatMap(({ guard }) => guard ?? []),
      guardVersions,
    ),
    ...rows(
      steps.flatMap(({ frees }) => frees ?? []),
      freeExternalIds,
    ),
    ...rows(
      steps.flatMap(({ erased }) => erased ?? []),
      eraseUsers,
    ),
    ...rows(
      steps.flatMap(({ removedValues }) => removedValues),
      deleteValues,
    ),
    ...updateGroups(steps).flatMap(({ keys, items }) => rows(items, updateUsers(keys))),
    ...rows(
      steps.flatMap(({ inserted }) => inserted ?? []),
      insertUsers,
    ),
    ...rows(
      steps.flatMap(({ addedValues }) => addedValues),
      insertValues,
    ),
    ...rows(
      write.changes.map(({ change, event }) => changeRow(change, event.opId, write.at)),
      insertChanges,
    ),
  ];
}

function guardCredential(db: Database, connectorId: ConnectorId, write: Write) {
  return write.credentialHash === undefined
    ? []
    : [db.prepare(GUARD_CREDENTIAL).bind(write.credentialHash, connectorId, write.at)];
}

/** What one change asks of the tables; absent members ask for nothing. */
interface Step {
  readonly guard?: VersionGuard;
  readonly frees?: { readonly rowId: number; readonly externalId: string };
  readonly erased?: { readonly rowId: number };
  readonly inserted?: UserColumns;
  readonly updated?: { readonly keys: ChangedKeys; readonly row: UserColumns & { rowId: number } };
  readonly addedValues: readonly (LookupValue & { userId: string })[];
  readonly removedValues: readonly (LookupValue & { userId: string })[];
}

function stepOf(type: ResourceType, change: UserChange): Step {
  if (change.kind === "create") {
    const inserted = userColumns(type, change.after);
    return { inserted, addedValues: owned(inserted, inserted.values), removedValues: [] };
  }
  const before = userColumns(type, change.before);
  const rowId = change.before.rowId ?? 0;
  const guard = { rowId, version: before.version };
  if (change.kind === "erase") {
    return {
      guard,
      erased: { rowId },
      addedValues: [],
      removedValues: owned(before, before.values),
    };
  }
  const after = userColumns(type, change.after);
  const keys = changedKeys(before, after);
  const { externalId } = after;
  const takesExternalId = keys.externalId && externalId !== null;
  return {
    guard,
    ...(takesExternalId ? { frees: { rowId, externalId } } : {}),
    updated: { keys, row: { ...after, rowId } },
    addedValues: owned(after, missingFrom(before.values, after.values)),
    removedValues: owned(after, missingFrom(after.values, before.values)),
  };
}

function owned(user: UserColumns, values: readonly LookupValue[]) {
  return values.map((value) => ({ ...value, userId: user.id }));
}

/** The values of `values` that `others` lacks. */
function missingFrom(others: readonly LookupValue[], values: readonly LookupValue[]) {
  const known = new Set(others.map((value) => JSON.stringify(value)));
  return values.filter((value) => !known.has(JSON.stringify(value)));
}

/** Groups updates by the keys they change, since each group is one statement. */
function updateGroups(steps: readonly Step[]) {
  const groups = new Map<string, { keys: ChangedKeys; items: UserColumns[] }>();
  for (const { updated } of steps) {
    if (updated === undefined) continue;
    const name = JSON.stringify(updated.keys);
    const group = groups.get(name) ?? { keys: updated.keys, items: [] };
    groups.set(name, { keys: group.keys, items: [...group.items, updated.row] });
  }
  return [...groups.values()];
}
