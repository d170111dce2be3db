import { documentOf, type MemberChange, type ResourceChange } from "#scim/ports.ts";
import { type ChangeRow, changeRow } from "#store/changes/changes.ts";
import {
  isActive,
  lookupValues,
  type ResourceColumns,
  resourceColumns,
  type ValueColumns,
} from "#store/columns.ts";
import type { ChangeToCommit, Write } from "#store/write.ts";
import type { PushedOff } from "./brake.ts";
import type { ExternalIdClaim, RowGuard } from "./guards.ts";
import type { AddedMember, ParkedRow, RemovedMember, UnparkedRow } from "./member-statements.ts";
import {
  type BumpedGroup,
  type ChangedKeys,
  changedKeys,
  type StoredResource,
  type UpdatedResource,
} from "./resource-statements.ts";
import { type NameMove, nameMove } from "./swaps.ts";

/** What one change asks of the tables: rows for each statement of the batch. */
export interface Step {
  readonly guards: readonly RowGuard[];
  readonly removedValues: readonly ValueColumns[];
  readonly bumpedGroups: readonly BumpedGroup[];
  readonly moves: readonly NameMove[];
  readonly updated: readonly { readonly keys: ChangedKeys; readonly row: UpdatedResource }[];
  readonly erased: readonly { readonly rowId: number }[];
  readonly inserted: readonly StoredResource[];
  /** The externalIds taken, where each has to be that of one live resource. */
  readonly claimed: readonly ExternalIdClaim[];
  readonly addedValues: readonly ValueColumns[];
  readonly changes: readonly ChangeRow[];
  /** Whom the change switches off, where that is counted. */
  readonly switchOffs: readonly PushedOff[];
  readonly removedMembers: readonly RemovedMember[];
  readonly addedMembers: readonly AddedMember[];
  readonly unparked: readonly UnparkedRow[];
  readonly parked: readonly ParkedRow[];
  /** Groups that got groups as members, to be looked at for cycles. */
  readonly nested: readonly { readonly groupId: string }[];
}

const NOTHING: Step = {
  guards: [],
  removedValues: [],
  bumpedGroups: [],
  moves: [],
  updated: [],
  erased: [],
  inserted: [],
  claimed: [],
  addedValues: [],
  changes: [],
  switchOffs: [],
  removedMembers: [],
  addedMembers: [],
  unparked: [],
  parked: [],
  nested: [],
};

/** Works out the rows of one change. */
export function stepOf(toCommit: ChangeToCommit, write: Write): Step {
  const { change, type, event } = toCommit;
  const allowsDoubles = type.name === "Group" && write.allowDuplicateGroupNames;
  const after = { ...resourceColumns(type, change.after, allowsDoubles), eventId: event.opId };
  const changes = [changeRow(toCommit, write.at, write.application)];
  const members = memberRows(change, write.at);
  if (change.kind === "create") {
    return {
      ...NOTHING,
      inserted: [after],
      claimed: claimOf(after, write),
      addedValues: lookupValues(change.after),
      changes,
      ...members,
    };
  }
  const rowId = change.before.rowId ?? 0;
  if (isMembersOnly(change)) {
    const version = membersOf(change)?.dependsOnList ? change.before.version : null;
    const bumpedGroups = [{ rowId, modifiedAt: after.modifiedAt, eventId: after.eventId }];
    return { ...NOTHING, guards: [{ rowId, id: after.id, version }], bumpedGroups, ...members };
  }
  const before = resourceColumns(type, change.before, allowsDoubles);
  const keys = changedKeys(before, after);
  const values = { before: lookupValues(change.before), after: lookupValues(change.after) };
  return {
    ...NOTHING,
    guards: [{ rowId, id: before.id, version: before.version }],
    moves: nameMove(rowId, before, after),
    updated: [{ keys, row: { ...after, rowId } }],
    // A live row is soft-deleted first, so that its groups move on by this event.
    erased: change.kind === "erase" ? [{ rowId }] : [],
    claimed: keys.externalId ? claimOf(after, write) : [],
    addedValues: missingFrom(values.before, values.after),
    removedValues: missingFrom(values.after, values.before),
    changes,
    switchOffs:
      write.brake !== undefined && switchesOff(change, changes)
        ? [{ userId: after.id, rowId, eventId: event.opId }]
        : [],
    ...members,
  };
}

/** Whether a change takes an active user's access away. */
function switchesOff(change: ResourceChange, [told]: readonly ChangeRow[]): boolean {
  if (told?.type === "user.deactivated") return true;
  if (told?.type !== "user.deleted" || change.kind === "create") return false;
  return change.before.deletedAt === undefined && isActive(documentOf(change.before));
}

function claimOf(
  { type, externalId }: ResourceColumns,
  { uniqueExternalId }: Write,
): readonly ExternalIdClaim[] {
  return uniqueExternalId && externalId !== null ? [{ type, externalId }] : [];
}

/** Groups updates by the keys they change, since each group is one statement. */
export function updateGroups(steps: readonly Step[]) {
  const updates = steps.flatMap(({ updated }) => updated);
  const groups = Map.groupBy(updates, ({ keys }) => JSON.stringify(keys));
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [{ keys: first.keys, rows: [first, ...others].map(({ row }) => row) }],
  );
}

/** A change of members leaves the document alone, and so needs no look at the version. */
function isMembersOnly(change: ResourceChange): boolean {
  if (change.kind !== "update" || change.members === undefined) return false;
  return change.before.documentText === change.after.documentText;
}

function memberRows(change: ResourceChange, at: number): Partial<Step> {
  const members = membersOf(change);
  if (members === undefined) return {};
  const groupId = change.after.id;
  return {
    addedMembers: members.added.map((member) => ({ groupId, ...member })),
    removedMembers: members.removed.map((id) => ({ groupId, id })),
    parked: members.parked.map((value) => ({ groupId, value, parkedAt: at })),
    unparked: members.unparked.map((value) => ({ groupId, value })),
    nested: members.added.some(({ type }) => type === "Group") ? [{ groupId }] : [],
  };
}

function membersOf(change: ResourceChange): MemberChange | undefined {
  return change.kind === "create" || change.kind === "update" ? change.members : undefined;
}

/** The values of `values` that `others` lacks. */
function missingFrom(others: readonly ValueColumns[], values: readonly ValueColumns[]) {
  const known = new Set(others.map((value) => JSON.stringify(value)));
  return values.filter((value) => !known.has(JSON.stringify(value)));
}
