import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { Problem } from "#http/admin/call/problem.ts";
import { asker } from "#http/admin/objects/bridge-object.ts";

const retryable = () => Object.assign(new Error("moved"), { retryable: true });
const overloaded = () => Object.assign(new Error("busy"), { retryable: true, overloaded: true });

/** Asks an object whose first calls end so; gives what came out and how often it was called. */
async function askThrough(errors: readonly Error[]) {
  let calls = 0;
  const left = [...errors];
  const pauses: number[] = [];
  const ask = asker({ env }, "nobody", async (ms) => {
    pauses.push(ms);
  });
  const answer = await ask(async () => {
    calls += 1;
    const error = left.shift();
    if (error !== undefined) throw error;
    return "answer";
  }).catch((error: unknown) => (error instanceof Problem ? error.status : "thrown"));
  return { answer, calls, pauses };
}

test.each([
  ["was moved once", [retryable()], "answer", 2],
  ["was moved twice", [retryable(), retryable()], "answer", 3],
  ["stays away", [retryable(), retryable(), retryable()], 503, 3],
  ["has too much to do", [overloaded()], 503, 1],
  ["is wrong itself", [new Error("bug")], "thrown", 1],
])(
  "a bridge's object that %s is asked as often as makes sense",
  async (_, errors, answer, calls) => {
    const asked = await askThrough(errors);

    expect(asked).toEqual({
      answer,
      calls,
      pauses: Array.from({ length: calls - 1 }, (_each, at) => 50 * (at + 1)),
    });
  },
);
