import { ScimError } from "#scim/error.ts";
import { type Directory, documentOf, type ResourceRecord } from "#scim/ports.ts";
import { replacedRecord, stillUnclaimed } from "#scim/resource/record.ts";
import { type Written, writeResource } from "./provision.ts";

/** What the application says of a user's account; undefined leaves it as it is, null takes it back. */
export interface AccountChange {
  readonly accountId?: string | null | undefined;
  /** When the person first signed in, in milliseconds since the epoch. */
  readonly registeredAt?: number | null | undefined;
}

/** The users of a connector for an application that says which accounts are theirs. */
export interface AccountDirectory extends Directory {
  /** Who has an account, also a soft-deleted user. */
  readonly accountHolder: (accountId: string) => Promise<ResourceRecord | undefined>;
}

/**
 * Notes the application's own id of a user's account, and when the person first signed in. It claims nobody.
 * Undefined when there is no such user; `uniqueness` where another live user has the account.
 */
export async function setAccount(
  directory: AccountDirectory,
  id: string,
  wanted: AccountChange,
): Promise<Written | undefined> {
  const { now } = directory;
  try {
    return await writeResource(directory, id, undefined, (before, { type }) => {
      const accountId = changed(before.accountId, wanted.accountId);
      const registeredAt = changed(before.registeredAt, wanted.registeredAt);
      if (accountId === before.accountId && registeredAt === before.registeredAt) {
        return { change: undefined, warnings: [] };
      }
      const replaced = replacedRecord(type, before, documentOf(before), now);
      const after = stillUnclaimed({ ...replaced, accountId, registeredAt }, before);
      return { change: { kind: "update", before, after }, warnings: [] };
    });
  } catch (error) {
    const isTaken = error instanceof ScimError && error.scimType === "uniqueness";
    if (!isTaken || typeof wanted.accountId !== "string") throw error;
    const holder = await directory.accountHolder(wanted.accountId);
    throw holder === undefined ? error : heldBy(holder);
  }
}

function changed<Value>(before: Value | undefined, wanted: Value | null | undefined) {
  return wanted === undefined ? before : (wanted ?? undefined);
}

function heldBy({ id }: ResourceRecord): ScimError {
  return ScimError.uniqueness(
    `The user with the id ${id} has this accountId: one account is that of one user. Take it from that user first, by null.`,
  );
}
