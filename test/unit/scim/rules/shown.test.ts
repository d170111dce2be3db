import { describe, expect, test } from "vitest";
import type { ResourceRecord } from "#scim/ports.ts";
import { groupKeyOf, rolesOf, shownToApplications, toldToApplications } from "#scim/rules/shown.ts";

const ID = "01900000-0000-7000-8000-00000000000a";

function record(type: "User" | "Group", document: object, groups: object[] = []): ResourceRecord {
  return {
    rowId: 1,
    type,
    id: ID,
    version: 1,
    createdAt: 0,
    modifiedAt: 0,
    deletedAt: undefined,
    isUnclaimed: undefined,
    documentText: JSON.stringify(document),
    groupsText: JSON.stringify(groups),
  };
}

const documentOf = ({ documentText }: ResourceRecord) => JSON.parse(documentText);

describe("the roles that groups give", () => {
  test.each([
    ["by a name in any letter case", "ADMINS", ["admin"]],
    ["by a name in another Unicode form", "\uff21dmins", ["admin"]],
    ["by an id in any letter case", ID.toUpperCase(), ["admin"]],
    ["not by a part of a name", "Admin", []],
    ["not by an id as a name", "01900000-0000-7000-8000-00000000000b", []],
  ])("are found %s", (_what, group, roles) => {
    const groups = [
      { value: ID, display: "Admins" },
      { value: "other", display: "01900000-0000-7000-8000-00000000000b" },
    ];

    expect(rolesOf(groups, [{ group, role: "admin" }])).toEqual(roles);
  });

  test("are each told once, in order", () => {
    const groups = [{ value: ID, display: "A" }];
    const rules = ["z", "a", "z"].map((role) => ({ group: "a", role }));

    expect(rolesOf(groups, rules)).toEqual(["a", "z"]);
  });

  test("what has the form of an id is no name", () => {
    expect(groupKeyOf({ group: ID, role: "x" }).namedBy).toBe("id");
    expect(groupKeyOf({ group: `${ID}x`, role: "x" }).namedBy).toBe("name");
  });
});

describe("a resource as applications see it", () => {
  const NONE = { groupNamePrefix: "", roles: [] };
  const SOME = { groupNamePrefix: "acme/", roles: [{ group: "A", role: "admin" }] };
  const ada = record("User", { userName: "ada", roles: [{ value: "x" }] }, [
    { value: "g", display: "A" },
  ]);
  const group = record("Group", { schemas: ["s"], displayName: "A" });

  test("is what the provider sees where nothing is set", () => {
    expect(shownToApplications(group, NONE)).toEqual(group);
    expect(shownToApplications(ada, NONE)).toEqual(ada);
    expect(toldToApplications(ada, NONE)).toBe(ada);
  });

  test("has the prefix and the roles of its groups", () => {
    const shown = shownToApplications(ada, SOME);

    expect(documentOf(shown)).toEqual({ userName: "ada", roles: [{ value: "admin" }] });
    expect(JSON.parse(shown.groupsText)).toEqual([{ value: "g", display: "acme/A" }]);
    expect(documentOf(shownToApplications(group, SOME))).toEqual({
      schemas: ["s"],
      displayName: "acme/A",
    });
  });

  test("has no roles without groups that give some, whatever the provider sends", () => {
    const nobody = { ...ada, groupsText: "[]" };

    expect(documentOf(shownToApplications(nobody, SOME))).toEqual({ userName: "ada" });
  });

  test("is told without the roles of a user, which have events of their own", () => {
    expect(documentOf(toldToApplications(ada, SOME))).toEqual({ userName: "ada" });
  });
});
