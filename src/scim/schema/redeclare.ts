import type { StoredDeclaration } from "./custom.ts";
import { type Declaration, isSameAttribute, isSameShape, problemOf } from "./declaration.ts";

/** What becomes of a connector's declarations: the list to keep, or why the wanted one cannot be. */
export type Redeclared =
  | {
      readonly kind: "declared";
      readonly declarations: readonly StoredDeclaration[];
      /** Former ones of an extension that bind no more: what is stored of them did not fit them. */
      readonly released: readonly StoredDeclaration[];
    }
  | { readonly kind: "invalid" | "inUse"; readonly detail: string };

/** The former declarations of which it matters whether any resource holds a value that fits. */
export function questioned(
  former: readonly StoredDeclaration[],
  wanted: readonly Declaration[],
): readonly StoredDeclaration[] {
  return former.filter((each) => {
    const again = wanted.find((other) => isSameAttribute(each, other));
    if (again !== undefined) return !isSameShape(each, again);
    return each.isRemoved === true || each.schema !== undefined;
  });
}

/**
 * Puts the wanted declarations in the place of the former ones. Those taken back are kept as removed,
 * so that their values stay out of answers and come back with them; `held` are the questioned ones
 * that have values, which fit no other type. Only what nobody holds is forgotten: of an extension at once,
 * since what was kept there and did not fit is then what nobody declared, as before.
 */
export function redeclare(
  former: readonly StoredDeclaration[],
  wanted: readonly Declaration[],
  held: readonly StoredDeclaration[],
): Redeclared {
  const asked = questioned(former, wanted);
  const isQuestioned = (each: StoredDeclaration) => asked.includes(each);
  const isWanted = (each: Declaration) => wanted.some((other) => isSameAttribute(each, other));
  const removed = former
    .filter((each) => !isWanted(each) && (!isQuestioned(each) || held.includes(each)))
    .map((each) => ({ ...each, isRemoved: true }));
  const declarations = [...wanted, ...removed];
  const problem = problemOf(declarations);
  if (problem !== undefined) return { kind: "invalid", detail: problem };
  const reshaped = held.find(isWanted);
  if (reshaped !== undefined) return { kind: "inUse", detail: inUse(reshaped) };
  const released = asked.filter((each) => each.schema !== undefined && !held.includes(each));
  return { kind: "declared", declarations, released };
}

function inUse(declaration: Declaration): string {
  const { name, type, multiValued, caseExact, schema, subAttributes } = declaration;
  const shape = JSON.stringify({ name, type, multiValued, caseExact, schema, subAttributes });
  return `There are values stored that fit "${name}" as ${shape}. Declare it so, or have its values cleared before it changes.`;
}
