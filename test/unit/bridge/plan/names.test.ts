import { describe, expect, test } from "vitest";
import { type NameWish, settleNames } from "#bridge/plan/names.ts";
import { keyText } from "#scim/resource/key.ts";
import { newRecord } from "#scim/resource/record.ts";
import { USER } from "#scim/schema/registry.ts";

/** Users of the directory by id, each named by its second half. */
function directory(...names: readonly string[]) {
  return new Map(
    names.map((name) => {
      const record = newRecord(USER, `id-${name}`, { userName: name }, 0);
      return [keyText({ key: "name", value: name }), record] as const;
    }),
  );
}

function rename(from: string, to: string): NameWish {
  return { sourceId: `of ${from}`, userId: `id-${from}`, currentKey: from, wantedKey: to };
}

function create(name: string, sourceId = "of nobody"): NameWish {
  return { sourceId, userId: undefined, currentKey: undefined, wantedKey: name };
}

/** Which of the wishes are granted. */
function granted(wishes: readonly NameWish[], held: readonly string[]): readonly boolean[] {
  return settleNames(wishes, directory(...held)).map((refusal) => refusal === undefined);
}

describe("settleNames", () => {
  test("two users swap their names", () => {
    expect(granted([rename("a", "b"), rename("b", "a")], ["a", "b"])).toEqual([true, true]);
  });

  test("three users rotate their names", () => {
    const wishes = [rename("a", "b"), rename("b", "c"), rename("c", "a")];

    expect(granted(wishes, ["a", "b", "c"])).toEqual([true, true, true]);
  });

  test("a name freed later in the page may be taken earlier in it", () => {
    expect(granted([create("a"), rename("a", "b")], ["a"])).toEqual([true, true]);
  });

  test("a name that somebody outside of the page holds is refused, with the holder", () => {
    const [refusal] = settleNames([create("a")], directory("a"));

    expect(refusal).toEqual({ holderId: "id-a" });
  });

  test("of two who want one free name the lowest source id gets it, in any order", () => {
    expect(granted([create("a", "u1"), create("a", "u2")], [])).toEqual([true, false]);
    expect(granted([create("a", "u2"), create("a", "u1")], [])).toEqual([false, true]);
  });

  test("who keeps a name goes before who is listed first", () => {
    expect(granted([create("a"), rename("a", "a")], ["a"])).toEqual([false, true]);
  });

  test("a refusal at the end of a chain refuses the whole chain", () => {
    const wishes = [rename("a", "b"), rename("b", "c"), rename("c", "d")];

    expect(granted(wishes, ["a", "b", "c", "d"])).toEqual([false, false, false]);
  });

  test("a chain of 500 is settled from either end", () => {
    const names = Array.from({ length: 501 }, (_, at) => `n${at}`);
    const wishes = names.slice(0, 500).map((name, at) => rename(name, `n${at + 1}`));

    expect(granted(wishes, names).some(Boolean)).toBe(false);
    expect(granted(wishes, names.slice(0, 500)).every(Boolean)).toBe(true);
  });

  test("who comes second is told the holder, where that one is a user already", () => {
    const known = settleNames([rename("a", "c"), rename("b", "c")], directory("a", "b"));
    const made = settleNames([create("a"), create("a")], directory());

    expect(known).toStrictEqual([undefined, { holderId: "id-a" }]);
    expect(made).toStrictEqual([undefined, { holderId: undefined }]);
  });

  test("who does not want a name is left alone", () => {
    expect(settleNames([undefined], directory("a"))).toEqual([undefined]);
  });
});
