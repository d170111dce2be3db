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
