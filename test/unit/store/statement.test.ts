import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { expect, expectTypeOf, test } from "vitest";
import type { ConnectorId } from "#store/connector-id.ts";
import { objectStatement } from "#store/object-statement.ts";
import { scopedStatement } from "#store/query.ts";
import {
  doNothing,
  excluded,
  insertRows,
  isInList,
  matchesRow,
  moveRows,
  overwriting,
  rowIdOf,
  rowStatement,
  updateRows,
} from "#store/rows.ts";
import { connectors, credentials, groupMembers, sweeps, txGuard } from "#store/schema.ts";
import {
  build,
  compile,
  fixed,
  indexedBy,
  literal,
  named,
  optional,
  prepare,
  type RowOf,
  type RowOfFields,
  selectOnly,
  shapedStatement,
  statement,
  unionOf,
  withTables,
} from "#store/statement.ts";

/** Remembers what was bound. */
function database() {
  const bound: { text: string; values: readonly unknown[] }[] = [];
  const prepareText = (text: string) => ({
    bind: (...values: unknown[]) => {
      bound.push({ text, values });
      return {};
    },
  });
  return { db: { prepare: prepareText } as unknown as D1Database, bound };
}

const shown = { id: credentials.id, connectorId: credentials.connectorId };

test("a value that a query uses twice has one place", () => {
  const now = 5;
  const query = build
    .select(named(shown))
    .from(credentials)
    .where(
      and(eq(credentials.id, "a"), gt(credentials.expiresAt, now), gt(credentials.createdAt, now)),
    )
    .limit(2);

  const { text, slots } = compile(query);

  expect(text).toBe(
    `select "id" as "id", "connector_id" as "connectorId" from "credentials" where ("credentials"."id" = ?1 and "credentials"."expires_at" > ?2 and "credentials"."created_at" > ?2) limit ?3 + 0`,
  );
  expect(slots).toEqual([{ value: "a" }, { value: 5 }, { value: 2 }]);
});

test("SQLite is not told the number of a LIMIT when it plans: it would prepare the statement twice", () => {
  const query = build
    .select(named({ id: credentials.id }))
    .from(credentials)
    .limit(2)
    .offset(1);

  expect(compile(query).text).toBe(
    `select "id" as "id" from "credentials" limit ?1 + 0 offset ?2 + 0`,
  );
});

test("a text and a number that look alike are two values", () => {
  expect(compile(sql`select ${1}, ${"1"}, ${1}`)).toEqual({
    text: "select ?1, ?2, ?1",
    slots: [{ value: 1 }, { value: "1" }],
  });
});

test("a statement is built once and bound with what each call gives", () => {
  const { db, bound } = database();
  let built = 0;
  const find = statement<{ id: string; endsAt: number | null }>()((given) => {
    built += 1;
    return build
      .update(credentials)
      .set({ expiresAt: sql`${given.endsAt}` })
      .where(eq(credentials.id, given.id))
      .returning(named({ id: credentials.id }));
  });

  find.bind(db, { id: "a", endsAt: null });
  find.bind(db, { endsAt: 7, id: "b" });

  const text = `update "credentials" set "expires_at" = ?1 where "credentials"."id" = ?2 returning "id" as "id"`;
  expect(bound).toEqual([
    { text, values: [null, "a"] },
    { text, values: [7, "b"] },
  ]);
  expect(built).toBe(1);
});

test("rows are typed as the selection, and columns of a join keep their own names", () => {
  const query = build
    .select(named({ id: credentials.id, connector: connectors.id, usedAt: credentials.lastUsedAt }))
    .from(credentials)
    .crossJoin(connectors)
    .where(eq(connectors.number, credentials.connectorId));

  expectTypeOf<RowOf<typeof query>>().toEqualTypeOf<{
    readonly id: string;
    readonly connector: string;
    readonly usedAt: number | null;
  }>();
  expect(compile(query).text).toBe(
    `select "credentials"."id" as "id", "connectors"."id" as "connector", "credentials"."last_used_at" as "usedAt" from "credentials" cross join "connectors" where "connectors"."number" = "credentials"."connector_id"`,
  );
});

