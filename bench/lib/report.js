import { table } from "./markdown.js";
import { OPERATIONS } from "./operations.js";

/**
 * @typedef {{ users: number, servers: Record<string, import("./measure-server.js").Measured>, costs: Record<string, import("./count-costs.js").Cost> }} Size
 * @typedef {{ request: Record<string, number>, library: Record<string, number>, scimmy: Record<string, number> }} Cpu
 */

const PEERS = ["floor", "scimmy", "jackson"];

/**
 * The results as Markdown.
 *
 * @param {{ machine: string, connections: number, isQuick: boolean, sizes: readonly Size[], development: { perSecond: number, p50: number }, cpu: Cpu }} results
 */
export function renderResults({ machine, connections, isQuick, sizes, development, cpu }) {
  const date = new Date().toISOString().slice(0, 10);
  return [
    "# Results",
    `${date}${isQuick ? " (quick)" : ""}; ${machine}; one client with ${connections} keep-alive connections on the same machine (2 where a request takes more than two seconds); medians of the rounds.`,
    ...sizes.flatMap(sectionOf),
    "## Under `wrangler dev`",
    `A GET of one user: ${rate(development.perSecond)} a second, p50 ${development.p50.toFixed(1)} ms. The proxy and the bundle for debugging that \`wrangler dev\` adds are in no other figure.`,
    "## CPU of a request",
    "Microseconds of CPU in Node. *request*: a whole request through the gateway (HTTP objects, routing, token hash, log row) with D1's answers repeated from memory. *library*: `src/scim` alone, beside scimmy as a library with its handlers' answers repeated from memory. scimmy's list is handed 1,000 users by its handler, as its interface asks for all of them; in brackets, only the 100 of the page.",
    cpuTable(cpu),
    "",
  ].join("\n\n");
}

/** @param {Size} size */
function sectionOf({ users, servers, costs }) {
  const names = OPERATIONS.map(({ name }) => name);
  const rows = names.map((name) => {
    const own = servers.gateway?.figures[name];
    const cost = costs[name];
    const cells = PEERS.map((peer) => {
      const theirs = servers[peer]?.figures[name];
      if (own === undefined || theirs === undefined) return "-";
      return `${rate(theirs.perSecond)} (${ratio(own.perSecond / theirs.perSecond)})`;
    });
    return [
      name,
      own === undefined ? "-" : rate(own.perSecond),
      own === undefined ? "-" : `${own.p50.toFixed(1)} / ${own.p99.toFixed(1)}`,
      ...cells,
      cost === undefined ? "-" : `${cost.roundTrips} / ${cost.rowsRead} / ${cost.rowsWritten}`,
    ];
  });
  const sizesOf = ["gateway", "scimmy", "jackson"].map((name) => {
    const { bytesPerUser = 0, memoryMb = 0 } = servers[name] ?? {};
    return `${name} ${Math.round(bytesPerUser)} bytes a user on disk, ${Math.round(memoryMb)} MB of memory`;
  });
  return [
    `## ${users.toLocaleString("en")} users`,
    table(
      [
        "operation",
        "gateway, 1/s",
        "p50 / p99, ms",
        "floor (ratio)",
        "scimmy (ratio)",
        "jackson (ratio)",
        "D1 trips / rows read / written",
      ],
      rows,
    ),
    `${sizesOf.join("; ")}.`,
  ];
}

/** @param {Cpu} cpu */
function cpuTable({ request, library, scimmy }) {
  const rows = ["get", "create", "patch active", "list 100"].map((name) => {
    const theirs = scimmy[name] ?? 0;
    const own = library[name] ?? 0;
    const page = scimmy[`${name} of 100`];
    const beside = page === undefined ? "" : ` [${micros(page)}, ${ratio(page / own)}]`;
    return [
      name,
      micros(request[name] ?? 0),
      micros(own),
      `${micros(theirs)}${beside}`,
      ratio(theirs / own),
    ];
  });
  return table(["operation", "request", "library", "scimmy", "scimmy / library"], rows);
}

/** @param {number} perSecond */
function rate(perSecond) {
  return perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}

/** @param {number} value */
function ratio(value) {
  return `${value < 10 ? value.toFixed(2) : Math.round(value)}x`;
}

/** @param {number} value */
function micros(value) {
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}
