import { emptySourceMemory, type SourceMemory } from "../memory.ts";
import { SourceError } from "../source.ts";

/** An answer with more than can be read, or that the provider calls so (413): fewer records may fit. */
export class TooLarge extends SourceError {}

/** After so many good pages of a size, twice as many records are asked for again. */
const GOOD_PAGES = 8;

/** The sizes of the pages of a source's lists. */
export interface PageSizes {
  /**
   * Reads a page of a list with as many records as fit: half as many after each one that was too large,
   * `least` at the least, and more again later. Throws TooLarge where even those are too many.
   */
  readonly read: <T>(list: SizedList, page: (size: number) => Promise<T>) => Promise<T>;
  /** Halves the size for a list that has to begin anew with it; false where it is the least already. */
  readonly shrink: (list: SizedList) => boolean;
}

/** A list, and how many of its records are asked for at most and at least. */
export interface SizedList {
  readonly name: string;
  readonly most: number;
  readonly least?: number;
}

/** Makes the sizes of a source, which its memory keeps from slice to slice. */
export function pageSizes({ sizes }: SourceMemory = emptySourceMemory()): PageSizes {
  const shrink = ({ name, most, least = 1 }: SizedList): boolean => {
    const { size } = sizes.get(name) ?? { size: most };
    if (size <= least) return false;
    sizes.set(name, { size: Math.max(least, Math.floor(size / 2)), good: 0 });
    return true;
  };
  return {
    shrink,
    read: async (list, page) => {
      const { name, most } = list;
      while (true) {
        const { size, good } = sizes.get(name) ?? { size: most, good: 0 };
        try {
          const answer = await page(size);
          if (size < most) sizes.set(name, grown(size, good, most));
          return answer;
        } catch (error) {
          if (!(error instanceof TooLarge) || !shrink(list)) throw error;
        }
      }
    },
  };
}

function grown(size: number, good: number, most: number) {
  return good + 1 < GOOD_PAGES
    ? { size, good: good + 1 }
    : { size: Math.min(most, size * 2), good: 0 };
}
