import { SourceError } from "./source.ts";

/** After so many answers about one record that nobody can understand it is left to the next run. */
export const ODD_ANSWERS_MAX = 3;

/**
 * Asks about one record, and again where nobody can understand the answer: one that was cut off on its way is
 * right the next time. A refusal holds at once. Throws what `ask` throws last; `triesMax` requests go out at most.
 */
export async function askAgain<T>(ask: () => Promise<T>, triesMax = ODD_ANSWERS_MAX): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!mayPass(error) || tries >= triesMax) throw error;
    }
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof SourceError && error.failure.kind === "record" && error.failure.mayPass;
}
