import { count, ms, table } from "./markdown.js";
import { bridgeFaults, bridgeSection } from "./scale-report-bridge.js";

/**
 * @typedef {import("./scale-measure.js").Row} Row
 * @typedef {import("./scale-measure.js").Figure} Figure
 * @typedef {import("./scale-walk.js").Walk} Walk
 * @typedef {import("./scale-storage.js").Growth} Growth
 * @typedef {import("./scale-storage.js").Sizes} Sizes
 * @typedef {import("./scale-bridge.js").BridgeResult} BridgeResult
 * @typedef {{ users: number, members: number, fillMs: number, membersMs: number, bytes: number }} Size
 * @typedef {object} Results
 * @property {string} machine
 * @property {readonly Size[]} sizes
 * @property {readonly Row[]} rows
 * @property {readonly Walk[]} walks
 * @property {Sizes} bytes
 * @property {readonly Growth[]} growths
 * @property {readonly BridgeResult[]} bridge smallest first; empty where it was not measured
 */

/** An operation is flat when it costs at most so much more with the most users than with the fewest. */
const FLAT = 1.2;

/** @type {readonly ["roundTrips", "rowsRead", "rowsWritten"]} */
const COSTS = ["roundTrips", "rowsRead", "rowsWritten"];
const WORDS = { roundTrips: "round trips", rowsRead: "rows read", rowsWritten: "rows written" };

/**
 * What is not as it should be, in words; empty where all is flat and every user was found once.
 *
 * @param {Pick<Results, "rows" | "walks" | "bridge">} results
 */
export function faultsOf({ rows, walks, bridge }) {
  const grown = rows.flatMap(({ operation, figures }) => {
    const { isFlat, verdict } = judge(operation, figures);
    return isFlat ? [] : [`${operation.name}: ${verdict}`];
  });
  return [...grown, ...walks.flatMap(walkFaults), ...bridgeFaults(bridge)];
}

/**
 * The results as Markdown.
 *
 * @param {Results} results
 */
export function renderScale(results) {
  const { machine, sizes, rows } = results;
  const date = new Date().toISOString().slice(0, 10);
  const heads = sizes.map(({ users }) => count(users));
  const faults = faultsOf(results);
  return [
    "# Scale",
    `${date}; ${machine}. Made by \`npm run bench:scale\`; medians of calls sent one at a time, the sizes by turns; costs without the deferred log row.`,
    faults.length === 0
      ? `**Flat**: no operation costs more than ${FLAT} times as much with ${heads.at(-1)} users as with ${heads[0]}, but where its verdict names a budget.`
      : `**Not flat**: ${faults.join("; ")}.`,
    "## Operations",
    "D1 round trips / rows read / rows written, then milliseconds.",
    table(
      ["operation", ...heads, ...heads.map((head) => `ms, ${head}`), "verdict"],
      rows.map(operationCells),
    ),
    "## All users by cursor, 1,000 a page",
    walkTable(results),
    "## Filling",
    fillTable(sizes),
    "## Storage",
    ...storageTables(results),
    ...bridgeSection(results.bridge),
    "",
  ].join("\n\n");
}

/** @param {Row} row */
function operationCells({ operation, figures }) {
  return [
    operation.name,
    ...figures.map((figure) => COSTS.map((cost) => count(figure[cost])).join(" / ")),
    ...figures.map((figure) => ms(figure.ms)),
    judge(operation, figures).verdict,
  ];
}

/**
 * @param {Row["operation"]} operation
 * @param {readonly Figure[]} figures
 */
function judge({ rowsReadMax }, figures) {
  const [least, most] = [figures[0], figures.at(-1)];
  if (least === undefined || most === undefined) throw new Error("Nothing was measured.");
  const grown = COSTS.filter((cost) => most[cost] > least[cost] * FLAT);
  if (grown.length === 0) return { isFlat: true, verdict: "flat" };
  const verdict = grown
    .map((cost) => `${WORDS[cost]} ${count(least[cost])} to ${count(most[cost])}`)
    .join(", ");
  const isBounded = rowsReadMax !== undefined && grown.every((cost) => cost === "rowsRead");
  if (!isBounded) return { isFlat: false, verdict: `not flat: ${verdict}` };
  const isFlat = most.rowsRead <= rowsReadMax;
  return { isFlat, verdict: `${verdict}; budget ${count(rowsReadMax)}` };
}

/** @param {Walk} walk @returns {readonly string[]} */
function walkFaults({ users, total, twice, first, last }) {
  const at = `the walk over ${count(total)} users`;
  return [
    ...(users === total ? [] : [`${at} found ${count(users)}`]),
    ...(twice === 0 ? [] : [`${at} found ${count(twice)} twice`]),
    ...(last.rowsRead <= first.rowsRead * FLAT
      ? []
      : [
          `${at} reads ${count(first.rowsRead)} rows a page at its start, ${count(last.rowsRead)} at its end`,
        ]),
  ];
}

/** @param {Results} results */
function walkTable({ walks }) {
  const page = (/** @type {import("./scale-walk.js").Page} */ each) =>
    `${ms(each.ms)} ms, ${count(each.rowsRead)} rows`;
  return table(
    [
      "totalResults",
      "found",
      "twice",
      "pages",
      "seconds",
      "page of the first tenth",
      "of the last",
    ],
    walks.map(({ total, users, twice, pages, seconds, first, last }) => [
      ...[total, users, twice, pages].map(count),
      ...[seconds.toFixed(1), page(first), page(last)],
    ]),
  );
}

/** @param {readonly Size[]} sizes */
function fillTable(sizes) {
  const perSecond = (/** @type {number} */ rows, /** @type {number} */ took) =>
    `${(took / 1000).toFixed(1)} s, ${count(rows / (took / 1000))}/s`;
  return table(
    ["users", "by SQL", "members of one group", "by PATCHes of 1,000", "database"],
    sizes.map(({ users, members, fillMs, membersMs, bytes }) => [
      count(users),
      perSecond(users, fillMs),
      count(members),
      perSecond(members, membersMs),
      `${count(bytes / 1e6)} MB`,
    ]),
  );
}

/** @param {Results} results @returns {readonly string[]} */
function storageTables({ bytes, growths }) {
  return [
    "Bytes of the database's file with all indexes, with the benchmark's user (13 values, 640 bytes of JSON).",
    table(
      ["a row of", "bytes"],
      [
        ["a user with one e-mail", count(bytes.user)],
        ["a membership", count(bytes.member)],
        ["the change row of a membership", count(bytes.memberChange)],
      ],
    ),
    table(
      ["request", "bytes in the event log", "bytes in the change feed"],
      growths.map(({ name, event, change }) => [name, count(event), count(change)]),
    ),
  ];
}
