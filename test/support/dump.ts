import { listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { type DurableObject, env } from "cloudflare:workers";
import { vi } from "vitest";

/** A row of some table, with the place it was found in. */
export interface DumpedRow {
  readonly place: string;
  /** The row as JSON: values are searched in it, whatever their columns are called. */
  readonly text: string;
}

/** Every row of every table of D1. */
export async function dumpDatabase(): Promise<readonly DumpedRow[]> {
  const { results } = await env.DB.prepare(SELECT_TABLES).all<{ name: string }>();
  const tables = results.map(({ name }) => name);
  const contents = await env.DB.batch(
    tables.map((table) => env.DB.prepare(`SELECT * FROM "${table}"`)),
  );
  return tables.flatMap((table, at) => rowsAs(`D1 ${table}`, contents[at]?.results ?? []));
}

/** Every row, key and value that any Durable Object of the gateway stores. */
export async function dumpDurableObjects(): Promise<readonly DumpedRow[]> {
  return [
    ...(await dumpNamespace("BRIDGE", env.BRIDGE)),
    ...(await dumpNamespace("WEBHOOK", env.WEBHOOK)),
  ];
}

/** Collects what is printed from now on, errors with their stacks; nothing reaches the real console. */
export function captureConsole(): readonly string[] {
  const lines: string[] = [];
  for (const method of ["debug", "error", "info", "log", "trace", "warn"] as const) {
    vi.spyOn(console, method).mockImplementation((...printed: unknown[]) => {
      lines.push(printed.map(textOf).join(" "));
    });
  }
  return lines;
}

const SELECT_TABLES = `SELECT name FROM sqlite_master
  WHERE type = 'table' AND substr(name, 1, 4) <> '_cf_' ORDER BY name`;

async function dumpNamespace<T extends DurableObject>(
  name: string,
  namespace: DurableObjectNamespace<T>,
): Promise<DumpedRow[]> {
  const dumps: DumpedRow[] = [];
  for (const id of await listDurableObjectIds(namespace)) {
    const dumped = await runInDurableObject(namespace.get(id), (_, { storage }) =>
      dumpStorage(name, storage),
    );
    dumps.push(...dumped);
  }
  return dumps;
}

async function dumpStorage(name: string, storage: DurableObjectStorage): Promise<DumpedRow[]> {
  const tables = storage.sql.exec<{ name: string }>(SELECT_TABLES).toArray();
  const rows = tables.flatMap(({ name: table }) =>
    rowsAs(`${name} ${table}`, storage.sql.exec(`SELECT * FROM "${table}"`).toArray()),
  );
  return [...rows, ...rowsAs(`${name} keys`, [...(await storage.list())])];
}

function rowsAs(place: string, rows: readonly unknown[]): DumpedRow[] {
  return rows.map((row) => ({ place, text: textOf(row) }));
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return `${value.stack} ${value.message} ${textOf(value.cause)}`;
  return (
    JSON.stringify(value, (_name, member) =>
      member instanceof Uint8Array || member instanceof ArrayBuffer
        ? new TextDecoder().decode(member)
        : member,
    ) ?? ""
  );
}
