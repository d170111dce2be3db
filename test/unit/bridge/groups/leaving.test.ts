import { expect, test } from "vitest";
import { BRIDGE_DEFAULTS } from "#bridge/config/settings.ts";
import { isWorthWeighing, weighLeaving } from "#bridge/groups/leaving.ts";

const { membershipGuard } = BRIDGE_DEFAULTS;

function ids(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, n) => `u${from + n}`);
}

function weigh(
  leaving: number,
  members: number,
  { free = [], staying = [] }: { free?: readonly string[]; staying?: readonly string[] } = {},
) {
  const known = { free: new Set(free), staying: new Set(staying) };
  return weighLeaving({ ids: ids(leaving), members, ...known }, membershipGuard);
}

test.each([
  [50, 90, "leave"],
  [51, 90, "held"],
  [60, 120, "leave"],
  [61, 120, "held"],
  [120, 120, "held"],
  [10, 10, "held"],
  [9, 9, "leave"],
  [49, 50, "leave"],
] as const)("%i of %i members who leave: %s", (leaving, members, expected) => {
  const { leave, held } = weigh(leaving, members);

  expect(expected === "leave" ? leave : held).toEqual(ids(leaving));
  expect(expected === "leave" ? held : leave).toEqual([]);
});

test("users who are switched off leave, and count on neither side", () => {
  const free = ids(70);

  expect(weigh(120, 120, { free })).toMatchObject({ leave: free, held: ids(50, 70) });
  expect(weigh(110, 200, { free })).toMatchObject({ leave: ids(110), held: [] });
});

test("whoever has to stay neither leaves nor counts", () => {
  const staying = ids(11);

  const weighed = weigh(61, 120, { staying });

  expect(weighed).toEqual({ leave: ids(50, 11), held: [], stay: staying });
});

test("what stays, stays even where it was approved", () => {
  expect(weigh(1, 9, { free: ["u0"], staying: ["u0"] })).toEqual({
    leave: [],
    held: [],
    stay: ["u0"],
  });
});

test.each([
  [9, false],
  [10, true],
])("%i leaving members are worth counting a group: %s", (leaving, expected) => {
  expect(isWorthWeighing(leaving, membershipGuard)).toBe(expected);
});

test("a group that is not worth counting holds nobody", () => {
  for (let leaving = 0; leaving < 10; leaving += 1) {
    for (const members of [leaving, 20, 1_000]) expect(weigh(leaving, members).held).toEqual([]);
  }
});