test.each([
  ["a selection", () => build.select({ key: credentials.id }).from(credentials)],
  ["what is returned", () => build.delete(credentials).returning({ key: credentials.id })],
  ["a whole table", () => build.select().from(connectors)],
])("%s whose columns have other names than its members is refused", (_, query) => {
  expect(() => compile(query())).toThrow("wrap it in named()");
});

test("what is missing when a statement is bound is a fault, never a NULL", () => {
  const { db } = database();
  const find = statement<{ id: string }>()((given) =>
    build.select(named(shown)).from(credentials).where(eq(credentials.id, given.id)),
  );
  const nothing = {} as { id: string };

  expect(() => find.bind(db, nothing)).toThrow(`lacks its "id"`);
});

test("what a statement is given cannot be spread, which would lose it", () => {
  const { db } = database();
  const find = statement<{ id: string }>()(({ ...given }) =>
    build.select(named(shown)).from(credentials).where(eq(credentials.id, given.id)),
  );

  expect(() => find.bind(db, { id: "a" })).toThrow("one by one");
});

test("a value that D1 cannot hold is refused", () => {
  const { db } = database();
  expect(() => prepare(db, sql`select ${true}`)).toThrow(TypeError);
});

test("a scalar subquery keeps the tables of its columns", () => {
  const live = build
    .select(named({ one: sql`1` }))
    .from(groupMembers)
    .where(eq(groupMembers.memberId, credentials.id));
  const query = build
    .select(named({ id: credentials.id, isIn: sql`exists ${live}` }))
    .from(credentials);

  expect(compile(query).text).toBe(
    `select "id" as "id", exists (select 1 as "one" from "group_members" where "group_members"."member_id" = "credentials"."id") as "isIn" from "credentials"`,
  );
});

test("the columns of a subquery keep their types under other names", () => {
  const oldest = build
    .select(named({ at: credentials.createdAt, usedAt: credentials.lastUsedAt }))
    .from(credentials)
    .orderBy(credentials.id)
    .limit(10)
    .as("oldest");
  const query = build.select(named({ first: oldest.at, usedAt: oldest.usedAt })).from(oldest);

  expectTypeOf<RowOf<typeof query>>().toEqualTypeOf<{
    readonly first: number;
    readonly usedAt: number | null;
  }>();
  expect(compile(query).text).toBe(
    `select "at" as "first", "usedAt" as "usedAt" from (select "created_at" as "at", "last_used_at" as "usedAt" from "credentials" order by "credentials"."id" limit ?1 + 0) "oldest"`,
  );
});

test("a row that is there already takes the values of the refused one", () => {
  const note = build
    .insert(sweeps)
    .values({ name: "walk", position: 3 })
    .onConflictDoUpdate({ target: sweeps.name, set: { position: excluded(sweeps.position) } });

  expect(compile(note).text).toBe(
    `insert into "sweeps" ("name", "position") values (?1, ?2) on conflict ("sweeps"."name") do update set "position" = excluded."position"`,
  );
});

test("a table without an integer key is walked by its row ids", () => {
  const query = build
    .select(named({ rowId: rowIdOf(sweeps) }))
    .from(sweeps)
    .orderBy(rowIdOf(sweeps));

  expect(compile(query).text).toBe(
    `select "sweeps".rowid as "rowId" from "sweeps" order by "sweeps".rowid`,
  );
});

test("tables that a statement makes for itself are made once, and typed", () => {
  const newest = statement<{ connectorId: number }>()((given) => {
    const found = build.$with("found").as(
      build
        .select(named({ foundId: credentials.id, place: sql<number>`1` }))
        .from(credentials)
        .where(eq(credentials.connectorId, given.connectorId)),
    );
    return withTables(
      [found],
      build
        .select(
          named({ id: found.foundId, place: found.place, connector: optional(connectors.id) }),
        )
        .from(found)
        .leftJoin(connectors, eq(connectors.id, found.foundId)),
    );
  });
  const { db, bound } = database();

  newest.bind(db, { connectorId: 3 });

  expect(bound).toEqual([
    {
      text: `with "found" as materialized (select "id" as "foundId", 1 as "place" from "credentials" where "credentials"."connector_id" = ?1) select "foundId" as "id", "place" as "place", "connectors"."id" as "connector" from "found" left join "connectors" on "connectors"."id" = "foundId"`,
      values: [3],
    },
  ]);
  expectTypeOf<RowOf<typeof newest>>().toEqualTypeOf<{
    readonly id: string;
    readonly place: number;
    readonly connector: string | null;
  }>();
});

