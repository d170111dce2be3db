import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { openGateway, type TestAnswer, type TestClient } from "#test/support/gateway.ts";
import { expectScimError, type Sent, send, withAda } from "./bad-input.ts";

/** The number of a row of the catalogue: each is tried once at least. */
export type RowNumber = number | "168a" | "168b";

/** A row in any of the tables: what comes in, and how it is tried. */
export interface TriedRow {
  readonly row: RowNumber;
  readonly what: string;
  readonly run: () => Promise<void> | void;
}

/** What there is when a row is sent: a connector, its client, and its one user, ada. */
export interface World {
  readonly client: TestClient;
  readonly id: string;
}

/** A row over HTTP: a request and what it must be answered. */
export interface HttpRow {
  readonly row: RowNumber;
  readonly what: string;
  /** The request, or a named function that prepares something and gives it. */
  readonly sent: Asked | ((world: World) => Asked | Promise<Asked>);
  readonly status: number;
  /** The scimType of a SCIM error, the `error` of an OAuth error. */
  readonly code?: string;
  /** The form of a refusal, where it is not a SCIM error. */
  readonly form?: "problem" | "oauth";
  /** The settings of the connector. */
  readonly settings?: object;
  /** Members of the body, as toMatchObject takes them. */
  readonly body?: object;
  /** Headers of the answer; null for one that must be absent. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly roundTrips?: number;
  /** What else must hold afterwards. */
  readonly after?: (world: World, answer: TestAnswer) => Promise<void> | void;
}

/** A row's request, or one that only the platform's own Request can say. */
export type Asked = Sent | Request;

/** What a refused row may give beside its number, its words and its request. */
type Details = Omit<HttpRow, "row" | "what" | "sent" | "status" | "code">;

/** Rows that are all refused with one status and one scimType. */
export function refused(
  status: number,
  code: string | undefined,
  rows: readonly (readonly [RowNumber, string, HttpRow["sent"], Details?])[],
): readonly HttpRow[] {
  return rows.map(([row, what, sent, details]) => ({
    ...{ row, what, sent, status, ...details },
    ...(code !== undefined && { code }),
  }));
}

/** Rows that are tried over HTTP; whoever is refused must leave everything stored as it was. */
export function overHttp(rows: readonly HttpRow[]): readonly TriedRow[] {
  return rows.map((row) => ({ row: row.row, what: row.what, run: () => tryOverHttp(row) }));
}

const gateway = openGateway();

async function tryOverHttp(row: HttpRow): Promise<void> {
  const world = await withAda(row.settings);
  const asked = typeof row.sent === "function" ? await row.sent(world) : row.sent;
  const before = await storedBy(world);

  const answer = await ask(world, asked);

  expectAnswer(row, answer);
  if (row.status >= 400) expect(await storedBy(world)).toEqual(before);
  await row.after?.(world, answer);
}

function ask({ client, id }: World, asked: Asked): Promise<TestAnswer> {
  return asked instanceof Request ? gateway.send(asked) : send(client, id, asked);
}

function expectAnswer(row: HttpRow, answer: TestAnswer): void {
  expect(answer.status).toBe(row.status);
  if (row.status >= 400) expectError(row, answer);
  if (row.body !== undefined) expect(answer.body).toMatchObject(row.body);
  for (const [name, value] of Object.entries(row.headers ?? {})) {
    expect(answer.headers.get(name), name).toBe(value);
  }
  if (row.roundTrips !== undefined) expect(answer.cost.roundTrips).toBe(row.roundTrips);
}

function expectError({ form, status, code }: HttpRow, answer: TestAnswer): void {
  if (form === undefined) {
    expectScimError(answer, status, code);
    return;
  }
  const type = form === "problem" ? "application/problem+json" : "application/json";
  expect(answer.headers.get("Content-Type")).toBe(type);
  expect(answer.body).toMatchObject(form === "problem" ? { status } : { error: code });
}

/** How many rows each table has, the logs of requests apart, and what can be changed without adding any. */
async function storedBy({ client, id }: World): Promise<unknown> {
  const counts = (await tables()).map((table) => `(SELECT count(*) FROM "${table}") AS "${table}"`);
  const versions = "(SELECT total(version) FROM resources) AS versions";
  const counted = await env.DB.prepare(`SELECT ${[...counts, versions].join(", ")}`).first();
  const { status, body } = await client.get(id);
  const changeable = await env.DB.batch(
    ["bridges", "webhooks"].map((table) => env.DB.prepare(`SELECT * FROM "${table}"`)),
  );
  return { counted, changeable: changeable.map(({ results }) => results), status, body };
}

async function tables(): Promise<readonly string[]> {
  const text = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN
    ('events', 'refusals') AND substr(name, 1, 4) <> '_cf_'`;
  const { results } = await env.DB.prepare(text).all<{ name: string }>();
  return results.map(({ name }) => name);
}
