import { SAMPLES, SCALE_OPERATIONS } from "./scale-operations.js";
import { median } from "./statistics.js";

/**
 * What an operation takes at one size; each number is the median of all its calls.
 *
 * @typedef {import("./scale-world.js").World} World
 * @typedef {import("./count-costs.js").Cost & { ms: number }} Figure
 * @typedef {{ operation: import("./scale-operations.js").ScaleOperation, figures: readonly Figure[] }} Row
 */

/** The first round is not counted: it warms isolates and caches up. */
const ROUNDS = 4;
const CALLS = SAMPLES / ROUNDS;

/**
 * Measures every operation one call at a time. The sizes take turns round by round, so that whatever
 * else the machine does hits all of them.
 *
 * @param {readonly World[]} worlds
 * @param {(text: string) => void} say
 * @returns {Promise<readonly Row[]>}
 */
export async function measureOperations(worlds, say) {
  const rows = [];
  for (const operation of SCALE_OPERATIONS) {
    /** @type {Figure[][]} */
    const calls = worlds.map(() => []);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [at, world] of worlds.entries()) {
        const figures = await measureRound(world, operation, round);
        if (round > 0) calls[at]?.push(...figures);
      }
    }
    const figures = calls.map(medianOf);
    say(`${operation.name}: ${figures.map(({ ms }) => `${ms.toFixed(1)} ms`).join(", ")}`);
    rows.push({ operation, figures });
  }
  return rows;
}

/**
 * @param {World} world
 * @param {Row["operation"]} operation
 * @param {number} round
 */
async function measureRound(world, { prepare, callAt, isForApplications = false, token }, round) {
  const prepared = (await prepare?.(world, `${round}`, CALLS)) ?? [];
  const figures = [];
  for (let call = 0; call < CALLS; call += 1) {
    const n = prepare === undefined ? round * CALLS + call : call;
    const request = callAt(world, n, prepared);
    const sentAt = performance.now();
    const { headers } = await world.ask(request, { isForApplications, token });
    figures.push({
      ms: performance.now() - sentAt,
      roundTrips: Number(headers["d1-round-trips"]),
      rowsRead: Number(headers["d1-rows-read"]),
      rowsWritten: Number(headers["d1-rows-written"]),
    });
  }
  return figures;
}

/** @param {readonly Figure[]} figures @returns {Figure} */
function medianOf(figures) {
  return {
    ms: median(figures.map(({ ms }) => ms)),
    roundTrips: median(figures.map(({ roundTrips }) => roundTrips)),
    rowsRead: median(figures.map(({ rowsRead }) => rowsRead)),
    rowsWritten: median(figures.map(({ rowsWritten }) => rowsWritten)),
  };
}
