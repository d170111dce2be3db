import { insertChanges } from "#store/changes/changes.ts";
import type { RowSource } from "#store/row-source.ts";
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
import { overlaps, parkNames } from "./swaps.ts";

/** Makes the statements that run one text over rows; none for no rows. */
export type RunRows = (
  rows: readonly object[],
  text: (source: RowSource) => string,
) => readonly D1PreparedStatement[];

/**
 * The statements of a batch that change resources and tell of it, in their order; all of them heed the
 * condition of their source.
 */
export function changeStatements(
  steps: readonly Step[],
  run: RunRows,
): readonly D1PreparedStatement[] {
  const all = <T extends object>(
    pick: (step: Step) => readonly T[],
    text: (source: RowSource) => string,
  ) => run(steps.flatMap(pick), text);
  const moves = steps.flatMap((step) => step.moves);
  return [
    ...all(({ removedValues }) => removedValues, deleteValues),
    ...all(({ bumpedGroups }) => bumpedGroups, bumpGroups),
    ...run(overlaps(moves), parkNames),
    ...updateGroups(steps).flatMap(({ keys, items }) => run(items, updateResources(keys))),
    ...all(({ erased }) => erased, eraseResources),
    ...all(({ inserted }) => inserted, insertResources),
    ...all(({ claimed }) => claimed, guardExternalIds),
    ...all(({ addedValues }) => addedValues, insertValues),
    ...all(({ changes }) => changes, insertChanges),
  ];
}
