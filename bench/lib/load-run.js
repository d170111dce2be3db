import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { send } from "./client.js";

/**
 * What became of a request; `ms` counts from when it was due, not from when it was sent.
 *
 * @typedef {import("./load-mix.js").LoadRequest} LoadRequest
 * @typedef {{ kind: import("./load-mix.js").Kind, ms: number, error?: string }} Outcome
 */

const TIMEOUT_MS = 30_000;

/**
 * Sends requests by a schedule that waits for no answer: however slow the server becomes, the next
 * request is due all the same, and its waiting counts.
 *
 * @param {Iterator<LoadRequest, never, void>} requests
 * @param {{ perSecond: number, seconds: number }} schedule
 * @param {(second: number) => void} onSecond
 * @returns {Promise<readonly Outcome[]>}
 */
export async function runLoad(requests, { perSecond, seconds }, onSecond) {
  const agent = new Agent({ keepAlive: true });
  /** @type {Outcome[]} */
  const outcomes = [];
  /** @type {Set<Promise<void>>} */
  const flying = new Set();
  const startedAt = performance.now();
  for (let n = 0; n < perSecond * seconds; n += 1) {
    const dueAt = startedAt + (n * 1000) / perSecond;
    const early = dueAt - performance.now();
    if (early > 0) await sleep(early);
    if (n % perSecond === 0) onSecond(n / perSecond);
    const answered = answerOf(agent, requests.next().value, dueAt).then((outcome) => {
      outcomes.push(outcome);
      flying.delete(answered);
    });
    flying.add(answered);
  }
  await Promise.all(flying);
  agent.destroy();
  return outcomes;
}

/**
 * @param {Agent} agent
 * @param {LoadRequest} request
 * @param {number} dueAt
 * @returns {Promise<Outcome>}
 */
async function answerOf(agent, { kind, connector, call, learn }, dueAt) {
  const outcome = () => ({ kind, ms: performance.now() - dueAt });
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const { status, text } = await send(agent, connector.target, call, signal);
    const { ms } = outcome();
    if (status !== call.status) {
      return { kind, ms, error: `${call.method ?? "GET"} ${call.path}: ${status} ${text}` };
    }
    learn?.(JSON.parse(text));
    return { kind, ms };
  } catch (error) {
    return { ...outcome(), error: `${call.method ?? "GET"} ${call.path}: ${error}` };
  }
}
