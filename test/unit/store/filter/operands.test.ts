import { describe, expect, test } from "vitest";
import { resolveFilter } from "#scim/filter/resolve.ts";
import { parseFilter } from "#scim/filter/syntax/parse.ts";
import { resourceTypesWith } from "#scim/schema/custom.ts";
import { compileFilter } from "#store/filter/condition.ts";
import { Operands, shapeOf } from "#store/filter/operands.ts";
import { compile, literal } from "#store/statement.ts";
import { aDeclaration } from "#test/support/scim/declarations.ts";

const TYPES = resourceTypesWith([]);

/** The shape of a filter, the text that it is compiled to, and the values by their names. */
function compiled(text: string, type = TYPES.User) {
  const filter = resolveFilter(type, parseFilter(text));
  const operands = new Operands();
  const shape = shapeOf(filter, operands);
  const { text: sql, slots } = compile(
    compileFilter(type.name, filter, { connector: literal(1), operands }),
  );
  return { shape, sql, slots, given: operands.given() };
}

describe("filters of one shape are one statement", () => {
  test.each([
    ['userName eq "ada"', 'userName eq "grace"'],
    ['emails[type eq "work" and value eq "a@x"]', 'emails[type eq "home" and value eq "b@x"]'],
    ['title eq "a" or nickName eq "a"', 'title eq "b" or nickName eq "b"'],
    ['groups.display eq "a"', 'groups.display eq "b"'],
    ['meta.created gt "2020-01-01T00:00:00Z"', 'meta.created gt "2021-01-01T00:00:00Z"'],
    ["active eq true", "active eq false"],
  ])("%s and %s", (one, another) => {
    const [a, b] = [compiled(one), compiled(another)];

    expect(a.shape).toBe(b.shape);
    expect({ sql: a.sql, slots: a.slots }).toEqual({ sql: b.sql, slots: b.slots });
    expect(a.given).not.toEqual(b.given);
  });
});

describe("filters whose statements differ have shapes of their own", () => {
  const long = "n".repeat(200);
  test.each([
    ['userName eq "a"', 'userName sw "a"'],
    ['userName eq "a"', 'externalId eq "a"'],
    ['title eq "a" or nickName eq "a"', 'title eq "a" or nickName eq "b"'],
    ['title eq "a" or nickName eq "a"', 'title eq "a" and nickName eq "a"'],
    ['not (title eq "a")', 'title eq "a"'],
    ['emails[type eq "work"]', 'emails.type eq "work"'],
    ['emails[type eq "work"]', 'phoneNumbers[type eq "work"]'],
    ['groups.display eq "a"', `groups.display eq "${long}"`],
    ["title pr", "nickName pr"],
  ])("%s and %s", (one, another) => {
    expect(compiled(one).shape).not.toBe(compiled(another).shape);
  });

  test("those on attributes of one name that two connectors declared otherwise", () => {
    const declared = (multiValued: boolean) =>
      resourceTypesWith([aDeclaration({ name: "shoe", multiValued })]).User;
    const filter = 'shoe eq "a"';

    const [single, several] = [compiled(filter, declared(false)), compiled(filter, declared(true))];

    expect(single.sql).not.toBe(several.sql);
    expect(single.shape).not.toBe(several.shape);
  });
});

test("what a request says is never in the text of a statement", () => {
  const said = "sentinel'";
  const { sql, given } = compiled(
    `userName eq "${said}" or emails[type eq "${said}x" and value co "${said}y"] or groups.display eq "${said}z"`,
  );

  expect(sql).not.toContain("sentinel");
  expect(Object.values(given)).toHaveLength(4);
});