test("the fields of a selection tell its row before there is a query", () => {
  const fields = { id: credentials.id, usedAt: credentials.lastUsedAt, one: sql<1>`1` };
  expectTypeOf<RowOfFields<typeof fields>>().toEqualTypeOf<{
    readonly id: string;
    readonly usedAt: number | null;
    readonly one: 1;
  }>();
});

test("a query over tables of its own has its names checked too", () => {
  const found = build.$with("found").as(build.select(named(shown)).from(credentials));
  const query = build.select({ key: credentials.id }).from(credentials);

  expect(() => withTables([found], query)).toThrow("wrap it in named()");
});

test("the rows of several queries are joined into one list, and the names of each are checked", () => {
  const ids = build.select(named({ id: credentials.id })).from(credentials);
  const other = build.select(named({ id: connectors.id })).from(connectors);
  const unnamed = build.select({ key: credentials.id }).from(credentials);

  const query = unionOf([ids, other]);

  expect(compile(query).text).toBe(
    `select "id" as "id" from "credentials" union select "id" as "id" from "connectors"`,
  );
  expectTypeOf<RowOf<typeof query>>().toEqualTypeOf<{ readonly id: string }>();
  expect(() => unionOf([unnamed])).toThrow("wrap it in named()");
});

test("a single row is read directly, and several through one parameter", () => {
  const { db, bound } = database();
  const insert = rowStatement<{ groupId: string; id: string }, { connectorId: number }>()(
    ({ cell, from }, { connectorId }) =>
      insertRows(
        groupMembers,
        {
          connectorId,
          groupId: cell("groupId"),
          memberId: cell("id"),
          memberType: sql`'User'`,
        },
        { from, onConflict: doNothing },
      ),
  );

  expect(insert(db, [], { connectorId: 3 })).toEqual([]);
  insert(db, [{ groupId: "g", id: "a" }], { connectorId: 3 });
  insert(
    db,
    [
      { groupId: "g", id: "a" },
      { groupId: "g", id: "b" },
    ],
    { connectorId: 3 },
  );

  const into = `insert into "group_members" ("connector_id", "group_id", "member_id", "member_type") select ?1`;
  expect(bound).toEqual([
    {
      text: `${into}, (?2 ->> 'groupId'), (?2 ->> 'id'), 'User' where true on conflict do nothing`,
      values: [3, `{"groupId":"g","id":"a"}`],
    },
    {
      text: `${into}, ("j".value ->> 'groupId'), ("j".value ->> 'id'), 'User' from json_each(?2) as "j" where true on conflict do nothing`,
      values: [3, `[{"groupId":"g","id":"a"},{"groupId":"g","id":"b"}]`],
    },
  ]);
});

test("rows too long for one value become several statements", () => {
  const { db } = database();
  const forget = rowStatement<{ groupId: string; id: string }, { connectorId: number }>()(
    (rows, { connectorId }) =>
      build.delete(groupMembers).where(
        and(
          eq(groupMembers.connectorId, connectorId),
          matchesRow(rows, [
            [groupMembers.groupId, "groupId"],
            [groupMembers.memberId, "id"],
          ]),
        ),
      ),
  );
  const rows = Array.from({ length: 11 }, (_, n) => ({
    groupId: "g".repeat(100_000),
    id: String(n),
  }));

  expect(forget(db, rows, { connectorId: 3 })).toHaveLength(3);
});

test("a guard stores nothing but on its condition", () => {
  const guard = insertRows(
    txGuard,
    { versionChanged: sql`1` },
    { where: isNull(sql`(${build.select(named({ id: connectors.id })).from(connectors)})`) },
  );

  expect(compile(guard).text).toBe(
    `insert into "tx_guard" ("version_changed") select 1 where ((select "id" as "id" from "connectors")) is null`,
  );
});

