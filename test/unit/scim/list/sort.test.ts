import { describe, expect, test } from "vitest";
import { ScimError } from "#scim/error.ts";
import type { SortOrder } from "#scim/list/list.ts";
import { CREATION_ORDER, resolveSort, type Sort } from "#scim/list/sort.ts";
import { GROUP, USER } from "#scim/schema/registry.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";

function sortOf(sortBy: string, sortOrder: SortOrder = "ascending"): Sort {
  return resolveSort(USER, { sortBy, sortOrder });
}

/** The names of what a sort is by: extension, attribute, sub-attribute. */
function namesOf({ by }: Sort) {
  if (by === "creation") return by;
  return [by.extension, by.attribute.name, by.subAttribute?.name];
}

describe("resolveSort", () => {
  test("without sortBy is the order of creation, whatever sortOrder says", () => {
    expect(resolveSort(USER, { sortOrder: "descending" })).toEqual(CREATION_ORDER);
  });

  test.each<[string, unknown]>([
    ["userName", [undefined, "userName", undefined]],
    ["USERNAME", [undefined, "userName", undefined]],
    ["name.familyname", [undefined, "name", "familyName"]],
    ["emails.type", [undefined, "emails", "type"]],
    ["urn:ietf:params:scim:schemas:core:2.0:User:title", [undefined, "title", undefined]],
    [`${ENTERPRISE_USER}:department`, [ENTERPRISE_USER, "department", undefined]],
    ["department", [ENTERPRISE_USER, "department", undefined]],
    [`${ENTERPRISE_USER}.department`, [ENTERPRISE_USER, "department", undefined]],
    [`${ENTERPRISE_USER}.manager.value`, [ENTERPRISE_USER, "manager", "value"]],
    ["urn:ietf:params:scim:schemas:core:2.0:User.name.givenName", [undefined, "name", "givenName"]],
    ["meta.lastModified", [undefined, "meta", "lastModified"]],
  ])("finds %s as a filter does", (sortBy, names) => {
    expect(namesOf(sortOf(sortBy))).toEqual(names);
  });

  test.each<[string, unknown]>([
    ["emails", [undefined, "emails", "value"]],
    ["manager", [ENTERPRISE_USER, "manager", "value"]],
  ])("takes the value of the complex attribute %s", (sortBy, names) => {
    expect(namesOf(sortOf(sortBy))).toEqual(names);
  });

  test.each(["id", "meta.created", "META.Location"])(
    "knows the order of creation by %s",
    (name) => {
      expect(sortOf(name)).toEqual({ by: "creation", isDescending: false });
      expect(sortOf(name, "descending")).toEqual({ by: "creation", isDescending: true });
    },
  );

  test.each([
    ...["password", "nosuch", "name", "addresses", "meta", "groups", "groups.value", "groups.type"],
    ...["", " ", "__proto__", "name.constructor", "emails[primary eq true]", "urn:x:title"],
  ])("refuses %j as invalidPath", (sortBy) => {
    expect(() => sortOf(sortBy)).toThrow(
      expect.objectContaining({ status: 400, scimType: "invalidPath" }),
    );
  });

  test("shows no more of a long name than a sentence needs", () => {
    const sort = () => sortOf("x".repeat(5_000));

    expect(sort).toThrow(ScimError);
    expect(sort).toThrow(/^.{0,300}$/);
  });

  test("leaves a type that lacks the attribute in the order of creation, if another one has it", () => {
    const parameters = { sortBy: "userName", sortOrder: "descending" } as const;

    const sort = resolveSort(GROUP, parameters, [USER, GROUP]);

    expect(sort).toEqual(CREATION_ORDER);
    expect(() => resolveSort(GROUP, parameters)).toThrow(ScimError);
  });
});
