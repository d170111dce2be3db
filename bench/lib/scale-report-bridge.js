import { count, table } from "./markdown.js";

/**
 * @typedef {import("./scale-bridge.js").BridgeResult} BridgeResult
 * @typedef {import("./scale-bridge.js").BridgeRun} BridgeRun
 */

/** A user of the largest directory costs at most so much more than one of the smallest. */
const FLAT = 1.2;
/** An unchanged user costs nothing; the run itself costs a little. */
const ROWS_PER_UNCHANGED = 0.01;

/**
 * What is not as it should be in the Bridge's runs, in words.
 *
 * @param {readonly BridgeResult[]} results smallest first
 */
export function bridgeFaults(results) {
  const [least, most] = [results[0], results.at(-1)];
  if (least === undefined || most === undefined) return [];
  const grown = rowsPerUser(most.fresh) > rowsPerUser(least.fresh) * FLAT;
  return [
    ...(grown ? ["the Bridge reads and writes more rows for each of more users"] : []),
    ...results
      .filter(({ unchanged }) => rowsPerUser(unchanged) > ROWS_PER_UNCHANGED)
      .map(({ unchanged }) => `${count(unchanged.users)} unchanged users cost the Bridge rows`),
    ...results
      .filter(({ unchanged }) => unchanged.changed > 0)
      .map(({ unchanged }) => `the Bridge changed ${count(unchanged.changed)} unchanged users`),
  ];
}

/**
 * The Bridge's part of the results; nothing where it was not measured.
 *
 * @param {readonly BridgeResult[]} results
 */
export function bridgeSection(results) {
  if (results.length === 0) return [];
  const rows = results.flatMap(({ fresh, unchanged, linkBytes }) => [
    cells("from scratch", fresh, count(linkBytes)),
    cells("unchanged", unchanged, ""),
  ]);
  const head = [
    ...["run", "users", "changed", "seconds", "users/s"],
    ...["D1 round trips", "rows read", "rows written", "Durable Object, bytes a user"],
  ];
  return ["## The Bridge, from a fake Okta on the same machine", table(head, rows)];
}

/** @param {BridgeRun} run */
function rowsPerUser({ users, cost }) {
  return (cost.rowsRead + cost.rowsWritten) / users;
}

/**
 * @param {string} what
 * @param {BridgeRun} run
 * @param {string} bytes
 */
function cells(what, { users, changed, seconds, cost }, bytes) {
  const costs = [cost.roundTrips, cost.rowsRead, cost.rowsWritten].map(count);
  const speed = count(users / seconds);
  return [what, count(users), count(changed), seconds.toFixed(1), speed, ...costs, bytes];
}