test("rows are updated with what the given ones hold", () => {
  const { db, bound } = database();
  const rename = rowStatement<{ id: string; name: string }, Record<never, never>>()(
    ({ cell, from }) =>
      updateRows(
        connectors,
        { name: cell("name"), version: sql`${connectors.version} + 1` },
        { from, where: eq(connectors.id, cell("id")) },
      ),
  );

  rename(db, [{ id: "a", name: "A" }], {});
  rename(
    db,
    [
      { id: "a", name: "A" },
      { id: "b", name: "B" },
    ],
    {},
  );

  expect(bound.map(({ text }) => text)).toEqual([
    `update "connectors" set "name" = (?1 ->> 'name'), "version" = "connectors"."version" + 1 where "connectors"."id" = (?1 ->> 'id')`,
    `update "connectors" set "name" = ("j".value ->> 'name'), "version" = "connectors"."version" + 1 from json_each(?1) as "j" where "connectors"."id" = ("j".value ->> 'id')`,
  ]);
});

test("a constant takes no place of a value", () => {
  expect(compile(sql`select ${literal("it's")}, ${literal(2)}, ${"a"}`)).toEqual({
    text: "select 'it''s', 2, ?1",
    slots: [{ value: "a" }],
  });
});

test("a selection without a table is one row on its condition", () => {
  const isThere = sql<number>`${1} in ${build.select(named({ id: credentials.id })).from(credentials)}`;

  const query = selectOnly(named({ isThere }), sql`${isThere}`);

  expectTypeOf<RowOf<typeof query>>().toEqualTypeOf<{ readonly isThere: number }>();
  const condition = `?1 in (select "id" as "id" from "credentials")`;
  expect(compile(query).text).toBe(`select ${condition} as "isThere" where ${condition}`);
});

test("a query is built once for each shape, and the shapes used last are kept", () => {
  const { db, bound } = database();
  const built: string[] = [];
  const find = shapedStatement((shape: "id" | "name" | number) => {
    built.push(String(shape));
    const column = shape === "name" ? credentials.name : credentials.id;
    const shown = named({ id: credentials.id });
    return build
      .select(shown)
      .from(credentials)
      .where(eq(column, sql.placeholder("key")));
  });

  find.bind(db, "id", "id", { key: "a" });
  find.bind(db, "name", "name", { key: "b" });
  find.bind(db, "id", "id", { key: "c" });
  expect(built).toEqual(["id", "name"]);
  expect(bound.map(({ values }) => values)).toEqual([["a"], ["b"], ["c"]]);
  expect(bound[0]?.text).toBe(bound[2]?.text);
  expect(bound[1]?.text).not.toBe(bound[0]?.text);

  for (let other = 1; other < 200; other += 1) find.bind(db, String(other), other, { key: "" });
  expect(find.bind(db, "id", "id", { key: "a" })).toBeDefined();
  expect(built.filter((shape) => shape === "id")).toHaveLength(1);
  find.bind(db, "name", "name", { key: "b" });
  expect(built.filter((shape) => shape === "name")).toHaveLength(2);
});

test("a statement of one connector names it by its number or by the hash of a token", () => {
  const { db, bound } = database();
  const find = scopedStatement<{ id: string }>()((scope, given) =>
    build
      .select(named(shown))
      .from(credentials)
      .where(and(eq(credentials.connectorId, scope.number), eq(credentials.id, given.id))),
  );

  find.bind(db, { kind: "token", hash: "h" }, { id: "a" });
  find.bind(db, { kind: "connector", connectorId: 3 as ConnectorId }, { id: "a" });

  const select = `select "id" as "id", "connector_id" as "connectorId" from "credentials"`;
  const ofToken = `(select "connector_id" as "number" from "credentials" where "credentials"."hash" = ?1)`;
  const where = (number: string) =>
    `where ("credentials"."connector_id" = ${number} and "credentials"."id" = ?2)`;
  expect(bound).toEqual([
    { text: `${select} ${where(ofToken)}`, values: ["h", "a"] },
    { text: `${select} ${where("?1")}`, values: [3, "a"] },
  ]);
});

