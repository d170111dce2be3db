import { ScimError } from "./error.ts";

/**
 * A PATCH may have 1,000 operations, and each may meet 100 values: so much passes with values of up to a
 * kilobyte, and what no client needs ends after a fraction of a second.
 */
export const STEPS_MAX = 250_000;

/** What one request may still do: each operation of a PATCH takes a step for each value it looks at. */
export interface StepBudget {
  /** Takes steps from the budget; throws ScimError tooMany where it is used up. */
  readonly spend: (steps: number) => void;
  /** How many steps were taken. */
  readonly spent: () => number;
}

/** A budget of steps for one request; those of a Bulk share the one of their request. */
export function stepBudget(stepsMax = STEPS_MAX): StepBudget {
  let spent = 0;
  return {
    spend: (steps) => {
      spent += steps;
      if (spent > stepsMax) throw usedUp();
    },
    spent: () => spent,
  };
}

function usedUp(): ScimError {
  return ScimError.tooMany(
    "The operations of this request look at too many values; send fewer operations at once, or replace the attribute with all its values in one operation.",
  );
}
