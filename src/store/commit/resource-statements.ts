import { and, eq, sql } from "drizzle-orm";
import type { ResourceColumns, ValueColumns } from "#store/columns.ts";
import { insertRows, matchesRow, updateRows } from "#store/rows.ts";
import { resources, resourceValues } from "#store/schema.ts";
import { build } from "#store/statement.ts";
import { type ChangeStatement, changeStatement } from "./change-statement.ts";

/** A resource to be stored, and the event that does it. */
export interface StoredResource extends ResourceColumns {
  readonly eventId: string;
}

/** Stores new resources. */
export const insertResources = changeStatement<StoredResource>()(
  ({ cell, from }, connectorId, only) =>
    insertRows(
      resources,
      {
        connectorId,
        type: cell("type"),
        id: cell("id"),
        nameKey: cell("nameKey"),
        nameSlot: cell("nameSlot"),
        externalId: cell("externalId"),
        active: cell("active"),
        version: cell("version"),
        createdAt: cell("createdAt"),
        modifiedAt: cell("modifiedAt"),
        eventId: cell("eventId"),
        doc: cell("doc"),
        folded: cell("folded"),
        accountId: cell("accountId"),
        registeredAt: cell("registeredAt"),
        unclaimedVersion: cell("unclaimedVersion"),
      },
      { from, where: only },
    ),
);

/** The indexed columns that an update may touch; each costs a row written or two, so only changed ones are set. */
export interface ChangedKeys {
  readonly nameKey: boolean;
  readonly externalId: boolean;
  readonly deletedAt: boolean;
  readonly accountId: boolean;
  readonly registeredAt: boolean;
  readonly unclaimedVersion: boolean;
}

/** Tells which indexed columns differ between two states of a resource. */
export function changedKeys(before: ResourceColumns, after: ResourceColumns): ChangedKeys {
  return {
    nameKey: before.nameKey !== after.nameKey,
    // A former version made soft-deleted rows give theirs up: a restore claims it anew.
    externalId: before.externalId !== after.externalId || isRestored(before, after),
    deletedAt: before.deletedAt !== after.deletedAt,
    accountId: before.accountId !== after.accountId,
    registeredAt: before.registeredAt !== after.registeredAt,
    unclaimedVersion: before.unclaimedVersion !== after.unclaimedVersion,
  };
}

function isRestored(before: ResourceColumns, after: ResourceColumns): boolean {
  return before.deletedAt !== null && after.deletedAt === null;
}

/** A resource to be overwritten. */
export interface UpdatedResource extends StoredResource {
  readonly rowId: number;
}

/** The statements that overwrite resources, by the keys that they set: built as they are needed. */
const UPDATES = new Map<string, ChangeStatement<UpdatedResource>>();

/**
 * Overwrites resources found by their row; writing only the keys that changed leaves the other
 * indexes alone. The version is counted here, so that a rival's change of members is not undone.
 */
export function updateResources(keys: ChangedKeys): ChangeStatement<UpdatedResource> {
  const name = JSON.stringify(keys);
  const known = UPDATES.get(name);
  if (known !== undefined) return known;
  const update = changeStatement<UpdatedResource>()((rows, connectorId, only) => {
    const { cell } = rows;
    const assignments = {
      doc: cell("doc"),
      folded: cell("folded"),
      active: cell("active"),
      version: sql`${resources.version} + 1`,
      modifiedAt: cell("modifiedAt"),
      eventId: cell("eventId"),
      ...(keys.nameKey && { nameKey: cell("nameKey"), nameSlot: cell("nameSlot") }),
      ...(keys.externalId && { externalId: cell("externalId") }),
      ...(keys.deletedAt && { deletedAt: cell("deletedAt") }),
      ...(keys.accountId && { accountId: cell("accountId") }),
      ...(keys.registeredAt && { registeredAt: cell("registeredAt") }),
      ...(keys.unclaimedVersion && { unclaimedVersion: cell("unclaimedVersion") }),
    };
    const isRow = eq(resources.rowId, cell("rowId"));
    return updateRows(resources, assignments, {
      from: rows.from,
      where: and(isRow, eq(resources.connectorId, connectorId), only),
    });
  });
  UPDATES.set(name, update);
  return update;
}

/** A group whose version moves on. */
export type BumpedGroup = Pick<UpdatedResource, "rowId" | "modifiedAt" | "eventId">;

/** Moves groups one version on whose members are about to change, and nothing else of them. */
export const bumpGroups = changeStatement<BumpedGroup>()(({ cell, from }, connectorId, only) => {
  const isRow = eq(resources.rowId, cell("rowId"));
  const assignments = {
    version: sql`${resources.version} + 1`,
    modifiedAt: cell("modifiedAt"),
    eventId: cell("eventId"),
  };
  return updateRows(resources, assignments, {
    from,
    where: and(isRow, eq(resources.connectorId, connectorId), only),
  });
});

/** Erases resources for good; triggers erase what hangs on them. */
export const eraseResources = changeStatement<{ readonly rowId: number }>()(
  (rows, connectorId, only) =>
    build
      .delete(resources)
      .where(
        and(
          matchesRow(rows, [[resources.rowId, "rowId"]]),
          eq(resources.connectorId, connectorId),
          only,
        ),
      ),
);

/** Stores looked-up values. */
export const insertValues = changeStatement<ValueColumns>()(({ cell, from }, connectorId, only) =>
  insertRows(
    resourceValues,
    {
      connectorId,
      path: cell("path"),
      valueKey: cell("valueKey"),
      typeKey: cell("typeKey"),
      resourceId: cell("resourceId"),
    },
    { from, where: only },
  ),
);

/** Removes looked-up values. */
export const deleteValues = changeStatement<ValueColumns>()((rows, connectorId, only) =>
  build.delete(resourceValues).where(
    and(
      eq(resourceValues.connectorId, connectorId),
      matchesRow(rows, [
        [resourceValues.path, "path"],
        [resourceValues.valueKey, "valueKey"],
        [resourceValues.typeKey, "typeKey"],
        [resourceValues.resourceId, "resourceId"],
      ]),
      only,
    ),
  ),
);
