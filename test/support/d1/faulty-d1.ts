import { wrapDatabase } from "./counting-d1.ts";

/** A way in which D1 fails: before anything happened, or after it was committed and the answer got lost. */
export type Fault = "before" | "after" | undefined;

/** The error that D1 gives for a broken connection: nobody knows whether the batch got in. */
export const CONNECTION_LOST = "D1_ERROR: Network connection lost.";

/** A D1 binding whose round trips fail as `nextFault` says, with the given message. */
export function faultyDatabase(
  db: D1Database,
  nextFault: () => Fault,
  message = CONNECTION_LOST,
): D1Database {
  return wrapDatabase(db, async (run) => {
    const fault = nextFault();
    if (fault === "before") throw new Error(message);
    const results = await run();
    if (fault === "after") throw new Error(message);
    return results;
  });
}

/** Five attempts are made, so a run of faults of this length is survived. */
const FAULTS_IN_A_ROW_MAX = 4;

/** Faults by seed, half of them after the commit; no more in a row than a call to D1 survives. */
export function seededFaults(random: () => number): () => Fault {
  let inARow = 0;
  return () => {
    const fails = random() < 0.5 && inARow < FAULTS_IN_A_ROW_MAX;
    inARow = fails ? inARow + 1 : 0;
    if (!fails) return undefined;
    return random() < 0.5 ? "before" : "after";
  };
}

/** A D1 binding that can be broken: from the given call on, 1 being the next, all fail with a message. */
export function breakableDatabase(db: D1Database) {
  let callsLeft = Number.POSITIVE_INFINITY;
  let saying = "";
  return {
    db: wrapDatabase(db, async (run) => {
      callsLeft -= 1;
      if (callsLeft <= 0) throw new Error(saying);
      return await run();
    }),
    breakAt: (call: number, message: string) => {
      callsLeft = call;
      saying = message;
    },
    repair: () => {
      callsLeft = Number.POSITIVE_INFINITY;
    },
  };
}
