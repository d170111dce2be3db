import { expect, test } from "vitest";
import type { JsonObject } from "#scim/json.ts";
import type { ResourceRecord } from "#scim/ports.ts";
import { differenceOf } from "#scim/resource/difference.ts";
import { deletedRecord, newRecord, replacedRecord } from "#scim/resource/record.ts";
import { USER } from "#scim/schema/registry.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";

function aRecord(document: JsonObject): ResourceRecord {
  return newRecord(USER, "u1", { userName: "ada", ...document }, 0);
}

function anUpdate(from: JsonObject, to: JsonObject) {
  const before = aRecord(from);
  return {
    kind: "update",
    before,
    after: replacedRecord(USER, before, { userName: "ada", ...to }, 1),
  } as const;
}

test("an attribute that changed is shown as before and after, one that did not is left out", () => {
  const change = anUpdate({ title: "A", active: true }, { title: "B", active: true });

  expect(differenceOf(change)).toEqual({ title: { from: "A", to: "B" } });
});

test("an attribute that came has no before, one that went has no after", () => {
  const change = anUpdate({ title: "A" }, { nickName: "N" });

  expect(differenceOf(change)).toEqual({ title: { from: "A" }, nickName: { to: "N" } });
});

test("an extension's attribute is named by its URN, alone", () => {
  const change = anUpdate(
    { [ENTERPRISE_USER]: { department: "R", costCenter: "1" } },
    { [ENTERPRISE_USER]: { department: "S", costCenter: "1" } },
  );

  expect(differenceOf(change)).toEqual({
    [`${ENTERPRISE_USER}:department`]: { from: "R", to: "S" },
  });
});

test("a new resource shows all it has, a deleted one all it had", () => {
  const after = aRecord({ title: "A" });

  expect(differenceOf({ kind: "create", after })).toEqual({
    userName: { to: "ada" },
    title: { to: "A" },
  });
  expect(differenceOf({ kind: "delete", before: after, after: deletedRecord(after, 1) })).toEqual({
    userName: { from: "ada" },
    title: { from: "A" },
  });
});

test("members that joined and left are shown by id", () => {
  const before = aRecord({});
  const members = {
    added: [{ id: "m1", type: "User" as const }],
    removed: ["m2"],
    parked: [],
    unparked: [],
    dependsOnList: false,
  };

  expect(differenceOf({ kind: "update", before, after: before, members })).toEqual({
    members: { from: ["m2"], to: ["m1"] },
  });
});
