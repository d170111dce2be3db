/** Time and chance as the store needs them, passed in so that tests decide both. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolves after so many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number;
}
