import { ScimError } from "#scim/error.ts";
import type { CommitOutcome, Directory, ResourceChange } from "#scim/ports.ts";
import { createUser } from "#scim/provision/create.ts";
import {
  createGroup,
  type GroupDirectory,
  patchGroup,
  replaceGroup,
} from "#scim/provision/group.ts";
import {
  noSuchResource,
  patchUser,
  removeResource,
  replaceUser,
  type Written,
} from "#scim/provision/provision.ts";
import type { Found, ResourceKey } from "#scim/resource/key.ts";
import type { BulkOperation } from "./operation.ts";
import type { PlannedOperation } from "./plan.ts";
import { withoutReferences } from "./reference.ts";

/** What operations decided to change, as one of them is stored and logged. */
export interface BulkDecision {
  readonly position: number;
  readonly changes: readonly ResourceChange[];
  readonly warnings: readonly string[];
}

/** What performing a Bulk asks of the world; each operation is known by its position in the request. */
export interface BulkWorld {
  /** The directory through which an operation on a user is performed, and logged as that operation. */
  readonly users: (position: number) => Directory;
  readonly groups: (position: number) => GroupDirectory;
  /** Finds users by any of the keys, in one look; they are given by keyText. */
  readonly find: (keys: readonly ResourceKey[]) => Promise<Found>;
  /** Stores what several operations on users decided: all of it, or nothing. */
  readonly commitAll: (decisions: readonly BulkDecision[]) => Promise<CommitOutcome>;
}

/** What became of an operation; `failed` is a fault of ours, which ended the request. */
export type BulkOutcome =
  | { readonly kind: "written"; readonly written: Written }
  | { readonly kind: "refused"; readonly error: ScimError }
  | { readonly kind: "failed"; readonly error: unknown };

/** An operation with what became of it; its references are resolved where they could be. */
export interface BulkResult {
  readonly position: number;
  readonly operation: BulkOperation;
  readonly outcome: BulkOutcome;
}

/** Performs an operation as a request of its own would be; `ids` are those that bulkIds stand for. */
export async function performOperation(
  { position, operation, references }: PlannedOperation,
  ids: ReadonlyMap<string, string>,
  users: Directory,
  groups: () => GroupDirectory,
): Promise<BulkResult> {
  let performed = operation;
  try {
    performed = withoutReferences(operation, references, ids);
    const written = await perform(performed, users, groups);
    return { position, operation: performed, outcome: { kind: "written", written } };
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    return { position, operation: performed, outcome: { kind: "refused", error } };
  }
}

/** Notes which id the bulkId of a creating operation stands for from now on. */
export function noteBulkId(ids: Map<string, string>, { operation, outcome }: BulkResult): void {
  const { action, bulkId } = operation;
  if (outcome.kind !== "written" || action.kind !== "create" || bulkId === undefined) return;
  ids.set(bulkId, outcome.written.record.id);
}

async function perform(
  { action, data, ifMatch }: BulkOperation,
  users: Directory,
  groups: () => GroupDirectory,
): Promise<Written> {
  if (action.kind === "refused") throw action.error;
  const isUser = action.type === "User";
  if (action.kind === "create") {
    return await (isUser ? createUser(users, data) : createGroup(groups(), data));
  }
  const { kind, type, id } = action;
  const written = await change();
  if (written === undefined) throw noSuchResource(type, id);
  return written;

  function change(): Promise<Written | undefined> {
    switch (kind) {
      case "replace":
        return isUser
          ? replaceUser(users, id, data, ifMatch)
          : replaceGroup(groups(), id, data, ifMatch);
      case "patch":
        return isUser
          ? patchUser(users, id, data, ifMatch)
          : patchGroup(groups(), id, data, ifMatch);
      case "remove":
        return removeResource(isUser ? users : groups(), id, ifMatch);
    }
  }
}
