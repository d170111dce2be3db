import { expect, test } from "vitest";
import type { GroupLink } from "#bridge/groups.ts";
import { judgeMissingGroups } from "#bridge/groups-removal.ts";
import { BRIDGE_DEFAULTS } from "#bridge/settings.ts";

const { guard } = BRIDGE_DEFAULTS;

function links(count: number): readonly GroupLink[] {
  return Array.from({ length: count }, (_, n) => ({
    sourceId: `g${n}`,
    groupId: `id${n}`,
    hash: "",
    isCreated: true,
  }));
}

/** The source ids of all links but the first so many. */
function allBut(missing: number, count: number): ReadonlySet<string> {
  return new Set(
    links(count)
      .slice(missing)
      .map(({ sourceId }) => sourceId),
  );
}

test("groups that a listing lacks are gone", () => {
  const judged = judgeMissingGroups(links(100), allBut(2, 100), guard);

  expect(judged).toEqual({ kind: "gone", links: links(100).slice(0, 2) });
});

test("where none is missing, none is gone", () => {
  expect(judgeMissingGroups(links(3), allBut(0, 3), guard)).toEqual({ kind: "gone", links: [] });
});

test.each([
  [25, 100, "gone"],
  [26, 100, "held"],
  [50, 500, "gone"],
  [51, 500, "held"],
])("%i of %i groups missing: %s", (missing, count, expected) => {
  expect(judgeMissingGroups(links(count), allBut(missing, count), guard).kind).toBe(expected);
});

test("all of five groups missing are held, even if the listing shows others", () => {
  const judged = judgeMissingGroups(links(5), new Set(["another"]), guard);

  expect(judged).toMatchObject({ kind: "held", issue: { kind: "group-invalid" } });
});

test("an empty listing is never believed, however few groups there were", () => {
  const generous = { max: 1_000, percent: 100, minBase: 1_000 };

  expect(judgeMissingGroups(links(1), new Set(), generous).kind).toBe("held");
});

test("an empty listing where nothing was linked is nothing", () => {
  expect(judgeMissingGroups([], new Set(), guard)).toEqual({ kind: "gone", links: [] });
});
