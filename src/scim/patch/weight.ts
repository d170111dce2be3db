import type { ValueFilter } from "#scim/filter/path.ts";
import { searchesIn, termsIn } from "#scim/filter/syntax/ast.ts";
import type { JsonValue } from "../json.ts";
import { elementsIn } from "./elements.ts";

/** The steps of an operation on values: for each of them, and each term it is compared with. */
export function stepsOver(value: JsonValue | undefined, filter: ValueFilter | undefined): number {
  const terms = filter === undefined ? 1 : termsIn(filter.resolved);
  const searches = filter === undefined ? 0 : searchesIn(filter.resolved);
  return elementsIn(value).reduce((sum: number, element) => {
    const { characters, members } = sizeOf(element);
    const searched = searches * Math.floor(characters / CHARACTERS_SEARCHED_IN_A_STEP);
    const looked = 1 + Math.floor(characters / CHARACTERS_IN_A_STEP);
    return sum + terms * (looked + Math.max(0, members - MEMBERS_WITHIN_A_STEP)) + searched;
  }, 0);
}

/** Long text takes long to compare, and longer to be searched for another. */
const CHARACTERS_IN_A_STEP = 512;
const CHARACTERS_SEARCHED_IN_A_STEP = 64;

/** No schema has an object of more; what nobody declared may be one, and each change copies it. */
const MEMBERS_WITHIN_A_STEP = 16;

/** How much text there is in a value at any depth, and how many values. */
function sizeOf(value: JsonValue): { readonly characters: number; readonly members: number } {
  let characters = 0;
  let members = 0;
  const add = (each: JsonValue): void => {
    members += 1;
    if (typeof each === "string") characters += each.length;
    else if (each !== null && typeof each === "object") Object.values(each).forEach(add);
  };
  add(value);
  return { characters, members };
}
