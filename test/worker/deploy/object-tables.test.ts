import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { eq, getTableName, is, sql } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { expect, test } from "vitest";
import { createGroupTables, createTables } from "#bridge/storage/migrations.ts";
import * as bridgeTables from "#bridge/storage/schema.ts";
import { HeldConnectors } from "#delivery/storage/held.ts";
import { DeliveryQueue } from "#delivery/storage/queue.ts";
import * as webhookTables from "#delivery/storage/schema.ts";
import { TryLog } from "#delivery/storage/try-log.ts";
import { objectStatement } from "#store/object-statement.ts";
import { build, named } from "#store/statement.ts";

/** Runs in the storage of a webhook's object of its own. */
function inWebhook<T>(work: (sql: SqlStorage) => T): Promise<T> {
  return runInDurableObject(env.WEBHOOK.getByName(crypto.randomUUID()), (_, { storage }) => {
    new DeliveryQueue(storage).open();
    new HeldConnectors(storage).open();
    new TryLog(storage).open();
    return work(storage.sql);
  });
}

interface Described {
  readonly columns: readonly string[];
  readonly indexes: readonly string[];
}

/** What the migrations made: each table's columns, and its indexes beside the key. */
function madeTables(storage: SqlStorage): ReadonlyMap<string, Described> {
  const names = storage
    .exec<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .toArray()
    .map(({ name }) => name)
    .filter((name) => !/^(sqlite|_cf)_/.test(name));
  return new Map(names.map((name) => [name, madeTable(storage, name)]));
}

function madeTable(storage: SqlStorage, name: string): Described {
  type Info = {
    name: string;
    type: string;
    notnull: number;
    dflt_value: string | null;
    pk: number;
  };
  type Index = { name: string; unique: number; origin: string; partial: number };
  const columns = storage.exec<Info>(`PRAGMA table_info(${name})`).toArray();
  const indexes = storage.exec<Index>(`PRAGMA index_list(${name})`).toArray();
  const columnsOf = (index: string) =>
    storage
      .exec<{ name: string }>(`PRAGMA index_info(${index})`)
      .toArray()
      .map((column) => column.name);
  return {
    columns: columns.map(({ name, type, notnull, dflt_value, pk }) =>
      columnText({ name, type, keyPlace: pk, isNotNull: notnull === 1, initial: dflt_value }),
    ),
    indexes: indexes
      .filter(({ origin }) => origin !== "pk")
      .map(({ name, unique, origin, partial }) =>
        indexText({
          name: origin === "u" ? "unique" : name,
          columns: columnsOf(name),
          isUnique: unique === 1,
          isPartial: partial === 1,
        }),
      )
      .sort(),
  };
}

/** What Drizzle believes of a table. */
function definedTable(table: SQLiteTable): Described {
  const { columns, indexes, primaryKeys } = getTableConfig(table);
  const together = primaryKeys.flatMap((key) => key.columns.map(({ name }) => name));
  const keys =
    together.length > 0
      ? together
      : columns.filter(({ primary }) => primary).map(({ name }) => name);
  return {
    columns: columns.map((column) =>
      columnText({
        name: column.name,
        type: column.getSQLType(),
        keyPlace: keys.indexOf(column.name) + 1,
        isNotNull: column.notNull,
        initial: column.default === undefined ? null : literalText(column.default),
      }),
    ),
    indexes: [
      ...columns
        .filter(({ isUnique }) => isUnique)
        .map(({ name }) =>
          indexText({ name: "unique", columns: [name], isUnique: true, isPartial: false }),
        ),
      ...indexes.map(({ config }) =>
        indexText({
          name: config.name,
          columns: config.columns.map((column) => ("name" in column ? column.name : "?")),
          isUnique: config.unique === true,
          isPartial: config.where !== undefined,
        }),
      ),
    ].sort(),
  };
}

function literalText(value: unknown): string {
  return typeof value === "string" ? `'${value}'` : String(value);
}

function columnText(column: {
  readonly name: string;
  readonly type: string;
  readonly keyPlace: number;
  readonly isNotNull: boolean;
  readonly initial: string | null;
}): string {
  const { name, type, keyPlace, isNotNull, initial } = column;
  // SQLite takes the columns of some keys for ones that may be null.
  const role = keyPlace > 0 ? `key ${keyPlace}` : isNotNull ? "not null" : "null";
  return `${name} ${type.toLowerCase()}, ${role}, ${initial ?? "no default"}`;
}

function indexText(index: {
  readonly name: string;
  readonly columns: readonly string[];
  readonly isUnique: boolean;
  readonly isPartial: boolean;
}): string {
  const { name, columns, isUnique, isPartial } = index;
  const kind = `${isPartial ? "partial " : ""}${isUnique ? "unique" : "index"}`;
  return `${name}: ${kind} (${columns.join(", ")})`;
}

/** Every table of a schema, as Drizzle believes it to be, by name. */
function definedTables(schema: object): ReadonlyMap<string, Described> {
  const tables = Object.values(schema).filter((each) => is(each, SQLiteTable));
  return new Map(
    tables
      .map((table): [string, Described] => [getTableName(table), definedTable(table)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

test("the tables of a webhook's object are what its schema says", async () => {
  const made = await inWebhook(madeTables);

  expect(made).toEqual(definedTables(webhookTables));
  expect(made.size).toBe(4);
});

test("the tables of a bridge's object are what its schema says", async () => {
  const object = env.BRIDGE.getByName(crypto.randomUUID());
  const made = await runInDurableObject(object, (_, { storage }) => {
    createTables(storage.sql);
    createGroupTables(storage.sql);
    return madeTables(storage.sql);
  });

  expect(made).toEqual(definedTables(bridgeTables));
  expect(made.size).toBe(26);
});

test("a statement on an object's tables binds a value that it uses twice once, and null as null", async () => {
  const { tries } = webhookTables;
  const find = objectStatement<{ word: string; status: number | null }>()(({ word, status }) =>
    build
      .select(named({ id: tries.id, type: tries.type, status: tries.status }))
      .from(tries)
      .where(
        sql`${eq(tries.type, word)} and ${eq(tries.eventId, word)} and ${tries.status} is ${status}`,
      ),
  );
  const add = objectStatement<{ word: string; status: number | null }>()(({ word, status }) =>
    build.insert(tries).values({
      ...{ eventId: word, type: word, status, outcome: "dead", answer: "" },
      ...{ attempt: 1, time: 1, latencyMs: 1 },
    }),
  );

  const found = await inWebhook((storage) => {
    add.run(storage, { word: "a", status: null });
    add.run(storage, { word: "a", status: 500 });
    add.run(storage, { word: "b", status: null });
    return find.rows(storage, { word: "a", status: null });
  });

  expect(found).toEqual([{ id: 1, type: "a", status: null }]);
});
