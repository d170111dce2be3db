import type { ResourceType } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import { quoteName } from "#scim/json.ts";
import { type Directory, documentOf, type ResourceRecord } from "#scim/ports.ts";
import { identityOf } from "#scim/resource/identity.ts";
import { deletedRecord, replacedRecord, stillUnclaimed } from "#scim/resource/record.ts";
import { type LaterChange, type Written, writeResource } from "./provision.ts";
import { holderText } from "./rehire.ts";

/** The users of a connector for one who repairs them: `read` finds soft-deleted ones as well. */
export interface RepairDirectory extends Directory {
  /** The moment before which who was deleted is not restored any more. */
  readonly restorableSince: number;
}

/**
 * Brings a soft-deleted user back as it was, under its id; a live one stays as it is. Undefined when there is no
 * such user, or it was deleted too long ago; `uniqueness` names the live user who holds its name by now.
 */
export async function restoreUser(
  directory: RepairDirectory,
  id: string,
): Promise<Written | undefined> {
  const { now } = directory;
  const restorable = { ...directory, read: (wanted: string) => readRestorable(directory, wanted) };
  try {
    return await writeResource(restorable, id, undefined, (before, { type }) => {
      if (before.deletedAt === undefined) return { change: undefined, warnings: [] };
      const after = replacedRecord(type, before, documentOf(before), now);
      return { change: { kind: "restore", before, after }, warnings: [] };
    });
  } catch (error) {
    if (!(error instanceof ScimError && error.scimType === "uniqueness")) throw error;
    throw (await heldBySomebody(directory, id)) ?? error;
  }
}

/** The change that undoes a switch-off: the user is there again, active, and otherwise as it was; none where it is. */
export function takenBack(
  type: ResourceType,
  before: ResourceRecord,
  now: number,
): LaterChange | undefined {
  const document = documentOf(before);
  const isDeleted = before.deletedAt !== undefined;
  if (!isDeleted && document.active !== false) return undefined;
  const after = replacedRecord(type, before, { ...document, active: true }, now);
  return { kind: isDeleted ? "restore" : "update", before, after };
}

/** Switches a live user off or on; undefined when there is no such user. */
export function setActive(
  directory: RepairDirectory,
  id: string,
  active: boolean,
): Promise<Written | undefined> {
  const { now } = directory;
  const live = { ...directory, read: (wanted: string) => readLive(directory, wanted) };
  return writeResource(live, id, undefined, (before, { type }) => {
    const document = documentOf(before);
    const isActive = document.active !== false;
    if (isActive === active) return { change: undefined, warnings: [] };
    const after = replacedRecord(type, before, { ...document, active }, now);
    const change = { kind: "update", before, after: stillUnclaimed(after, before) } as const;
    return { change, warnings: [] };
  });
}

/**
 * Erases a user, live or soft-deleted, for good and so that nothing of the person is told: the groups are left, and
 * the change has an id alone. Undefined when there is no such user.
 */
export function eraseUser(directory: RepairDirectory, id: string): Promise<Written | undefined> {
  return writeResource(directory, id, undefined, (before) => {
    const after = deletedRecord(before, directory.now);
    return { change: { kind: "erase", before, after, isForgotten: true }, warnings: [] };
  });
}

async function readLive({ read }: RepairDirectory, id: string) {
  const user = await read(id);
  return user?.deletedAt === undefined ? user : undefined;
}

async function readRestorable({ read, restorableSince }: RepairDirectory, id: string) {
  const user = await read(id);
  return (user?.deletedAt ?? restorableSince) < restorableSince ? undefined : user;
}

/** Says who holds what the deleted user had; undefined where nobody does any more. */
export async function heldBySomebody(
  { read, candidates, type }: Pick<RepairDirectory, "read" | "candidates" | "type">,
  id: string,
): Promise<ScimError | undefined> {
  const user = await read(id);
  if (user === undefined) return undefined;
  const wanted = identityOf(type, documentOf(user));
  const others = (await candidates(wanted)).filter(
    (other) => other.id !== id && other.deletedAt === undefined,
  );
  const holds = (same: (other: ReturnType<typeof identityOf>) => boolean) =>
    others.find((other) => same(identityOf(type, documentOf(other))));
  const byName = holds(({ nameKey }) => nameKey === wanted.nameKey);
  const byExternalId = holds(({ externalId }) => externalId === wanted.externalId);
  if (byName !== undefined) return held(user, "userName", byName);
  return byExternalId === undefined ? undefined : held(user, "externalId", byExternalId);
}

function held(
  user: ResourceRecord,
  attribute: "userName" | "externalId",
  holder: ResourceRecord,
): ScimError {
  const value = quoteName(String(documentOf(user)[attribute] ?? ""));
  return ScimError.uniqueness(
    `The user cannot be restored: its ${attribute} ${value} is by now that of ${holderText(holder, quoteName)}. Rename or delete that user first.`,
  );
}
