import { count, ms, table } from "./markdown.js";
import { median, quantile } from "./statistics.js";

/**
 * @typedef {import("./load-run.js").Outcome} Outcome
 * @typedef {import("./processes.js").Uses} Uses
 * @typedef {{ second: number, uses: Uses }} Sample
 * @typedef {"workerd" | "wrangler"} Process
 */

/** @type {readonly Process[]} */
const PROCESSES = ["workerd", "wrangler"];
const P99_MAX_MS = 500;
/** Caches and compiled code have settled by then. */
const STEADY_FROM_SECONDS = 300;
const GROWTH_MAX = 0.2;
/** Garbage makes a single sample jump: so many at either end are taken together. */
const SAMPLES_AT_ENDS = 3;
const ERRORS_SHOWN = 10;

/**
 * How long the requests took, in all and by kind, and what went wrong.
 *
 * @param {readonly Outcome[]} outcomes
 */
export function renderLoad(outcomes) {
  const byKind = Map.groupBy(outcomes, ({ kind }) => kind);
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  return [
    table(
      ["requests", "number", "errors", "p50", "p95", "p99", "most, ms"],
      [cells("all", outcomes), ...[...byKind].map(([kind, each]) => cells(kind, each))],
    ),
    ...errors.slice(0, ERRORS_SHOWN).map((error) => error.slice(0, 300)),
  ].join("\n");
}

/**
 * Memory and processor time at each sample.
 *
 * @param {readonly Sample[]} samples
 */
export function renderUses(samples) {
  const start = samples[0]?.uses;
  const cells = PROCESSES.map((process) => (/** @type {Sample} */ { uses }) => [
    count(uses[process].megabytes),
    (uses[process].cpuSeconds - (start?.[process].cpuSeconds ?? 0)).toFixed(1),
  ]);
  return table(
    ["after", "workerd, MB", "CPU, s", "wrangler, MB", "CPU, s"],
    samples.map((sample) => [`${sample.second} s`, ...cells.flatMap((cell) => cell(sample))]),
  );
}

/**
 * How much each process grew from the fifth minute on, as a part of what it was; empty for a run that
 * is too short to tell.
 *
 * @param {readonly Sample[]} samples
 * @returns {readonly { process: Process, growth: number }[]}
 */
export function growthOf(samples) {
  const steady = samples.filter(({ second }) => second >= STEADY_FROM_SECONDS);
  if (steady.length < 2 * SAMPLES_AT_ENDS) return [];
  return PROCESSES.map((process) => {
    const middle = (/** @type {readonly Sample[]} */ some) =>
      median(some.map(({ uses }) => uses[process].megabytes));
    const before = middle(steady.slice(0, SAMPLES_AT_ENDS));
    return { process, growth: middle(steady.slice(-SAMPLES_AT_ENDS)) / before - 1 };
  });
}

/**
 * What is not as it should be, in words; empty where all is.
 *
 * @param {readonly Outcome[]} outcomes
 * @param {readonly Sample[]} samples
 * @param {readonly string[]} contradictions
 */
export function loadFaults(outcomes, samples, contradictions) {
  const errors = outcomes.filter(({ error }) => error !== undefined).length;
  const p99 = quantile(
    outcomes.map((outcome) => outcome.ms),
    0.99,
  );
  return [
    ...(errors === 0 ? [] : [`${errors} errors`]),
    ...(p99 < P99_MAX_MS ? [] : [`p99 is ${ms(p99)} ms, ${P99_MAX_MS} or more`]),
    ...(restarts(samples) === 0 ? [] : [`workerd was started anew ${restarts(samples)} times`]),
    ...growthOf(samples)
      .filter(({ growth }) => growth > GROWTH_MAX)
      .map(({ process, growth }) => `${process} grew by ${Math.round(growth * 100)} %`),
    ...contradictions,
  ];
}

/**
 * Between how many samples workerd was another process: wrangler starts it anew when it crashes.
 *
 * @param {readonly Sample[]} samples
 */
function restarts(samples) {
  const pids = samples.map(({ uses }) => uses.workerd.pids.join());
  return pids.filter((each, at) => at > 0 && each !== pids[at - 1]).length;
}

/**
 * @param {string} name
 * @param {readonly Outcome[]} outcomes
 */
function cells(name, outcomes) {
  const times = outcomes.map((outcome) => outcome.ms);
  const errors = outcomes.filter(({ error }) => error !== undefined).length;
  const parts = [0.5, 0.95, 0.99, 1].map((part) => ms(quantile(times, part)));
  return [name, count(outcomes.length), count(errors), ...parts];
}
