import type { ResourceRecord } from "#scim/ports.ts";
import { keyText } from "#scim/resource/key.ts";

/** Somebody of a page who wants a name: his own, or another. */
export interface NameWish {
  /** Whose wish it is; of several who want one name the lowest goes first. */
  readonly sourceId: string;
  /** The id of the user in the directory; undefined for one who is yet to be created. */
  readonly userId: string | undefined;
  /** The key of the name he has; undefined for none. */
  readonly currentKey: string | undefined;
  readonly wantedKey: string;
}

/** Why a wish cannot be granted: who holds the name, where it is a user of the directory. */
export interface NameRefusal {
  readonly holderId: string | undefined;
}

/**
 * Decides which of a page's wishes for names can be granted together; the answer has a refusal at the
 * place of each other one. A name is free when nobody holds it or its holder gets another one in the
 * same page, so that users can swap names; who keeps his name goes first, then the lowest source id:
 * the order of the page says nothing.
 * Each round refuses at least one wish more, until nothing changes.
 */
export function settleNames(
  wishes: readonly (NameWish | undefined)[],
  records: ReadonlyMap<string, ResourceRecord>,
): readonly (NameRefusal | undefined)[] {
  let refusals: readonly (NameRefusal | undefined)[] = wishes.map(() => undefined);
  for (;;) {
    const next = refuseMore(wishes, refusals, records);
    if (next.every((each, at) => each === refusals[at])) return refusals;
    refusals = next;
  }
}

function refuseMore(
  wishes: readonly (NameWish | undefined)[],
  refusals: readonly (NameRefusal | undefined)[],
  records: ReadonlyMap<string, ResourceRecord>,
): readonly (NameRefusal | undefined)[] {
  const standing = wishes.map((wish, at) => (refusals[at] === undefined ? wish : undefined));
  const leaving = new Set(standing.map((wish) => (wish && isMove(wish) ? wish.userId : undefined)));
  const firsts = firstByKey(standing);
  return standing.map((wish, at) => {
    if (wish === undefined) return refusals[at];
    const first = firsts.get(wish.wantedKey);
    if (first !== at) {
      return { holderId: first === undefined ? undefined : standing[first]?.userId };
    }
    const holder = records.get(keyText({ key: "name", value: wish.wantedKey }));
    if (holder === undefined || holder.id === wish.userId || leaving.has(holder.id)) {
      return undefined;
    }
    return { holderId: holder.id };
  });
}

/** Who gets a name that several want. */
function firstByKey(standing: readonly (NameWish | undefined)[]): ReadonlyMap<string, number> {
  const firsts = new Map<string, number>();
  for (const [at, wish] of standing.entries()) {
    if (wish === undefined) continue;
    const earlier = standing[firsts.get(wish.wantedKey) ?? -1];
    if (earlier === undefined || goesBefore(wish, earlier)) firsts.set(wish.wantedKey, at);
  }
  return firsts;
}

function goesBefore(wish: NameWish, other: NameWish): boolean {
  if (isMove(wish) !== isMove(other)) return !isMove(wish);
  return wish.sourceId < other.sourceId;
}

function isMove({ currentKey, wantedKey }: NameWish): boolean {
  return currentKey !== wantedKey;
}
