import { Agent, request } from "node:http";

/** How many keep-alive connections send at once, each its next request when the last was answered. */
export const CONNECTIONS = 16;

/**
 * @typedef {{ method?: string, path: string, body?: unknown, status?: number }} Call
 * @typedef {{ origin: string, base: string, token: string, contentType?: string }} Target
 */

/** Opens the connections to a server. */
export function openAgent() {
  return new Agent({ keepAlive: true, maxSockets: CONNECTIONS, maxFreeSockets: CONNECTIONS });
}

/**
 * Sends one SCIM request and gives its status, headers and body as text.
 *
 * @param {Agent} agent
 * @param {Target} target
 * @param {Call} call
 * @param {AbortSignal} [signal] ends a request that takes too long
 * @returns {Promise<{ status: number, text: string, headers: import("node:http").IncomingHttpHeaders }>}
 */
export function send(agent, target, { method = "GET", path, body }, signal) {
  const { origin, base, token, contentType = "application/scim+json" } = target;
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const headers = {
      Authorization: `Bearer ${token}`,
      ...(text !== undefined && {
        "Content-Type": contentType,
        "Content-Length": Buffer.byteLength(text),
      }),
    };
    const options = { agent, method, headers, ...(signal !== undefined && { signal }) };
    const outgoing = request(`${origin}${base}${path}`, options, (answer) => {
      const chunks = /** @type {Buffer[]} */ ([]);
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () =>
        resolve({
          status: answer.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
          headers: answer.headers,
        }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(text);
  });
}

/** A server that takes longer for one request is asked over two connections: more would only queue. */
const SLOW_MS = 2_000;
const SLOW_CONNECTIONS = 2;

/**
 * Sends requests over all connections, at least `least` of them and until `budgetMs` is spent, and
 * gives the milliseconds that each took and how many were answered in a second.
 *
 * @param {Agent} agent
 * @param {Target} target
 * @param {(n: number) => Call} callAt
 * @param {{ least: number, budgetMs: number, first: number }} limits
 */
export async function measure(agent, target, callAt, { least, budgetMs, first }) {
  const probedAt = performance.now();
  await send(agent, target, callAt(first));
  const isSlow = performance.now() - probedAt > SLOW_MS;
  const connections = isSlow ? SLOW_CONNECTIONS : CONNECTIONS;
  const times = /** @type {number[]} */ ([]);
  const startedAt = performance.now();
  let next = first + 1;
  const isEnough = () => next - first > (isSlow ? SLOW_CONNECTIONS : least);
  const isOver = () => isEnough() && performance.now() - startedAt >= budgetMs;
  const worker = async () => {
    while (!isOver()) {
      const call = callAt(next);
      next += 1;
      const sentAt = performance.now();
      const { status, text } = await send(agent, target, call);
      times.push(performance.now() - sentAt);
      if (status !== (call.status ?? 200)) {
        throw new Error(`${call.method ?? "GET"} ${call.path}: ${status} ${text.slice(0, 300)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const seconds = (performance.now() - startedAt) / 1000;
  return { perSecond: times.length / seconds, times, next };
}
