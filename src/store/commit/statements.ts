import { type ChangeRow, changeCells } from "#store/changes/changes.ts";
import type { Database } from "#store/database.ts";
import { insertRows } from "#store/rows.ts";
import { changes } from "#store/schema.ts";
import type { Write } from "#store/write.ts";
import { brakeStatements } from "./brake.ts";
import { type BatchOf, type ChangeStatement, changeStatement } from "./change-statement.ts";
import { guardExternalIds } from "./guards.ts";
import {
  bumpGroups,
  deleteValues,
  eraseResources,
  insertResources,
  insertValues,
  updateResources,
} from "./resource-statements.ts";
import { type Step, updateGroups } from "./steps.ts";
import { overlaps, setNamesAside } from "./swaps.ts";

/** The statements of a batch that change resources and tell of it, in their order. */
export function changeStatements(
  db: Database,
  steps: readonly Step[],
  batch: BatchOf,
  { brake, at }: Pick<Write, "brake" | "at">,
): readonly D1PreparedStatement[] {
  const all = <Row>(pick: (step: Step) => readonly Row[], statement: ChangeStatement<Row>) =>
    statement(db, steps.flatMap(pick), batch);
  const moves = steps.flatMap((step) => step.moves);
  const offs = steps.flatMap((step) => step.switchOffs);
  return [
    // Before the rows that they count are written, and before these are told.
    ...(brake === undefined ? [] : brakeStatements(db, offs, { brake, at, batch })),
    ...all(({ removedValues }) => removedValues, deleteValues),
    ...all(({ bumpedGroups }) => bumpedGroups, bumpGroups),
    ...setNamesAside(db, overlaps(moves), batch),
    ...updateGroups(steps).flatMap(({ keys, rows }) => updateResources(keys)(db, rows, batch)),
    ...all(({ erased }) => erased, eraseResources),
    ...all(({ inserted }) => inserted, insertResources),
    ...all(({ claimed }) => claimed, guardExternalIds),
    ...all(({ addedValues }) => addedValues, insertValues),
    ...all(({ changes }) => changes, insertChanges),
  ];
}

/** Appends change rows, which tell consumers of the changes. */
const insertChanges = changeStatement<ChangeRow>()((rows, connectorId, only) =>
  insertRows(changes, changeCells(rows, connectorId), { from: rows.from, where: only }),
);
