import { describe, expect, test } from "vitest";
import { matchesFilter } from "#scim/filter/match.ts";
import { resolveFilter } from "#scim/filter/resolve.ts";
import { parseFilter } from "#scim/filter/syntax/parse.ts";
import { foldDocument } from "#scim/resource/value/folded.ts";
import { findNamed, findTarget, standardUrn } from "#scim/schema/registry.ts";
import { CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { STAFF } from "#test/support/scim/declarations.ts";
import { USER_TYPE } from "#test/support/scim/ways.ts";

const DOCUMENT = {
  userName: "ada",
  title: "Boss",
  [ENTERPRISE_USER]: { department: "R&D", manager: { value: "m1" } },
  [STAFF]: { shirtSize: "M" },
};

function matches(filter: string): boolean {
  const resolved = resolveFilter(USER_TYPE, parseFilter(filter));
  return matchesFilter(resolved, foldDocument(USER_TYPE, DOCUMENT));
}

const FORMER = [
  "urn:scim:schemas:extension:enterprise:1.0",
  "urn:scim:schemas:extension:enterprise:2.0",
  "URN:SCIM:schemas:extension:enterprise:2.0:User",
];

describe("a dot after a URN, and the enterprise URNs of SCIM 1", () => {
  test.each([
    `${ENTERPRISE_USER}.department eq "r&d"`,
    `${ENTERPRISE_USER.toUpperCase()}.Department eq "R&D"`,
    `${ENTERPRISE_USER}.manager.value eq "m1"`,
    `${ENTERPRISE_USER}.manager eq "m1"`,
    `${CORE_USER}.title sw "b"`,
    `${STAFF}.shirtSize pr and userName eq "ada"`,
    ...FORMER.flatMap((urn) => [`${urn}:department eq "r&d"`, `${urn}.manager.value eq "m1"`]),
  ])("%s finds the user", (filter) => {
    expect(matches(filter)).toBe(true);
    expect(matches(`not (${filter})`)).toBe(false);
  });

  test.each([
    `${ENTERPRISE_USER}.nosuch eq "x"`,
    `${ENTERPRISE_USER}..department eq "x"`,
    `${ENTERPRISE_USER}.manager.value.x eq "x"`,
    `${ENTERPRISE_USER}.__proto__ pr`,
    'urn:example:other.department eq "x"',
  ])("%s is an unknown attribute", (filter) => {
    expect(() => matches(filter)).toThrow(
      expect.objectContaining({ status: 400, scimType: "invalidFilter" }),
    );
  });

  test("name the same attribute as the standard URN", () => {
    const standard = findTarget(USER_TYPE, { urn: ENTERPRISE_USER, attribute: "department" });

    for (const urn of FORMER) {
      expect(findNamed(USER_TYPE, `${urn}:department`)).toMatchObject({ target: standard });
      expect(findNamed(USER_TYPE, `${urn}.department`)).toMatchObject({ target: standard });
      expect(standardUrn(USER_TYPE, `${urn}.department`).name).toBe(
        `${ENTERPRISE_USER}:department`,
      );
    }
  });

  test("a name in the standard form stays as it is", () => {
    for (const name of [ENTERPRISE_USER, `${STAFF}:shirtSize`, "name.givenName", "urn:x.y"]) {
      expect(standardUrn(USER_TYPE, name)).toEqual({ name });
    }
  });
});
