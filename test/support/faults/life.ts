import { env } from "cloudflare:workers";
import { faultyDatabase, seededFaults } from "#test/support/d1/faulty-d1.ts";
import { filterQuery, openGateway, type TestAnswer } from "#test/support/gateway.ts";
import { seededRandom } from "#test/support/random.ts";
import { changesOf } from "#test/support/scim/groups.ts";

/** One request of a life; `{name}` in the path or the body stands for the id of a resource. */
export interface Step {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly status: number;
  /** The changes it makes to the life's own resource, all in one version: types, of members with a name. */
  readonly raises?: readonly string[];
  /** Under which name the id of the answered resource is known from then on; `id` is the life's own. */
  readonly names?: string;
}

/** Whose life it is, and where look-ups in between find it. */
export interface Life {
  readonly seed: number;
  readonly token: string;
  readonly endpoint: "/Users" | "/Groups";
  readonly externalId: string;
  /** Ids that are known before. */
  readonly ids: Readonly<Record<string, string>>;
}

/** What came of a life: all that was otherwise than it had to be, and what it left. */
export interface Played {
  readonly surprises: readonly string[];
  readonly requests: number;
  readonly isAlive: boolean;
}

/** Whether the fault suite plays its long form, which `npm run test:faults` asks for. */
export const IS_LONG = env.FAULTS === "long";

/** The seeds that a test plays: as many as it says, or a thousand in the long form. */
export function seedsOf(short: number): readonly number[] {
  return Array.from({ length: IS_LONG ? 1_000 : short }, (_, seed) => seed);
}

/** Plays a life for each seed; what came of them. */
export async function playAll<T>(
  seeds: readonly number[],
  play: (seed: number) => Promise<T>,
): Promise<readonly T[]> {
  const lives: T[] = [];
  for (const seed of seeds) lives.push(await play(seed));
  return lives;
}

/**
 * Isolates on one D1 that fails by seed: one for an even seed, whose memory of earlier requests is
 * always right; for an odd one two, each of which remembers what the other made untrue.
 */
export function openFaulty(seed: number) {
  const random = seededRandom(seed);
  const db = faultyDatabase(env.DB, seededFaults(random));
  const options = { db, clock: { random }, roundTripsMax: Number.POSITIVE_INFINITY };
  const [first, second] = [openGateway(options), openGateway(options)];
  const gateway = () => (seed % 2 === 0 || random() < 0.5 ? first : second);
  return { random, gateway };
}

/** Takes the steps of a life against a D1 that fails by seed, with look-ups in between as the seed says. */
export async function playLife(life: Life, steps: readonly Step[]): Promise<Played> {
  const { random, gateway } = openFaulty(life.seed);
  const send = (path: string, request: object = {}) =>
    gateway().scim(path, { token: life.token, ...request });
  const ids = { ...life.ids };
  const surprises: string[] = [];
  const expect = (what: string, got: string | number, expected: string | number) => {
    if (got !== expected) surprises.push(`seed ${life.seed} ${what}: ${got}, not ${expected}`);
  };
  const history: string[] = [];
  let requests = 0;
  let version = 0;
  let isAlive = false;
  const look = async () => {
    requests += 1;
    const answer = await send(lookUp(life, ids.id ?? "nobody", random));
    expect("look-up", seen(answer), isAlive ? `W/"${version}"` : "nothing");
  };
  for (const { method, path, body, status, raises = [], names } of steps) {
    if (random() < 0.2) await look();
    requests += 1;
    const request = { method, ...(body && { body: fillIds(body, ids) }) };
    const answer = await send(fillIds(path, ids), request);
    expect(`${method} ${path}`, answer.status, status);
    if (names !== undefined) ids[names] ??= answer.body.id;
    if (raises.length > 0) {
      version += 1;
      isAlive = !raises.some((change) => change.endsWith(".deleted"));
      history.push(...raises.map((change) => change.replace(/(?= |$)/, ` v${version}`)));
    }
  }
  expect("changes", await changesIn(ids), history.sort().join());
  return { surprises, requests, isAlive };
}

/** A look-up of the life's own resource: by its id, or by the externalId that it never changes. */
function lookUp({ endpoint, externalId }: Life, id: string, random: () => number): string {
  const isByFilter = random() < 0.5;
  return `${endpoint}${isByFilter ? filterQuery(`externalId eq "${externalId}"`) : `/${id}`}`;
}

/** What a look-up saw: the version of the one resource, or that there was none. */
function seen({ status, body }: TestAnswer): string {
  if (status !== 200) return status === 404 ? "nothing" : `status ${status}`;
  const found: readonly { meta: { version: string } }[] = body.Resources ?? [body];
  return found.map(({ meta }) => meta.version).join() || "nothing";
}

/** The changes of the life's own resource in the order of the alphabet, with names for the ids of members. */
async function changesIn(ids: Readonly<Record<string, string>>): Promise<string> {
  const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
  const changes = await changesOf(ids.id ?? "");
  return changes
    .map((line) => line.replace(/\S+$/, (id) => names.get(id) ?? id))
    .sort()
    .join();
}

/** The same value with the ids that it asks for by their names in braces. */
export function fillIds<T>(value: T, ids: Readonly<Record<string, string>>): T {
  const text = JSON.stringify(value).replace(/\{(\w+)\}/g, (whole, name) => ids[name] ?? whole);
  // The same value with other texts in it.
  return JSON.parse(text) as T;
}

/** How many rows of the log and of the feed a connector has. */
export async function rowCounts(connectorId: string) {
  const count = (table: string) =>
    `(SELECT count(*) FROM ${table} JOIN connectors ON number = connector_id WHERE id = ?1) AS ${table}`;
  return await env.DB.prepare(`SELECT ${count("events")}, ${count("changes")}`)
    .bind(connectorId)
    .first<{ events: number; changes: number }>();
}
