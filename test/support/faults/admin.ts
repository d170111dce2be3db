import { env } from "cloudflare:workers";
import { wrapDatabase } from "#test/support/d1/counting-d1.ts";
import { CONNECTION_LOST, seededFaults } from "#test/support/d1/faulty-d1.ts";
import { openGateway, type TestAnswer } from "#test/support/gateway.ts";
import { seededRandom } from "#test/support/random.ts";

/** What became of a call that was repeated until it was not refused any more. */
export interface Insisted {
  readonly answer: TestAnswer;
  /** What was answered before. */
  readonly refusals: readonly TestAnswer[];
  /** How many of its tries D1 stored, whether they were answered or not. */
  readonly stored: number;
}

/** A call that is repeated. */
export interface Insistence {
  readonly request: string;
  readonly body?: object | undefined;
}

/** An administrator at a D1 that fails by seed, who repeats every call that is answered 503. */
export function openInsisting(seed: number) {
  const random = seededRandom(seed);
  const nextFault = seededFaults(random);
  let stored = 0;
  const db = wrapDatabase(env.DB, async (run) => {
    const fault = nextFault();
    if (fault === "before") throw new Error(CONNECTION_LOST);
    const results = await run();
    if (results.some(({ meta }) => meta.rows_written > 0)) stored += 1;
    if (fault === "after") throw new Error(CONNECTION_LOST);
    return results;
  });
  const bindings = { WEBHOOK: silentWebhooks() };
  const gateway = openGateway({ db, bindings, clock: { random }, roundTripsMax: 10 });

  return async ({ request, body }: Insistence): Promise<Insisted> => {
    const [method = "", path = ""] = request.split(" ");
    const refusals: TestAnswer[] = [];
    stored = 0;
    for (;;) {
      const answer = await gateway.admin(path, { method, ...(body && { body }) });
      if (answer.status !== 503) return { answer, refusals, stored };
      refusals.push(answer);
    }
  };
}

/** Webhooks that take every call and do nothing: deliveries are not what fails here. */
function silentWebhooks(): Env["WEBHOOK"] {
  const stub = { poke: done, configured: done, removed: done };
  // It has every method that the calls of a life make.
  return { getByName: () => stub } as unknown as Env["WEBHOOK"];
}

async function done(): Promise<void> {}