test("a table is read by an index that the schema has", () => {
  const member = alias(groupMembers, "m");

  expect(compile(indexedBy(groupMembers, member, "group_members_member")).text).toBe(
    `"group_members" as "m" indexed by "group_members_member"`,
  );
  expect(compile(indexedBy(groupMembers, member)).text).toBe(`"group_members" as "m"`);
  expect(() => indexedBy(groupMembers, member, "group_members_gone")).toThrow("No index");
});

test("a fixed part is written out once, and holds no value", () => {
  let made = 0;
  const isLive = fixed(() => {
    made += 1;
    return sql`${isNull(credentials.revokedAt)}`;
  });

  const query = build
    .select(named({ id: credentials.id }))
    .from(credentials)
    .where(and(isLive(), eq(credentials.id, "a"), isLive()));

  const where = `"credentials"."revoked_at" is null`;
  expect(compile(query).text).toContain(`(${where} and "credentials"."id" = ?1 and ${where})`);
  expect(made).toBe(1);
  expect(fixed(() => eq(credentials.id, "a"))).toThrow("holds a value");
});

test("shapes of very long texts push others out, and the longest are not kept", () => {
  const { db } = database();
  const built: string[] = [];
  const find = shapedStatement((characters: number) => {
    built.push(String(characters));
    return sql`select ${literal("x".repeat(characters))}`;
  });

  find.bind(db, "short", 1, {});
  find.bind(db, "longest", 50_001, {});
  find.bind(db, "longest", 50_001, {});
  expect(built).toEqual(["1", "50001", "50001"]);
  for (let long = 0; long < 45; long += 1) find.bind(db, `long ${long}`, 49_000, {});
  find.bind(db, "long 44", 49_000, {});
  expect(built).toHaveLength(3 + 45);
  find.bind(db, "short", 1, {});
  expect(built.at(-1)).toBe("1");
});

test("an inserted row takes the place of the one that is there, with all its columns", () => {
  const query = insertRows(txGuard, { versionChanged: literal(1) }, { isReplacing: true });

  expect(compile(query).text).toBe(
    `insert or replace into "tx_guard" ("version_changed") select 1 where true`,
  );
});

test("an inserted row overwrites the named columns of the one that has its key", () => {
  const { id, name, hint } = credentials;

  expect(compile(overwriting(id, [name, hint])).text).toBe(
    `on conflict ("id") do update set "name" = excluded."name", "hint" = excluded."hint"`,
  );
});

test("a row that is moved takes the place of the one that has its new key", () => {
  const moved = moveRows(credentials, { id: literal("b") }, eq(credentials.id, "a"));

  expect(compile(moved).text).toBe(
    `update or replace "credentials" set "id" = 'b' where "credentials"."id" = ?1`,
  );
});

test("a list of values is one parameter", () => {
  expect(compile(isInList(credentials.id, sql`${"[1]"}`))).toEqual({
    text: `"credentials"."id" in (select "j".value from json_each(?1) as "j")`,
    slots: [{ value: "[1]" }],
  });
});

test("a statement on an object's tables is built once, and lacks nothing that it names", () => {
  const ran: (readonly unknown[])[] = [];
  const storage = {
    exec: (...all: readonly unknown[]) => {
      ran.push(all);
      return { toArray: () => [{ id: "a" }] };
    },
  } as unknown as SqlStorage;
  let built = 0;
  const find = objectStatement<{ id: string }>()((given) => {
    built += 1;
    return build
      .select({ id: credentials.id })
      .from(credentials)
      .where(eq(credentials.id, given.id));
  });

  const rows = find.rows(storage, { id: "a" });
  find.run(storage, { id: "b" });

  expectTypeOf(rows).toEqualTypeOf<readonly { id: string }[]>();
  expect(rows).toEqual([{ id: "a" }]);
  expect(built).toBe(1);
  expect(ran.map(([, ...values]) => values)).toEqual([["a"], ["b"]]);
  expect(() => find.run(storage, {} as never)).toThrow('lacks its "id"');
});
